"""Files from elsewhere: whatever they are called, claim or hold, they are a table or they are refused."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from keepwell.book.book import Book
from keepwell.book.importing import import_files
from keepwell.book.reading import preflight
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.site.backing.restoring import restore

ACCOUNTS = "account_id,name\nA1,Acme\n"


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book.create(tmp_path / "home", reporting_currency="EUR")


def load(book: Book, path: Path) -> Any:
    return import_files(book, "accounts", [path])


def rows(book: Book) -> list[dict[str, Any]]:
    from keepwell.book.engines import engine_named

    engine = engine_named("duckdb")
    try:
        return engine.collect(book.moment(engine).frame("accounts")).to_pylist()
    finally:
        engine.close()


@pytest.mark.parametrize(
    "name", ["'); DROP TABLE accounts; --.csv", "<img src=x onerror=1>.csv", "a\nb\x1b[31m.csv", "*[!x]?.csv",
             "$(id)`id`.csv", "-rf.csv", "%s{0}{name}.csv", "…/〱.csv".replace("/", "∕"), "x" * 200 + ".csv"],
)  # fmt: skip
def test_a_files_name_is_only_a_name(book: Book, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(ACCOUNTS)
    assert load(book, path).reconciles
    assert [one["name"] for one in rows(book)] == ["Acme"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.csv", b"\x89PNG\r\n\x1a\n" + b"0" * 100), ("table.csv", b"%PDF-1.7\n" + b"0" * 100),
        ("table.xlsx", b"MZ" + b"\0" * 100), ("table.csv", b"PK\x03\x04" + b"0" * 100),
        ("t.parquet", b"PAR1" + b"x" * 100 + b"PAR1"), ("t.csv", b"\0" * 1000),
        ("t.xlsx", b"PK\x03\x04" + b"0" * 100), ("t.csv", b"\x7fELF" + b"\0" * 90),
    ],
)  # fmt: skip
def test_what_is_not_what_it_claims_to_be_is_refused(
    book: Book, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(KeepwellError):
        load(book, path)


# --- what is packed ---------------------------------------------------------------------------------------------


def workbook(path: Path, **parts: str) -> Path:
    """A workbook of one account, some of whose parts are said otherwise."""
    made = openpyxl.Workbook()
    for row in (["account_id", "name"], ["A1", "Acme"]):
        made.active.append(row)
    kept = io.BytesIO()
    made.save(kept)
    with zipfile.ZipFile(kept) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for part in whole.namelist():
            said = parts.get(part.rsplit("/", 1)[-1].partition(".")[0])
            out.writestr(part, whole.read(part) if said is None else said)
    return path


def test_a_workbook_that_names_files_and_entities_reads_none(book: Book, tmp_path: Path) -> None:
    secret = tmp_path / "secret.key"
    secret.write_text("s3cret-key")
    shared = (
        f'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>account_id</t></si>'
        "<si><t>name</t></si><si><t>A1</t></si><si><t>Acme &x; &c;</t></si></sst>"
    )
    path = workbook(tmp_path / "entities.xlsx", sharedStrings=shared)
    try:
        load(book, path)
    except KeepwellError:
        return
    said = str(rows(book))
    assert "s3cret" not in said
    assert "a" * 100 not in said


def test_a_workbook_that_swells_is_refused_before_it_is_unpacked(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "UNPACKED", 4 * preflight.CHUNK)  # the test need not wait for a gigabyte
    path = workbook(tmp_path / "bomb.xlsx", sheet1="<x>" + " " * (32 * preflight.CHUNK) + "</x>")
    assert path.stat().st_size < preflight.CHUNK
    with pytest.raises(BadInput, match="very much more"):
        load(book, path)


def test_a_workbook_that_lies_about_its_size_is_refused(book: Book, tmp_path: Path) -> None:
    path = workbook(tmp_path / "lies.xlsx", sheet1="<x>" + " " * preflight.CHUNK + "</x>")
    whole, size = path.read_bytes(), (preflight.CHUNK + 7).to_bytes(4, "little")
    assert size in whole
    path.write_bytes(whole.replace(size, (99).to_bytes(4, "little")))
    with pytest.raises(BadInput, match="cannot be read"):
        load(book, path)


def test_a_packed_text_that_swells_is_refused(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight, "UNPACKED", 4 * preflight.CHUNK)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(ACCOUNTS.encode() + b"A2,x\n" * (4 * preflight.CHUNK), 9))
    with pytest.raises(BadInput, match="very much more"):
        load(book, path)


# --- backups ----------------------------------------------------------------------------------------------------


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, to: str = "", content: bytes = b"x"
) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, to, len(content) if kind == tarfile.REGTYPE else 0
    return made, content


@pytest.mark.django_db
@pytest.mark.parametrize(
    "evil",
    [
        entry("book/../../evil"), entry("book//etc/evil"), entry("book/../home-evil/x"),
        entry("book/x/../../../evil"),
        entry("book/link", tarfile.SYMTYPE, "/etc"), entry("book/link", tarfile.LNKTYPE, "../../evil"),
        entry("book/device", tarfile.CHRTYPE), entry("book/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda one: f"{one[0].name} {one[0].type!r}",
)  # fmt: skip
def test_a_backup_writes_nothing_outside_of_its_home(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, evil: tuple[tarfile.TarInfo, bytes]
) -> None:
    home = tmp_path / "deep" / "home"
    home.mkdir(parents=True)
    settings.HOME, settings.OFFICE = str(home), home
    monkeypatch.setattr(
        "keepwell.site.backing.restoring._refuse_occupied", lambda _store: None
    )  # tables of the tests
    monkeypatch.setattr("keepwell.site.backing.restoring._said", lambda _tar, _file: {"manifest": 1})
    path = tmp_path / "backup.tar"
    with tarfile.open(path, "w") as tar:
        for one, content in (entry("book/secret", content=b"00" * 32), evil):
            tar.addfile(one, io.BytesIO(content) if one.size else None)
    before = {one for one in tmp_path.rglob("*") if home not in one.parents}
    with pytest.raises(BadInput, match="outside of its folder"):
        restore(path)
    assert {one for one in tmp_path.rglob("*") if home not in one.parents} == before
    assert not any(one.is_symlink() for one in home.rglob("*"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "held",
    [[], [entry("keepwell.json", content=b"{")], [entry("book/secret", tarfile.SYMTYPE, "/etc/passwd")]],
)
def test_what_is_no_backup_is_refused_in_words(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, held: Any
) -> None:
    settings.HOME = str(tmp_path / "home")
    (tmp_path / "home").mkdir()
    monkeypatch.setattr("keepwell.site.backing.restoring._refuse_occupied", lambda _store: None)
    path = tmp_path / "backup.tar"
    with tarfile.open(path, "w") as tar:
        for one, content in held:
            tar.addfile(one, io.BytesIO(content) if one.size else None)
    with pytest.raises(BadInput):
        restore(path)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.key",
        "/static/%2e%2e/%2e%2e/secret.key",
        "/static/keepwell/..%2f..%2fsettings.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/keepwell/",
    ],
)
@pytest.mark.django_db
def test_only_what_is_meant_to_be_served_is_served(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (302, 404)
    assert b"SECRET" not in answer.content
