"""Setting up on a bare machine: what is missing is said, with the way to get it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "requirements" / "venv.sh"

pytestmark = pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")


def fake(folder: Path, name: str, body: str) -> Path:
    """A program of that name that does what a Python of another machine would."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def make_venv(folder: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    shell = shutil.which("sh")
    assert shell
    return subprocess.run(
        [shell, str(SCRIPT), str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    run = make_venv(tmp_path / "venv", path=str(tmp_path))
    assert run.returncode == 1
    assert "needs Python 3.11 or newer, and none was found" in run.stderr
    assert "apt-get install python3" in run.stderr


def test_a_python_that_is_too_old_is_refused_by_name(tmp_path: Path) -> None:
    old = fake(tmp_path, "python3", 'case "$1" in --version) echo Python 3.9.2;; *) exit 1;; esac')
    run = make_venv(tmp_path / "venv", str(old), path=str(tmp_path))
    assert run.returncode == 1
    assert "Python 3.9.2" in run.stderr
    assert "make PYTHON=" in run.stderr
    assert "Python 3.9.2" in make_venv(tmp_path / "venv", path=str(tmp_path)).stderr


def test_a_python_without_ensurepip_is_told_which_package_has_it(tmp_path: Path) -> None:
    body = 'case "$2" in *ensurepip*) exit 1;; *version_info*:2*) echo 3.11;; *) exit 0;; esac'
    fake(tmp_path, "python3", body)
    run = make_venv(tmp_path / "venv", path=str(tmp_path))
    assert run.returncode == 1
    assert "apt-get install python3.11-venv" in run.stderr
    assert not (tmp_path / "venv").exists()


def test_a_name_that_is_no_program_is_told(tmp_path: Path) -> None:
    run = make_venv(tmp_path / "venv", "python9", path=str(tmp_path))
    assert run.returncode == 1
    assert "There is no “python9” to run" in run.stderr


def test_a_half_made_environment_is_made_whole_and_a_whole_one_kept(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    (folder / "bin").mkdir(parents=True)
    base = getattr(sys, "_base_executable", sys.executable)
    path = os.environ["PATH"]
    assert make_venv(folder, base, path=path).returncode == 0
    mark = folder / "kept"
    mark.touch()
    assert make_venv(folder, base, path=path).returncode == 0
    assert mark.exists()


def test_make_says_what_it_can_do() -> None:
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    said = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("demo", "test", "check", "bench"):
        assert f"make {target} " in said
