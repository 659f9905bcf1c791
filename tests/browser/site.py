"""The site as a company starts it: `keepwell serve` over a home, until the block ends."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
LINK = re.compile(r"http://localhost:\d+/members/join/\S+")


@dataclass(frozen=True)
class Site:
    """A running site: its address, the link that the terminal showed, and what its addresses are made of."""

    home: Path
    address: str
    link: str
    parts: Mapping[str, str]


@contextmanager
def serving(home: Path, parts: Mapping[str, str]) -> Iterator[Site]:
    """Serve a home; its worker works beside it."""
    port = free_port()
    try:
        link = LINK.search(_keepwell(home, "serve", "--port", str(port), "--detach"))
        yield Site(home, f"http://localhost:{port}", link.group() if link else "", parts)
    finally:
        _keepwell(home, "stop")


def made(home: Path, *options: str) -> dict[str, str]:
    """Make a simulated company and its office in a home; what its addresses are made of."""
    said = _run([sys.executable, "-m", "browser.company", str(home), *options])
    parts: dict[str, str] = json.loads(said.splitlines()[-1])
    return parts


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _keepwell(home: Path, *order: str) -> str:
    return _run([sys.executable, "-m", "keepwell.cli", "--home", str(home), *order])


def _run(order: list[str]) -> str:
    gone = ("KEEPWELL_OFFICE", "KEEPWELL_HOME", "DATABASE_URL", "KEEPWELL_URL", "KEEPWELL_TEST_DATABASE")
    env = {name: value for name, value in os.environ.items() if name not in gone}
    env |= {
        "DJANGO_SETTINGS_MODULE": "keepwell.site.settings",
        "PYTHONPATH": os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")])),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(order, env=env, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        raise RuntimeError(f"{' '.join(order)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
