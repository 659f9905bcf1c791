"""What a person is told where the disk fails them: it is full, or a file of the book is damaged."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from keepwell.book.book import Book
from keepwell.cli.main import main

ON_A_FULL_DISK = """
import resource, signal, sys, tempfile
from keepwell.cli.main import main
from keepwell.lib.text import gettext
gettext("read the texts while their files may be read")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def home(company: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(company, tmp_path / "book"))


def test_a_posting_on_a_full_disk_says_so_and_leaves_the_book_as_it_was(home: Path) -> None:
    before = Book.open(home).manifest
    said = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, "--home", str(home), "post", "--full"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 4, said.stderr
    assert "The disk is full." in said.stderr
    assert Book.open(home).manifest == before


@pytest.mark.parametrize("table", ["subscriptions", "ledger"])
def test_a_damaged_file_of_the_book_is_named_with_its_table(
    home: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(home), "post"]) == 0
    capsys.readouterr()
    for file in (home / "tables" / table).glob("*.parquet"):
        content = file.read_bytes()
        half = len(content) // 2
        file.write_bytes(b"!" * half + content[half:])
    asked = ["post", "--full"] if table == "subscriptions" else ["statement", "--period", "2026-03"]
    assert main(["--home", str(home), *asked]) == 4
    said = capsys.readouterr().err
    assert f"A file of the table {table} is damaged." in said
    assert str(home / "tables" / table) in said
    assert "Restore the book from a backup" in said
