"""What can be asked of the library from a page: one function a kind, from its parameters to its JSON form.

Parameters are text, as an address holds them. Rows are the accounts behind the figure, where it keeps them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keepwell.ledger.rows import LEAVING_KINDS
from keepwell.lib.days import Grain, from_number, number, periods
from keepwell.metrics.conditions import asked_where
from keepwell.metrics.cuts import KEPT_BY, cut_by, kept_where

if TYPE_CHECKING:
    from keepwell.company import Company
    from keepwell.metrics.statement import Statement

Params = Mapping[str, str]
Tell = Callable[[int, int], object]
Row = dict[str, Any]
MOST_VALUES = 40  # of a column, as a page offers them


@dataclass(frozen=True)
class Made:
    """An answer and the accounts behind it."""

    result: Any
    rows: Iterable[Row] = field(default=())


@dataclass(frozen=True)
class Kind:
    """One thing that can be asked: what people read while it is worked out, and how it is."""

    label: Promise
    made: Callable[["Company", Params, Tell], Made]


def _statement_of(company: "Company", params: Params) -> "Statement":
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    return company.statement(params["from"], params["to"], by=params.get("by") or None, where=where)


def _statement(company: "Company", params: Params, _tell: Tell) -> Made:
    return Made(_statement_of(company, params).to_dict(intervals=True))


def _accounts(company: "Company", params: Params, tell: Tell) -> Made:
    """Every account of a statement, once, with the one line it is on."""
    found = _statement_of(company, params)
    assert found.source is not None
    tell(1, 3)
    unlike = {line: _ids(found, line) for line in ("interrupted", "leaving")}
    frame = found.source.everyone.select(
        "account_id", "segment", "line", "opening", "closing", "leaving_kind", "kept_by"
    )
    table = company.ledger.engine.collect(frame)
    tell(2, 3)
    names = _names(company)

    def rows() -> Iterator[Row]:
        for batch in table.to_batches(max_chunksize=5_000):
            for row in batch.to_pylist():
                one = row["account_id"]
                yield {
                    **row,
                    "segment": row["segment"] if params.get("by") else "",
                    "name": names.get(one) or one,
                    "leaving_kind": row["leaving_kind"] or "",
                    "change": row["closing"] - row["opening"],
                    **{line: one in held for line, held in unlike.items()},
                }

    return Made({"accounts": table.num_rows, "currency": found.currency}, rows())


def _ids(found: "Statement", line: str) -> set[str]:
    return set(found.list(line)["account_id"].to_pylist())


def _names(company: "Company") -> dict[str, str]:
    if company.ledger.names is None:
        return {}
    table = company.ledger.engine.collect(company.ledger.names)
    return dict(zip(table["account_id"].to_pylist(), table["name"].to_pylist(), strict=True))


def _series(company: "Company", params: Params, tell: Tell) -> Made:
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    first = company.first_day  # before it there is nothing to count
    start, end = params["from"], params["to"]
    if first is None or first.isoformat() >= end:
        return Made([])
    start = max(start, company.series_from(params["grain"]).isoformat())
    if start >= end:
        return Made([])
    return Made(company.series(params["grain"], start, end, where=where, progress=tell).to_dict())


def _cohorts(company: "Company", params: Params, _tell: Tell) -> Made:
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    by, measure = params.get("by") or None, "mrr" if params["measure"] == "mrr" else "accounts"
    found = company.cohorts(params["grain"], measure=measure, by=by, where=where)  # type: ignore[arg-type] # one of the two
    result = {"cohorts": found.to_dict(), "mean": found.mean_to_dict(), "left_out": found.left_out}
    return Made({**result, "currency": found.reporting})


def _survival(company: "Company", params: Params, _tell: Tell) -> Made:
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    found = company.survival(by=params.get("by") or None, where=where)
    return Made({**found.to_dict(), "currency": found.reporting})


def _definitions(company: "Company", params: Params, _tell: Tell) -> Made:
    """The definitions, with how many accounts are apart in place of who: those are the rows."""
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    found = company.definitions(params["from"], params["to"], where=where)
    names = _names(company)

    def rows() -> Iterator[Row]:
        for meaning in found.meanings:
            for row in meaning.apart.to_pylist():
                one = row.pop("account_id")
                line = meaning.definition.name
                yield {"account_id": one, "name": names.get(one) or one, "line": line, "also": row}

    said = [{**one.to_dict(), "accounts_apart": one.apart.num_rows, "why": one.why} for one in found.meanings]
    refused = found.refused and found.refused.to_dict()
    return Made({"definitions": said, "finished": found.finished, "refused": refused}, rows())


def _cycles(company: "Company", _params: Params, _tell: Tell) -> Made:
    found, names = company.cycles(), _names(company)

    def rows() -> Iterator[Row]:
        for row in found.table.to_pylist():
            one = row["account_id"]
            days = {name: str(row[name]) for name in ("last_purchase_on", "lapses_on")}
            told = {name: row[name] for name in ("purchases", "cycle_days", "limit_days")}
            line = "lapsed" if row["lapsed"] else "one_time" if row["one_time"] else "buying"
            yield {
                "account_id": one,
                "name": names.get(one) or one,
                "segment": row["segment"] or "",
                "line": line,
                "also": {**told, **days},
            }

    return Made({"segments": found.to_dict(), "spread": found.spread(), "as_of": str(found.as_of)}, rows())


def _starts(company: "Company", params: Params, _tell: Tell) -> Made:
    """Each account once, under the cohort or the group it began in, with its first paying day."""
    ledger = company.ledger
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    first = ledger.rows.filter(nw.col("kind") == "new", nw.col("paying") == 1)
    began = first.select("account_id", "kept_by", target=nw.col("first_day"))
    began = cut_by(ledger, kept_where(ledger, began, where), params.get("by") or None)
    table = ledger.engine.collect(began.select("account_id", "kept_by", "target", "segment"))
    now = number(company.covered)
    turned = ledger.rows.filter(nw.col("day") < now).group_by("account_id")
    paying = ledger.engine.collect(turned.agg(pays=nw.col("paying").sum().cast(nw.Int64)))
    pays = dict(zip(paying["account_id"].to_pylist(), paying["pays"].to_pylist(), strict=True))
    grain = Grain(params["grain"]) if params.get("grain") else None
    names, since = _names(company), ledger.data_from

    def rows() -> Iterator[Row]:
        for row in table.to_pylist():
            one, day = row["account_id"], from_number(row["target"])
            if day >= company.covered or (since is not None and day < since):  # they are in no cohort
                continue
            line = row["segment"] if params.get("by") else ""
            if not line and grain is not None:
                over = next(periods(grain, day, day + timedelta(days=1), fiscal_start=ledger.fiscal_start))
                line = over.start.isoformat()
            also = {"first_day": day.isoformat(), "pays": bool(pays.get(one))}
            yield {"account_id": one, "name": names.get(one) or one, "line": line or "all", "also": also}

    return Made({"accounts": table.num_rows}, rows())


def _count(company: "Company", params: Params, _tell: Tell) -> Made:
    """How many accounts of a segment pay now, and what they pay."""
    where = asked_where(company, [params["where"]] if params.get("where") else [])
    found = company.statement(company.covered - timedelta(days=1), company.covered, where=where)
    return Made(
        {
            "accounts": found.accounts.closing,
            "mrr": found.money(found.mrr.closing),
            "currency": found.currency,
        }
    )


def _about(company: "Company", _params: Params, tell: Tell) -> Made:
    """What a page offers to ask: the columns that accounts can be cut by, and their values where they are few."""
    ledger = company.ledger
    columns: dict[str, list[str]] = {KEPT_BY: ["contract", "irregular"]}
    names = ledger.attribute_names
    known = None if ledger.attributes is None else ledger.engine.persist(ledger.attributes)  # for all of them
    for place, name in enumerate(names):
        assert known is not None
        held = ledger.engine.collect(known.select(name).unique())
        values = sorted(value for value in held[name].to_pylist() if value)
        if 1 < len(values) <= MOST_VALUES:
            columns[name] = values
        tell(place + 1, len(names))
    first = company.first_day
    return Made(
        {
            "columns": columns,
            "covered": str(company.covered),
            "first_day": None if first is None else str(first),
            "currency": ledger.reporting,
            "leaving_kinds": list(LEAVING_KINDS),
        }
    )


KINDS = {
    "about": Kind(_("Looking at what accounts can be cut by"), _about),
    "statement": Kind(_("Counting the statement"), _statement),
    "accounts": Kind(_("Listing the accounts"), _accounts),
    "series": Kind(_("Counting one period after another"), _series),
    "cohorts": Kind(_("Following the cohorts"), _cohorts),
    "survival": Kind(_("Following how long accounts stay"), _survival),
    "definitions": Kind(_("Asking every definition"), _definitions),
    "cycles": Kind(_("Looking at purchase cycles"), _cycles),
    "starts": Kind(_("Listing who began when"), _starts),
    "count": Kind(_("Counting the segment"), _count),
}
