"""Words on the screen: translation, near names, numbers as people write them."""

import contextlib
import difflib
import gettext as _gettext
import os
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

# One catalogue for the library and the site; Django looks for it by this name.
DOMAIN = "django"

# Stands for a null character, which no text of ours has: PostgreSQL, and every reader of CSV, refuses it.
NULL_SIGN = "␀"

_language: ContextVar[str] = ContextVar("language", default="")


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within it people are spoken to in `language` ("hu", "zh-hans"); else in that of the environment."""
    before = _language.set(language)
    try:
        yield
    finally:
        _language.reset(before)


def language() -> str:
    """The language that people are spoken to in, as its catalogue is called: hu, zh_Hans; "" where none is said."""
    asked = _language.get() or next(iter(_asked()), "")
    return _folder(asked) if asked else ""


def gettext(message: str) -> str:
    """The message in the reader's language, or as it is where there is no translation."""
    return _catalogue(_language.get()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The right plural for `n`."""
    return _catalogue(_language.get()).ngettext(one, many, n)


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    named = [_folder(language)] if language else [_folder(asked) for asked in _asked()]
    return _gettext.translation(DOMAIN, str(files("keepwell") / "locale"), named, fallback=True)


def _asked() -> list[str]:
    """The languages that the environment asks for, as GNU gettext reads it."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if said := os.environ.get(name):
            return [one.partition(".")[0] for one in said.split(":")]
    return []


def _folder(language: str) -> str:
    """The catalogue's folder: zh-hans and zh_CN are zh_Hans, zh-hant, zh_TW and zh_HK are zh_Hant, pl_PL is pl."""
    first, _, rest = language.replace("-", "_").partition("_")
    if first.lower() == "zh":
        return "zh_Hant" if rest.lower() in {"hant", "tw", "hk", "mo"} else "zh_Hans"
    return first.lower()


def documented(docstring: str) -> str:
    """What a documented function means, in the reader's language: its docstring as one line of text.

    `keepwell.lib.words` gathers these docstrings for translation.
    """
    return gettext(" ".join(docstring.split()))


def near(name: str, names: Iterable[str], most: int = 3) -> list[str]:
    """Up to `most` of `names` that someone who typed `name` may have meant, best first."""
    folded = {n.lower().replace(" ", "_").replace("-", "_"): n for n in names}
    wanted = name.lower().replace(" ", "_").replace("-", "_")
    return [folded[hit] for hit in difflib.get_close_matches(wanted, folded, n=most, cutoff=0.5)]
