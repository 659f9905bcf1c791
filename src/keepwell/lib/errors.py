"""One kind of error for people: what is wrong, what was seen, and the ways out."""

from collections.abc import Sequence

from keepwell.lib.text import gettext as _


class KeepwellError(Exception):
    """Something a person can put right.

    `wrong` says what is wrong in one sentence, `seen` what was found, `ways` the ways out, each an
    imperative sentence. `exit_code` is what a script is told: 2 for a question that cannot be asked as
    it stands, 3 for input that cannot be used, 4 for a book that cannot be opened or written.
    """

    exit_code = 2

    def __init__(self, wrong: str, *, seen: str = "", ways: Sequence[str] = ()) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.seen = seen
        self.ways = tuple(ways)

    def __str__(self) -> str:
        lines = [self.wrong]
        if self.seen:
            lines.append(_("Seen: {seen}").format(seen=self.seen))
        lines += [f"- {way}" for way in self.ways]
        return "\n".join(lines)


class BadInput(KeepwellError):
    """A file or table that is not what it claims to be."""

    exit_code = 3


class BadBook(KeepwellError):
    """A book that cannot be opened, read or written."""

    exit_code = 4
