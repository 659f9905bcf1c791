"""What they asked for help with and still wait for."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Audience, Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, day_of

MOST = 6


def _write(r: Reading) -> Iterator[Sentence]:
    tickets = r.happened("ticket")
    source = Source(f"{r.page}?kind=ticket", _("tickets"))
    open_ = [one for one in tickets if not one.data.get("resolved_at")]
    for entry in open_[:MOST]:
        days = (r.today - entry.at.date()).days
        said = ngettext("Open for {n} day: {what}.", "Open for {n} days: {what}.", days)
        yield Sentence(said.format(n=days, what=told(entry).headline), source)
    solved = [one for one in tickets if one.data.get("resolved_at")]
    if solved and not open_:
        said = _("No ticket is open. The last one, of {day}, is solved: {what}.")
        yield Sentence(said.format(day=day_of(solved[0].at), what=told(solved[0]).headline), source)
    elif len(open_) > MOST:
        yield Sentence(_("{n} more are open.").format(n=len(open_) - MOST), source)


PART = Part(
    "tickets",
    40,
    gettext_lazy("Tickets"),
    gettext_lazy("tickets of the last year"),
    lambda r: list(_write(r)),
    frozenset({Audience.STAFF, Audience.MANAGER}),
)
