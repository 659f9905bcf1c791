"""A turn's text as a page shows it: words with their times, hits with their rule, what was quoted folded away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keepwell.conversations.models import Hit, Turn

LOW = 0.5  # below it a word, or a turn, is shown to have been heard with little confidence
_AHEAD = 40  # characters within which the next word is looked for: after a correction some are gone


@dataclass(frozen=True)
class Placed:
    """A word of the sound where it stands in the text."""

    start: int
    end: int
    at: float
    to: float
    unsure: bool


@dataclass(frozen=True)
class Marked:
    """A hit in a turn, and by what it is told."""

    hit: Hit
    spans: Sequence[tuple[int, int]]  # with no gap where only a space is between two
    label: str  # its rule, and that it was denied
    address: str  # the rule's

    @property
    def denied(self) -> bool:
        """Whether it was denied."""
        return self.hit.verdict == Hit.Verdict.NEGATED


def placed(turn: Turn) -> list[Placed]:
    """Where each timed word of a turn stands in its text; one that was corrected away stands nowhere."""
    found, at = [], 0
    for said, start, end, confidence in turn.words:
        word = said.strip()
        begin = turn.text.find(word, at, at + _AHEAD + len(word)) if word else -1
        if begin < 0:
            continue
        at = begin + len(word)
        found.append(Placed(begin, at, start, end, confidence is not None and confidence < LOW))
    return found


def marked(text: str, hits: Sequence[Hit]) -> list[Marked]:
    """Hits in a text with what they are told by."""
    return [
        Marked(hit, _joined(text, hit.spans), _label(hit), rule_address(hit.rule_id))
        for hit in hits
        if hit.spans
    ]


def _joined(text: str, spans: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Stretches in order; two with nothing but space between them are one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for start, end in spans):
        if found and not text[found[-1][1] : start].strip():
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _label(hit: Hit) -> str:
    if hit.verdict != Hit.Verdict.NEGATED:
        return hit.rule.label
    if hit.cue:
        return _("{rule}: denied (“{cue}”)").format(rule=hit.rule.label, cue=hit.cue)
    return _("{rule}: denied").format(rule=hit.rule.label)


def rule_address(pk: int) -> str:
    """Where a rule is shown."""
    try:
        return reverse("conversations:rule", args=[pk])
    except NoReverseMatch:
        return ""


def written(turn: Turn, hits: Sequence[Marked] = (), *, timed: bool = False) -> SafeString:
    """The text of a turn as HTML; `timed` where there is sound that words can lead to."""
    words, folded = placed(turn) if turn.words else [], _folded()
    parts = []
    for kind, start, end in sections(turn):
        if kind:
            parts.append(format_html(_FOLDED, folded.get(kind, kind), turn.text[start:end].strip()))
        else:
            parts.append(_said(turn.text, start, _trimmed(turn.text, start, end), words, hits, timed=timed))
    return _together(parts)


def _trimmed(text: str, start: int, end: int) -> int:
    """Where a stretch ends without the empty lines after it."""
    return start + len(text[start:end].rstrip())


_FOLDED = '<details class="folded"><summary>{}</summary><div>{}</div></details>'


def _folded() -> dict[str, str]:
    return {
        "quoted": _("Quoted from before"),
        "signature": _("Signature"),
        "footer": _("Footer"),
    }


def _together(parts: Sequence[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def sections(turn: Turn) -> Iterator[tuple[str, int, int]]:
    """The stretches of a text in order: "" for what was said, else what kind of piece it is. Empty ones are none."""
    at = 0
    for kind, start, end in sorted(turn.pieces, key=lambda piece: piece[1]):
        if turn.text[at:start].strip():
            yield "", at, start
        begin = max(at, start)
        if turn.text[begin:end].strip():
            yield kind, begin, end
        at = max(at, end)
    if turn.text[at:].strip():
        yield "", at, len(turn.text)


@dataclass(frozen=True)
class _Bit:
    """A stretch of text that is in one word or none, and in the same hits all along."""

    start: int
    end: int
    word: Placed | None
    hits: tuple[int, ...]  # places in the list of hits


def _said(
    text: str, start: int, end: int, words: Sequence[Placed], hits: Sequence[Marked], *, timed: bool
) -> SafeString:
    parts: list[SafeString] = []
    for inside, group in groupby(_bits(start, end, words, hits), key=lambda bit: bit.hits):
        bits = list(group)
        shown = _together([_bit(text, bit, timed=timed) for bit in bits])
        if not inside:
            parts.append(shown)
            continue
        begun = [hits[n].hit.pk for n in inside if hits[n].spans[0][0] == bits[0].start]
        name = format_html(' id="hit-{}" tabindex="-1" data-stop', begun[0]) if begun else ""
        denied = " denied" if all(hits[n].denied for n in inside) else ""
        parts.append(format_html('<mark class="hit{}"{}>{}</mark>', denied, name, shown))
        parts += [_tag(hits[n]) for n in inside if hits[n].spans[-1][1] == bits[-1].end]
    return format_html('<span class="said">{}</span>', _together(parts))


def _bits(start: int, end: int, words: Sequence[Placed], hits: Sequence[Marked]) -> Iterator[_Bit]:
    spans = [(begin, last, n) for n, one in enumerate(hits) for begin, last in one.spans]
    near = [word for word in words if word.start < end and word.end > start]
    ends = [(word.start, word.end) for word in near] + [(begin, last) for begin, last, _n in spans]
    cuts = {start, end} | {cut for both in ends for cut in both if start < cut < end}
    at = 0
    for begin, last in pairwise(sorted(cuts)):
        while at < len(near) and near[at].end <= begin:
            at += 1
        word = near[at] if at < len(near) and near[at].start <= begin else None
        inside = tuple(sorted({n for first, final, n in spans if first <= begin and last <= final}))
        yield _Bit(begin, last, word, inside)


def _bit(text: str, bit: _Bit, *, timed: bool) -> SafeString:
    said = text[bit.start : bit.end]
    if bit.word is None:
        return format_html("{}", said)
    unsure = " unsure" if bit.word.unsure else ""
    if timed:
        times = (f"{bit.word.at:.2f}", f"{bit.word.to:.2f}")
        return format_html('<span class="w{}" data-at="{}" data-to="{}">{}</span>', unsure, *times, said)
    return format_html('<span class="unsure">{}</span>' if unsure else "{}", said)


def _tag(one: Marked) -> SafeString:
    kind = " denied" if one.denied else ""
    if one.address:
        return format_html('<a class="tag{}" href="{}">{}</a>', kind, one.address, one.label)
    return format_html('<span class="tag{}">{}</span>', kind, one.label)
