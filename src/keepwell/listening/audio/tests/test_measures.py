"""How a talk was shared, on talks made by hand."""

import pytest

from keepwell.listening.audio.measures import measure
from keepwell.listening.audio.sound import Sound
from keepwell.listening.audio.voices import Stretch, Voices
from keepwell.listening.said import Side, State, Turn

SIDES = {0: Side.US, 1: Side.THEM}


def voices(*channels, seconds=100.0):
    heard = tuple(tuple(Stretch(*one) for one in channel) for channel in channels)
    return Voices(Sound("call.wav", State.WAITING), State.WAITING, "", seconds, heard)


def test_with_a_channel_each_everything_is_told():
    turns = [
        Turn(1, "Do you stay? Why not?", Side.US),
        Turn(2, "为什么？", Side.THEM),
        Turn(3, "No.", Side.THEM),
    ]
    talk = measure(turns, voices([(0, 10), (20, 50)], [(11, 18), (45, 60)]), SIDES)
    us, them = talk.sides[Side.US], talk.sides[Side.THEM]
    assert (us.seconds, them.seconds) == (40, 22)
    assert us.share == pytest.approx(40 / 62)
    assert (us.longest_monologue, them.longest_monologue) == (30, 15)
    assert (us.questions, them.questions) == (2, 1)
    assert (us.interruptions, them.interruptions) == (0, 1)
    assert (talk.pauses, talk.longest_pause) == (2, 2)
    assert talk.reply_after == {Side.THEM: 1, Side.US: 2}
    assert talk.confidence == 0.9
    assert talk.speech == 57


def test_a_nod_ends_no_monologue_and_breaks_nothing():
    talk = measure([], voices([(0, 10), (11, 30)], [(10.2, 10.7), (20, 20.6)]), SIDES)
    assert talk.sides[Side.US].longest_monologue == 30
    assert talk.sides[Side.THEM].interruptions == 0


def test_on_one_channel_turns_say_who_speaks_and_voices_when():
    turns = [Turn(1, "a", Side.US, start=0, end=20), Turn(2, "b", Side.THEM, start=20, end=40)]
    talk = measure(turns, voices([(0, 10), (25, 40)]))
    assert (talk.sides[Side.US].seconds, talk.sides[Side.THEM].seconds) == (10, 15)
    assert talk.sides[Side.US].interruptions is None
    assert talk.confidence == 0.5


def test_where_nobody_knows_who_speaks_no_share_is_told():
    talk = measure([Turn(1, "a?", start=0, end=20)], voices([(0, 10)]))
    assert (talk.sides, talk.confidence, talk.speech) == ({}, 0.2, 10)
    assert measure([]).speech == 0


def test_turns_alone_are_enough_for_a_written_down_call():
    turns = [Turn(1, "a", Side.US, start=0, end=5), Turn(2, "b", Side.THEM, start=7, end=12)]
    talk = measure(turns)
    assert (talk.seconds, talk.pauses, talk.confidence) == (12, 1, 0.4)
