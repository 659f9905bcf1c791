"""What they pay, since when, and how that has moved."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Audience, Part, Sentence, Source, listed
from keepwell.conversations.brief.reading import Reading, day_of

CHANGED = 0.02  # a share below which nothing has moved


def _write(r: Reading) -> Iterator[Sentence]:
    if r.standing is None:
        return
    source = Source(r.page, _("standing of {day}").format(day=day_of(r.standing.day)))
    name = str(r.account)
    if r.shown.mrr and r.shown.since:
        said = _("{account} pays {money} a month, {since}.").format(
            account=name, money=r.shown.mrr, since=r.shown.since
        )
        yield Sentence(said, source)
    change = r.signal("mrr_change_365")
    if change is not None and abs(change) >= CHANGED:
        share = f"{abs(change) * 100:.0f}%"
        more = (
            _("That is {share} more than a year ago.")
            if change > 0
            else _("That is {share} less than a year ago.")
        )
        yield Sentence(more.format(share=share), source)
    yield from _moved(r)


def _moved(r: Reading) -> Iterator[Sentence]:
    """The last change of what they pay, each amount in the currency that they pay it in."""
    changes = r.happened("movement")
    last = [entry for entry in changes if entry.at == changes[0].at]  # from one currency to another it is two
    if not last:
        return
    source = Source(f"{r.page}?kind=movement", _("what they pay"))
    first, *more = map(told, last)
    detail = listed([first.detail, *(f"{one.headline}, {one.detail}" for one in more)])
    said = _("The last change, on {day}: {what}, {detail}.")
    yield Sentence(said.format(day=day_of(last[0].at), what=first.headline, detail=detail), source)
    others = {str(entry.data["currency"]) for entry in last if entry.data["after"]} - {r.shown.currency}
    if others and r.shown.mrr:
        said = _("They pay in {others}; what is said in {currency} is converted.")
        yield Sentence(said.format(others=", ".join(sorted(others)), currency=r.shown.currency), source)


PART = Part(
    "value",
    20,
    gettext_lazy("What they are to us"),
    gettext_lazy("what they pay"),
    lambda r: list(_write(r)),
    frozenset({Audience.EXECUTIVE, Audience.MANAGER}),
    frozenset({Audience.EXECUTIVE}),
)
