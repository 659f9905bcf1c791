"""What we promised them lately, and what we did since."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Audience, Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, Said, day_of

MOST = 4
PROMISES = {
    "en": "we will,i will,we'll,i'll,i promise,we promise,get back to you,you will have it,by tomorrow,make sure",
    "zh": "我们会,我会,一定,保证,尽快,答应,马上给",
    "hu": "megígérem,ígérem,elküldjük,küldöm,elküldöm,utánanézek,jelentkezem,meg fogjuk,intézkedem,holnapig",
    "pl": "obiecuję,obiecujemy,wyślemy,wyślę,prześlę,prześlemy,sprawdzę,odezwę,wrócę do,dopilnuję,załatwimy",
}


def _write(r: Reading) -> Iterator[Sentence]:
    for said in r.said(PROMISES, "us", most=MOST):
        who = _("{who} of ours promised on {day}:") if said.who else _("We promised on {day}:")
        yield Sentence(
            who.format(who=said.who, day=said.day), Source(said.url, _("conversation")), said.quote
        )
        yield _since(r, said)


def _since(r: Reading, said: Said) -> Sentence:
    """What we did after a promise: whether that kept it is for the reader to say."""
    at = said.turn.at or said.turn.conversation.at
    later = [turn for turn in r.turns if turn.side == "us" and turn.conversation.at > at]
    if later:
        last = Said(later[-1])
        text = _("We spoke again on {day}: see whether that kept it.").format(day=last.day)
        return Sentence(text, Source(last.url, _("conversation")))
    touch = next(
        (one for one in reversed(r.happened("touch")) if one.at > at and one.data.get("direction") != "in"),
        None,
    )
    if touch is not None:
        text = _("After it, on {day}: {what}.").format(day=day_of(touch.at), what=told(touch).headline)
        return Sentence(text, Source(f"{r.page}?kind=touch", _("contacts")))
    text = _("Nothing here shows that it has been kept: say where it stands.")
    return Sentence(text, Source(said.url, _("conversation")))


PART = Part(
    "promises",
    70,
    gettext_lazy("What we promised"),
    gettext_lazy("a conversation with a promise of ours"),
    lambda r: list(_write(r)),
    frozenset({Audience.STAFF, Audience.MANAGER}),
)
