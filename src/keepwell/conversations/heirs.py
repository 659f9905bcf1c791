"""What was said with an account that was merged is its heir's, with what was heard in it."""

from django.db.models import QuerySet

from keepwell.accounts.rooms import Estate
from keepwell.conversations.models import Conversation, Hit, Policy


def _policies(of: str, heir: str) -> QuerySet[Policy]:
    """None where the heir has one: that holds for both."""
    if Policy.objects.filter(account=heir).exists():
        return Policy.objects.none()
    return Policy.objects.filter(account=of)


HEIRS = (
    Estate(lambda of, _heir: Conversation.objects.filter(account=of)),
    Estate(lambda of, _heir: Hit.objects.filter(account=of)),
    Estate(_policies),
)
