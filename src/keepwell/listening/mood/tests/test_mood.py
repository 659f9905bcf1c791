"""A language's mood is learnt from a company's own comments, and refused where they are too few or say nothing."""

import csv
import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from keepwell.demo.simulate import simulate
from keepwell.lib.errors import BadInput
from keepwell.listening.languages.telling import language_of
from keepwell.listening.mood import vader
from keepwell.listening.mood.grams import grams
from keepwell.listening.mood.labels import (
    CONTENTS,
    RECOMMENDS,
    Label,
    Mood,
    digest,
    of_five,
    of_recommendation,
    of_satisfaction,
)
from keepwell.listening.mood.learning import ACCOUNTS, ENOUGH, Kind, State, learn
from keepwell.listening.mood.model import read, told, too_short
from keepwell.listening.mood.quality import ABOVE, measured, ranked
from keepwell.listening.mood.tests import comments

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))


@pytest.mark.parametrize("language", ["en", "zh", "hu", "pl"])
def test_a_companys_comments_teach_a_model_that_tells_accounts_it_has_not_seen(language: str) -> None:
    learnt = learn(language, comments.labels(language, 80))
    assert (learnt.state, learnt.kind) == (State.READY, Kind.OWN)
    assert learnt.model is not None
    assert learnt.quality is not None
    assert learnt.quality.proven
    fresh = {mood: comments.say(language, mood, 60, seed=9) for mood in (Mood.GOOD, Mood.BAD)}
    moods = {mood: Counter(told(learnt.model.chance(one)) for one in texts) for mood, texts in fresh.items()}
    assert moods[Mood.GOOD][Mood.GOOD] > 5 * moods[Mood.GOOD][Mood.BAD]
    assert moods[Mood.BAD][Mood.BAD] > 5 * moods[Mood.BAD][Mood.GOOD]


def test_the_same_labels_in_another_order_give_the_same_model_to_the_byte() -> None:
    some = comments.labels("hu", 60)
    one, other = learn("hu", some), learn("hu", some[::-1])
    assert one.model is not None
    assert other.model is not None
    assert one.model.stored() == other.model.stored()
    assert one.quality == other.quality
    assert digest(some) == digest(some[::-1]) != digest(some[1:])


def test_too_few_comments_or_accounts_teach_nothing_and_say_how_many_there_are() -> None:
    short = learn("hu", comments.labels("hu", ENOUGH - 9))
    assert (short.state, short.kind, short.model) == (State.FEW, Kind.NONE, None)
    assert (short.counts.good, short.counts.bad, short.counts.accounts) == (41, 41, 40)
    assert learn("hu", comments.labels("hu", 80, accounts=ACCOUNTS - 1)).state == State.FEW
    assert learn("zh", []).counts.accounts == 0


def test_comments_that_say_nothing_of_the_score_teach_nothing() -> None:
    learnt = learn("pl", comments.labels("pl", 120, right=0.0))
    assert (learnt.state, learnt.kind, learnt.model) == (State.UNPROVEN, Kind.NONE, None)
    assert learnt.quality is not None
    assert learnt.quality.low < ABOVE


def test_english_is_told_by_vader_until_the_companys_own_comments_are_enough() -> None:
    assert learn("en", []).kind == Kind.VADER
    assert learn("en", []).quality is None
    some = learn("en", comments.labels("en", 30))
    assert (some.kind, some.state) == (Kind.VADER, State.READY)
    assert some.quality is not None  # measured on the thirty
    enough = learn("en", comments.labels("en", 120))
    assert enough.kind == Kind.OWN
    assert enough.tried[Kind.OWN].ranked > enough.tried[Kind.VADER].ranked


def test_vader_is_not_used_where_the_companys_comments_show_that_it_tells_nothing() -> None:
    learnt = learn("en", comments.labels("en", 120, right=0.0))
    assert (learnt.state, learnt.kind) == (State.UNPROVEN, Kind.NONE)


def test_vader_reads_sentence_by_sentence_and_says_nothing_of_plain_ones() -> None:
    good, bad = vader.chance("We love it. It is on the table."), vader.chance("This is terrible, I hate it!")
    assert good is not None
    assert bad is not None
    assert good > 0.7
    assert bad < 0.3
    assert vader.chance("The table has four columns.") == 0.5
    assert vader.chance("Yes.") is None


def test_a_neutral_label_pulls_its_words_to_the_middle() -> None:
    some = comments.labels("en", 80)
    plain = "Our stocktaking takes place in the warehouse"
    bad = [Label(f"x{k}", f"a{k}", f"{plain} {k}", Mood.BAD) for k in range(25)]
    neutral = [Label(f"y{k}", f"b{k}", f"{plain} {k}", Mood.NEUTRAL) for k in range(200)]
    before, after = learn("en", [*some, *bad]).model, learn("en", [*some, *bad, *neutral]).model
    assert before is not None
    assert after is not None
    first, second = before.chance(plain), after.chance(plain)
    assert first is not None
    assert second is not None
    assert first < 0.3
    assert abs(second - 0.5) < abs(first - 0.5)


def test_chinese_is_read_in_either_script_and_numbers_and_addresses_are_not() -> None:
    for one, other, language in (
        ("這個服務很糟糕，我們要換", "这个服务很糟糕，我们要换", "zh"),
        ("Call 36301234567 or ann@acme.example now", "Call 4 or x@y.example now", "en"),
    ):
        assert all(
            np.array_equal(a, b) for a, b in zip(grams(one, language), grams(other, language), strict=True)
        )


