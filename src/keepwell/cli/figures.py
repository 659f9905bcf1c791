"""Figures as tables: each takes the JSON form of an answer and gives sheets for people and for CSV."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from keepwell.cli.out import Column, Sheet
from keepwell.lib.text import gettext as _

Json = Mapping[str, Any]

# Lines in the order in which they lead from opening to closing, with their sign on the way.
LINES = {
    "opening": "",
    "new": "+",
    "reactivated": "+",
    "expansion": "+",
    "contraction": "−",
    "churned": "−",
    "closing": "",
}
APART = ("passed_through", "came_back_and_left", "interrupted", "leaving")

LABELS = {
    "opening": _("Opening"),
    "new": _("New"),
    "reactivated": _("Reactivated"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churned": _("Churned"),
    "closing": _("Closing"),
    "passed_through": _("Passed through"),
    "came_back_and_left": _("Came back and left"),
    "interrupted": _("Interrupted"),
    "leaving": _("Leaving (notice given)"),
    "restated": _("Restated (exchange rates)"),
    "moved": _("Moved between segments"),
    "by_choice": _("By choice"),
    "failed_payment": _("Failed payment"),
    "lapse": _("Lapse"),
    "closed_or_merged": _("Closed or merged"),
    "unknown": _("Unknown"),
}
# Rates in the order in which people ask for them; others follow.
RATES = (
    "customer_churn",
    "customer_retention",
    "revenue_churn",
    "gross_revenue_retention",
    "net_revenue_retention",
    "quick_ratio",
    "churned_share_of_revenue",
    "net_growth",
)
MULTIPLES = ("quick_ratio",)  # the one rate that is no share


def label(name: str) -> str:
    """The words for a line or a rate."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def money(text: str | None) -> Decimal | None:
    """An amount out of its JSON form."""
    return None if text is None else Decimal(text)


def percent(value: float | None) -> str:
    """A share as people read it; no base is said."""
    return _("no base") if value is None else f"{value * 100:,.1f}%"


def rate(name: str, value: float | None) -> str:
    """A rate as people read it."""
    if name in MULTIPLES and value is not None:
        return f"{value:,.2f}"
    return percent(value)


def heading(statement: Json) -> str:
    """What a statement is of: its period, whether finished, its segment."""
    period = statement["period"]
    words = _("{start} to {end} (not included)").format(start=period["from"], end=period["to"])
    if not period["finished"]:
        words += " · " + _("unfinished: figures can still change")
    if statement.get("segment") is not None:
        words = f"{statement['segment']} · {words}"
    return words


def statement_sheets(statement: Json) -> Iterator[Sheet]:
    """A statement for people: lines, rates, kinds of churn, what stands apart, and its segments."""
    yield _lines(statement)
    yield _rates(statement)
    if statement["accounts"]["churned"]:
        yield _kinds(statement)
    yield _apart(statement)
    if statement.get("parts"):
        yield parts_sheet(statement["parts"], str(statement["provenance"].get("by") or ""))


def _lines(statement: Json) -> Sheet:
    accounts, mrr = statement["accounts"], statement["mrr"]
    rows = []
    for extra in ("restated", "moved"):
        if extra in accounts or extra in mrr:
            rows.append((label(extra), "", accounts.get(extra), money(mrr.get(extra))))
    rows += [(label(line), sign, accounts.get(line), money(mrr.get(line))) for line, sign in LINES.items()]
    currency = statement["provenance"].get("currency", "")
    return Sheet(
        [
            Column("line", _("Line")),
            Column("sign", " "),
            Column("accounts", _("Accounts"), number=True),
            Column("mrr", _("MRR {currency}").format(currency=currency), number=True),
        ],
        rows,
        title=_("Statement of {what}").format(what=heading(statement)),
    )


def _rates(statement: Json) -> Sheet:
    from keepwell.metrics.registry import all_metrics

    notes = []
    if statement.get("small") and statement["accounts"]["opening"]:
        notes.append(_("Fewer than 30 accounts at the opening: the rates say little."))
    refused = statement.get("refused")
    if refused:
        notes.append(str(refused))
    rates = statement["rates"]
    known = all_metrics()
    names = [name for name in RATES if name in rates] + [name for name in rates if name not in RATES]
    rows = [
        (
            known[name].label if name in known else label(name),
            _("not given") if refused else rate(name, rates[name]),
            known[name].formula if name in known else "",
        )
        for name in names
    ]
    columns = [
        Column("rate", _("Rate")),
        Column("value", _("Value"), number=True),
        Column("formula", _("Is")),
    ]
    return Sheet(columns, rows, notes=notes)


