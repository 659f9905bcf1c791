"""Limits and promises that hold for every file of the repository."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Written by tools, or texts whose length is not ours to choose.
NOT_OURS = re.compile(
    r"^(requirements/.*\.txt|src/.*/migrations/.*\.py|LICENSE|docs/(tables|metrics|cli)\.md"
    r"|src/.*/words/(hu|pl)\.forms\.txt|src/.*/words/zh\.common\.txt|.*\.(pot|po|ipynb|svg|json|css))$"
)
TEXT = {".py", ".md", ".toml", ".sh", ".txt", ".json", ".html", ".css", ".pot", ".po", ".ipynb", ".yml", ""}


@cache
def files() -> list[Path]:
    """Every file under version control."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not say here which files belong to the repository")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def text_files() -> list[Path]:
    return [path for path in files() if path.suffix in TEXT]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_files() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


def test_no_file_is_longer_than_500_lines() -> None:
    long = {
        name_of(path): lines
        for path in text_files()
        if not NOT_OURS.match(name_of(path)) and (lines := path.read_text(encoding="utf-8").count("\n")) > 500
    }
    assert not long


def test_functions_stay_short() -> None:
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for path in python_files()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    )
    assert lengths[int(len(lengths) * 0.95)] <= 45


def test_every_lint_exception_has_a_reason_beside_it() -> None:
    marks = (
        r"noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?",
        r"type:\s*ignore(?:\[[\w,\s-]+\])?",
        "pragma: no cover",
    )
    mark = re.compile(rf"#\s*(?:{'|'.join(marks)})(.*)")
    bare = []
    for path in python_files():
        if path == Path(__file__):
            continue
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = mark.search(line)
            if found and len(re.findall(r"\w{2,}", found[1])) < 2:
                bare.append(f"{name_of(path)}:{n}")
    assert not bare


def test_no_file_names_a_package_index_or_a_folder_of_somebodys_machine() -> None:
    hosts = [
        "py" + "pi.org",
        "python" + "hosted",
        "--index" + "-url",
        "--extra-index" + "-url",
        "/wo" + "rk/",
        "/ro" + "ot/",
    ]
    leaks = [
        (name_of(path), word)
        for path in text_files()
        for word in hosts
        if word in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert not leaks


def test_requirements_are_locked_with_hashes() -> None:
    for name in ("build", "run", "dev"):
        lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pinned = re.findall(r"^(\S+)==", lines, re.M)
        entries = re.split(r"^(?=\S+==)", lines, flags=re.M)[1:]
        assert pinned, name
        assert all("--hash=sha256:" in entry for entry in entries), name


def test_only_the_engines_folder_names_an_engine() -> None:
    engines = ROOT / "src/keepwell/book/engines"
    strays = [
        name_of(path)
        for path in python_files()
        if path.is_relative_to(ROOT / "src")
        and not path.is_relative_to(engines)
        and "tests" not in path.parts
        and re.search(r"^\s*(?:import|from) (?:duckdb|pyspark)\b", path.read_text(encoding="utf-8"), re.M)
    ]
    assert not strays


def test_the_clock_is_read_at_the_edge() -> None:
    """Below the command line a day is an argument; a manifest is stamped with the moment of its writing."""
    clock = re.compile(r"\b(?:date\.today|datetime\.now|datetime\.utcnow|time\.time)\(")
    below = [
        name_of(path)
        for room in ("lib", "ledger", "metrics", "demo")
        for path in python_files()
        if path.is_relative_to(ROOT / "src/keepwell" / room)
        and "tests" not in path.parts
        and clock.search(path.read_text(encoding="utf-8"))
    ]
    assert not below
