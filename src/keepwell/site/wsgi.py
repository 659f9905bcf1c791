"""What the server calls for each request."""

import atexit
import gc
import os

from django.core.wsgi import get_wsgi_application

from keepwell.site.running import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.site.settings")
application = get_wsgi_application()
end_with_parent()

# What is loaded stays: looking through all of it for what nobody uses any more would hold every request up.
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)  # as where the site is begun
gc.set_threshold(10_000, 20, 20)
