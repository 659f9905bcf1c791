"""Offices of their own beside the tests', worked on by other processes as a company's is."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READY = """
import os, sys
os.environ["KEEPWELL_OFFICE"] = sys.argv[1] + "/office"
from keepwell.site import running
running.ready(sys.argv[1])
"""

# Every row of every table of the office, as text.
ALL = """
import json
from django.db import connection
with connection.cursor() as cursor:
    found = {}
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f'SELECT * FROM "{table}"')
        found[table] = sorted(repr(row) for row in cursor.fetchall())
print(json.dumps(found))
"""


@contextmanager
def of_its_own(database: str = "") -> Iterator[None]:
    """Let processes started in the block have an office of their own."""
    before = dict(os.environ)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "keepwell.site.settings", "DATABASE_URL": database}
    for name in ("KEEPWELL_OFFICE", "KEEPWELL_HOME"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(home: Path, script: str, code: int = 0) -> str:
    """Run Python in the office of a home, which ends with a code; what it printed."""
    return _done([sys.executable, "-c", script, str(home)], code)


def keepwell(*arguments: object, fails: int = 0) -> str:
    """Run a command line; what it said."""
    return _done([sys.executable, "-m", "keepwell.cli", *map(str, arguments)], fails)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _done(order: list[str], code: int = 0) -> str:
    done = subprocess.run(order, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if code == 0 else done.stderr


def everything(home: Path) -> dict[str, Any]:
    """All rows of the office, by table."""
    found: dict[str, Any] = json.loads(run(home, READY + ALL).splitlines()[-1])
    return found
