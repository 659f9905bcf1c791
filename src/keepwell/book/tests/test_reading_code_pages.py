"""Western and Central European files are told apart by the languages they are written in."""

import pytest

from keepwell.book.reading.encodings import Listener
from keepwell.lib.errors import BadInput


def heard(text, codec):
    listener = Listener()
    listener.hear(f"name\n{text}\n".encode(codec))
    return listener.verdict()[0]


@pytest.mark.parametrize(
    "text",
    [
        "Société Générale;Besançon",
        "España;Muñoz",
        "Åkerström;Göteborg",
        "Høiland;Ålesund",
        "São Paulo;Ações",
        "Perù;città",
        "Günther\nMuñoz\nBjörk Åsa\nÉmile Crème",
    ],
)
def test_western_names_are_read_as_they_were_written(text):
    assert heard(text, "cp1252") == "windows-1252"


@pytest.mark.parametrize(
    "text",
    [
        "Łódź;Świętosława",
        "Plzeň;Dvořák",
        "Győr;Székesfehérvár",
        "Őrség",
        "Čapek",
        "Gdańsk",
        "Łódź\nGyőr\nPlzeň\nKöln",
    ],
)
def test_central_european_names_are_read_as_they_were_written(text):
    assert heard(text, "cp1250") == "windows-1250"


def test_what_nothing_tells_apart_is_asked_with_both_readings():
    with pytest.raises(BadInput, match="may be of two") as told:
        heard("Ricè", "cp1252")
    assert "Ricč" in told.value.seen
    assert told.value.ways[1].endswith("--encoding windows-1252")
