"""What they objected to, and how good answers to that sounded: clips and templates of the library."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.conversations.brief import Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, Said
from keepwell.conversations.rules import themes

OBJECTIONS = ("price", "competitor", "no_results", "complaint", "leaving")
ANSWERS = 2  # clips named for each


def _write(r: Reading) -> Iterator[Sentence]:
    for theme in OBJECTIONS:
        hit = next((one for one in r.hits if one.theme == theme), None)
        if hit is None:
            continue
        said = Said(hit.turn, *hit.spans[0]) if hit.spans else Said(hit.turn)
        who = _("{who} objected on {day} ({theme}):") if said.who else _("They objected on {day} ({theme}):")
        text = who.format(who=said.who, day=said.day, theme=themes.label(theme))
        yield Sentence(text, Source(said.url, _("conversation")), said.quote)
        clips = [clip for clip in r.clips if clip.theme == theme]
        clips.sort(key=lambda clip: (clip.audience != r.audience, not clip.template))
        for clip in clips[:ANSWERS]:
            good = _("Answered well: {title}.") if not clip.why else _("Answered well: {title}. {why}")
            url = reverse("conversations:clip", args=[clip.pk])
            yield Sentence(good.format(title=clip.title, why=clip.why), Source(url, _("clip")))


PART = Part(
    "objections",
    90,
    gettext_lazy("Objections, and how they were answered well"),
    gettext_lazy("rules that heard an objection"),
    lambda r: list(_write(r)),
)
