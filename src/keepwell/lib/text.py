"""Words on the screen: translation, near names, numbers as people write them."""

import contextlib
import difflib
import gettext as _gettext
import os
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any

# One catalogue for the library and the site; Django looks for it by this name.
DOMAIN = "django"

# Stands for a null character, which no text of ours has: PostgreSQL, and every reader of CSV, refuses it.
NULL_SIGN = "␀"

_language: ContextVar[str] = ContextVar("language", default="")
_remembers: ContextVar[bool] = ContextVar("remembers", default=False)


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


class Message(str):
    """A text that knows which message it is and what was put into it, so that it can be said in another language."""

    __slots__ = ("message", "values")

    def __new__(cls, text: str, message: str, values: Mapping[str, Any]) -> "Message":
        """A text as it was said, of a message and what was put into it."""
        made = super().__new__(cls, text)
        made.message, made.values = message, values
        return made

    message: str
    values: Mapping[str, Any]

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        """What it is made of, for copies: of `dataclasses.asdict`, say."""
        return Message, (str(self), self.message, self.values)

    def format(self, *args: object, **values: object) -> "Message":
        """The text with values in its places, which are remembered."""
        return Message(super().format(*args, **values), self.message, values)


def in_one(*texts: str) -> Message:
    """Texts one after the other, with a space between; those that are empty left out."""
    some = {f"part{n}": text for n, text in enumerate(texts) if text}
    places = " ".join(f"{{{name}}}" for name in some)
    return Message(places, places, {}).format(**some)


@contextlib.contextmanager
def remembering_messages() -> Iterator[None]:
    """Within it every message is a `Message`: for what is written down to be read by people of other languages."""
    before = _remembers.set(True)
    try:
        yield
    finally:
        _remembers.reset(before)


def kept_of(text: str) -> dict[str, Any]:
    """What is to be kept of a text so that `told_of` can say it again: {} of one that is no `Message`."""
    if not isinstance(text, Message):
        return {}
    values = {name: kept_of(one) or str(one) for name, one in text.values.items()}
    return {"message": text.message, "values": values} if values else {"message": text.message}


def told_of(kept: Mapping[str, Any], otherwise: str) -> str:
    """A text that was kept, in the reader's language; `otherwise` where nothing was kept of it."""
    if "message" not in kept:
        return otherwise
    values = {
        name: told_of(one, "") if isinstance(one, Mapping) else one
        for name, one in kept.get("values", {}).items()
    }
    try:
        return gettext(kept["message"]).format(**values) if values else gettext(kept["message"])
    except (KeyError, IndexError, ValueError):  # a translation that puts other things in it
        return otherwise


def again_of(kept: Mapping[str, Any], otherwise: str) -> str:
    """A text that was kept, as `told_of` says it, that can be kept once more."""
    text = told_of(kept, otherwise)
    if "message" not in kept:
        return text
    values = {
        name: again_of(one, "") if isinstance(one, Mapping) else one
        for name, one in kept.get("values", {}).items()
    }
    return Message(text, kept["message"], values)


def gettext(message: str) -> str:
    """The message in the reader's language, or as it is where there is no translation."""
    text = _catalogue(_language.get()).gettext(message)
    return Message(text, message, {}) if _remembers.get() else text


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
