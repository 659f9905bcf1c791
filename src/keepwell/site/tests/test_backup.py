"""Book and office in one file, and back again in an empty place: the same, but for who was erased since."""

import json
import shutil
import signal
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, everything, free_port, keepwell, of_its_own, run
from keepwell.site.tests.postgresql import new_databases

NIGHT = (
    READY
    + """
running.prepare()
from datetime import UTC, datetime
from keepwell.members.actions import invite
from keepwell.members.models import Role
from keepwell.site.nightly import night
NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)
invite(role=Role.ADMINISTRATOR, now=NOW)
night(home=sys.argv[1], now=NOW, only=("gather", "post", "score", "project"))
"""
)


def book_of(home: Path) -> dict[str, list[str]]:
    """All rows of the book, facts and persons."""
    engine = engine_named("duckdb", {"threads": "1"})
    moment = Book.open(home).moment(engine)
    found = {}
    for name in ("accounts", "contacts", "subscriptions", "tickets", "ledger", "loads", "erased"):
        if moment.has(name):
            found[name] = sorted(map(repr, engine.collect(moment.frame(name)).to_pylist()))
    for name in ("contacts", "tickets"):
        found[f"{name}, persons"] = sorted(map(repr, engine.collect(moment.personal(name)).to_pylist()))
    engine.close()
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """Addresses of an empty office and of two databases without tables; "" is SQLite in the office's folder."""
    if request.param == "sqlite":
        empty_office.placed(tmp_path / "home")
        yield ["", "", ""]
        return
    with (
        empty_office.on_postgresql("one_office") as office,
        new_databases("same_office", "later_office") as new,
    ):
        yield office + new


@pytest.mark.slow
def test_what_is_restored_into_an_empty_place_is_what_was_backed_up(
    tmp_path: Path, databases: list[str]
) -> None:
    home, same, later = tmp_path / "home", tmp_path / "same", tmp_path / "later"
    make_book(home)
    first, second = tmp_path / "backups" / "first.tar", tmp_path / "backups" / "second.tar"
    with of_its_own(databases[0]):
        run(home, NIGHT)
        sound = home / "office" / "sound" / "call.flac"
        sound.parent.mkdir(mode=0o700, exist_ok=True)
        sound.write_bytes(b"fLaC sound")
        keepwell("--home", home, "backup", first)
        assert "never written over" in keepwell("--home", home, "backup", first, fails=2)
        office, book = everything(home), book_of(home)
    assert any("Person 1'" in row for row in book["contacts, persons"])
    assert len(office["accounts_contact"]) == 60
    assert first.stat().st_mode & 0o077 == 0
    with tarfile.open(first) as kept:
        assert "office/sound/call.flac" in kept.getnames()

    with of_its_own(databases[1]):
        keepwell("--home", same, "restore", first)
        back = everything(same)
        assert {name for name, rows in office.items() if back[name] != rows} <= {
            "django_migrations"
        }  # when applied
        assert book_of(same) == book
        assert not (same / "restoring").exists()
        back_sound = same / "office" / "sound" / "call.flac"
        assert (back_sound.read_bytes(), back_sound.stat().st_mode & 0o077) == (b"fLaC sound", 0)
        assert "already" in keepwell("--home", same, "restore", first, fails=4)
        run(
            same,
            READY + "from keepwell.site.nightly import night; from datetime import UTC, datetime\n"
            "night(home=sys.argv[1], now=datetime(2026, 6, 3, 2, tzinfo=UTC), only=('gather', 'post', 'project'))",
        )

    with of_its_own(databases[0]):
        assert "The office holds nothing of them" in keepwell("--home", home, "erase", "k1", "--yes")
        assert not any("Person 1'" in row for row in everything(home)["accounts_contact"])
        assert (
            json.loads(keepwell("--home", home, "--format", "json", "erase", "k1", "--yes"))["office"]
            == "nobody"
        )
        keepwell("--home", home, "backup", second)

    with of_its_own(databases[2]):
        said = json.loads(keepwell("--home", later, "--format", "json", "restore", first))
        assert said["erased"] == 1
        found = everything(later)
        assert not any("Person 1'" in row for row in found["accounts_contact"])
        assert len(found["accounts_contact"]) == 59
    ours, theirs = book_of(later), book_of(home)
    assert not any("Person 1'" in row for row in ours["contacts, persons"])
    for name in ("contacts, persons", "tickets, persons", "subscriptions"):
        assert ours[name] == theirs[name]
    assert not any(b"p1@example.com" in path.read_bytes() for path in later.rglob("*.parquet"))


