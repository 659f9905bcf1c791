"""The sheets that open beside the page: what a figure means, and the accounts behind a line.

They are popovers, so they open, stack and close with the keyboard alone and without any script.
"""

from collections.abc import Mapping, Sequence

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.definitions import definition_name
from keepwell.metrics.charts.reading import Json, interval, line_name
from keepwell.metrics.page.figures import Figure, worked
from keepwell.metrics.page.markup import Child, Markup, tag
from keepwell.metrics.page.proof import proof_list
from keepwell.metrics.page.tables import account_table, accounts_apart, accounts_said

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
    if figure.formula:
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


def apart_drawers(
    definitions: Sequence[Json], accounts: Accounts, most: int
) -> tuple[dict[str, Markup], list[Markup]]:
    """For each definition that differs: the button that opens its accounts, and the drawer with them."""
    known = {str(a.get("account_id")): a for behind in accounts.values() for a in behind}
    openers, drawers = {}, []
    for d in definitions:
        apart = accounts_apart(d)
        if not apart:
            continue
        name = f"apart-{d['name']}"
        rows = [a if isinstance(a, Mapping) else known.get(str(a), {"account_id": a}) for a in apart]
        openers[str(d["name"])] = opener(name, accounts_said(len(apart)))
        said = _("These accounts make {name} differ from ours.").format(name=definition_name(d))
        heading = definition_name(d)
        rule = tag("p", str(d["rule"]), class_="formula") if d.get("rule") else None
        drawers.append(
            drawer(
                name, heading, tag("p", said, class_="lede"), rule, account_table(rows, str(d["name"]), most)
            )
        )
    return openers, drawers
