"""What not to ask again: they have answered it lately, in a survey or to one of us."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.showing import told
from keepwell.conversations.brief import Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, day_of, question_in

SURVEYS, TALKS = timedelta(days=90), timedelta(days=30)
MOST = 3
SHORTEST = 15  # letters of a question that is worth not being asked twice


def _write(r: Reading) -> Iterator[Sentence]:
    for entry in [one for one in r.happened("answer") if one.at > r.now - SURVEYS][:MOST]:
        who = _("{who} answered on {day}: {what}.") if entry.contact else _("Answered on {day}: {what}.")
        text = who.format(who=entry.contact, day=day_of(entry.at), what=told(entry).headline)
        yield Sentence(text, Source(f"{r.page}?kind=answer", _("answers")), entry.data.get("comment") or "")
    talks = (turn for turn in r.turns if turn.side == "us" and turn.conversation.at >= r.now - TALKS)
    questions = (said for turn in talks if (said := question_in(turn, SHORTEST)) is not None)
    for said in islice(questions, MOST):
        source = Source(said.url, _("conversation"))
        yield Sentence(_("Asked by us on {day}:").format(day=said.day), source, said.quote)


PART = Part(
    "asked",
    100,
    gettext_lazy("What not to ask again"),
    gettext_lazy("answers to surveys or questions of ours, lately"),
    lambda r: list(_write(r)),
)
