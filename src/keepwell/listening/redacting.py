"""Numbers that nobody should keep, put out of a text before it is stored or indexed.

What a check digit proves is put out wherever it stands. What has none, or one that a tenth of all numbers pass, is
put out only in the shape it is always written in, or where a word before it says what it is: order numbers, dates
and telephone numbers stay.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from keepwell.listening import numbers as n
from keepwell.listening.reading_out import Read, as_digits, goes_on, runs_in
from keepwell.listening.said import Conversation, KeptAside, Piece, Turn, Word

_GAP = r"[ \u00a0\u2007\u2009\u202f\u3000.\-‐‑–—−_/]{0,2}"
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_DIGITS = re.compile(r"(?:[0-9][^0-9]{0,3}){6}")  # fewer stand for nobody
_SEPARATORS = re.compile(r"[\s.\-‐‑–—−_/()]+")
_NEAR = 48  # characters before a number in which a word says what it is
# Digits and letters of full width, and digits of other scripts, a character for a character.
_WIDE = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20}
# What stands before a number that is somebody's order and no card.
_OTHERWISE = re.compile(
    r"(?:order|tracking|parcel|invoice|ticket|case|rendelés|csomag|számla|zamówieni[ea]|przesyłk[ai]|faktur[ay]|订单|訂單|单号|單號|发票|發票)"
    r"[ -]?(?:number|no|nr|id|szám|száma|numer|号码|號碼|号|號)?[ :.#-]{0,3}$|[#+][ ]?$|\b(?:tel|phone)[ :.]{1,3}$",
    re.I,
)


@dataclass(frozen=True)
class _Kind:
    """One kind of number: how it is written, what proves it, and whether a word has to stand beside it."""

    name: str
    written: re.Pattern[str]
    proved: Callable[[str], bool]
    told: re.Pattern[str] | None = None


def _shape(shape: str) -> re.Pattern[str]:
    """A shape in which ~ is what may stand between two characters of a number; it begins and ends with them."""
    return re.compile(
        rf"(?<![0-9A-Za-z])(?<![0-9][.,]){shape.replace('~', _GAP)}(?![0-9A-Za-z])(?![.,][0-9])", re.I | re.A
    )


def _digits(count: int) -> re.Pattern[str]:
    return _shape(rf"[0-9](?:~[0-9]){{{count - 1}}}")


def _told(said: str) -> re.Pattern[str]:
    return re.compile(said, re.I)


# An IBAN whose country is said letter by letter.
_SPELT = re.compile(
    rf"(?<![0-9A-Za-z])[A-Za-z][ .\-]?[A-Za-z](?:{_GAP}[0-9]){{2}}(?:{_GAP}[0-9A-Za-z]){{11,30}}"
)
_KINDS = (
    _Kind(
        "iban",
        re.compile(rf"(?<![0-9A-Za-z])[A-Za-z]{{2}}{_GAP}[0-9]{_GAP}[0-9](?:{_GAP}[0-9A-Za-z]){{11,30}}"),
        n.is_iban,
    ),
    _Kind("iban", _digits(26), n.is_polish_account),
    _Kind("iban", _shape("[0-9]{8}[ -][0-9]{8}(?:[ -][0-9]{8})?"), n.is_hungarian_account),
    _Kind("id", _shape("[1-9](?:~[0-9]){16}~[0-9X]"), n.is_chinese_id),
    _Kind("card", _shape("[0-9](?:~[0-9]){12,18}"), n.is_card),
    # Misheard or mistyped by a digit, or by some that are said twice, it is still a card where it is called one.
    _Kind(
        "card",
        _shape("[0-9](?:~[0-9]){12,23}"),
        lambda _digits: True,
        _told(
            r"card n(?:umber|o\b)|(?:credit|debit|bank|payment) ?card|kártyaszám|(?:bank|hitel)kárty"
            r"|numer\w* (?:\w+ )?kart|kart\w+ (?:kredyt|płatn|debet|bank)"
            r"|卡号|卡號|卡的号码|卡的號碼|信用卡|银行卡|銀行卡"
        ),
    ),
    _Kind("id", _shape("[0-9]{11}"), n.is_grown_up_pesel),
    _Kind("id", _digits(11), n.is_pesel, _told(r"pesel|ewidencyjn|urodz|dow[oó]d")),
    _Kind("id", _shape("[1-8][ -][0-9]{6}[ -][0-9]{4}"), n.is_hungarian_personal_id),
    _Kind("id", _digits(11), n.is_hungarian_personal_id, _told("személyi")),
    _Kind("id", _shape("[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{2}"), n.is_nip),
    _Kind("id", _digits(10), n.is_nip, _told(r"\bnip\b|podatkow")),
    _Kind("id", _digits(10), n.is_hungarian_tax_id, _told(r"\badó|\btax")),
    _Kind("id", _digits(9), n.is_taj, _told(r"\btaj\b|társadalombiztosít|\btb[ -]?szám")),
    _Kind("id", _shape("[0-9]{3}-[0-9]{2}-[0-9]{4}"), n.is_ssn),
    _Kind("id", _digits(9), n.is_ssn, _told(r"\bssn\b|social security")),
    _Kind("id", _shape("[A-Z]{2} ?(?:[0-9]{2} ){3}[A-D]"), n.is_nino),
    _Kind("id", _shape("[A-Z]{2}(?:~[0-9]{2}){3}~[A-D]"), n.is_nino, _told(r"insurance|\bni\b|nino")),
    _Kind(
        "id", _shape("[A-Z][1289](?:~[0-9]){8}"), n.is_taiwan_id, _told(r"[\u4e00-\u9fff]|\bid\b|identity")
    ),
    _Kind("id", re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{1,2}[0-9]{6} ?\([0-9Aa]\)"), n.is_hong_kong_id),
    _Kind(
        "id",
        _shape("[A-Z]{1,2}~[0-9]{6}~[0-9A]"),
        n.is_hong_kong_id,
        _told("hkid|hong kong|身份证|身份證|identity"),
    ),
    _Kind("id", _shape("[A-Z]{3}~[0-9]{6}"), n.is_polish_card, _told(r"dow[oó]d|identity card|\bid card")),
    _Kind(
        "id",
        _shape("(?:[0-9]{6}~[A-Z]{2}|[A-Z]{2}~[0-9]{6})"),
        n.is_hungarian_card,
        _told(r"személyi|\bszig"),
    ),
)

# Those whose number, read out, is no telephone number by chance: proved by more than a digit, or told what it is.
_SURE = tuple(
    replace(kind, written=_SPELT) if kind.proved is n.is_iban else kind
    for kind in _KINDS
    if kind.told or kind.proved in (n.is_iban, n.is_polish_account, n.is_chinese_id)
)


@dataclass(frozen=True)
class Found:
    """A number that has to go: characters [start, end) of the text, and what it is: card, iban or id."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Redacted:
    """A text without its numbers. `moved` tells where a place of the old text lies in the new one."""

    text: str
    found: tuple[Found, ...] = ()

    def moved(self, place: int) -> int:
        """Where a character of the old text is now; one that was put out is where its mark begins."""
        shift = 0
        for one in self.found:
            mark = len(_mark(one))
            if place >= one.end:
                shift += mark - (one.end - one.start)
            elif place > one.start:
                return one.start + shift
        return place + shift


