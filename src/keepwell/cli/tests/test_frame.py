"""The frame around every command: help, errors, exit codes, pipes."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from keepwell.cli.main import main
from keepwell.site.tests.office_kit import READY, of_its_own, run

HEAVY = (
    "duckdb",
    "pyspark",
    "pyarrow",
    "deltalake",
    "altair",
    "vl_convert",
    "numpy",
    "rich.table",
)


def keepwell(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "keepwell.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def test_help_loads_no_engine_and_no_chart() -> None:
    code = f"import sys, keepwell.cli.main; print([m for m in {HEAVY!r} if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_an_office_is_opened_without_an_engine_or_a_chart(tmp_path: Path) -> None:
    loaded = f"\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    with of_its_own():
        assert run(tmp_path, READY + loaded) == "[]\n"


def test_help_costs_less_than_four_tenths_of_a_second_of_work() -> None:
    assert min(_work("--help") for _ in range(3)) < 0.4


def _work(*arguments: str) -> float:
    """Seconds of processor time, which a busy machine does not lengthen as it does the wait."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert keepwell(*arguments).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_every_command_has_help_and_examples(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    from keepwell.cli.main import app

    def leaves(command: object, path: list[str]) -> list[tuple[list[str], object]]:
        below = getattr(command, "commands", None)
        if not below:
            return [(path, command)]
        return [leaf for name, c in below.items() if not c.hidden for leaf in leaves(c, [*path, name])]

    for path, command in leaves(typer.main.get_command(app), []):
        assert command.help, path
        assert f"keepwell {' '.join(path)}" in (command.epilog or "").replace("--home ./book ", "").replace(
            "--format json ", ""
        ).replace("--format csv ", ""), path
        assert main([*path, "--help"]) == 0
        assert "Examples:" in capsys.readouterr().out


def test_a_mistyped_command_is_told_with_near_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docter"]) == 2
    told = capsys.readouterr().err
    assert "Did you mean 'doctor'" in told
    assert "Traceback" not in told


def test_a_global_option_in_the_wrong_place_is_told_where_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--format", "json"]) == 2
    error = json.loads(capsys.readouterr().err)["error"]
    assert "before the subcommand" in error["ways"][0]
    assert error["exit_code"] == 2


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("keepwell ")


def test_a_reader_that_leaves_early_causes_no_complaint() -> None:
    run = subprocess.run(
        f"{sys.executable} -m keepwell.cli --format json doctor | true; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    assert run.stdout.strip() in ("0", "141")


def test_an_unforeseen_fault_is_told_without_its_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "tables.md"
    page.mkdir()  # a folder where a file is expected: nothing foresees it
    assert main(["docs", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "KEEPWELL_DEBUG=1" in told
    monkeypatch.setenv("KEEPWELL_DEBUG", "1")
    with pytest.raises(IsADirectoryError):
        main(["docs", str(tmp_path)])
