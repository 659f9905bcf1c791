"""In whose language the worker speaks: texts of the site and of the library alike."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation

from keepwell.lib.text import speaking
from keepwell.members.models import Member


@contextmanager
def spoken_in(language: str) -> Iterator[None]:
    """Within it texts are in a language ("hu", "zh-hans"); in the office's own where none is said."""
    chosen = language or settings.LANGUAGE_CODE
    with translation.override(chosen), speaking(chosen):
        yield


@contextmanager
def spoken_to(member: Member | None) -> Iterator[None]:
    """Within it texts are in a member's language."""
    with spoken_in(member.language if member else ""):
        yield