@dataclass(frozen=True)
class RedactedConversation:
    """A conversation that may be stored, and how many numbers of each kind were put out of it."""

    conversation: Conversation
    counts: Mapping[str, int] = field(default_factory=dict)


def _mark(found: Found) -> str:
    return f"[{found.kind}]"


def numbers_in(text: str) -> list[Found]:
    """The numbers of cards, accounts and persons in a text, in order, none overlapping another."""
    plain = text
    if not text.isascii():
        plain = _FOREIGN_DIGIT.sub(lambda digit: str(int(digit[0])), text.translate(_WIDE))
    found = [*(_written(plain) if _DIGITS.search(plain) else ()), *_read_out(plain)]
    return _apart(found)


def _apart(found: Iterable[Found]) -> list[Found]:
    """Numbers in order, none overlapping another."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda found: (found.start, -found.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def redact(text: str) -> Redacted:
    """The text with [card], [iban] or [id] where such a number stood."""
    return _put_out(text, numbers_in(text))


def _put_out(text: str, found: Sequence[Found]) -> Redacted:
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], _mark(one)]
        at = one.end
    return Redacted("".join([*parts, text[at:]]), tuple(found))


def _written(text: str, kinds: Sequence[_Kind] = _KINDS) -> Iterator[Found]:
    for kind in kinds:
        if kind.told and not kind.told.search(text):
            continue
        at = 0
        while match := kind.written.search(text, at):
            span = _proved(kind, text, match)
            if span and kind.told and not kind.told.search(text, max(span[0] - _NEAR, 0), span[0]):
                span = None
            if span and (kind.name == "card" or kind.proved is n.is_grown_up_pesel):
                span = None if _OTHERWISE.search(text[max(span[0] - _NEAR, 0) : span[0]]) else span
            if span:
                yield Found(kind.name, *span)
            at = span[1] if span else _next_start(text, match)


def _next_start(text: str, match: re.Match[str]) -> int:
    """Behind the first digits of what was no number, for one may begin with those that follow."""
    at = match.start() + 1
    while at < match.end() and text[at].isalnum():
        at += 1
    return at


def _proved(kind: _Kind, text: str, match: re.Match[str]) -> tuple[int, int] | None:
    if kind.proved is n.is_iban:
        return _iban_in(text, *match.span())
    if kind.name == "card":
        proved = _card_in(text, *match.span())
        return proved or (match.span() if kind.told else None)
    return match.span() if kind.proved(_SEPARATORS.sub("", match[0])) else None


def _iban_in(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The IBAN that begins here: words may stand close behind it."""
    places = [at for at in range(start, end) if text[at].isalnum()]
    for length in range(len(places), 14, -1):
        last = places[length - 1] + 1
        if n.is_iban("".join(text[at] for at in places[:length])) and not text[last : last + 1].isalnum():
            return start, last
    return None


