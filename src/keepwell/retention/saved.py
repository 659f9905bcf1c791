"""Saved segments, for every room that asks for accounts."""

from keepwell.accounts.rooms import Saved
from keepwell.retention.models import Segment


def _conditions() -> dict[str, str]:
    return dict(Segment.objects.values_list("name", "where"))


SAVED = (Saved(_conditions),)
