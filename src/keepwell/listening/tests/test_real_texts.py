"""What people really wrote and said is heard from beginning to end, whatever is in it."""

import csv
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from keepwell.listening.rules import SHIPPED, Rules, read
from keepwell.listening.said import Side, Turn

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data"))


def _banking77(folder: Path) -> list[str]:
    paths = [folder / "en_banking77" / f"{name}.csv" for name in ("train", "test")]
    return [row["text"] for path in paths for row in csv.DictReader(path.read_text("utf-8").splitlines())]


def _crosswoz(folder: Path) -> list[str]:
    with zipfile.ZipFile(folder / "zh_crosswoz_dialogues" / "test.json.zip") as file:
        talks = json.loads(file.read("test.json"))
    return [message["content"] for talk in talks.values() for message in talk["messages"]]


def _husst(folder: Path) -> list[str]:
    data = json.loads((folder / "hu_husst" / "sst_train.json").read_text("utf-8"))
    rows = data if isinstance(data, list) else data["data"]
    return [value for row in rows for value in row.values() if isinstance(value, str) and len(value) > 20]


@pytest.mark.parametrize(
    ("language", "texts", "least"),
    [("en", _banking77, 13_000), ("zh", _crosswoz, 8_000), ("hu", _husst, 7_000)],
    ids=["banking77", "crosswoz", "husst"],
)
def test_real_texts_are_heard_without_error_and_hits_lie_in_them(
    language: str, texts: Callable[[Path], list[str]], least: int
) -> None:
    if not SHARED.is_dir():
        pytest.skip("The real texts are not here: set KEEPWELL_SHARED_DATA to the folder of the shared data")
    said = texts(SHARED)
    assert len(said) >= least
    turns = [Turn(no, text, Side.THEM) for no, text in enumerate(said, 1)]
    hits = Rules(read(SHIPPED)).hear(language, turns)
    for hit in hits:
        words = said[hit.turn]
        assert all(0 <= start < end <= len(words) for start, end in hit.spans), words
    if language == "en":  # some of a bank's customers do complain
        assert hits