def test_what_fewer_than_three_accounts_wrote_leaves_nothing_behind() -> None:
    some, name = comments.labels("hu", 80), "Xqzwy Kőhlerné"
    known = set(grams(name, "hu")[0].tolist())

    def left(accounts: int) -> set[int]:
        named = [Label(f"9{k}", f"a{k % accounts}", name, Mood.BAD) for k in range(6)]
        taught = learn("hu", [*some, *named]).model
        assert taught is not None
        return known & set(taught.buckets.tolist())

    assert left(1) == left(2) < left(3) == known


def test_a_model_that_is_stored_tells_the_same_and_anything_else_is_refused() -> None:
    model = learn("pl", comments.labels("pl", 60)).model
    assert model is not None
    again = read(model.stored(), "pl")
    text = comments.say("pl", Mood.BAD, 1)[0]
    assert again.chance(text) == model.chance(text)
    for bad in (b"", b"PK\x03\x04 no archive", model.stored()[:200], b"\x80\x04K\x01."):
        with pytest.raises(BadInput):
            read(bad, "pl")


@pytest.mark.parametrize(
    "text", ["", " ", "?!", "Ja", "\ud800\udc00\x00", "a" * 100_000, "😀" * 50, "\n\n\n", "1 2 3 4 5"]
)
def test_whatever_is_written_is_read_without_error(text: str) -> None:
    model = learn("hu", comments.labels("hu", 60)).model
    assert model is not None
    chance = model.chance(text)
    assert chance is None or 0 <= chance <= 1
    assert too_short("Igen.", "hu")
    assert not too_short("Nagyon elégedettek vagyunk.", "hu")


def test_the_ends_of_the_scale_speak_and_the_middle_does_not() -> None:
    moods = [of_recommendation(score) for score in (-1, 0, 6, 7, 8, 9, 10, 11, float("nan"))]
    assert moods == [None, Mood.BAD, Mood.BAD, None, None, Mood.GOOD, Mood.GOOD, None, None]
    assert RECOMMENDS.search("NPS 2026")
    assert not RECOMMENDS.search("csat")


def test_of_five_steps_of_content_the_upper_two_and_the_lower_two_speak() -> None:
    moods = [of_satisfaction(score) for score in (0, 1, 2, 3, 4, 5, 6, float("nan"))]
    assert moods == [None, Mood.BAD, Mood.BAD, None, Mood.GOOD, Mood.GOOD, None, None]
    assert all(
        map(CONTENTS.search, ("CSAT", "csat after tickets", "Customer satisfaction", "customer_satisfaction"))
    )
    assert not any(map(CONTENTS.search, ("ticket", "satisfaction", "nps")))


def test_a_scale_is_known_by_its_answers_where_there_are_enough_of_them() -> None:
    five = [1.0, 2.0, 3.0, 4.0, 5.0] * 6
    assert of_five(five)
    assert not of_five(five[:-1])  # too few
    assert not of_five([*five, 7.0])  # of seven or ten
    assert not of_five([*five, 0.0])
    assert not of_five([*five, 4.5])
    assert not of_five([1.0, 2.0, 3.0, 4.0] * 10)  # perhaps of four


def test_quality_is_of_pairs_and_its_interval_draws_whole_accounts() -> None:
    assert ranked(np.array([0.9, 0.8]), np.array([0.1])) == 1
    some = [Label(str(k), f"a{k % 30}", "", (Mood.GOOD, Mood.BAD)[k % 2]) for k in range(120)]
    dice = np.random.default_rng(3)
    scores = np.array([(one.mood is Mood.GOOD) + dice.normal() for one in some])
    found = measured(some, scores, 1 / (1 + np.exp(-scores)), few=20)
    assert found.low < found.ranked < found.high
    assert found.good.n == found.bad.n == 60
    alone = [Label(one.key, "one", one.text, one.mood) for one in some]
    wide = measured(some[:20], scores[:20], scores[:20], few=20)
    assert wide.high - wide.low > found.high - found.low
    assert measured(alone, scores, scores, few=20).ranked == found.ranked


def test_the_simulated_companys_own_answers_teach_a_little_and_are_told_as_such(tmp_path: Path) -> None:
    """Its customers write what is on their mind, of which the score follows loosely: chance is beaten, not by far."""
    simulate(tmp_path, accounts=1500, dirt=False)
    some: dict[str, list[Label]] = {}
    with (tmp_path / "answers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mood = of_recommendation(float(row["score"])) if RECOMMENDS.search(row["survey"]) else None
            language = language_of(row["comment"])
            if mood and language:
                some.setdefault(language, []).append(
                    Label(row["answer_id"], row["account_id"], row["comment"], mood)
                )
    english = learn("en", some["en"])
    own = english.tried[Kind.OWN]
    assert own.low > 0.5
    assert own.ranked > english.tried[Kind.VADER].ranked
    assert (english.state == State.READY) == any(one.proven for one in english.tried.values())
    assert learn("hu", some["hu"]).state == State.FEW


def test_hungarian_sentences_about_films_teach_hungarian() -> None:
    if not SHARED.is_dir():
        pytest.skip("The real texts are not here: set KEEPWELL_SHARED_DATA to the folder of the shared data")
    moods = {"positive": Mood.GOOD, "neutral": Mood.NEUTRAL, "negative": Mood.BAD}
    rows = json.loads((SHARED / "hu_husst" / "sst_train.json").read_text("utf-8"))[:2000]
    some = [
        Label(f"{int(row['id']):06}", f"a{int(row['id']) % 200}", row["Sent"], moods[row["label"]])
        for row in rows
    ]
    learnt = learn("hu", some)
    assert learnt.kind == Kind.OWN
    assert learnt.quality is not None
    assert learnt.quality.low > 0.75
    assert learnt.quality.bad.right > 4 * learnt.quality.bad.wrong
