"""What every format comes down to: lines with a time and a speaker where they have one, put in order."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from keepwell.listening.said import Side, Turn, Word, numbered

_TIME = r"(?:([0-9]{1,3}):)?([0-9]{1,3}):([0-5]?[0-9])(?:[.,]([0-9]{1,6}))?"
TIME = re.compile(_TIME)
# A name, then a colon; in Chinese the colon may be wide and needs no space behind it.
_NAME = r"[^\W\d_][^\n:：<>{}\[\]/\\@]{0,58}?"
_PREFIX = re.compile(
    rf"(?:[-–—*•]\s*|>+\s*)?(?P<name>{_NAME})\s*(?:：|:(?=\s|$|[\u3400-\u9fff]))\s*(?P<rest>.*)", re.S
)
_OURS = frozenset(
    {"us", "agent", "advisor", "adviser", "rep", "representative", "support", "seller", "sales", "host"}
    | {"客服", "顾问", "顧問", "销售", "銷售", "ügynök", "ügyfélszolgálat", "tanácsadó"}
    | {"konsultant", "doradca", "berater"}
)
_THEIRS = frozenset(
    {"them", "customer", "client", "caller", "buyer", "客户", "客戶", "顾客", "顧客"}
    | {"ügyfél", "vevő", "klient", "klientka", "kunde"}
)


@dataclass(frozen=True)
class Cue:
    """Some words with what their format says of them; `line` counts from 1."""

    line: int
    text: str
    speaker: str = ""
    start: float | None = None
    end: float | None = None
    side: str = ""
    words: tuple[Word, ...] = ()
    confidence: float | None = None
    channel: int | None = None


@dataclass
class Found:
    """What a format found: cues in the order of the file, and (line, reason, text) of what it could not read.

    `named` says that the format itself tells who speaks, so that no name is looked for in the text.
    """

    cues: list[Cue] = field(default_factory=list)
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    language: str = ""
    named: bool = False


@dataclass(frozen=True)
class Format:
    """One way of writing a transcript down."""

    name: str
    suffixes: tuple[str, ...]
    looks_like: Callable[[Sequence[str]], bool]
    read: Callable[[Sequence[str]], Found]


@dataclass(frozen=True)
class Sides:
    """Which speakers are ours and which are the customer's."""

    ours: Sequence[str] = ()
    theirs: Sequence[str] = ()

    def of(self, speaker: str, said: str = "") -> Side:
        """The side of a speaker, by name or by what the format says of it ("agent", "customer")."""
        name = speaker.casefold()
        if name and name in {one.casefold() for one in self.ours}:
            return Side.US
        if name and name in {one.casefold() for one in self.theirs}:
            return Side.THEM
        for word in (said.casefold(), name):
            first = word.split(" ")[0] if word else ""
            if first in _OURS:
                return Side.US
            if first in _THEIRS:
                return Side.THEM
        return Side.UNKNOWN


def seconds(written: object) -> float | None:
    """Seconds from 12.5, "12.5", "00:12.5" or "01:00:12,500"; None where it is no time."""
    if isinstance(written, bool) or written is None:
        return None
    if isinstance(written, str):
        if match := TIME.fullmatch(written.strip()):
            return time_at(match)
        try:
            written = float(written.strip().removesuffix("s"))
        except ValueError:
            return None
    if not isinstance(written, int | float):
        return None
    try:
        number = float(written)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0 <= number < 1e7 else None


def time_at(match: re.Match[str]) -> float:
    """The seconds a match of TIME stands for."""
    hours, minutes, whole, part = match.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + (float(f"0.{part}") if part else 0.0)


def prefix_of(text: str) -> tuple[str, str]:
    """The name a text begins with, and what follows: ("Anna", "Hello") of "Anna: Hello"; ("", text) without one."""
    match = _PREFIX.match(text)
    if not match or len(match["name"].split()) > 6:
        return "", text
    return match["name"].strip(), match["rest"]


def with_speakers(cues: Iterable[Cue], named: bool = False) -> list[Cue]:
    """The cues with the names their texts begin with as their speakers.

    A word before a colon is a name where it comes back, or where most texts begin with one: "One thing: …" said
    once is none.
    """
    cues = list(cues)
    if named or any(cue.speaker for cue in cues):
        return cues
    split = [prefix_of(cue.text) for cue in cues]
    counts = Counter(name for name, _ in split if name)
    most = sum(counts.values()) * 2 >= len(cues)
    return [
        replace(cue, speaker=name, text=rest) if name and (most or counts[name] > 1) else cue
        for cue, (name, rest) in zip(cues, split, strict=True)
    ]


def in_order(cues: Iterable[Cue], sides: Sides) -> tuple[list[Turn], int]:
    """The cues as turns by the time they start at, and how many stood too late in the file.

    Times that overlap are two people talking at once, and stay. A cue without time stays behind the one before it.
    """
    # A name behind which nothing is said was no name.
    spoken = (cue if cue.text.strip() else replace(cue, text=cue.speaker, speaker="") for cue in cues)
    kept = [cue for cue in spoken if cue.text.strip()]
    late, latest = 0, 0.0
    times: list[float] = []
    for cue in kept:
        late += cue.start is not None and cue.start < latest
        latest = max(latest, cue.start or 0.0)
        times.append(cue.start if cue.start is not None else (times[-1] if times else 0.0))
    order = sorted(range(len(kept)), key=times.__getitem__)
    turns = (
        Turn(
            no=0,
            text=cue.text.strip(),
            side=sides.of(cue.speaker, cue.side),
            speaker=cue.speaker,
            start=cue.start,
            end=cue.end,
            words=cue.words,
            confidence=cue.confidence,
            channel=cue.channel,
        )
        for cue in (kept[at] for at in order)
    )
    return list(numbered(turns)), late
