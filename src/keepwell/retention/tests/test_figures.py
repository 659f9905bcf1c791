"""What pages show is what the library says of the same book, to the cent."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from keepwell.book.book import Book
from keepwell.company import Company
from keepwell.metrics.charts import numbers
from keepwell.metrics.lines import LINES
from keepwell.retention import night
from keepwell.retention.measuring import KINDS
from keepwell.retention.models import Behind, Figure

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
Q3 = ("2026-07-01", "2026-10-01")


def kept(kind: str) -> Any:
    return Figure.objects.filter(kind=kind, state="done").latest("pk").result


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))


@pytest.mark.parametrize("also", ["", "&by=segment", "&where=segment+%3D+Enterprise"])
def test_a_statement_on_the_page_is_the_librarys(also: str, as_: As, library: Company) -> None:
    page = as_("viewer").get(f"/retention/?period=2026-Q3{also}").content.decode()
    by = "segment" if "by=" in also else None
    where = "segment = Enterprise" if "where" in also else ()
    whole = library.statement(*Q3, by=by, where=where).to_dict(intervals=True)
    found = Figure.objects.get(kind="statement", params__to="2026-10-01").result
    for figure in (found, whole):
        figure["provenance"].pop("cut")
    assert found["accounts"] == whole["accounts"]
    assert found["mrr"] == whole["mrr"]
    assert found["rates"] == whole["rates"]
    assert found.get("parts", []) == _without_cut(whole.get("parts", []), found)
    for line in ("opening", "new", "expansion", "contraction", "churned", "closing"):
        said = numbers.money(whole["mrr"][line], "EUR")
        assert said in page, line
    assert f">{numbers.count(whole['accounts']['opening'])}<" in page


def _without_cut(parts: list[Any], found: Any) -> list[Any]:
    """The cut says when the book was opened: alike in both but for that."""
    assert len(parts) == len(found.get("parts", []))
    return [
        {**part, "provenance": own["provenance"], **({"kinds": own["kinds"]} if "kinds" in own else {})}
        for part, own in zip(parts, found.get("parts", []), strict=True)
    ]


def test_the_csv_of_a_statement_holds_the_librarys_amounts(as_: As, library: Company) -> None:
    rows = rows_of(as_("viewer").get("/retention/?period=2026-Q3&as=csv"))
    whole = library.statement(*Q3)
    amounts = {row["line"]: row["mrr"] for row in rows}
    for line in ("opening", "new", "churned", "closing"):
        assert Decimal(amounts[line]) == Decimal(whole.money(getattr(whole.mrr, line)))


@pytest.mark.parametrize("line", LINES)
def test_each_line_opens_the_accounts_that_the_library_lists(line: str, as_: As, library: Company) -> None:
    rows = rows_of(as_("administrator").get(f"/retention/accounts?period=2026&line={line}&as=csv"))
    listed = library.statement("2026-01-01", "2027-01-01").list(line).to_pylist()
    told = {row["account_id"]: (Decimal(row["opening"]), Decimal(row["closing"])) for row in rows}
    assert told == {row["account_id"]: (row["opening"], row["closing"]) for row in listed}


def test_a_part_of_a_cut_statement_opens_its_own_accounts(as_: As, library: Company) -> None:
    whole = library.statement(*Q3, by="segment")
    for part in whole.parts:
        query = {"period": "2026-Q3", "by": "segment", "line": "opening", "part": part.segment, "as": "csv"}
        rows = rows_of(as_("administrator").get("/retention/accounts", query))
        assert len(rows) == part.accounts.opening


def test_kinds_of_leaving_open_their_accounts(as_: As, library: Company) -> None:
    whole = library.statement("2026-01-01", "2027-01-01").accounts.churned_by_kind
    for kind, n in whole.items():
        query = {"period": "2026", "line": "churned", "kind": kind, "as": "csv"}
        assert len(rows_of(as_("administrator").get("/retention/accounts", query))) == n


def test_series_cohorts_survival_definitions_and_cycles_are_the_librarys(as_: As, library: Company) -> None:
    client = as_("viewer")
    pages = ("over-time?grain=quarter&from=2025-10-01&to=2026-10-01", "cohorts?grain=quarter", "survival")
    for name in (*pages, "definitions?period=2026-Q3", "cycles"):
        assert client.get(f"/retention/{name}").status_code == 200
    series = library.series("quarter", "2025-10-01", "2026-10-01").to_dict()
    assert [one["mrr"] for one in kept("series")] == [one["mrr"] for one in series]
    assert [one["rates"] for one in kept("series")] == [one["rates"] for one in series]
    assert kept("cohorts")["cohorts"] == library.cohorts("quarter").to_dict()
    assert kept("survival")["groups"] == library.survival().to_dict()["groups"]
    assert kept("cycles")["segments"] == library.cycles().to_dict()
    whole = library.definitions(*Q3)
    told = [{**one, "accounts_apart": len(one["accounts_apart"])} for one in whole.to_dict()]
    shown = kept("definitions")["definitions"]
    assert [{name: said for name, said in one.items() if name != "why"} for one in shown] == told
    for meaning in whole.meanings:
        apart = Behind.objects.filter(figure__kind="definitions", line=meaning.definition.name)
        assert set(apart.values_list("account_id", flat=True)) == set(meaning.apart["account_id"].to_pylist())


def test_each_cohort_opens_as_many_accounts_as_it_has(as_: As, library: Company) -> None:
    as_("administrator").get("/retention/accounts?of=starts&grain=quarter")
    rows = Behind.objects.filter(figure__kind="starts")
    for one in library.cohorts("quarter").cohorts:
        assert rows.filter(line=one.cohort).count() == one.size


def test_the_night_works_out_what_the_pages_ask_and_does_it_once(
    as_: As, office: Any, library: Company, waiting: None
) -> None:
    book = Book.open(office)
    engine = library.ledger.engine
    first = night.measured(book, engine, now=NOW)
    assert first > 10
    assert night.measured(book, engine, now=NOW) == 0
    assert not Figure.objects.filter(state__in=["waiting", "running"]).exists()
    pages = ("", "over-time", "cohorts", "cohorts?measure=mrr", "survival", "definitions", "cycles")
    for name in pages:
        answer = as_("viewer").get(f"/retention/{name}")
        assert b"<progress" not in answer.content, name
    assert Figure.objects.count() == first


def test_figures_of_older_cuts_are_forgotten(office: Any, library: Company) -> None:
    old = Figure.objects.create(kind="cycles", key="x", cut="old", asked_at=NOW, state="done", result={})
    Behind.objects.create(figure=old, account_id="A1", name="One", line="buying")
    night.measured(Book.open(office), library.ledger.engine, now=NOW)
    assert not Figure.objects.filter(cut="old").exists()
    assert not Behind.objects.filter(account_id="A1", name="One").exists()


def test_every_kind_says_what_it_does_while_it_is_worked_out() -> None:
    assert all(re.match(r"[A-Z]", str(kind.label)) for kind in KINDS.values())
