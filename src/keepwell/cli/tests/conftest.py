"""What the tests of the command line share."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from keepwell.book.book import Book
from keepwell.book.tables import table_named
from keepwell.cli.main import main

SCHEMAS = Path(__file__).parents[4] / "docs" / "schemas"


@pytest.fixture(autouse=True)
def no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    """Books stand here alone: the office that other tests share is not beside them."""
    monkeypatch.delenv("KEEPWELL_OFFICE", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


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


def _rows(table: str, said: list[dict[str, Any]]) -> pa.Table:
    schema = table_named(table).schema()
    return pa.Table.from_pylist([{**dict.fromkeys(schema.names), **row} for row in said], schema=schema)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The home of a company of 40 accounts: five of them leave in 2026, on the 15th of a month each."""
    home = str(tmp_path_factory.mktemp("company") / "book")
    accounts = [
        {"account_id": f"a{n}", "name": f"Company {n}", "segment": "Enterprise" if n % 4 == 0 else "Small"}
        for n in range(40)
    ]
    subscriptions = [
        {
            "subscription_id": f"s{n}",
            "account_id": f"a{n}",
            "started_on": date(2025, 1 + n % 6, 1),
            "ended_on": date(2026, 1 + n % 5, 15) if n % 8 == 3 else None,
            "mrr": 10000 + n * 100,
            "currency": "EUR",
        }
        for n in range(40)
    ]
    known = datetime(2026, 6, 1, tzinfo=UTC)
    with Book.create(home, reporting_currency="EUR").writer() as writer:
        writer.put("accounts", _rows("accounts", accounts), known_at=known)
        writer.put("subscriptions", _rows("subscriptions", subscriptions), known_at=known)
        for table in ("accounts", "subscriptions"):
            writer.cover(table, "file", date(2026, 6, 1))
        writer.commit()
    return home
