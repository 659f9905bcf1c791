"""Rules as data: read, written, refused, proposed, scored."""

import contextlib

import pytest

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.listening.judging import judged, labelled_in, wilson
from keepwell.listening.languages import all_languages
from keepwell.listening.languages.lists import THEMES, own, shipped
from keepwell.listening.rules import SHIPPED, Rule, Rules, forms, proposals, read, rule_of, sayings, written
from keepwell.listening.said import Kind, Side, Turn


def test_the_shipped_rules_come_back_as_they_were_written(tmp_path):
    rules = read(SHIPPED)
    assert len(rules) == 18
    copy = tmp_path / "rules.yaml"
    copy.write_text(written(rules), "utf-8")
    assert read(copy) == rules


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- name: a\n  phrase:\n    en: x", "phrases"),
        ("- name: a\n  phrases: {en: [cancel]}\n  side: then", "them"),
        ("- name: a\n  phrases: {eng: [cancel]}", "en"),
        ("- name: a\n  phrases: {en: [cancel]}\n  theme: leavin", "leaving"),
        ("- name: a\n  phrases: {en: [cancel]}\n  then: [alret]", "alert"),
    ],
)
def test_a_field_or_value_that_is_not_known_is_told_with_a_near_name(tmp_path, text, said):
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(KeepwellError) as error:
        read(path)
    assert said in str(error.value)


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system ['true']", "{", "just words", "- [1, 2]", "- {}"]
)
def test_a_file_that_holds_no_rules_is_refused_and_runs_nothing(tmp_path, text):
    path = tmp_path / "rules.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(KeepwellError):
        read(path)


@pytest.mark.parametrize("pattern", ["(", "a" * 257, r"(a)\1", "(?=a)"])
def test_a_pattern_that_re2_does_not_take_is_refused(pattern):
    with pytest.raises(KeepwellError):
        Rule(name="p", pattern=pattern)


def test_a_rule_hears_only_its_side_and_its_channels():
    rules = Rules(
        [Rule(name="c", version=3, phrases={"en": ("cancel the contract",)}, channels=("mail",)),
        Rule(name="p", pattern="INV-[0-9]+")]
    )  # fmt: skip
    turns = [
        Turn(1, "We cancel the contract, see INV-77", side=Side.THEM),
        Turn(2, "You cancel the contract", side=Side.US),
        Turn(3, "We do not cancel the contract", side=Side.UNKNOWN),
    ]
    found = [(hit.rule, hit.turn, hit.verdict.value) for hit in rules.hear("en", turns, Kind.MAIL)]
    assert found == [("c", 0, "hit"), ("p", 0, "hit"), ("c", 2, "negated")]
    assert [hit.rule for hit in rules.hear("en", turns, Kind.CALL)] == ["p"]


@pytest.mark.parametrize(
    ("policy", "expected"), [("apart", ["hit", "negated"]), ("drop", ["hit"]), ("only", ["negated"])]
)
def test_what_a_denial_counts_as_is_the_rules_choice(policy, expected):
    rules = Rules([Rule(name="c", phrases={"en": ("cancel the contract",)}, denial=policy)])
    turns = [Turn(1, "We cancel the contract"), Turn(2, "We do not cancel the contract")]
    assert [hit.verdict.value for hit in rules.hear("en", turns)] == expected


def test_slots_can_be_filled_by_hand():
    rules = Rules([Rule(name="s", slots={"en": (("cancel", "burn"), ("contract", "bridge"))})])
    assert rules.hear("en", [Turn(1, "They burned the bridges.")])


def test_forms_that_are_no_words_are_not_shown():
    verbs_and_nouns = forms(Rule(name="f", phrases={"en": ("cancel the contract",)}), "en")[0]
    assert {"cancelled", "cancelling", "cancellation", "cancellations", "cancellation's"} <= set(
        verbs_and_nouns
    )
    assert not {"cancellationed", "cancellationing", "terminationed"} & set(verbs_and_nouns)
    assert "satisfieded" not in forms(Rule(name="f", phrases={"en": ("not satisfied",)}), "en")[0]


def test_the_forms_a_rule_matches_are_shown_before_it_is_saved():
    found = forms(Rule(name="f", phrases={"hu": ("felmondja a szerződést",)}), "hu")
    assert any("felmondtuk" in slot for slot in found)
    assert any("szerződést" in slot for slot in found)


