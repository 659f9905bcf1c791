"""Settings for tests: an office in a temporary folder, a quick hash for passwords, mail kept in memory.

KEEPWELL_TEST_DATABASE=postgresql runs them on a real PostgreSQL, which comes as a wheel and is started here.
"""

import atexit
import os
import shutil
import tempfile

_FOLDER = tempfile.mkdtemp(prefix="keepwell-office-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ.setdefault("KEEPWELL_TEST_RUN", _FOLDER)  # of whoever started first, for what all of them share
os.environ["KEEPWELL_OFFICE"] = _FOLDER
os.environ.pop("KEEPWELL_HOME", None)
os.environ.pop("DATABASE_URL", None)
if os.environ.get("KEEPWELL_TEST_DATABASE") == "postgresql" and "PYTEST_VERSION" in os.environ:
    from keepwell.site.tests.postgresql import started

    os.environ["DATABASE_URL"] = started()

from keepwell.site.settings import *  # noqa: E402, F403 - the office's place must be said before they are read

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
Q_CLUSTER = {**Q_CLUSTER, "sync": True}  # noqa: F405 - from the settings proper
PAGES_A_MINUTE = 10**6  # tests open many
