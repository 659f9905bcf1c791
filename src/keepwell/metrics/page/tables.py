"""Tables of the page: accounts behind a line, and every chart's figures as numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.cohorts import means_by_age
from keepwell.metrics.charts.definitions import OURS, definition_name, definition_rate, definition_told
from keepwell.metrics.charts.reading import (
    BALANCES,
    Json,
    base,
    currency,
    finished,
    interval,
    is_small,
    kind_name,
    line_name,
    rate_name,
    refused,
    shown_rate,
)
from keepwell.metrics.charts.survival import MONTH, group_name, groups_of
from keepwell.metrics.page.markup import Markup, tag

Cell = tuple[str | Markup, Any]  # what is shown, and the plain value to sort and export (None: as shown)


@dataclass(frozen=True)
class Head:
    """A column: its words, whether it holds numbers, and whether a narrow screen can do without it."""

    words: str
    number: bool = False
    spare: bool = False

    @property
    def look(self) -> str | None:
        """The classes of its cells."""
        return " ".join([*["n"] * self.number, *["wide-only"] * self.spare]) or None


def table(
    heads: Sequence[Head],
    rows: Sequence[Sequence[Cell]],
    *,
    caption: str,
    name: str,
    figures: str | None = None,
) -> Markup:
    """A table that scrolls where it has no room, sorts, and saves itself as `name`.csv.

    With `figures`, a kind of figure, its cells are bare numbers whose titles tell of them: for tables of thousands.
    """
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption, class_="unseen"),
            tag("thead", tag("tr", [tag("th", h.words, scope="col", class_=h.look) for h in heads])),
            tag("tbody", [_row(row, heads, bare=figures is not None) for row in rows]),
            data_csv=name,
            data_figures=figures,
        ),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def _row(row: Sequence[Cell], heads: Sequence[Head], *, bare: bool = False) -> Markup:
    cells = []
    empty = len(row) - 1 - max(i for i, (shown, _value) in enumerate(row) if shown) if bare else 0
    for i, (head, (shown, value)) in enumerate(list(zip(heads, row, strict=True))[: len(row) - empty]):
        look = {} if bare else {"class_": head.look, "data_v": value}
        cells.append(tag("th", shown, scope="row", **look) if i == 0 else tag("td", shown, **look))
    return tag("tr", cells, tag("td", colspan=empty) if empty else None)


def account_table(accounts: Sequence[Json], line: str, most: int, *, all_: int | None = None) -> Markup:
    """The accounts behind a line, the largest first: at most `most` of the `all_` there are.

    A balance is ordered by what is paid, other lines by how much changed.
    """
    everyone = max(len(accounts), all_ or 0)
    ordered = sorted(accounts, key=lambda a: (-abs(_amount(a, line)), str(a.get("account_id"))))
    shown = ordered[:most]
    heads = [
        Head(_("Account")),
        Head(_("Id"), spare=True),
        Head(_("Opening"), number=True, spare=True),
        Head(_("Closing"), number=True, spare=True),
    ]
    heads += [Head(_("Change"), number=True), Head(_("Why"))]
    rows: list[list[Cell]] = [
        [
            (str(a.get("name") or a.get("account_id")), None),
            (str(a.get("account_id")), None),
            _money(a.get("opening"), a),
            _money(a.get("closing"), a),
            _money(a.get("change"), a, signed=True),
            (why(a, line), None),
        ]
        for a in shown
    ]
    made = table(heads, rows, caption=line_name(line), name=f"keepwell-{line}")
    if len(shown) == everyone:
        return made
    note = _(
        "The {shown} largest of {all}. All of them: keepwell --format csv statement --list {line}"
    ).format(shown=numbers.count(len(shown)), all=numbers.count(everyone), line=line)
    return tag("div", tag("p", note, class_="small muted"), made)


def why(account: Json, line: str) -> str:
    """Why an account is on a line: the kind of leaving, what was given, or what its MRR comes from."""
    if account.get("leaving_kind"):
        return kind_name(str(account["leaving_kind"]))
    given = account.get("why")
    if given and given != line:
        return str(given)
    return {"irregular": _("buys irregularly"), "contract": _("by contract")}.get(
        str(account.get("kept_by")), "–"
    )


def _amount(account: Json, line: str) -> Decimal:
    for key in (line,) if line in BALANCES else ("change", "closing", "opening"):
        try:
            value = Decimal(str(account.get(key)))
        except InvalidOperation:
            continue
        if value:
            return value
    return Decimal(0)


def _money(value: Any, account: Json, *, signed: bool = False) -> Cell:
    if value is None:
        return ("–", "")
    said = numbers.money(value, account.get("currency"))
    return (("+" + said if signed and Decimal(str(value)) > 0 else said), str(value))


def series_table(series: Sequence[Json]) -> Markup:
    """Every period of a series with its rates, the last first."""
    names = list(series[-1].get("rates") or {}) if series else []
    led_over = [n for n in ("restated", "moved") if any(n in s["mrr"] for s in series)]
    heads = [Head(_("Period")), Head(_("Marks")), Head(_("Opening accounts"), number=True)]
    heads += [Head(_("Churned"), number=True), Head(_("Churn, 95%"), number=True)]
    heads += [Head(rate_name(n), number=True) for n in names]
    words = {"restated": _("Restated MRR"), "moved": _("Moved MRR")}
    heads += [*(Head(words[n], number=True) for n in led_over)]
    rows = []
    for s in reversed(series):
        around = interval(s, "customer_churn")
        marks = [_("not finished")] * (not finished(s)) + [_("small base")] * is_small(s)
        row: list[Cell] = [
            (numbers.period(s["period"]["from"], s["period"]["to"]), s["period"]["from"]),
            ("; ".join(marks) or "–", None),
            (numbers.count(base(s)), base(s)),
            (numbers.count(s["accounts"].get("churned")), s["accounts"].get("churned")),
            ("–", "") if around is None else (" – ".join(numbers.percent(a) for a in around), around[0]),
        ]
        row += [_rate(s, n) for n in names]
        row += [(numbers.money(s["mrr"].get(n), currency(s)), s["mrr"].get(n) or "") for n in led_over]
        rows.append(row)
    return table(heads, rows, caption=_("The series in numbers"), name="keepwell-series")


def _rate(statement: Json, name: str) -> Cell:
    """A rate; where it is refused that of the contract accounts, said so."""
    value = shown_rate(statement, name)
    if value is None:
        return (_("not given") if refused(statement) else _("no base"), "")
    said = numbers.times(value) if name == "quick_ratio" else numbers.percent(value)
    return (_("{rate} (contract)").format(rate=said) if refused(statement) else said, value)


def segment_table(parts: Sequence[Json]) -> Markup:
    """One row a segment: what was there, who left, and the rates."""
    heads = [Head(_("Segment")), Head(_("Opening accounts"), number=True), Head(_("Churned"), number=True)]
    heads += [
        Head(_("Closing accounts"), number=True, spare=True),
        Head(_("Opening MRR"), number=True, spare=True),
    ]
    names = ("customer_churn", "revenue_churn", "net_revenue_retention")
    heads += [Head(rate_name(n), number=True) for n in names]
    rows = []
    for part in parts:
        held, unit = part["accounts"], currency(part)
        mark = "◆ " if is_small(part) else ""
        row: list[Cell] = [(str(part.get("segment") or _("(none)")), None)]
        row += [(numbers.count(held.get(n)), held.get(n)) for n in ("opening", "churned", "closing")]
        row.append((numbers.money(part["mrr"]["opening"], unit), part["mrr"]["opening"]))
        for n in names:
            said, value = _rate(part, n)
            row.append((f"{mark}{said}", value))
        rows.append(row)
    return table(heads, rows, caption=_("The parts in numbers"), name="keepwell-parts")


def cohort_table(cohorts: Sequence[Json], grain: str = "month", mean: Sequence[Json] = ()) -> Markup:
    """The triangle in numbers; a running cell has a tilde."""
    ages = sorted({int(c["age"]) for cohort in cohorts for c in cohort["cells"]})
    heads = [Head(_("Cohort")), Head(_("Size"), number=True), *[Head(str(a), number=True) for a in ages]]
    rows: list[list[Cell]] = []
    for cohort in cohorts:
        cells = {int(c["age"]): c for c in cohort["cells"]}
        row: list[Cell] = [
            (numbers.cohort(cohort["cohort"], grain), cohort["cohort"]),
            (numbers.count(cohort["size"]), cohort["size"]),
        ]
        rows.append(row + [_share(cells.get(age)) for age in ages])
    if mean:
        means, size = means_by_age(mean), sum(int(c["size"] or 0) for c in cohorts)
        last: list[Cell] = [(_("Weighted mean"), None), (numbers.count(size), size)]
        rows.append(last + [_share({"share": means.get(age)}) for age in ages])
    return table(heads, rows, caption=_("The cohorts in numbers"), name="keepwell-cohorts")


def _share(cell: Mapping[str, Any] | None) -> Cell:
    if cell is None or cell.get("share") is None:
        return ("", "")
    running = "" if cell.get("finished", True) else "~"
    return (running + numbers.percent(cell["share"], 0), cell["share"])


def survival_table(
    survival: Any,
    unit: str | None = None,
    told: Callable[[str, str, Json], Markup | str] = lambda _kind, shown, _group: shown,
) -> Markup:
    """For each group its accounts, those who left, the median, and the share kept after one and two years.

    `told` makes a figure of a kind (group-size, group-left, half, survival, lifetime) of a group into what tells
    of it.
    """
    groups = groups_of(survival)
    worth = any(g.get("lifetime_value") is not None for g in groups)
    heads = [
        Head(_("Group")),
        Head(_("Accounts"), number=True, spare=True),
        Head(_("Left"), number=True, spare=True),
    ]
    heads += [Head(_("Half gone after"), number=True), Head(_("After 12 months"), number=True)]
    heads += [Head(_("After 24 months"), number=True), *[Head(_("Lifetime value"), number=True)] * worth]
    rows: list[list[Cell]] = []
    for g in groups:
        points = sorted(g["points"], key=lambda p: int(p["day"]))
        size = g.get("size") or max((int(p["at_risk"]) for p in points), default=0)
        left = g.get("left") or sum(int(p.get("left") or 0) for p in points)
        row: list[Cell] = [(group_name(g), None)]
        row += [
            (told("group-size", numbers.count(size), g), size),
            (told("group-left", numbers.count(left), g), left),
        ]
        for kind, (shown, plain) in (
            ("half", _half(g)),
            ("survival", _kept(points, 12)),
            ("survival", _kept(points, 24)),
        ):
            row.append((told(kind, str(shown), g), plain))
        if worth:
            value = g.get("lifetime_value")
            row.append((told("lifetime", numbers.money(value, unit), g), value or ""))
        rows.append(row)
    return table(heads, rows, caption=_("Survival in numbers"), name="keepwell-survival")


def _half(group: Json) -> Cell:
    """The median in months, with its interval where both ends are known."""
    median, low, high = (group.get(k) for k in ("median", "median_low", "median_high"))
    if median is None:
        return (_("not yet"), "")
    said = _("{n} months").format(n=f"{float(median) / MONTH:.1f}")
    if low is not None and high is not None:
        said += f" ({float(low) / MONTH:.1f}–{float(high) / MONTH:.1f})"
    return (said, median)


def _kept(points: Sequence[Json], months: int) -> Cell:
    day = months * MONTH
    if not points or int(points[-1]["day"]) < day:
        return ("–", "")
    before = [p for p in points if int(p["day"]) <= day]
    if not before:
        return (numbers.percent(1), 1)
    last = before[-1]
    said = numbers.percent(last["survival"])
    if last.get("low") is not None:
        said += f" ({numbers.percent(last['low'], 0)}–{numbers.percent(last['high'], 0)})"
    return (said, last["survival"])


def definition_table(
    definitions: Sequence[Json],
    opened: Callable[[Json, str], Markup | str] = lambda _definition, words: words,
) -> Markup:
    """Every definition's rate with its parts; `opened` makes words of a definition into what opens it."""
    heads = [Head(_("Definition")), Head(_("Churn"), number=True), Head(_("Of"), number=True, spare=True)]
    heads.append(Head(_("Accounts apart"), number=True))
    rows: list[list[Cell]] = []
    for d in definitions:
        value, own = definition_told(d).get("rate"), len(accounts_apart(d))
        name = opened(d, definition_name(d))
        apart = opened(d, accounts_said(own)) if own else _("none")
        rows.append(
            [
                (tag("strong", name) if d["name"] == OURS else name, None),
                (definition_rate(d), "" if value is None else value),
                (parts_said(definition_told(d)), None),
                (apart, own),
            ]
        )
    return table(heads, rows, caption=_("The definitions in numbers"), name="keepwell-definitions")


def parts_said(definition: Json) -> str:
    """A definition's numerator and denominator in words; a dash where it has none."""
    part, whole = definition.get("numerator"), definition.get("denominator")
    if part is None or whole is None:
        return "–"
    return _("{part} of {whole}").format(part=_number(part), whole=_number(whole))


def _number(value: Any) -> str:
    number = float(value)
    return numbers.count(number) if number.is_integer() else f"{number:,.2f}"


def accounts_apart(definition: Json) -> list[Any]:
    """The accounts that make a definition differ from ours; an empty list where there are none."""
    found = definition.get("accounts_apart")
    return list(found) if isinstance(found, list | tuple) else []


def accounts_said(n: int) -> str:
    """So many accounts, in words."""
    return ngettext("{n} account", "{n} accounts", n).format(n=numbers.count(n))
