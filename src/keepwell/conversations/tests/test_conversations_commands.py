"""The command line: files in, what became of them, and what waits."""

import json
from pathlib import Path

import pytest

from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import keepwell, of_its_own

VTT = "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Eva>We want to leave.\n\n00:04.000 --> 00:05.000\n<v Ann>Why?\n"


@pytest.mark.slow
def test_files_and_folders_come_in_and_are_listed(tmp_path: Path) -> None:
    home, files = tmp_path / "home", tmp_path / "files"
    make_book(home)
    empty_office.placed(home)
    box = files / "box" / "new"
    box.mkdir(parents=True)
    (files / "call.vtt").write_text(VTT)
    (files / "notes.docx").write_bytes(b"PK\x03\x04")
    (box / "1.abc").write_text("From: p1@example.com\nMessage-ID: <1@x>\nSubject: Hi\n\nWe leave.\n")
    with of_its_own():
        order = ("--home", home, "--format", "json", "conversations")
        found = json.loads(keepwell(*order, "add", files, "--ours", "Ann", "--language", "en"))["files"]
        assert [(one["file"], one["state"]) for one in found] == [("mail.eml", "Read"), ("call.vtt", "Read")]
        again = json.loads(keepwell(*order, "add", files / "call.vtt"))["files"]
        assert again[0]["conversation"] == found[1]["conversation"]
        listed = json.loads(keepwell(*order, "list"))["conversations"]
        assert len(listed) == 2
        assert "no account" in keepwell(*order, "add", files / "call.vtt", "--account", "none", fails=3)
        assert "no kind" in keepwell(*order, "add", files / "call.vtt", "--kind", "song", fails=2)
        assert "not there" in keepwell(*order, "add", files / "gone.vtt", fails=3)
        assert "speech model" in keepwell(*order, "transcribe", fails=2)