def _card_in(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The card that begins where a run of digits does: all of it, or its first groups beside a date or a code."""
    digits, best = "", None
    for group in _GROUP.finditer(text, start, end):
        digits += group[0]
        if n.is_card(digits):
            best = (start, group.end())
    return best


_GROUP = re.compile(r"[0-9]+")


def _read_out(text: str) -> Iterator[Found]:
    """Numbers that are read out as words: what they would be as digits, where that is sure or a word tells it."""
    runs = list(runs_in(text))
    for run in runs:
        yield from (
            one
            for one in _cards_of(run)
            if not _OTHERWISE.search(text[max(one.start - _NEAR, 0) : one.start])
        )
    if not runs:
        return
    plain = as_digits(text, runs)
    for one in _written(plain.text, _SURE):
        yield Found(one.kind, plain.places[one.start][0], plain.places[one.end - 1][1])


def _cards_of(run: Sequence[Read]) -> Iterator[Found]:
    first = 0
    while first < len(run):
        digits, ends = "", None
        for last in range(first, min(first + 40, len(run))):
            digits += run[last].digits
            if len(digits) > 19 or len(run[last].digits) > 4:
                break  # nobody reads out more at once: two telephone numbers are no card
            if last > first and run[first].digits and len(digits) >= 13 and n.is_card(digits):
                ends = last
        if ends is None:
            first += 1
            continue
        yield Found("card", run[first].start, run[ends].end)
        first = ends + 1


def redact_turn(
    turn: Turn, across: Sequence[Found] = (), across_words: Sequence[Found] = ()
) -> tuple[Turn, tuple[Found, ...]]:
    """A turn without its numbers, its pieces moved and its words marked; and what was put out.

    `across` are places in its text, and in its words put together, of numbers that go on in another turn.
    """
    done = _put_out(turn.text, _apart([*across, *numbers_in(turn.text)]))
    if not done.found:
        return turn, ()
    pieces = tuple(Piece(one.kind, done.moved(one.start), done.moved(one.end)) for one in turn.pieces)
    return replace(turn, text=done.text, pieces=pieces, words=_without(turn.words, across_words)), done.found


def _together(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _without(words: Sequence[Word], across: Sequence[Found]) -> tuple[Word, ...]:
    """Words of which those that make up a number are marked; their times stay, so that the sound can be muted."""
    text, spans, at = _together(words), [], 0
    for word in words:
        spans.append((at, at + len(word.text)))
        at += len(word.text) + 1
    found = _apart([*across, *numbers_in(text)])
    return tuple(
        replace(
            word, text=next((_mark(one) for one in found if start < one.end and one.start < end), word.text)
        )
        for word, (start, end) in zip(words, spans, strict=True)
    )


def _across(texts: Sequence[str]) -> dict[int, list[Found]]:
    """Of texts that follow each other the parts of numbers that begin in one and end in another, by their place."""
    found: dict[int, list[Found]] = {}
    first = 0
    while first < len(texts):
        last = first
        while last + 1 < len(texts) and goes_on(texts[last], texts[last + 1]):
            last += 1
        if last > first:
            for at, one in _parts(texts[first : last + 1]):
                found.setdefault(first + at, []).append(one)
        first = last + 1
    return found


def _parts(texts: Sequence[str]) -> Iterator[tuple[int, Found]]:
    """The parts of the numbers that lie in several of these texts, each with which one it is in."""
    begins = list(accumulate((len(text) + 1 for text in texts), initial=0))
    for one in numbers_in(" ".join(text.replace("\n", " ") for text in texts)):
        inside = [
            (at, max(one.start - begin, 0), min(one.end - begin, len(texts[at])))
            for at, begin in enumerate(begins[:-1])
            if one.start < begin + len(texts[at]) and begin < one.end
        ]
        if len(inside) > 1:
            yield from ((at, Found(one.kind, start, end)) for at, start, end in inside)


def _across_turns(turns: Sequence[Turn]) -> tuple[dict[int, list[Found]], dict[int, list[Found]]]:
    """By place of a turn, what lies across turns of one voice: in their texts, and in their words put together."""
    voices: dict[tuple[object, ...], list[int]] = {}
    for at, turn in enumerate(turns):
        voices.setdefault((turn.side, turn.speaker, turn.channel), []).append(at)
    texts: dict[int, list[Found]] = {}
    words: dict[int, list[Found]] = {}
    for places in voices.values():
        texts |= {places[n]: some for n, some in _across([turns[at].text for at in places]).items()}
        together = _across([_together(turns[at].words) for at in places])
        words |= {places[n]: some for n, some in together.items()}
    return texts, words


def redact_conversation(conversation: Conversation) -> RedactedConversation:
    """A conversation without such numbers, in its turns, its subject and in what was kept aside."""
    counts: Counter[str] = Counter()
    turns = []
    texts, words = _across_turns(conversation.turns)
    for at, turn in enumerate(conversation.turns):
        clean, found = redact_turn(turn, texts.get(at, ()), words.get(at, ()))
        counts.update(one.kind for one in found)
        turns.append(clean)
    subject = redact(conversation.subject)
    counts.update(one.kind for one in subject.found)
    kept = tuple(
        KeptAside(one.file, one.line, one.reason, redact(one.text).text) for one in conversation.aside
    )
    return RedactedConversation(
        replace(conversation, turns=tuple(turns), subject=subject.text, aside=kept), dict(counts)
    )