def _kinds(statement: Json) -> Sheet:
    mrr = statement["mrr"].get("churned_by_kind", {})
    kinds = statement["accounts"]["churned_by_kind"]
    return Sheet(
        [
            Column("kind", _("Churned by kind")),
            Column("accounts", _("Accounts"), number=True),
            Column("mrr", _("MRR"), number=True),
        ],
        [(label(kind), count, money(mrr.get(kind))) for kind, count in kinds.items() if count],
    )


def _apart(statement: Json) -> Sheet:
    accounts = statement["accounts"]
    return Sheet(
        [Column("line", _("In none of the sums")), Column("accounts", _("Accounts"), number=True)],
        [(label(line), accounts[line]) for line in APART if line in accounts],
    )


def parts_sheet(parts: Sequence[Json], by: str) -> Sheet:
    """A row for each segment of a statement."""
    return Sheet(
        [
            Column("segment", by or _("Segment")),
            *[
                Column(line, label(line), number=True)
                for line in ("opening", "new", "reactivated", "churned", "closing")
            ],
            Column("mrr_opening", _("MRR opening"), number=True),
            Column("mrr_closing", _("MRR closing"), number=True),
            Column("customer_churn", _("Churn"), number=True),
            Column("net_revenue_retention", _("Net revenue retention"), number=True),
        ],
        [
            (
                part["segment"],
                *[part["accounts"][line] for line in ("opening", "new", "reactivated", "churned", "closing")],
                money(part["mrr"]["opening"]),
                money(part["mrr"]["closing"]),
                _small(part, percent(part["rates"]["customer_churn"])),
                _small(part, percent(part["rates"]["net_revenue_retention"])),
            )
            for part in parts
        ],
        notes=[_("* fewer than 30 accounts at the opening")] if any(p.get("small") for p in parts) else (),
    )


def _small(statement: Json, words: str) -> str:
    return f"{words}*" if statement.get("small") and statement["accounts"]["opening"] else words


def statement_csv(statements: Sequence[Json]) -> Sheet:
    """Statements as one long table: a row for each line and rate of each period and segment."""
    columns = ["from", "to", "finished", "segment", "name", "accounts", "mrr", "rate"]
    rows: list[tuple[Any, ...]] = []
    for statement in statements:
        for one in (statement, *statement.get("parts", ())):
            period, accounts, mrr = one["period"], one["accounts"], one["mrr"]
            head = (period["from"], period["to"], period["finished"], one.get("segment"))
            names = [n for n in (*accounts, *mrr) if n != "churned_by_kind"]
            for name in dict.fromkeys(names):
                rows.append((*head, name, accounts.get(name), mrr.get(name), None))
            for kind, count in accounts["churned_by_kind"].items():
                by_kind = mrr.get("churned_by_kind", {})
                rows.append((*head, f"churned_{kind}", count, by_kind.get(kind), None))
            rows += [(*head, name, None, None, value) for name, value in one["rates"].items()]
    return Sheet([Column(name) for name in columns], rows)


def provenance_notes(provenance: Json) -> list[str]:
    """What a figure was made from, in lines a person can read."""
    lines = [
        _("Definition: {name}, version {version}").format(
            name=provenance.get("definition"), version=provenance.get("definition_version")
        )
    ]
    policies = provenance.get("policies") or {}
    if policies:
        from keepwell.ledger.policies import Policies

        lines.append(_("Policies: {sentences}").format(sentences=" ".join(Policies(**policies).sentences())))
    lines.append(
        _("Currency: {currency} at the rates of {day}").format(
            currency=provenance.get("currency"), day=provenance.get("rates_on")
        )
    )
    if provenance.get("where"):
        lines.append(_("Only accounts with {where}").format(where=provenance["where"]))
    lines.append(_("Covered: every day before {day}").format(day=provenance.get("covered")))
    cut = provenance.get("cut") or {}
    if cut.get("known_until"):
        words = _("Known: everything loaded by {moment} UTC (manifest {n})")
        if cut.get("as_known_on"):
            words = _("Known: what was known at the end of {day} (manifest {n})")
        moment = str(cut["known_until"])[:16].replace("T", " ")
        lines.append(words.format(moment=moment, day=cut.get("as_known_on"), n=cut.get("manifest")))
    excluded = provenance.get("excluded") or {}
    lines.append(
        _("Left out: {what}").format(
            what=", ".join(f"{reason}: {count:,}" for reason, count in excluded.items()) or _("nothing")
        )
    )
    if provenance.get("simulated"):
        lines.append(_("This company is simulated."))
    return lines
