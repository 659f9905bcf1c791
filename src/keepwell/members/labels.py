"""What choices are called, without asking for all of them each time: lists say them row by row."""

from functools import cache

from django.db.models.enums import Choices
from django.utils.functional import Promise


@cache
def labels(kind: type[Choices]) -> dict[str, str | Promise]:
    """What each value is called; the names are found in the reader's language when they are shown."""
    return dict(kind.choices)
