"""What the tests of the command line share."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keepwell.cli.main import main

SCHEMAS = Path(__file__).parents[4] / "docs" / "schemas"


def _check(name: str, answer: Any) -> None:
    from jsonschema import Draft202012Validator
    from referencing import Registry, Resource

    found = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources([(n, Resource.from_contents(c)) for n, c in found.items()])
    Draft202012Validator(found[f"{name}.json"], registry=registry).validate(answer)


@pytest.fixture
def fits() -> Callable[[str, Any], None]:
    """Fails where an answer does not fit the schema of that name in docs/schemas."""
    return _check


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Runs a command line with --format json that must succeed, and gives its answer."""

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        code = main(["--format", "json", *arguments])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return run
