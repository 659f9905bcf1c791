"""The rules made ready to be heard, and kept in this process for as long as they hold: `Ruling.revision` tells.

Making a thousand ready takes a second or more, so a worker does it when it begins (`warm`). Where a few change
afterwards, those are made ready anew and the others kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from keepwell.conversations.models import Conversation, Hit, Rule, Ruling, Turn, Words
from keepwell.lib.errors import KeepwellError
from keepwell.listening import rules as listening
from keepwell.listening import said
from keepwell.listening.languages import all_languages
from keepwell.listening.languages.lists import WordList, loaded, shipped, with_own
from keepwell.listening.languages.telling import language_of

FEW = 40  # rules that are heard beside the others for a while, before all are made ready anew
KEPT = 6  # sets of rules that are remembered


@dataclass(frozen=True)
class Heard:
    """A rule heard in a turn of a conversation, before it is stored."""

    rule: int
    version: int
    theme: str
    turn: Turn
    verdict: str
    spans: tuple[tuple[int, int], ...]
    cue: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Ready:
    """The rules that hold at a revision, by key; `words`: the revision that the word lists are of."""

    revision: int
    words: int
    rows: Mapping[int, Rule]
    sets: tuple[listening.Rules, ...] = field(repr=False)  # together they hold every rule

    def since(self, revision: int) -> "Ready":
        """Those that changed after a revision; all of them where the words did."""
        if revision < self.words or not revision:
            return self
        rows = {pk: row for pk, row in self.rows.items() if row.revision > revision}
        if len(rows) == len(self.rows):
            return self
        return Ready(self.revision, self.words, rows, _sets(rows, self.words)) if rows else _none(self)

    def hear(self, talks: Iterable[tuple[Conversation, Sequence[Turn]]]) -> list[Heard]:
        """Everything that is heard in conversations with their turns, by language and kind all at once."""
        if not self.rows:
            return []
        groups: dict[tuple[str, str], list[Turn]] = {}
        for talk, turns in talks:
            for turn, languages in zip(turns, languages_of(talk, turns), strict=True):
                for language in languages:
                    groups.setdefault((language, talk.kind), []).append(turn)
        found: dict[tuple[Any, ...], Heard] = {}
        for (language, kind), turns in groups.items():
            plain = [said_of(turn) for turn in turns]
            for rules in self.sets:
                for hit in rules.hear(language, plain, kind):
                    row = self.rows.get(int(hit.rule))
                    if (
                        row is not None and row.version == hit.version
                    ):  # else it has changed since it was made ready
                        one = _heard(row, hit, turns[hit.turn])
                        found.setdefault((one.turn.pk, one.rule, one.spans), one)
        return sorted(
            _once(found.values()),
            key=lambda one: (one.turn.conversation_id, one.turn.no, one.spans, one.rule),
        )


def ready() -> Ready:
    """The rules that hold now."""
    with _lock:
        ruling = Ruling.objects.order_by("pk").first() or Ruling(revision=1, words=0)
        held = _held.get("now")
        if held is None or (held.revision, held.words) != (ruling.revision, ruling.words):
            rows = {row.pk: row for row in Rule.objects.filter(on=True).order_by("pk")}
            held = Ready(ruling.revision, ruling.words, rows, _sets(rows, ruling.words))
            _held["now"] = held
        return held


def warm() -> None:
    """Make the rules ready in every language, so that the first conversation need not wait for it."""
    for rules in ready().sets:
        for language in dict.fromkeys(code for rule in rules.rules for code in rule.languages):
            rules.ears(language)


def rule_of(row: Rule) -> listening.Rule:
    """A stored rule as it listens. It goes by its key: names may change."""
    return listening.rule_of({**row.data, "name": str(row.pk), "version": row.version})


def told_of(row: Rule) -> listening.Rule:
    """A stored rule as people read and keep it."""
    owner = row.owner.email if row.owner else ""
    return listening.rule_of({**row.data, "name": row.name, "version": row.version, "owner": owner})


def lists() -> dict[str, WordList]:
    """The word lists that the company changed, by language: the shipped ones with its own on top."""
    found = {}
    for row in Words.objects.filter(language__in=all_languages()):
        found[row.language] = list_with(row.language, row.data)
    return found


def list_with(language: str, own: Mapping[str, Any]) -> WordList:
    """The list of a language with a company's words on top."""
    if not own:
        return shipped(language)
    return with_own(language, loaded(dict(own), language))


