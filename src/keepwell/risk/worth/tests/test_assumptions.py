"""What a person assumes: defaults, a file, and clear words where it cannot be."""

import pytest

from keepwell.lib.errors import BadInput
from keepwell.risk.worth.assumptions import DEFAULTS, assumptions, read


def test_without_a_word_all_are_defaults_and_say_so():
    rows = assumptions().rows()
    assert {row["name"] for row in rows} == set(DEFAULTS)
    assert all(row["source"] == "default" and row["value"] == row["default"] for row in rows)
    assert all(row["low"] <= row["value"] <= row["high"] and row["meaning"] for row in rows)


def test_what_is_stated_is_marked_with_its_reason_and_keeps_the_default_beside_it():
    said = assumptions(
        {"assumptions": {"cost": {"value": 60, "low": 40, "high": 90, "because": "an hour of Anna's time"}}}
    )
    one = said.each["cost"]
    assert (one.value, one.low, one.high, one.default) == (60, 40, 90, 100)
    assert (one.source, one.because) == ("stated", "an hour of Anna's time")


def test_the_ends_of_a_value_stated_alone_lie_as_far_off_as_the_defaults():
    one = assumptions({"assumptions": {"works": 0.4}}).each["works"]
    assert (one.low, one.value, one.high) == pytest.approx((0.2, 0.4, 0.6))
    certain = assumptions({"assumptions": {"works": 0.9}}).each["works"]
    assert certain.high == 1  # no chance is above 1


def test_one_action_may_differ_from_what_is_said_of_all():
    said = {"assumptions": {"cost": 60, "works": 0.3}, "actions": {"training": {"cost": 240}, "call": {}}}
    assert assumptions(said)["cost"] == 60
    training = assumptions(said, action="training")
    assert (training["cost"], training["works"]) == (240, 0.3)
    assert assumptions(said, action="discount")["cost"] == 60


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"cost": -5}, "“cost” cannot be -5"),
        ({"works": 1.2}, "“works” cannot be 1.2"),
        ({"works": "often"}, "Give a number from 0 to 1"),
        ({"works": True}, "cannot be True"),
        ({"works": float("nan")}, "cannot be nan"),
        ({"discount": -0.1}, "“discount” cannot be"),
        ({"months_ahead": 0}, "Give a number from 1 to 120"),
        ({"workes": 0.2}, "Did you mean works"),
        ({"works": {"value": 0.2, "hihg": 0.3}}, "Did you mean high"),
        ({"works": {"value": 0.2, "low": 0.3}}, "must not be above its value"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused_with_what_could(part, words):
    with pytest.raises(BadInput, match=words):
        assumptions({"assumptions": part})


def test_unknown_sections_and_strategic_accounts_without_a_reason_are_refused():
    with pytest.raises(BadInput, match="Did you mean strategic"):
        assumptions({"strategy": {}})
    with pytest.raises(BadInput, match="must be a section"):
        assumptions({"assumptions": 3})
    with pytest.raises(BadInput, match="needs a reason: A1"):
        assumptions({"strategic": {"A1": ""}})


def test_a_file_is_read_and_a_missing_or_broken_one_is_told(tmp_path):
    path = tmp_path / "worth.toml"
    path.write_text('[assumptions]\nworks = 0.3\n[strategic]\nA1 = "reference"\n', encoding="utf-8")
    said = read(path)
    assert said["works"] == 0.3
    assert said.strategic == {"A1": "reference"}
    path.write_text("works: 0.3", encoding="utf-8")
    with pytest.raises(BadInput, match="are no TOML"):
        read(path)
    with pytest.raises(BadInput, match="cannot be read"):
        read(tmp_path / "other.toml")
