"""The plain records, and what needs no speech model."""

import subprocess
import sys

import pytest

from keepwell.listening.said import Piece, PieceKind, State, Turn, id_of, joined, sentence_of


def test_every_state_has_a_sentence():
    assert len({sentence_of(state) for state in State}) == len(State)


def test_what_is_said_is_the_text_without_its_pieces():
    turn = Turn(
        1, "> old\nnew\n-- \nAnna", pieces=(Piece(PieceKind.SIGNATURE, 10, 18), Piece(PieceKind.QUOTED, 0, 6))
    )
    assert turn.said == "new"
    assert turn.said_spans() == [(6, 10)]


def test_lines_of_different_speakers_or_far_apart_stay_turns_of_their_own():
    lines = [
        Turn(0, "a", speaker="Anna", start=0, end=1),
        Turn(0, "b", speaker="Anna", start=1.5, end=2),
        Turn(0, "c", speaker="Anna", start=9, end=10),
        Turn(0, "d", speaker="Ben", start=10, end=11),
        Turn(0, "e", start=11, end=12),
        Turn(0, "f", start=12, end=13),
    ]
    assert [(turn.no, turn.text) for turn in joined(lines)] == [
        (1, "a b"),
        (2, "c"),
        (3, "d"),
        (4, "e"),
        (5, "f"),
    ]


def test_an_id_tells_parts_apart():
    assert id_of("ab", "c") != id_of("a", "bc")
    assert id_of("ab") == id_of(b"ab")


def test_listening_starts_without_what_is_heavy():
    code = (
        "import sys, keepwell.listening.transcribing, keepwell.listening.mail.imap, keepwell.listening.belonging;"
        "print([m for m in ('av', 'faster_whisper', 'onnxruntime', 'django') if m in sys.modules])"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
        == "[]"
    )


def test_a_recording_is_a_conversation_before_and_after_it_is_heard(tmp_path):
    pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
    import numpy as np

    from keepwell.listening.audio.sound import probe
    from keepwell.listening.audio.tests import recordings as kit
    from keepwell.listening.audio.voices import Voices
    from keepwell.listening.recordings import heard, recorded
    from keepwell.listening.transcribing import Transcription

    path = kit.write(tmp_path / "call.wav", kit.tone(1))
    before = recorded(path)
    copy = tmp_path / "again.wav"
    copy.write_bytes(path.read_bytes())
    assert recorded(copy).conversation_id == before.conversation_id
    assert before.state is State.WAITING
    voices = Voices(probe(path), State.WAITING, "", 1.0)
    after = heard(before, Transcription((Turn(1, "Hello"),), State.READY, "", voices, language="en"))
    assert (after.state, after.language, len(after.turns)) == (State.READY, "en", 1)
    film = recorded(kit.write(tmp_path / "film.mp4", np.zeros(0), picture=True))
    assert (film.state, film.aside[0].file) == (State.NO_SOUND, "film.mp4")
