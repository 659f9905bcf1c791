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
    "contract": _("Contract"),
    "irregular": _("Irregular"),
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
    """The lines in accounts and in MRR; contract and irregular accounts apart where there are both."""
    names = [
        name for name in ("restated", "moved") if name in statement["accounts"] or name in statement["mrr"]
    ]
    kinds = statement.get("kinds") or {}
    columns = [
        Column("line", _("Line")),
        Column("sign", " ", tied=True),
        Column("accounts", _("Accounts"), number=True),
        Column(
            "mrr",
            _("MRR {currency}").format(currency=statement["provenance"].get("currency", "")),
            number=True,
        ),
    ]
    for kind in kinds:
        columns += [
            Column(f"accounts_{kind}", label(kind), number=True),
            Column(f"mrr_{kind}", _("MRR"), number=True, tied=True),
        ]
    rows = []
    for name in (*names, *LINES):
        row: list[Any] = [label(name), LINES.get(name, "")]
        for one in (statement, *kinds.values()):
            row += [one["accounts"].get(name), money(one["mrr"].get(name))]
        rows.append(row)
    return Sheet(columns, rows, title=_("Statement of {what}").format(what=heading(statement)))


def _rates(statement: Json) -> Sheet:
    """The rates with the interval of all accounts; where theirs are refused, of those kinds that have one."""
    from keepwell.metrics.registry import all_metrics

    rates, known = statement["rates"], all_metrics()
    asked = {"": statement, **(statement.get("kinds") or {})}
    sure = [kind for kind, one in asked.items() if one.get("intervals")]
    shown = [""] if "" in sure else sure
    columns = [Column("rate", _("Rate"))]
    for kind in asked:
        words = label(kind) if kind else _("Value")
        columns.append(Column(kind or "value", words, number=True))
        columns += [Column(f"interval_{kind}", _("95%"), number=True, tied=True)] * (kind in shown)
    columns.append(Column("formula", _("Is")))
    rows = []
    for name in [n for n in RATES if n in rates] + [n for n in rates if n not in RATES]:
        row = [known[name].label if name in known else label(name)]
        for kind, one in asked.items():
            row += [_rate_of(one, name), *[_interval_of(one, name)] * (kind in shown)]
        rows.append((*row, known[name].formula if name in known else ""))
    return Sheet(columns, rows, notes=_said_of_rates(statement))


def _rate_of(statement: Json, name: str) -> str:
    return _("not given") if statement.get("refused") else rate(name, statement["rates"][name])


def _interval_of(statement: Json, name: str) -> str:
    around = (statement.get("intervals") or {}).get(name)
    return _between(*around) if around else ""


def _between(low: float, high: float) -> str:
    """An interval of shares in little room: 5.4–10.1%."""
    return _("{low}–{high}%").format(low=f"{low * 100:,.1f}", high=f"{high * 100:,.1f}")


def _said_of_rates(statement: Json) -> list[str]:
    notes = []
    if statement.get("small") and statement["accounts"]["opening"]:
        notes.append(_("Fewer than 30 accounts at the opening: the rates say little."))
    refused = statement.get("refused")
    if refused:
        notes += [_("Not given: {reason}").format(reason=refused["reason"]), refused["way"]]
    return notes


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
                marked_rate(part, "customer_churn"),
                marked_rate(part, "net_revenue_retention"),
            )
            for part in parts
        ],
        notes=marks_said(parts),
    )


def marks_said(statements: Sequence[Json]) -> list[str]:
    """What the marks of `marked_rate` mean, those that are there."""
    marks = (
        (_("* fewer than 30 accounts at the opening"), any(is_small(told(one)) for one in statements)),
        (
            _("… unfinished: figures can still change"),
            any(not one["period"]["finished"] for one in statements),
        ),
        (
            _("† of contract accounts alone: the period is too short for accounts that buy irregularly"),
            any(told(one) is not one for one in statements),
        ),
        (
            _("– not given: the period is too short for accounts that buy irregularly"),
            any("refused" in told(one) for one in statements),
        ),
    )
    return [words for words, holds in marks if holds]


def told(statement: Json) -> Json:
    """The statement whose rates can be told: its own or, where they are refused, that of the contract accounts."""
    contract: Json | None = (statement.get("kinds") or {}).get("contract")
    return contract if contract is not None and "refused" in statement else statement


def is_small(statement: Json) -> bool:
    """Whether its rates stand on accounts, and on too few."""
    return bool(statement.get("small") and statement["accounts"]["opening"])


def marked_rate(statement: Json, name: str) -> str:
    """A rate in a table of many: of contract accounts alone (†), unfinished (…), of few accounts (*), or a dash."""
    of = told(statement)
    if "refused" in of:
        return "–"
    mark = "†" * (of is not statement) + "…" * (not statement["period"]["finished"]) + "*" * is_small(of)
    return percent(of["rates"][name]) + mark


def statement_csv(statements: Sequence[Json]) -> Sheet:
    """Statements as one long table: a row for each line and rate of each period, segment and kind of account."""
    columns = [
        "from",
        "to",
        "finished",
        "segment",
        "kept_by",
        "name",
        "accounts",
        "mrr",
        "rate",
        "low",
        "high",
    ]
    rows: list[tuple[Any, ...]] = []
    for statement in statements:
        rows += _long(statement)
        for part in statement.get("parts", ()):
            rows += _long(part)
        for kind, one in (statement.get("kinds") or {}).items():
            rows += _long(one, kind)
    return Sheet([Column(name) for name in columns], rows)


def _long(statement: Json, kept_by: str | None = None) -> Iterator[tuple[Any, ...]]:
    period, accounts, mrr = statement["period"], statement["accounts"], statement["mrr"]
    head = (period["from"], period["to"], period["finished"], statement.get("segment"), kept_by)
    for name in dict.fromkeys(name for name in (*accounts, *mrr) if name != "churned_by_kind"):
        yield (*head, name, accounts.get(name), mrr.get(name), None, None, None)
    by_kind = mrr.get("churned_by_kind", {})
    for kind, count in accounts["churned_by_kind"].items():
        yield (*head, f"churned_{kind}", count, by_kind.get(kind), None, None, None)
    for name, value in statement["rates"].items():
        low, high = (statement.get("intervals") or {}).get(name) or (None, None)
        yield (*head, name, None, None, value, low, high)