def test_the_whole_other_ways_of_saying_a_phrase_are_shown_too():
    found = sayings(Rule(name="f", phrases={"en": ("too expensive",)}), "en")
    assert "an arm and a leg" in found
    assert any(way.startswith("not … ") for way in found)
    assert not sayings(Rule(name="f", phrases={"en": ("photocopier",)}), "en")


def test_a_phrase_typed_in_one_language_is_proposed_in_the_others():
    found = proposals("cancel the contract", "en")
    assert set(found) == {"en", "zh", "hu", "pl"}
    assert found["zh"][0] == "解除合同"
    rule = Rule(name="c", phrases={code: tuple(said[:1]) for code, said in found.items()})
    assert Rules([rule]).hear("pl", [Turn(1, "Wypowiadamy umowę.")])


def test_a_denial_in_a_phrase_is_proposed_as_one():
    assert proposals("nobody uses it", "en")["pl"][0].startswith("nikt")


def test_a_company_adds_words_of_its_own_and_takes_others_out(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("leaving:\n  contract: frame order, -deal\n", "utf-8")
    words = own("en", path)
    rule = Rules([Rule(name="c", phrases={"en": ("cancel the contract",)})], {"en": words})
    said = ["We cancel the frame order.", "We cancel the deal.", "We cancel the contract."]
    assert [hit.turn for hit in rule.hear("en", [Turn(k, text) for k, text in enumerate(said)])] == [0, 2]


def test_a_word_list_of_lists_in_lists_is_refused(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text("- " * 100_000)
    with pytest.raises(KeepwellError, match="cannot be read"):
        own("en", path)


def test_a_word_list_with_an_unknown_theme_is_refused_with_a_near_name(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("prize:\n  discount: gift\n", "utf-8")
    with pytest.raises(KeepwellError) as error:
        own("en", path)
    assert "price" in str(error.value)


@pytest.mark.parametrize("language", sorted(all_languages()))
def test_every_language_has_words_for_every_theme(language):
    assert set(shipped(language).themes.values()) == set(THEMES)


@pytest.mark.parametrize("language", sorted(all_languages()))
def test_the_open_half_of_the_labelled_texts_is_heard_as_well_as_promised(language):
    score = judged(read(SHIPPED), labelled_in(SHIPPED.parent / f"{language}.open.jsonl"))[""]
    assert score.precision >= 0.95
    assert score.recall >= 0.95
    assert score.denied_told / score.denied >= 0.9


def test_the_interval_of_a_share_is_wilsons():
    low, high = wilson(81, 263)  # Newcombe 1998, table I: 0.2553 to 0.3662
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


def test_a_line_that_is_no_labelled_text_is_shown_with_its_number(tmp_path):
    texts = tmp_path / "texts.jsonl"
    texts.write_text('\n{"text": "We leave", "lang": "en"}\n', encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        labelled_in(texts)
    assert "Line 2" in refused.value.wrong
    assert refused.value.seen == '{"text": "We leave", "lang": "en"}'


@pytest.mark.parametrize("slots", [[], [[]], [[""]], [["cancel"], [" "]], [["\u200b"]]])
def test_a_slot_without_a_word_is_refused(slots):
    with pytest.raises(KeepwellError, match="at least one word"):
        rule_of({"name": "x", "slots": {"en": slots}})


def test_what_nobody_sees_in_a_pasted_phrase_is_no_part_of_it():
    pasted = Rule(name="x", phrases={"en": ("can\u00adcel\u200b the\u202e contract\u202c",)})
    assert pasted.phrases == {"en": ("cancel the contract",)}


@pytest.mark.parametrize("code", ["en", "hu", "pl", "zh"])
@pytest.mark.parametrize(
    "phrase", ["", "  ", "😡😡", "!!! ???", "(((((", ",,,,", "x" * 10_000, "cancel " * 2_000, "é" * 5_000, "\u202e"]
)  # fmt: skip
def test_a_phrase_that_says_nothing_or_too_much_is_told_so_or_heard(code, phrase):
    heard = []
    with contextlib.suppress(KeepwellError):  # it says why
        heard = forms(Rule(name="x", phrases={code: (phrase,)}), code)
    assert all(heard)
