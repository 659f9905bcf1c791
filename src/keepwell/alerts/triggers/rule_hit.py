"""A rule was heard in what they said or wrote."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger
from keepwell.conversations.models import Conversation
from keepwell.conversations.rules.names import called

FRESH = timedelta(days=14)
_NAMED = 4


def reads(case: Case) -> list[Reading]:
    """What the rules heard in each conversation weigh together; news while it is fresh.

    One in which nothing counts any more, judged wrong or void, is calm. What is heard in later turns is told anew.
    """
    return [
        Reading(
            one.weight,
            mark=str(one.conversation),
            event=f"{one.conversation}.{one.last}",
            calm=not one.hits,
            news=case.day - one.day <= FRESH,
            later=one.last,
            more={
                "conversation": one.conversation,
                "kind": one.kind,
                "on": one.day.isoformat(),
                "rules": list(one.rules),
                "hits": list(one.hits),
            },
        )
        for one in case.talks
    ]


def told(seen: Seen) -> str:
    """In a sentence. The words themselves are read where they lie, by whoever may."""
    rules = list(seen.get("rules") or [])
    named = ", ".join(called(name) for name in rules[:_NAMED]) + (" …" if len(rules) > _NAMED else "")
    kinds = dict(Conversation.Kind.choices)
    kind = kinds.get(str(seen.get("kind")), "")
    return _("Heard ({kind}): {rules}").format(kind=kind, rules=named)


TRIGGER = Trigger(
    name="rule_hit",
    place=15,
    label=gettext_lazy("A rule was heard"),
    meaning=gettext_lazy(
        "What rules that call for an alert heard in a conversation of the last 14 days, by their weight together."
    ),
    reads=reads,
    told=told,
    threshold=1,
    near=1,
    past="happenings",
    of_anyone=True,
)
