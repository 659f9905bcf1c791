import json
from pathlib import Path

import pytest

from keepwell.cli.doctor import examine
from keepwell.cli.main import main


def test_the_doctor_tells_what_each_thing_is_needed_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--home", str(tmp_path), "--format", "json", "doctor"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    names = {check["name"] for check in answer["checks"]}
    assert {"Python", "DuckDB", "Spark", "Java", "Chinese fonts", "libgomp", "browser", "book"} <= names
    assert all(check["needed_for"] for check in answer["checks"])
    assert all(check["way"] for check in answer["checks"] if check["state"] != "ok")


def test_a_machine_without_java_is_told_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java = next(check for check in examine(str(tmp_path)) if check.name == "Java")
    assert java.state == "missing"
    assert "openjdk-17-jre-headless" in java.way
    assert java.exit_code == 0, "the base works without Spark"


def test_without_a_speech_model_it_tells_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> tuple[str, str, str, int]:
        check = next(check for check in examine(str(tmp_path)) if check.name == "speech model")
        return check.state, check.seen, check.way, check.exit_code

    monkeypatch.delenv("KEEPWELL_SPEECH_MODEL", raising=False)
    monkeypatch.delenv("KEEPWELL_OFFICE", raising=False)
    assert told() == ("missing", "none", "Fetch one: keepwell speech download base", 0)
    monkeypatch.setenv("KEEPWELL_SPEECH_MODEL", str(tmp_path / "no-such"))
    assert told()[:2] == ("missing", "There is no speech model at “no-such”. no such folder")
    monkeypatch.delenv("KEEPWELL_SPEECH_MODEL")
    folder = tmp_path / "office" / "speech-model"
    folder.mkdir(parents=True)
    assert "missing: model.bin" in told()[1]
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).touch()
    assert told()[:2] == ("ok", str(folder))


def test_a_home_that_is_a_file_breaks_the_base(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    home.write_text("no folder")
    assert main(["--home", str(home), "doctor"]) == 4
    assert "is not writable" in capsys.readouterr().out