KILLED_COPYING = """
running.prepare()
import signal, tarfile
from datetime import UTC, datetime
from pathlib import Path
from keepwell.site.backing import making
add = tarfile.TarFile.add
def killed(tar, name, *more):
    if str(name).endswith("office.sqlite3"):
        os.kill(os.getpid(), signal.SIGKILL)
    add(tar, name, *more)
tarfile.TarFile.add = killed
making.back_up(Path(sys.argv[1]) / "backups" / "one.tar", now=datetime(2026, 6, 2, tzinfo=UTC))
"""
KILLED_RESTORING = """
import signal
from pathlib import Path
from keepwell.site.backing import restoring
restoring.erase_again = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
restoring.restore(Path(sys.argv[1]).parent / "home" / "backups" / "one.tar")
"""


def test_a_backup_that_is_killed_leaves_no_copy_of_the_office_behind_the_next_one(tmp_path: Path) -> None:
    home = tmp_path / "home"
    empty_office.placed(home)
    make_book(home)
    with of_its_own():
        run(home, READY + KILLED_COPYING, code=-signal.SIGKILL)
        assert not (home / "backups" / "one.tar").exists()
        assert (home / "office" / "backing-up").exists()
        keepwell("--home", home, "backup", home / "backups" / "one.tar")
        assert not (home / "office" / "backing-up").exists()
        assert [path.name for path in sorted((home / "backups").iterdir())][1:] == ["one.tar"]


def test_a_home_whose_restoring_was_killed_is_opened_by_nobody(tmp_path: Path) -> None:
    home, half = tmp_path / "home", tmp_path / "half"
    empty_office.placed(home)
    make_book(home)
    half.mkdir()
    with of_its_own():
        keepwell("--home", home, "backup", home / "backups" / "one.tar")
        run(half, READY + KILLED_RESTORING, code=-signal.SIGKILL)
        assert (half / "office" / "office.sqlite3").exists()
        for order in (
            ("serve", "--port", free_port()),
            ("night",),
            ("restore", home / "backups" / "one.tar"),
        ):
            assert "is not whole" in keepwell("--home", half, *order, fails=4)
        shutil.rmtree(half)
        keepwell("--home", half, "restore", home / "backups" / "one.tar")


def test_a_backup_of_a_newer_keepwell_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with of_its_own():
        file = tmp_path / "new.tar"
        for said in (
            {"format": 99},
            {"format": 1, "office": "sqlite", "migrations": [["site", "0999_later"]]},
        ):
            (tmp_path / "backup.json").write_text(json.dumps({"manifest": 1, "keepwell": "9.9", **said}))
            with tarfile.open(file, "w") as tar:
                tar.add(tmp_path / "backup.json", "backup.json")
            assert "newer Keepwell" in keepwell("--home", home, "restore", file, fails=3)
        assert not (home / "manifests").exists()


def test_what_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("nothing")
    with of_its_own():
        assert "cannot be read as a backup" in keepwell(
            "--home", tmp_path / "home", "restore", tmp_path / "x.tar", fails=3
        )


def test_an_office_of_a_newer_keepwell_is_refused(tmp_path: Path) -> None:
    with of_its_own():
        home = empty_office.placed(tmp_path / "home")
        run(
            home,
            READY + "from django.db.migrations.recorder import MigrationRecorder\n"
            "from django.db import connection\nMigrationRecorder(connection).record_applied('site', '0999_later')",
        )
        assert "made by a newer Keepwell" in keepwell("--home", home, "serve", "--port", free_port(), fails=4)


def test_a_book_of_a_newer_keepwell_is_refused_and_its_office_left_as_it_is(tmp_path: Path) -> None:
    with of_its_own():
        home = tmp_path / "home"
        make_book(home)
        newest = max((home / "manifests").glob("*.json"))
        newest.write_text(json.dumps(json.loads(newest.read_text()) | {"format": 99}))
        for order in (("serve", "--port", free_port()), ("worker",), ("night",)):
            assert "made by a newer Keepwell" in keepwell("--home", home, *order, fails=4)
        office = home / "office" / "office.sqlite3"
        assert not office.exists() or not office.stat().st_size
