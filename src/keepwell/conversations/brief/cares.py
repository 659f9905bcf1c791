"""What they care about: what they spoke of, how often, and in which words last."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.conversations.brief import Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, Said
from keepwell.conversations.models import Hit
from keepwell.conversations.rules import themes

MOST = 4


def _write(r: Reading) -> Iterator[Sentence]:
    by_theme: dict[str, list[Hit]] = defaultdict(list)
    for hit in r.hits:
        by_theme[hit.theme].append(hit)
    for theme, hits in sorted(by_theme.items(), key=lambda one: -len(one[1]))[:MOST]:
        n, last = len({hit.conversation_id for hit in hits}), hits[0]
        said = Said(last.turn, *last.spans[0]) if last.spans else Said(last.turn)
        text = ngettext(
            "{theme}: in {n} conversation of the last year, on {day} last.",
            "{theme}: in {n} conversations of the last year, on {day} last.",
            n,
        ).format(theme=themes.label(theme), n=n, day=said.day)
        yield Sentence(text, Source(said.url, _("conversation")), said.quote)


PART = Part(
    "cares",
    80,
    gettext_lazy("What they care about"),
    gettext_lazy("rules that heard something in what they said"),
    lambda r: list(_write(r)),
)
