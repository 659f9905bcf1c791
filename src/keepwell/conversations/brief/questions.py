"""What they asked us lately, in their own words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.conversations.brief import Audience, Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, question_in

MOST = 5
SHORTEST = 12  # letters of a question that is more than "really?"


def _write(r: Reading) -> Iterator[Sentence]:
    heard: set[int] = set()
    for turn in r.turns:
        if (
            turn.side != "them"
            or turn.conversation_id in heard
            or (said := question_in(turn, SHORTEST)) is None
        ):
            continue
        heard.add(turn.conversation_id)
        who = _("{who} asked on {day}:") if said.who else _("They asked on {day}:")
        yield Sentence(
            who.format(who=said.who, day=said.day), Source(said.url, _("conversation")), said.quote
        )
        if len(heard) == MOST:
            return


PART = Part(
    "questions",
    50,
    gettext_lazy("What they asked"),
    gettext_lazy("a conversation with a question of theirs"),
    lambda r: list(_write(r)),
    frozenset({Audience.STAFF}),
)
