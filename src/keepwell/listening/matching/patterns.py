"""Slots and patterns: what a typed phrase is made into, and what a text is searched for."""

from dataclasses import dataclass

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

Keys = tuple[str, ...]
MOST_SLOTS = 8


@dataclass(frozen=True)
class Slot:
    """A place in a pattern: any of these sequences of keys fills it.

    `near`: at most so many words before the next slot, which must follow. `tied`: a verb's prefix, in
    either order. `wide`: a verb that opens a frame, twice as far. `beside`: ways that fill it only right beside
    another slot. `permits`: adpositions it may stand with, None for any. `strangers`: what it is not said of.
    `plain`: typed in surroundings that else make its words another thing, and heard in these too.
    """

    ways: frozenset[Keys]
    ideas: tuple[str, ...] = ()
    near: int | None = None
    tied: bool = False
    verb: bool = False
    wide: bool = False
    beside: frozenset[Keys] = frozenset()
    permits: frozenset[str] | None = None
    strangers: frozenset[Keys] = frozenset()
    plain: bool = False


@dataclass(frozen=True)
class Pattern:
    """Slots that make a phrase together, in the order typed; `denied` is the kind of denial that belongs to it."""

    slots: tuple[Slot, ...]
    denied: str = ""  # "", "nots", "nobody", "nones", "nomore"
    predicate: bool = False  # "support is slow": turned round it means something else
    gap: int | None = None  # words that may stand between two slots; none given is the language's own
    ordered: bool = False  # only in the order typed
    said: bool = False  # the second slot is said of the first, with *is* between
    saying: bool = False  # another way of saying the whole
    ours: bool = False  # counts only of who speaks
    alone: bool = False  # its verb says it only without an object of its own: 不能用, not 不能用花生油
    short: bool = False  # says the phrase only where it is denied: "not expensive"
    strangers: frozenset[Keys] = (
        frozenset()
    )  # what the whole is not said of, beside what its only slot is not

    def __post_init__(self) -> None:
        if not self.slots:
            raise KeepwellError(
                _("A phrase needs a word that says something."),
                seen=_("only small words, as “and” or “not”"),
                ways=[_("Add what it is about, as in: cancel the contract.")],
            )
        if len(self.slots) > MOST_SLOTS:
            raise KeepwellError(
                _("A phrase has one to {most} words that say something.").format(most=MOST_SLOTS),
                seen=_("{n} words").format(n=len(self.slots)),
                ways=[_("Leave out what is not needed, or make two rules of it.")],
            )
