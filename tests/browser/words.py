"""What the office calls things, in the language of whoever reads."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext, override


def speaking(language: str) -> Callable[..., str]:
    """Gives the words of the screens in a language."""

    def said(words: str | Promise, **values: object) -> str:
        with override(language):
            return gettext(str(words)).format(**values)

    return said
