"""Words on the screen: translation, near names, numbers as people write them."""

import difflib
import gettext as _gettext
from collections.abc import Iterable
from importlib.resources import files

_catalogue = _gettext.translation("keepwell", str(files("keepwell") / "locale"), fallback=True)


def gettext(message: str) -> str:
    """The message in the reader's language, or as it is where there is no translation."""
    return _catalogue.gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The right plural for `n`."""
    return _catalogue.ngettext(one, many, n)


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
