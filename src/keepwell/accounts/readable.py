"""Topics of contacts, surveys and reasons for leaving, in the reader's words. The book keeps those of their source.

Those that tools and teams commonly use are known by name and translated; any other is shown so that it can be read.
"""

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MARKS = re.compile(r"[\s_-]+")
_DATA_WORD = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)+")  # as programs write: check_in_call, price-increase
Words = Mapping[str, str | Promise]
_TOPICS: Words = {
    "check in": _("check-in"),
    "check in call": _("check-in call"),
    "review of results": _("review of results"),
    "business review": _("review of results"),
    "qbr": _("review of results"),
    "renewal": _("renewal"),
    "offer": _("offer"),
    "discount": _("discount"),
    "training": _("training"),
    "onboarding": _("onboarding"),
    "kick off": _("start of working together"),
    "newsletter": _("newsletter"),
    "invitation": _("invitation"),
    "event": _("event"),
    "survey": _("survey"),
    "support case": _("support case"),
    "question": _("question"),
    "complaint": _("complaint"),
    "feedback": _("feedback"),
    "reorganisation": _("reorganisation"),
    "reorganization": _("reorganisation"),
    "payment": _("payment"),
    "payment reminder": _("payment reminder"),
    "invoice": _("invoice"),
    "contract": _("contract"),
    "upsell": _("offer of more"),
    "cancellation": _("giving notice"),
}


_SURVEYS: Words = {
    "recommend": _("Would they recommend us, 0 to 10"),
    "nps": _("Would they recommend us, 0 to 10"),
    "ticket": _("After a ticket"),
    "csat": _("How content they are"),
    "ces": _("How easy it was"),
    "onboarding": _("After onboarding"),
}
_REASONS: Words = {
    "bad fit": _("does not fit"),
    "no results": _("no results"),
    "poor service": _("poor service"),
    "champion gone": _("our champion left"),
    "price": _("price"),
    "failed payment": _("failed payment"),
    "merger": _("merger"),
    "competitor": _("a competitor"),
    "missing feature": _("something is missing"),
    "budget": _("budget"),
    "closed": _("went out of business"),
    "trial over": _("the trial ended"),
}


def topic_said(topic: str | None) -> str:
    """A topic of the book or of a form; "" where there is none."""
    return _said(topic, _TOPICS)


def survey_said(survey: str | None) -> str:
    """What was asked."""
    return _said(survey, _SURVEYS)


def reason_said(code: str | None) -> str:
    """Why they left, by its code."""
    return _said(code, _REASONS)


def _said(word: str | None, known: Words) -> str:
    plain = (word or "").strip()
    found = known.get(_MARKS.sub(" ", plain.casefold()))
    if found is not None:
        return str(found)
    return _MARKS.sub(" ", plain) if _DATA_WORD.fullmatch(plain) else plain
