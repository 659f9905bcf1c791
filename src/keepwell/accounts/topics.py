"""What a contact was about, in the reader's words. The book keeps the words of whoever wrote them down.

Those that tools and teams commonly use are known by name and translated; any other is shown so that it can be read.
"""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_MARKS = re.compile(r"[\s_-]+")
_DATA_WORD = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)+")  # as programs write: check_in_call, price-increase
_KNOWN: dict[str, str | Promise] = {
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


def topic_said(topic: str | None) -> str:
    """A topic of the book or of a form, as a reader reads it; "" where there is none."""
    plain = (topic or "").strip()
    known = _KNOWN.get(_MARKS.sub(" ", plain.casefold()))
    if known is not None:
        return str(known)
    return _MARKS.sub(" ", plain) if _DATA_WORD.fullmatch(plain) else plain
