"""The page on security says something of every requirement, and names nothing that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[5]
SRC, TESTS = ROOT / "src" / "keepwell", Path(__file__).parent
# How many requirements of levels 1 and 2 each chapter of ASVS 5.0.0 has.
CHAPTERS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13,
            16: 16, 17: 7}  # fmt: skip


def page() -> str:
    return (ROOT / "docs" / "security.md").read_text()


def test_every_requirement_of_levels_one_and_two_has_one_row() -> None:
    rows = re.findall(r"^\| (\d+)\.(\d+)\.(\d+) \| [12] \| [^|]+ \| [^|]+ \|$", page(), re.M)
    assert len(rows) == len(set(rows)) == 253
    found = {chapter: sum(row[0] == str(chapter) for row in rows) for chapter in CHAPTERS}
    assert found == CHAPTERS


def test_files_and_tests_that_are_named_are_there() -> None:
    named = set(re.findall(r"`([\w./*-]+/[\w.*-]*)`", page()))
    here = {one for one in named if not one.startswith(("/", "requirements", "office/", "src/"))}
    gone = {one for one in here if not list(SRC.glob(one)) and not list(TESTS.parents[2].glob(one))}
    assert not gone
    assert len(here) > 25
    tests = set(re.findall(r"(?<!\*)\*([a-z_]+)\*(?!\*)", page().partition("## The checklist")[2]))
    assert tests
    assert not {one for one in tests if not (TESTS / f"test_security_{one}.py").exists()}


def test_what_is_not_met_is_said_at_the_top_too() -> None:
    top, _, below = page().partition("## The checklist")
    said = top.partition("## Not met")[2]
    for number in re.findall(r"^\| ([\d.]+) \|.*\*\*not met", below, re.M):
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", said), number
