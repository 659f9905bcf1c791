"""Running a task in a process of its own, and what that cost."""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

MIB = 1024 * 1024
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Cost:
    """What one run of a task took: seconds on the clock and of all cores, bytes of memory at its peak.

    `parts` are the clock times of the task's named parts; `said` is what it answered.
    """

    wall: float
    cpu: float
    peak: int
    parts: Mapping[str, float]
    said: Any


def run(task: str, **given: Any) -> Cost:
    """Run a task of `bench.tasks` in a fresh process; memory counts its child processes too.

    Raises RuntimeError with what the task printed where it fails.
    """
    order = json.dumps({"task": task, **given}, default=str)
    env = {**os.environ, "KEEPWELL_PROGRESS": "0"}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        [sys.executable, "-m", "bench.tasks", order],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=env,
        text=True,
    )
    watch = _Watch(process.pid)
    watch.start()
    out, err = process.communicate()
    watch.stop()
    if process.returncode:
        raise RuntimeError(f"{task} failed with {process.returncode}:\n{err[-4000:]}")
    said = json.loads(out.splitlines()[-1])
    return Cost(said["wall"], said["cpu"], max(watch.peak, said["peak"]), said["parts"], said["answer"])


class _Watch(threading.Thread):
    """Adds up the resident memory of a process and all its children, twenty times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._over, self.peak = pid, threading.Event(), 0

    def run(self) -> None:
        while not self._over.wait(0.05):
            family = _family(self._pid)
            self.peak = (
                max(self.peak, sum(_resident(pid) for pid in family)) if len(family) > 1 else self.peak
            )

    def stop(self) -> None:
        self._over.set()
        self.join()


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
        except OSError:
            continue
        found.extend(int(child) for child in children.split())
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


class Clock:
    """Times the parts of a task from within it."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        """Start now: what was imported so far is not counted."""
        self._begun, self._cpu, self._last = time.perf_counter(), _cpu(), time.perf_counter()

    def part(self, name: str) -> None:
        """What happened since the part before was this."""
        now = time.perf_counter()
        self.parts[name] = now - self._last
        self._last = now

    def report(self, answer: Any) -> dict[str, Any]:
        """What `run` reads on the other side."""
        return {
            "wall": time.perf_counter() - self._begun,
            "cpu": _cpu() - self._cpu,
            "peak": _high_water(),
            "parts": self.parts,
            "answer": answer,
        }


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _high_water() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def typical(costs: Sequence[Cost]) -> Cost:
    """The run in the middle by the clock, with the highest peak of all of them."""
    middle = median([c.wall for c in costs]) if len(costs) % 2 else min(c.wall for c in costs)
    found = min(costs, key=lambda c: abs(c.wall - middle))
    return Cost(found.wall, found.cpu, max(c.peak for c in costs), found.parts, found.said)
