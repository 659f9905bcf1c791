"""What they pay, since when, and how that has moved."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Audience, Part, Sentence, Source
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
    for entry in r.happened("movement")[:1]:
        shown = told(entry)
        yield Sentence(
            _("The last change, on {day}: {what}, {detail}.").format(
                day=day_of(entry.at), what=shown.headline, detail=shown.detail
            ),
            Source(f"{r.page}?kind=movement", _("what they pay")),
        )


PART = Part(
    "value",
    20,
    gettext_lazy("What they are to us"),
    gettext_lazy("what they pay"),
    lambda r: list(_write(r)),
    frozenset({Audience.EXECUTIVE, Audience.MANAGER}),
    frozenset({Audience.EXECUTIVE}),
)
