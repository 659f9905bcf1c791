"""The list of a month as it would have been read then, with what became of each account."""

from collections.abc import Mapping, Sequence

import numpy as np

from keepwell.lib.days import from_number
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, kept_by_name, kind_name
from keepwell.metrics.page.markup import Markup, tag
from keepwell.metrics.page.sections import folded, sheet
from keepwell.metrics.page.tables import Cell, Head, table
from keepwell.risk.backtest import Backtest
from keepwell.risk.page.about import About
from keepwell.risk.page.found import Found, plain, when
from keepwell.risk.profile import Profile
from keepwell.risk.reasons import MOST as REASONS
from keepwell.risk.reasons import caveat, reasons_of, sentences
from keepwell.risk.splitting import known_by

MOST = 20  # accounts on a month's list


def reasons_then(
    back: Backtest, day: int, accounts: Sequence[str], *, currency: str | None
) -> dict[str, str]:
    """Why each of the accounts would have been named on a day: by the champion of that day, learnt as it was then.

    Accounts whose champion has no reasons to give, such as the base rate, are left out.
    """
    obs, choice = back.obs, back.choice(day)
    learn = obs.where(known_by(obs.as_of, obs.outcomes.matured, obs.outcomes.horizon, day))
    part = obs.where((obs.as_of == day) & np.isin(obs.accounts.astype(str), list(accounts)))
    model = choice.kind.fit(learn, seed=back.seed, settings=choice.settings)
    weights = model.contributions(part) * choice.calibration.slope
    every = reasons_of(weights, part, most=2 * REASONS, profile=Profile.of(learn))
    said = {}
    for account, reasons in zip(part.accounts, every, strict=True):
        # What is not known persuades nobody.
        told = [one for one in reasons if one.raises and one.value is not None]
        said[str(account)] = sentences(told[:REASONS], part.features, currency=currency)
    return {account: words for account, words in said.items() if words}


def month_list(
    day: int,
    rows: Sequence[Json],
    about: About,
    reasons: Mapping[str, str] | None = None,
    *,
    caption: str | None = None,
    of: str = "all",
) -> Markup:
    """The list of a day: account, what it paid, the chance said, what happened, and why where that is at hand."""
    named = any(row["account"] in about.names for row in rows)
    segments = any(row["segment"] for row in rows)
    heads = [Head(_("Account")), *[Head(_("Id"), spare=True)] * named]
    heads += [Head(_("Segment"), spare=True)] * segments
    heads += [Head(_("MRR"), number=True, spare=True), Head(_("Chance"), number=True)]
    heads += [Head(_("What happened")), Head(_("Days until it left"), number=True, spare=True)]
    heads += [Head(_("Why, as the model saw it"), spare=True)] * (reasons is not None)
    made: list[list[Cell]] = []
    for row in rows:
        why = (reasons or {}).get(row["account"], "")
        cells: list[Cell] = [(_who(about.name(row["account"]), why), about.name(row["account"]))]
        cells += [(row["account"], None)] * named + [(row["segment"] or "–", None)] * segments
        cells += [(about.money(row["mrr"]), row["mrr"]), (numbers.percent(row["chance"]), row["chance"])]
        cells += [_happened(row), (numbers.count(row["left_in"]), plain(row["left_in"]))]
        cells += [(tag("span", why or "–", class_="small"), why)] * (reasons is not None)
        made.append(cells)
    words = caption or _("The list of {day}").format(day=when(day))
    return table(heads, made, caption=words, name=f"keepwell-list-{from_number(day).isoformat()}-{of}")


def _who(name: str, why: str) -> Markup:
    return tag("span", name, tag("span", why, class_="small muted narrow-only") if why else None)


def _happened(row: Json) -> Cell:
    if not row["left"]:
        return (tag("span", _("stayed"), class_="muted"), _("stayed"))
    kind = row["leaving_kind"]
    said = _("left, {kind}").format(kind=kind_name(kind)) if kind else _("left")
    after = ngettext("after {n} day", "after {n} days", row["left_in"]).format(n=row["left_in"])
    return (tag("span", said, tag("span", after, class_="narrow-only"), class_="gone"), said)


def lists_sheet(found: Found, about: About, day: int, reasons: Mapping[str, str]) -> Markup:
    """The list of the chosen month with its reasons, and those of the others folded."""
    back = found.back
    rows = back.top(day, MOST)
    gone = sum(row["left"] for row in rows)
    notes = [
        _("As it would have been read on {day}: of these {n}, {gone} left within {days} days.").format(
            day=when(day), gone=gone, n=len(rows), days=found.horizon
        ),
        caveat() if reasons else "",
    ]
    others = _by_kind(found, about, day, reasons)
    for other in reversed(found.days):
        if other == day:
            continue
        held = back.top(other, MOST)
        words = _("{day}: {gone} of {n} left").format(
            day=when(other), gone=sum(row["left"] for row in held), n=len(held)
        )
        others.append(folded(words, month_list(other, held, about)))
    every = (
        [
            tag(
                "h3",
                _("Lists of each kind, and of the other months")
                if found.kinds
                else _("Lists of the other months"),
            ),
            tag("div", others, class_="folds"),
        ]
        if others
        else []
    )
    heading = _("Who would have been named on {day}").format(day=when(day))
    return sheet("lists", heading, notes, month_list(day, rows, about, reasons or None), *every)


def _by_kind(found: Found, about: About, day: int, reasons: Mapping[str, str]) -> list[Markup]:
    """The lists of the chosen day of each kind of account by itself."""
    made = []
    for one in found.kinds:
        rows = found.back.top(day, MOST, kind=one.name)
        words = _("{day}, {kind}: {gone} of {n} left").format(
            day=when(day),
            kind=kept_by_name(one.name).lower(),
            gone=sum(row["left"] for row in rows),
            n=len(rows),
        )
        caption = _("The list of {day}, {kind}").format(day=when(day), kind=kept_by_name(one.name).lower())
        made.append(
            folded(words, month_list(day, rows, about, reasons or None, caption=caption, of=one.name))
        )
    return made
