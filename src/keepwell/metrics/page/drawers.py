"""The sheets that open beside the page: what a figure means, and the accounts behind a line.

They are popovers, so they open, stack and close with the keyboard alone and without any script.
"""

from collections.abc import Mapping, Sequence

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.definitions import OURS, definition_name, definition_rate, definition_told
from keepwell.metrics.charts.reading import Json, contract_alone, interval, line_name, refused
from keepwell.metrics.page.figures import Figure, worked
from keepwell.metrics.page.markup import Child, Markup, tag
from keepwell.metrics.page.proof import proof_list
from keepwell.metrics.page.tables import account_table, accounts_apart, accounts_said, parts_said

Accounts = Mapping[str, Sequence[Json]]


def opener(target: str, *words: Child, class_: str = "link") -> Markup:
    """A button that opens a drawer."""
    return tag("button", *words, type="button", popovertarget=target, class_=class_, aria_haspopup="dialog")


def drawer(name: str, heading: str, *inside: Child) -> Markup:
    """A sheet that comes in from the side."""
    close = tag(
        "button", "×", type="button", class_="close", popovertarget=name, popovertargetaction="hide",
        aria_label=_("Close"), autofocus=True,
    )  # fmt: skip
    head = tag("div", tag("h2", heading, id=f"{name}-head"), close, class_="row")
    return tag(
        "div",
        head,
        *inside,
        id=name,
        class_="drawer",
        popover="auto",
        role="dialog",
        aria_labelledby=f"{name}-head",
    )


def behind(line: str, accounts: Accounts, statement: Json) -> int:
    """How many accounts the line has, of which the list may hold only the largest."""
    counted = (statement.get("accounts") or {}).get(line)
    return max(len(accounts[line]), int(counted or 0))


def line_drawers(accounts: Accounts, statement: Json, most: int) -> list[Markup]:
    """One drawer a line with the accounts behind it."""
    period = numbers.period(statement["period"]["from"], statement["period"]["to"])
    drawers = []
    for line, held in accounts.items():
        n = behind(line, accounts, statement)
        said = tag("p", f"{accounts_said(n)} · {period}. {line_meaning(line)}", class_="lede")
        inside = account_table(held, line, most, all_=n) if held else tag("p", _("Nobody in this period."))
        drawers.append(drawer(f"line-{line}", line_name(line), said, inside))
    return drawers


def line_meaning(line: str) -> str:
    """What puts an account on this line."""
    return {
        "opening": _("Paying at the end of the day before the period."),
        "new": _("Not paying at the opening, paying at the closing, and never paid before."),
        "reactivated": _("Not paying at the opening, paying at the closing, and paid at some time before."),
        "expansion": _(
            "Paying at both ends, and more at the closing. They stay: no part of the sum of accounts."
        ),
        "contraction": _(
            "Paying at both ends, and less at the closing. They stay: no part of the sum of accounts."
        ),
        "churned": _("Paying at the opening, not at the closing."),
        "closing": _("Paying at the end of the period’s last day."),
        "passed_through": _("First came and left inside the period; in none of the sums."),
        "came_back_and_left": _("Came back and left again inside the period; in none of the sums."),
        "interrupted": _("Paying at both ends, but not all the time between; in none of the sums."),
        "leaving": _("Has given notice and still pays; in none of the sums."),
    }.get(line, "")


def figure_drawer(figure: Figure, statement: Json, accounts: Accounts) -> Markup:
    """What a figure means, how it comes about in this period, its accounts and where it comes from."""
    around = interval(statement, figure.name)
    parts: list[Child] = [tag("p", figure.meaning, class_="lede")] if figure.meaning else []
    why = refused(statement)
    if why:
        parts.append(tag("p", figure.formula, class_="formula"))
        parts.append(tag("p", f"{why.get('reason', '')} {why.get('way', '')}"))
        alone = contract_alone(statement, figure.name)
        if alone is not None:
            parts.append(tag("p", _("Contract accounts alone: {rate}").format(rate=figure.say(alone))))
    elif figure.formula:
        parts.append(
            tag("p", figure.formula, tag("br"), tag("strong", worked(figure, statement)), class_="formula")
        )
    if around:
        said = _("95% interval: {low} to {high}.").format(
            low=figure.say(around[0]), high=figure.say(around[1])
        )
        parts.append(tag("p", said, class_="muted"))
    lists = [line for line in (figure.parts.lists if figure.parts else ()) if line in accounts]
    if lists:
        parts.append(tag("h3", _("The accounts behind it")))
        parts.append(tag("p", [_list_button(n, accounts, statement) for n in lists], class_="row"))
    parts += [tag("h3", _("Where it comes from")), proof_list(statement)]
    return drawer(f"figure-{figure.name}", figure.label, *parts)


def _list_button(line: str, accounts: Accounts, statement: Json) -> Markup:
    said = _("{line}: {accounts}").format(
        line=line_name(line), accounts=accounts_said(behind(line, accounts, statement))
    )
    return opener(f"line-{line}", said, class_="btn")


def definition_opener(definition: Json, words: str) -> Markup:
    """A button that opens what a definition means and which accounts make it differ."""
    return opener(f"definition-{definition['name']}", words)


def definition_drawers(definitions: Sequence[Json], accounts: Accounts, most: int) -> list[Markup]:
    """One drawer a definition: its rule, its source, and the accounts that make it differ from ours."""
    known = {str(a.get("account_id")): a for held in accounts.values() for a in held}
    return [_definition_drawer(d, known, most) for d in definitions]


def _definition_drawer(definition: Json, known: Mapping[str, Json], most: int) -> Markup:
    value = definition_rate(definition)
    parts = parts_said(definition_told(definition))
    worked_ = value if parts == "–" else f"{parts} = {value}"
    inside: list[Child] = [tag("p", " ".join(str(definition.get("meaning") or "").split()), class_="lede")]
    inside.append(tag("p", tag("strong", worked_), class_="formula"))
    if definition.get("why_not"):
        inside.append(tag("p", str(definition["why_not"])))
    if definition.get("source"):
        inside.append(
            tag("p", _("Source: {source}").format(source=definition["source"]), class_="small muted")
        )
    apart = accounts_apart(definition)
    if apart:
        rows = [a if isinstance(a, Mapping) else known.get(str(a), {"account_id": a}) for a in apart]
        said = _("These make it differ from ours: {accounts}").format(accounts=accounts_said(len(apart)))
        inside += [tag("h3", said), account_table(rows, str(definition["name"]), most)]
    elif definition["name"] != OURS:
        inside.append(tag("p", _("No account counts otherwise than in ours.")))
    return drawer(f"definition-{definition['name']}", definition_name(definition), *inside)