def said_of(turn: Turn) -> said.Turn:
    """A stored turn as it is heard."""
    return said.Turn(
        turn.no,
        turn.text,
        said.Side(turn.side),
        pieces=tuple(said.Piece(said.PieceKind(kind), start, end) for kind, start, end in turn.pieces),
        words=tuple(said.Word(word[0], word[1], word[2]) for word in turn.words),
    )


def languages_of(talk: Conversation, turns: Sequence[Turn]) -> list[tuple[str, ...]]:
    """The languages that each turn is heard in: one, where it can be told; of a few words perhaps every one."""
    known = all_languages()
    if talk.language in known:
        return [(talk.language,)] * len(turns)
    told = [language_of(said_of(turn).said) for turn in turns]
    counts: dict[str, int] = {}
    for code, turn in zip(told, turns, strict=True):
        if code:
            counts[code] = counts.get(code, 0) + len(turn.text)
    usual = (max(counts, key=lambda code: counts[code]),) if counts else tuple(known)
    return [(code,) if code else usual for code in told]


def _once(found: Iterable[Heard]) -> list[Heard]:
    """What several phrases of a rule hear in the same words is heard once: by the one that holds the most of them."""
    kept: dict[tuple[int, int, str], list[Heard]] = {}
    for one in sorted(found, key=lambda one: (-sum(end - start for start, end in one.spans), one.spans)):
        place = kept.setdefault((one.turn.pk, one.rule, one.verdict), [])
        if not any(_touch(one.spans, other.spans) for other in place):
            place.append(one)
    return [one for place in kept.values() for one in place]


def _touch(one: Sequence[tuple[int, int]], other: Sequence[tuple[int, int]]) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)


def _heard(row: Rule, hit: listening.Hit, turn: Turn) -> Heard:
    labels = tuple(str(label) for label in hit.labels)
    wanted = row.data.get("denial") == "only"  # what such a rule listens for is the denial
    verdict = Hit.Verdict.HIT.value if wanted else str(hit.verdict)
    return Heard(row.pk, row.version, row.theme, turn, verdict, hit.spans, (hit.cue or "")[:80], labels)


def _sets(rows: Mapping[int, Rule], words: int) -> tuple[listening.Rules, ...]:
    """The rules in one set, or in one that is known already (a few in it may be older) and one of the rest."""
    keys = frozenset((pk, row.version) for pk, row in rows.items())
    known = [had for of, had in _known if of == words]
    best = max(known, key=lambda had: len(had & keys), default=frozenset())
    if not best or len(keys - best) > FEW or len(best - keys) > FEW:
        return (_made(rows, keys, words),)
    rest = keys - best
    return (_known[words, best], *((_made(rows, rest, words),) if rest else ()))


def _made(rows: Mapping[int, Rule], keys: frozenset[tuple[int, int]], words: int) -> listening.Rules:
    found = _known.get((words, keys))
    if found is None:
        sound = []
        for pk, _version in sorted(keys):
            try:
                sound.append(rule_of(rows[pk]))
            except KeepwellError:  # kept by an older Keepwell in a form that is none now: its page says so
                continue
        found = _readable(sound, _lists_of(words))
        while len(_known) >= KEPT:
            _known.pop(min(_known, key=lambda one: len(one[1])))
        _known[words, keys] = found
    return found


def _readable(rules: Sequence[listening.Rule], words: Mapping[str, WordList]) -> listening.Rules:
    """Rules together; one with a phrase that can no longer be read is left out, so that the others are heard."""
    whole = listening.Rules(rules, words)
    if all(_reads(whole, code) for code in dict.fromkeys(code for rule in rules for code in rule.languages)):
        return whole
    return listening.Rules([rule for rule in rules if readable(rule, words)], words)


def readable(rule: listening.Rule, words: Mapping[str, WordList]) -> bool:
    """Whether each phrase of a rule says something in its language."""
    alone = listening.Rules([rule], words)
    return all(_reads(alone, code) for code in rule.languages)


def _reads(rules: listening.Rules, code: str) -> bool:
    try:
        rules.ears(code)
    except KeepwellError:
        return False
    return True


def _lists_of(words: int) -> dict[str, WordList]:
    if _lists.get("of") != words:
        _lists.update(of=words, lists=lists())
    found: dict[str, WordList] = _lists["lists"]
    return found


def _none(whole: Ready) -> Ready:
    return Ready(whole.revision, whole.words, {}, ())


def forget() -> None:
    """Forget what was made ready: of tests, whose databases come and go in one process."""
    with _lock:
        _held.clear()
        _known.clear()
        _lists.clear()


_lock = RLock()
_held: dict[str, Ready] = {}
_known: dict[tuple[int, frozenset[tuple[int, int]]], listening.Rules] = {}
_lists: dict[str, Any] = {}
