"""A worker killed with -9 in the middle of a recording: the next one goes on at the passage it was at."""

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")
pytest.importorskip("faster_whisper", reason="the extra keepwell[speech] is not installed")

import numpy as np

from keepwell.listening.audio.tests import recordings as kit
from keepwell.site.tests import empty_office
from keepwell.site.tests.office_kit import READY, of_its_own

# An ear that takes a while for each passage and writes down which it was given.
WORKER = (
    READY
    + """
import time
from datetime import timedelta
from keepwell.conversations.actions import transcribing
from keepwell.listening.transcribing import Heard

transcribing.DEAD, transcribing.BEAT = timedelta(seconds=2), 0.3

class Ear:
    name = "slow"
    def language(self, samples, among): return among[0]
    def hear(self, samples, language):
        with open(sys.argv[2], "a") as out: out.write("passage\\n")
        time.sleep(float(sys.argv[3]))
        return [Heard(0.0, len(samples) / 16000, "words")]

transcribing.be_modest()
import os; assert os.nice(0) == 19
for _turn in range(40):
    done = list(transcribing.work(ear=Ear()))
    if done: break
    time.sleep(0.2)
print([(one.one.name, one.wrong) for one in done])
"""
)
ADD = (
    READY
    + """
from datetime import UTC, datetime
from pathlib import Path
from keepwell.conversations.actions.receiving import receive
from keepwell.conversations.jobs import read_in
file = Path(sys.argv[2])
said = {"language": "en"}
one = receive(
    chunks=[file.read_bytes()], name=file.name, source="upload", now=datetime.now(UTC), said=said, ask=False
)
print(read_in(one.pk))
"""
)


@pytest.mark.slow
def test_a_killed_transcription_goes_on_where_it_was_and_nothing_is_there_twice(tmp_path: Path) -> None:
    home, given = empty_office.placed(tmp_path / "home"), tmp_path / "given"
    long = kit.write(tmp_path / "long.wav", np.tile(kit.speech(), 18))

    def begun(script: str, *arguments: str) -> subprocess.Popen[str]:
        with of_its_own():
            return subprocess.Popen(
                [sys.executable, "-c", script, str(home), *arguments], stdout=subprocess.PIPE, text=True
            )

    assert begun(ADD, str(long)).communicate(timeout=300)[0].strip() == "waiting"
    first = begun(WORKER, str(given), "3")
    until = time.monotonic() + 240
    while (not given.exists() or given.read_text().count("passage") < 2) and time.monotonic() < until:
        time.sleep(0.1)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    second = begun(WORKER, str(given), "0.1")
    assert "('long.wav', '')" in second.communicate(timeout=300)[0]
    office = sqlite3.connect(home / "office" / "office.sqlite3")
    ((state, attempts, real_time),) = office.execute(
        "SELECT state, attempts, real_time FROM conversations_incoming"
    ).fetchall()
    assert (state, attempts) == ("done", 2)
    assert real_time > 0
    turns = office.execute("SELECT start FROM conversations_turn ORDER BY no").fetchall()
    passages = len(turns)
    assert passages >= 3
    assert len({start for (start,) in turns}) == passages
    assert given.read_text().count("passage") == passages + 1  # only the one it was killed in was heard again
    assert not list((home / "office" / "incoming").iterdir())
