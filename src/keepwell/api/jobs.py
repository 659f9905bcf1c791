"""What the worker does for the API."""

from django.utils import timezone

from keepwell.api.once import forget_old


def forget() -> int:
    """Forget the answers that are older than their day: they may hold what was said of a customer."""
    return forget_old(now=timezone.now())
