"""When they decide again, how sure we are that they stay, and what speaks against it: in business words."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import per_cent
from keepwell.conversations.brief import Audience, Part, Sentence, Source, listed
from keepwell.conversations.brief.reading import Reading, day_of

REASONS = 2  # that are named


def _leaving(n: int) -> str:
    if not n:
        return _("Of a hundred accounts that stand like this one, fewer than one leaves within 90 days.")
    return _("Of a hundred accounts that stand like this one, about {n} leave within 90 days.").format(n=n)


def _write(r: Reading) -> Iterator[Sentence]:
    if r.standing is None:
        return
    source = Source(r.page, _("standing of {day}").format(day=day_of(r.standing.day)))
    days, cycle = r.signal("days_to_renewal"), r.signal("cycle")
    if days is not None:
        day = day_of(r.standing.day + timedelta(days=round(days)))
        yield Sentence(_("The contract renews on {day}.").format(day=day), source)
    elif cycle is not None:
        yield Sentence(_("They order about every {n} days.").format(n=round(cycle)), source)
    if r.standing.risk is not None:
        yield Sentence(_leaving(round(r.standing.risk * 100)), source)
        change = r.standing.change_30
        if change is not None and abs(change) >= 0.02:
            way = _("A month ago it was {before}.").format(before=per_cent(r.standing.risk - change))
            yield Sentence(way, source)
        raising = r.shown.raising[:REASONS]
        if raising:
            yield Sentence(_("What speaks for leaving: {reasons}.").format(reasons=listed(raising)), source)
        if r.standing.worth is not None and r.standing.worth > 0:
            yield Sentence(
                _("Looking after them now is worth about {money} to us.").format(money=r.shown.worth), source
            )


PART = Part(
    "renewal",
    30,
    gettext_lazy("Renewal and risk"),
    gettext_lazy("a standing"),
    lambda r: list(_write(r)),
    frozenset({Audience.EXECUTIVE, Audience.MANAGER}),
    frozenset({Audience.EXECUTIVE}),
)
