"""What customers speak of, in the reader's words: the themes of `keepwell.listening`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LABELS: dict[str, str | Promise] = {
    "leaving": pgettext_lazy("a theme", "Leaving"),
    "competitor": pgettext_lazy("a theme", "Competitors"),
    "price": pgettext_lazy("a theme", "Price"),
    "complaint": pgettext_lazy("a theme", "Complaints"),
    "no_results": _("No results"),
    "decision_maker_gone": _("Decision maker gone"),
    "praise": pgettext_lazy("a theme", "Praise"),
}


def label(theme: str) -> str:
    """What a theme is called; one that is not among these by its own name."""
    return str(LABELS.get(theme, theme))


def choices() -> list[tuple[str, str]]:
    """Every theme with what it is called."""
    return [(name, str(said)) for name, said in LABELS.items()]
