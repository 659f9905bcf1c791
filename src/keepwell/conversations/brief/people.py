"""When we last spoke, with whom, who decides there and who speaks for us."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Part, Sentence, Source
from keepwell.conversations.brief.reading import LATELY, Reading, Said, day_of

DECIDERS = 3
IN_CONTACT = ("touch", "talk", "conversation")


def _write(r: Reading) -> Iterator[Sentence]:
    if (
        last := next((one for one in r.entries if one.kind in IN_CONTACT and one.at <= r.now), None)
    ) is not None:
        form = (
            _("Last contact on {day}, with {who}: {what}.")
            if last.contact
            else _("Last contact on {day}: {what}.")
        )
        text = form.format(day=day_of(last.at), who=last.contact, what=told(last).headline)
        yield Sentence(text, Source(f"{r.page}?kind={last.kind}", _("contacts")))
    people = Source(r.page, _("people"))
    there = [one for one in r.people if one.left_on is None]
    deciders = [one for one in there if one.seniority == "executive"][:DECIDERS]
    if deciders:
        names = ", ".join(f"{one} ({one.role})" if one.role and one.name else str(one) for one in deciders)
        yield Sentence(_("Who decides there: {names}.").format(names=names), people)
    praise = next((hit for hit in r.hits if hit.theme == "praise" and hit.turn.contact), None)
    if praise is not None:
        said = Said(praise.turn, *praise.spans[0]) if praise.spans else Said(praise.turn)
        text = _("{who} speaks for us, on {day}:").format(who=said.who, day=said.day)
        yield Sentence(text, Source(said.url, _("conversation")), said.quote)
    recently = (r.now - 2 * LATELY).date()
    for one in [one for one in r.people if one.left_on is not None and one.left_on > recently][:DECIDERS]:
        yield Sentence(_("{who} left on {day}.").format(who=one, day=day_of(one.left_on or r.today)), people)
    if r.contact is not None and r.contact.opted_out:
        yield Sentence(_("{who} wants no contact from us.").format(who=r.contact), people)


PART = Part(
    "people",
    5,
    gettext_lazy("Last contact, and people"),
    gettext_lazy("a contact, or people known by name"),
    lambda r: list(_write(r)),
)
