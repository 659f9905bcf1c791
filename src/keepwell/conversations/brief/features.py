"""What they wish the product could do, in their own words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.conversations.brief import Audience, Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading

MOST = 5
# What a wish is said with. Not shipped as a rule, for it raises nothing; a company may make one of it.
WISHES = {
    "en": "feature,would be great if,would be nice if,could you add,can you add,we are missing,wish it could,roadmap",
    "zh": "功能,希望能,能不能加,增加,需求,如果能",
    "hu": "funkció,jó lenne ha,hiányzik,be lehetne,szeretnénk ha,fejlesztés",
    "pl": "funkcja,funkcjonalność,byłoby dobrze gdyby,brakuje,czy można dodać,przydałoby",
}


def _write(r: Reading) -> Iterator[Sentence]:
    for said in r.said(WISHES, "them", most=MOST):
        who = _("{who} wished on {day}:") if said.who else _("They wished on {day}:")
        yield Sentence(
            who.format(who=said.who, day=said.day), Source(said.url, _("conversation")), said.quote
        )


PART = Part(
    "features",
    60,
    gettext_lazy("What they wish for"),
    gettext_lazy("a conversation with a wish of theirs"),
    lambda r: list(_write(r)),
    frozenset({Audience.STAFF}),
)
