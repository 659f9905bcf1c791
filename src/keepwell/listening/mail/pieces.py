"""What in a mail its writer did not say just now: quotations, the signature, footers; set apart, never cut off."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keepwell.listening.mail.phrases import (
    ATTRIBUTIONS,
    CLOSINGS,
    DEVICES,
    DIVIDERS,
    FOOTERS,
    HEADER_FROM,
    HEADER_REST,
)
from keepwell.listening.said import Piece, PieceKind

_MARKED = re.compile(r"\s{0,3}>")
_RULE = re.compile(r"\s*[_\-=*]{5,}\s*")
_LONGEST = 2000  # characters of a line that are looked at
_FROM_END = 60  # lines from the end in which a letter is closed


@dataclass(frozen=True)
class _Line:
    text: str
    start: int
    end: int  # behind its end of line

    @property
    def blank(self) -> bool:
        return not self.text.strip()


def pieces_of(text: str) -> tuple[Piece, ...]:
    """The stretches of a mail's text that are quoted, signed or appended, in order; none overlaps another."""
    lines = list(_lines(text))
    kinds: list[PieceKind | None] = [None] * len(lines)
    _quotations(lines, kinds)
    for first, last in _stretches(kinds):
        _signature(lines, kinds, first, last)
    for first, last in list(_stretches(kinds))[-1:]:
        _footers(lines, kinds, first, last)
    for n, kind in enumerate(kinds):
        if kind is PieceKind.SIGNATURE:
            _footers(lines, kinds, n, _end_of(kinds, n), within=True)
            break
    return tuple(_pieces(lines, kinds))


def _lines(text: str) -> Iterator[_Line]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield _Line(line.rstrip("\r\n")[:_LONGEST], at, at + len(line))
        at += len(line)


def _quotations(lines: Sequence[_Line], kinds: list[PieceKind | None]) -> None:
    for n, line in enumerate(lines):
        if kinds[n]:
            continue
        if DIVIDERS.fullmatch(line.text) or _header_block(lines, n):
            first = n - 1 if n and _RULE.fullmatch(lines[n - 1].text) else n
            kinds[first:] = [PieceKind.QUOTED] * (len(lines) - first)
            return
        if _MARKED.match(line.text):
            kinds[n] = PieceKind.QUOTED
        elif length := _attribution(lines, n):
            _below(lines, kinds, n, length)
    _join_blank(lines, kinds)


def _header_block(lines: Sequence[_Line], n: int) -> bool:
    """Whether a quoted mail's own headers begin here: who it is from, and two more within six lines."""
    if not HEADER_FROM.match(lines[n].text):
        return False
    return sum(HEADER_REST.match(line.text) is not None for line in lines[n + 1 : n + 7]) >= 2


def _attribution(lines: Sequence[_Line], n: int) -> int:
    """Over how many lines "On … wrote:" goes that begins here, or 0."""
    said = ""
    for length in (1, 2, 3):
        if (
            n + length > len(lines)
            or lines[n + length - 1].blank
            or _MARKED.match(lines[n + length - 1].text)
        ):
            return 0
        said = f"{said} {lines[n + length - 1].text.strip()}".strip()
        if said.endswith((":", "：")):
            dated = any(character.isdigit() for character in said) or "@" in said
            return length if dated and any(one.fullmatch(said) for one in ATTRIBUTIONS) else 0
    return 0


def _below(lines: Sequence[_Line], kinds: list[PieceKind | None], n: int, length: int) -> None:
    """Mark what "On … wrote:" quotes: the marked lines under it, or where none is marked, all that follows."""
    kinds[n : n + length] = [PieceKind.QUOTED] * length
    after = next((at for at in range(n + length, len(lines)) if not lines[at].blank), len(lines))
    if after == len(lines) or not _MARKED.match(lines[after].text):
        kinds[n:] = [PieceKind.QUOTED] * (len(lines) - n)


def _join_blank(lines: Sequence[_Line], kinds: list[PieceKind | None]) -> None:
    """Blank lines between two quoted ones are quoted too."""
    last = None
    for n, kind in enumerate(kinds):
        if kind:
            if last is not None and all(line.blank for line in lines[last + 1 : n]):
                kinds[last + 1 : n] = [PieceKind.QUOTED] * (n - last - 1)
            last = n


def _stretches(kinds: Sequence[PieceKind | None]) -> Iterator[tuple[int, int]]:
    """The stretches of lines that are no piece so far."""
    n = 0
    while n < len(kinds):
        if kinds[n] is None:
            last = n
            while last < len(kinds) and kinds[last] is None:
                last += 1
            yield n, last
            n = last
        else:
            n += 1


def _signature(lines: Sequence[_Line], kinds: list[PieceKind | None], first: int, last: int) -> None:
    """Mark a signature that ends a stretch: behind "-- ", or a closing with a few short lines under it."""
    for n in range(first, last):
        line, close = lines[n].text, last - n <= _FROM_END
        if (
            line.rstrip() == "--"
            or DEVICES.fullmatch(line)
            or (close and CLOSINGS.fullmatch(line) and _short(lines[n + 1 : last]))
        ):
            kinds[n:last] = [PieceKind.SIGNATURE] * (last - n)
            return


def _short(lines: Sequence[_Line]) -> bool:
    """Whether lines under a closing can be a name and an address, footers aside: few, and none asks anything."""
    written = [line.text.strip() for line in _without_footers(lines) if not line.blank]
    return len(written) <= 10 and all(len(line) <= 90 and not line.endswith(("?", "？")) for line in written)


def _without_footers(lines: Sequence[_Line]) -> list[_Line]:
    kinds: list[PieceKind | None] = [None] * len(lines)
    _footers(lines, kinds, 0, len(lines))
    return [line for line, kind in zip(lines, kinds, strict=True) if not kind]


def _footers(
    lines: Sequence[_Line], kinds: list[PieceKind | None], first: int, last: int, *, within: bool = False
) -> None:
    """Mark the footers that end a stretch, paragraph by paragraph from the bottom; never its first paragraph."""
    until = last
    for start, end in reversed(_paragraphs(lines, first, last)):
        said = " ".join(line.text.strip() for line in lines[start:end])
        rule = all(_RULE.fullmatch(line.text) for line in lines[start:end]) and until < last
        if not rule and not any(one.search(said) and other.search(said) for one, other in FOOTERS):
            return
        if start == first and not within:
            return
        kinds[start:until] = [PieceKind.FOOTER] * (until - start)
        until = start


def _paragraphs(lines: Sequence[_Line], first: int, last: int) -> list[tuple[int, int]]:
    found, start = [], None
    for n in range(first, last + 1):
        blank = n == last or lines[n].blank
        if blank and start is not None:
            found.append((start, n))
            start = None
        elif not blank and start is None:
            start = n
    return found


def _end_of(kinds: Sequence[PieceKind | None], n: int) -> int:
    last = n
    while last < len(kinds) and kinds[last] is kinds[n]:
        last += 1
    return last


def _pieces(lines: Sequence[_Line], kinds: Sequence[PieceKind | None]) -> Iterator[Piece]:
    n = 0
    while n < len(kinds):
        kind, last = kinds[n], _end_of(kinds, n)
        if kind:
            yield Piece(kind, lines[n].start, lines[last - 1].end)
        n = last
