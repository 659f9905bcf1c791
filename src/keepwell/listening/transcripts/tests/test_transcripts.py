"""Transcripts as tools and people write them, and as they go wrong."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.listening.said import Side, State
from keepwell.listening.transcripts import About, read_bytes, read_file

VTT = """WEBVTT - a meeting
Language: hu

NOTE made by a tool
of two lines

1
00:00:01.000 --> 00:00:04.000 align:start
<v Kovács Anna>Jó napot!</v>

intro-2
00:04.500 --> 00:06.000
<v Agent>Good <i>day</i> &amp; welcome</v>
<v Kovács Anna>Köszönöm
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
Anna: We want to cancel.

2
00:00:03,000 --> 00:00:04,000
Ben: Why?
3
00:00:04,100 --> 00:00:05,000
Anna: <i>The price.</i>
"""


def read(text, name="file.txt", **about):
    return read_bytes(text.encode() if isinstance(text, str) else text, name, About(**about))


def told(conversation):
    return [(turn.speaker, turn.text) for turn in conversation.turns]


def test_a_meeting_tools_captions_say_who_speaks_and_when():
    found = read(VTT)
    assert told(found) == [
        ("Kovács Anna", "Jó napot!"),
        ("Agent", "Good day & welcome"),
        ("Kovács Anna", "Köszönöm"),
    ]
    assert [(turn.start, turn.end) for turn in found.turns] == [(1.0, 4.0), (4.5, 6.0), (4.5, 6.0)]
    assert found.turns[1].side is Side.US
    assert (found.state, found.language, found.aside) == (State.READY, "hu", ())
    assert [one.name for one in found.participants] == ["Kovács Anna", "Agent"]


def test_captions_without_a_blank_line_between_lose_nothing():
    found = read(SRT)
    assert told(found) == [("Anna", "We want to cancel."), ("Ben", "Why?"), ("Anna", "The price.")]
    assert found.turns[0].start == 1.0


def test_lines_of_one_speaker_that_follow_each_other_are_one_turn():
    found = read(SRT.replace("Ben: Why?", "Anna: At once."))
    assert told(found) == [("Anna", "We want to cancel. At once. The price.")]
    assert (found.turns[0].start, found.turns[0].end) == (1.0, 5.0)


def test_a_word_before_a_colon_said_once_is_no_name():
    found = read(
        "1\n00:00:01,000 --> 00:00:02,000\nOne thing: it is slow.\n\n"
        + "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\nline {n}\n\n" for n in range(2, 6))
    )
    assert [turn.speaker for turn in found.turns] == [""] * 5
    assert found.turns[0].text == "One thing: it is slow."


@pytest.mark.parametrize(
    "text",
    [
        "[00:12:03] Anna: We are leaving.\n[00:12:09] Ben: Why?",
        "00:12:03 Anna: We are leaving.\n00:12:09 Ben: Why?",
        "Anna (00:12:03): We are leaving.\nBen (00:12:09): Why?",
        "Anna  12:03\nWe are leaving.\n\nBen  12:09\nWhy?",
        "(12:03) Anna: We are leaving.\r\n\r\n(12:09) Ben: Why?\r\n",
    ],
)
def test_plain_text_says_names_and_times_in_many_ways(text):
    found = read(text)
    assert told(found) == [("Anna", "We are leaving."), ("Ben", "Why?")]
    assert [turn.start for turn in found.turns] == [723.0, 729.0]


def test_plain_text_needs_no_times_and_goes_on_over_lines():
    found = read("Notes of the call\nAnna: We are leaving.\nReally.\nBen: Why?\n客户：太贵了\n客服:对不起")
    assert told(found) == [
        ("", "Notes of the call"),
        ("Anna", "We are leaving.\nReally."),
        ("Ben", "Why?"),
        ("客户", "太贵了"),
        ("客服", "对不起"),
    ]
    assert [turn.side for turn in found.turns][3:] == [Side.THEM, Side.US]


def test_a_time_somebody_speaks_of_stays_in_the_text():
    found = read("10:30 works for us.\nWe could also do\nthe day after.\nSee you at 10:30")
    assert found.turns[0].text == "10:30 works for us.\nWe could also do\nthe day after.\nSee you at 10:30"


def test_a_speaker_without_a_time_among_others_is_still_heard():
    found = read("[00:01] Anna: One.\n[00:02] Ben: Two.\nAnna: Three.")
    assert told(found) == [("Anna", "One."), ("Ben", "Two."), ("Anna", "Three.")]


def test_who_is_ours_is_said_by_name():
    found = read("Anna: Hello.\nBen: Hello.", ours=["ben"], theirs=["ANNA"])
    assert [turn.side for turn in found.turns] == [Side.THEM, Side.US]


def test_json_lines_of_several_tools_are_understood():
    lines = [
        {
            "speaker": "Anna",
            "start": 1,
            "end": 2.5,
            "text": "Hello",
            "words": [{"word": " Hello", "start": 1, "end": 2}],
        },
        {"speaker_name": "Ben", "start_ms": 3000, "end_ms": 4000, "utterance": "Hi", "role": "agent"},
        {"participant": {"name": "Anna"}, "start_time": "00:00:05.500", "content": "Bye", "confidence": 0.5},
    ]
    found = read("\n".join(map(json.dumps, lines)))
    assert told(found) == [("Anna", "Hello"), ("Ben", "Hi"), ("Anna", "Bye")]
    assert [turn.start for turn in found.turns] == [1, 3, 5.5]
    assert found.turns[0].words[0].text == "Hello"
    assert found.turns[1].side is Side.US
    assert found.turns[2].confidence == 0.5
    whole = read(json.dumps({"segments": lines}, indent=2), name="whole.json")
    assert told(whole) == told(found)


def test_a_line_of_json_that_is_none_is_kept_aside_with_its_number():
    found = read('{"text": "one"}\n{"text": \n[1, 2]\n{"speaker": "Anna"}\n{"text": "two", "start": NaN}')
    assert [turn.text for turn in found.turns] == ["one", "two"]
    assert found.state is State.PARTLY
    assert [(kept.line, kept.text) for kept in found.aside] == [
        (2, '{"text": '),
        (3, "[1, 2]"),
        (4, '{"speaker": "Anna"}'),
    ]


def test_times_that_overlap_stay_and_times_that_go_backwards_are_put_in_order():
    text = "WEBVTT\n\n00:10.000 --> 00:15.000\nA: late\n\n00:01.000 --> 00:12.000\nB: early\n"
    found = read(text)
    assert [(turn.text, turn.start, turn.end) for turn in found.turns] == [("early", 1, 12), ("late", 10, 15)]
    assert (found.state, "1" in found.reason) == (State.READY, True)


def test_a_transcript_with_times_going_backwards_and_a_piece_put_aside_says_both():
    text = "WEBVTT\n\n00:10.000 --> 00:15.000\nA: late\n\n00:04.000 --> 00:03.000\nB: early\n"
    found = read(text)
    assert [turn.text for turn in found.turns] == ["early", "late"]
    assert found.state is State.PARTLY
    assert found.reason == (
        "Pieces that could not be read, and are put aside: 1. "
        "Lines whose times went backwards were put in order: 1."
    )


def test_an_end_before_its_beginning_is_left_out_and_said():
    found = read("WEBVTT\n\n00:10.000 --> 00:05.000\nA: hello\n")
    assert [(turn.start, turn.end) for turn in found.turns] == [(10, None)]
    assert found.state is State.PARTLY
    assert found.aside[0].line == 3


def test_an_empty_file_is_empty_and_a_recording_is_no_transcript():
    assert read("").state is State.EMPTY
    assert read("\ufeff \r\n ").state is State.EMPTY
    assert read("WEBVTT\n\n").state is State.EMPTY
    sound = read(b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(200))
    assert sound.state is State.UNREADABLE
    assert sound.aside[0].file == "file.txt"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "cp1250"])
def test_the_encoding_is_found_whatever_the_tool_wrote(codec):
    text = (
        "Anna: Szeretnénk felmondani a szerződést, köszönjük szépen.\r\n"
        "Béla: Sajnálom, hogy így döntött, őszintén.\r\n" * 3
    )
    found = read(text.encode(codec))
    assert found.turns[0].text == "Szeretnénk felmondani a szerződést, köszönjük szépen."
    assert found.state is State.READY


@pytest.mark.parametrize("codec", ["gb18030", "big5"])
def test_chinese_of_both_scripts_is_read(codec):
    text = (
        "客户：我们不想续约了，价格太高。\n客服：为什么呢？\n"
        if codec == "gb18030"
        else "客戶：我們不想續約了，價格太高。\n客服：為什麼呢？\n"
    )
    assert read((text * 5).encode(codec)).turns[0].text.endswith("高。")


def test_bytes_that_fit_nowhere_are_told_with_their_line_and_the_rest_is_read():
    good = "Anna: Köszönöm szépen.\nBen: Jól van, árvíztűrő.\n" * 30
    found = read(good.encode() + b"Anna: caf\xe9 \xff\n")
    assert len(found.turns) == 61
    assert (found.state, found.aside[0].line) == (State.PARTLY, 61)


def test_four_hours_are_read():
    lines = ["WEBVTT", ""]
    for n in range(4 * 60 * 20):
        at = n * 3
        stamp = f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
        lines += [f"{stamp}.000 --> {stamp}.900", f"<v {'AB'[n % 2]}>line {n}</v>", ""]
    found = read("\n".join(lines))
    assert len(found.turns) == 4800
    assert found.turns[-1].start == 14397


def test_a_file_read_twice_is_the_same_conversation(tmp_path):
    path = tmp_path / "call.vtt"
    path.write_text(VTT, encoding="utf-8")
    steps = []
    first = read_file(path, progress=steps.append)
    assert first.conversation_id == read_file(path).conversation_id
    assert steps[-1] == 1.0
    assert first.conversation_id != read(SRT).conversation_id


LINES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ("WEBVTT", "1", "00:00:01.000 --> 00:00:02.000", "00:05 --> 00:01", "Anna: hi", "[00:12] Ben: no")
        ),
        st.sampled_from(('{"text": "a"}', '{"text": 1}', "[", "{", "]", "<v Anna>x")),
        st.sampled_from(("Anna 00:12", "10:30", "Ben (1:02): yes", "Note: this")),
    ),
    max_size=14,
)


@settings(max_examples=200, deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_text_breaks_the_reading_and_every_letter_of_it_is_somewhere(lines, end):
    found = read(end.join(lines))
    kept = "".join([*(turn.speaker + turn.text for turn in found.turns), *(one.text for one in found.aside)])
    if found.state is State.UNREADABLE and not found.turns and found.aside[0].line == 0:
        return  # said to be no text at all
    for line in lines:
        for word in line.split():
            if len(word) > 3 and word.isascii() and word.isalpha() and word not in {"WEBVTT", "NOTE"}:
                assert word in kept


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(data):
    assert read(data).state in State


_CUE = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
HOSTILE = (
    _CUE + "<v " * 60_000,
    _CUE + "<i" * 60_000,
    "00:01 --> 00:02\n" * 20_000,
    "Anna " * 60_000,
    "\n".join(["Anna: " * 20] * 5_000),
    "[" * 100_000,
    '{"text": ' * 50_000,
    "[00:01] " * 50_000,
    "-" * 100_000 + "> 00:01",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_transcripts_take_little_time(text):
    started = time.process_time()
    assert read(text).state in State
    assert time.process_time() - started < 8
