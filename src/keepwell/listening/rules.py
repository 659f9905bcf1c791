"""Rules: what to listen for, as data. Written by typing a phrase, kept as YAML, sought together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.listening.languages import all_languages, language_named
from keepwell.listening.languages.lists import DENIALS as DENYING
from keepwell.listening.languages.lists import THEMES, WordList, shipped
from keepwell.listening.matching.analysis import heard
from keepwell.listening.matching.hearing import Asked, Ears, Hearing
from keepwell.listening.matching.phrases import patterns_of
from keepwell.listening.matching.reading import Label, Verdict
from keepwell.listening.matching.widening import sayings_of
from keepwell.listening.said import Kind, Side, Turn

LONGEST_PATTERN = 256  # characters of an administrator's regular expression
MOST_RULES = 20_000
MOST_PHRASES = 50  # of a rule in a language
DENIALS = ("apart", "drop", "only")  # kept as a denial of its own; left out; nothing else is wanted
THEN = ("alert", "tag", "follow_up")
SHIPPED = Path(__file__).parent / "labelled" / "rules.yaml"


# What nobody sees, and comes along with text that is pasted: soft hyphens, marks of direction.
_UNSEEN = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)


def _seen(phrase: str) -> str:
    return phrase.translate(_UNSEEN)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What to listen for. `phrases` and `slots` are by language; a slot is a list of words that say the same.

    `side` is who must speak ("" for anyone), `channels` kinds of conversation (none for all), `gap` the words that
    may stand between two slots (None for the language's own), `denial` one of DENIALS, `pattern` a regular expression
    of RE2 that only an administrator may write. Raises KeepwellError where something in it cannot be.
    """

    name: str
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slots: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    theme: str = ""
    side: str = "them"
    channels: tuple[str, ...] = ()
    gap: int | None = None
    ordered: bool = False
    denial: str = "apart"
    weight: float = 1.0
    then: tuple[str, ...] = ("alert",)
    owner: str = ""
    version: int = 1
    pattern: str = ""

    def __post_init__(self) -> None:
        phrases = {code: tuple(map(_seen, said)) for code, said in self.phrases.items()}
        slots = {code: tuple(tuple(map(_seen, slot)) for slot in said) for code, said in self.slots.items()}
        object.__setattr__(self, "phrases", phrases)
        object.__setattr__(self, "slots", slots)
        if any(
            not said or not all(slot and all(map(str.strip, slot)) for slot in said)
            for said in slots.values()
        ):
            raise KeepwellError(_("Each slot of a rule names at least one word."), seen=self.name)
        _one_of(self.denial, DENIALS, _("what to do with a denial"))
        for side in filter(None, [self.side]):
            _one_of(side, [s.value for s in Side], _("a side"))
        for channel in self.channels:
            _one_of(channel, [kind.value for kind in Kind], _("a channel"))
        for then in self.then:
            _one_of(then, THEN, _("what happens"))
        if self.theme:
            _one_of(self.theme, THEMES, _("a theme"))
        for code in (*self.phrases, *self.slots):
            language_named(code)
        if any(len(phrases) > MOST_PHRASES for phrases in self.phrases.values()):
            raise KeepwellError(
                _("A rule has at most {n} phrases in a language.").format(n=MOST_PHRASES), seen=self.name
            )
        if not (self.phrases or self.slots or self.pattern):
            raise KeepwellError(_("The rule “{name}” listens for nothing.").format(name=self.name))
        if self.gap is not None and not 0 <= self.gap <= 30:
            raise KeepwellError(_("A gap is between 0 and 30 words."), seen=str(self.gap))
        if self.pattern:
            compiled(self.pattern)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it listens in."""
        return tuple(dict.fromkeys([*self.phrases, *self.slots]))

    def asked(self, language: str) -> list[Asked]:
        """What it listens for in a language."""
        asked = [
            Asked(phrase, gap=self.gap, ordered=self.ordered) for phrase in self.phrases.get(language, ())
        ]
        if language in self.slots:
            asked.append(Asked(slots=self.slots[language], gap=self.gap, ordered=self.ordered))
        return asked


@dataclass(frozen=True)
class Hit:
    """A rule heard in a turn. `turn` counts from 0 in what was given; spans are [start, end) in the turn's text."""

    rule: str
    version: int
    theme: str
    turn: int
    verdict: Verdict
    spans: tuple[tuple[int, int], ...]
    cue: str | None = None
    labels: tuple[Label, ...] = ()


class Rules:
    """Rules ready to be heard, in every language they have. Keep it: what it has seen of a language it remembers."""

    def __init__(self, rules: Sequence[Rule], words: Mapping[str, WordList] | None = None) -> None:
        if len(rules) > MOST_RULES:
            raise KeepwellError(_("There are at most {n} rules.").format(n=MOST_RULES), seen=str(len(rules)))
        self.rules = list(rules)
        self._words = words or {}
        self._ears: dict[str, tuple[Ears, list[Rule]]] = {}

    def ears(self, language: str) -> tuple[Ears, list[Rule]]:
        """What hears in a language, and the rule of each phrase."""
        if language not in self._ears:
            asked = [(rule, one) for rule in self.rules for one in rule.asked(language)]
            ears = Ears(language, [one for _rule, one in asked], self._words.get(language))
            self._ears[language] = ears, [rule for rule, _one in asked]
        return self._ears[language]

    @cached_property
    def _patterns(self) -> list[tuple[Rule, Any]]:
        return [(rule, compiled(rule.pattern)) for rule in self.rules if rule.pattern]

    def hear(self, language: str, turns: Sequence[Turn], kind: Kind | str = "") -> list[Hit]:
        """The hits in turns of one language, by turn and place; of phrases of one rule in one place the first."""
        ears, owners = self.ears(language)
        found: dict[tuple[str, int, tuple[tuple[int, int], ...]], Hit] = {}
        for hearing in ears.hear(ears.analyse([heard(turn) for turn in turns])):
            rule = owners[hearing.phrase]
            if _wanted(rule, hearing, turns[hearing.turn], str(kind)):
                hit = _hit(rule, hearing)
                found.setdefault((rule.name, hit.turn, hit.spans), hit)
        for rule, pattern in self._patterns:
            for k, turn in enumerate(turns):
                for match in pattern.finditer(turn.text):
                    hearing = Hearing(0, k, Verdict.HIT, (match.span(),))
                    if _wanted(rule, hearing, turn, str(kind)):
                        found.setdefault((rule.name, k, hearing.spans), _hit(rule, hearing))
        return sorted(found.values(), key=lambda hit: (hit.turn, hit.spans, hit.rule))


def _wanted(rule: Rule, hearing: Hearing, turn: Turn, kind: str) -> bool:
    if rule.side and turn.side is not Side.UNKNOWN and rule.side != turn.side:
        return False
    if rule.channels and kind and kind not in rule.channels:
        return False
    if rule.denial == "drop":
        return hearing.verdict is Verdict.HIT
    return rule.denial == "apart" or hearing.verdict is Verdict.NEGATED


def _hit(rule: Rule, hearing: Hearing) -> Hit:
    return Hit(
        rule.name,
        rule.version,
        rule.theme,
        hearing.turn,
        hearing.verdict,
        hearing.spans,
        hearing.cue,
        hearing.labels,
    )


def compiled(pattern: str) -> Any:
    """An administrator's regular expression, for RE2, which takes linear time. Raises KeepwellError."""
    import re2  # type: ignore[import-untyped]  # it comes without types

    if len(pattern) > LONGEST_PATTERN:
        raise KeepwellError(
            _("A pattern has at most {n} characters.").format(n=LONGEST_PATTERN), seen=f"{len(pattern)}"
        )
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 22
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> KeepwellError:
    """What RE2 said of a pattern, in people's words where it is one of the usual things."""
    said = error.args[0] if error.args else ""
    what, _colon, where = (
        said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    ).partition(": ")
    usual = {
        "missing )": _("A bracket “)” is missing."),
        "unexpected )": _("A bracket “)” closes none that was opened."),
        "missing ]": _("A bracket “]” is missing."),
        "no argument for repetition operator": _("There is nothing before a sign that repeats."),
        "invalid repetition size": _("It repeats more often than is allowed (1,000 times)."),
        "invalid perl operator": _("It looks ahead or behind, which RE2 does not do."),
        "invalid escape sequence": _("It has a backslash before a sign that needs or knows none."),
    }
    return KeepwellError(
        f"{_('The pattern cannot be read.')} {usual.get(what, what)}",
        seen=where or what,
        ways=[_("Write it as RE2 reads it: without looking ahead or behind, and without back references.")],
    )


def forms(rule: Rule, language: str, words: WordList | None = None) -> list[list[str]]:
    """The surface forms each slot of a rule matches in a language, as far as they are listed: slot by slot."""
    ears = Rules([rule], {language: words} if words else None).ears(language)[0]
    found: list[set[str]] = []
    for pattern in (pattern for pattern in ears.patterns if not pattern.saying):
        for k, slot in enumerate(pattern.slots):
            if k >= len(found):
                found.append(set())
            joint = "" if ears.lexicon.language.characters else " "
            for way in slot.ways:
                if len(way) == 1 or not joint:
                    found[k].update(ears.lexicon.forms_of(way[0]) if joint else [joint.join(way)])
                else:
                    found[k].add(joint.join(key.lstrip("=~") for key in way))
    return [sorted(forms) for forms in found]


def sayings(rule: Rule, language: str, words: WordList | None = None) -> list[str]:
    """The whole other ways of saying a rule's phrases, as they are listed: pieces with … between, choices with /."""
    ears = Rules([rule], {language: words} if words else None).ears(language)[0]
    typed = [patterns_of(phrase, ears.lexicon)[0] for phrase in rule.phrases.get(language, ())]
    kinds = {kind: name for name, kind in DENYING.items()}
    found = []
    for _name, saying in (one for pattern in typed for one in sayings_of(pattern, ears.lexicon.words)):
        pieces = ["/".join(word.strip("<>").replace("!", "") for word in piece) for piece in saying.pieces]
        found.append(" … ".join([kinds[saying.denied], *pieces] if saying.denied else pieces))
    return list(dict.fromkeys(found))


def proposals(phrase: str, language: str, words: WordList | None = None) -> dict[str, list[str]]:
    """Synonyms of a phrase in its own language and translations into the others, out of the word lists.

    A translation puts the first word of each idea into the order typed: a person should look at it before it is kept.
    """
    pattern = Ears(language, [phrase], words).patterns[0]
    found: dict[str, list[str]] = {}
    for code in all_languages():
        listed = (words if code == language and words else shipped(code)).words
        ideas = [next((idea for idea in slot.ideas if idea in listed), None) for slot in pattern.slots]
        if any(idea is None for idea in ideas):
            continue
        joint = "" if all_languages()[code].characters else " "
        denial = {"nobody": all_languages()[code].nobody, "nones": all_languages()[code].nones}.get(
            pattern.denied, all_languages()[code].nots
        )
        start = [denial[0]] if pattern.denied and denial else []
        first = [listed[str(idea)][0] for idea in ideas]
        said = [joint.join([*start, *first])]
        for k, idea in enumerate(ideas):
            for word in listed[str(idea)][1:4]:
                said.append(joint.join([*start, *first[:k], word, *first[k + 1 :]]))
        found[code] = said
    return found


def read(path: Path) -> list[Rule]:
    """The rules of a YAML file. Raises BadInput with near names where a field or value is unknown."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            _("The rules in “{name}” cannot be read.").format(name=path.name), seen=error.strerror or ""
        ) from error
    return parsed(content, path.name)


def parsed(content: bytes, name: str) -> list[Rule]:
    """The rules that YAML holds; `name` is what errors call it. Raises BadInput as `read`."""
    import yaml

    try:
        data = yaml.safe_load(content[: 1 << 24].decode("utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise BadInput(
            _("The rules in “{name}” cannot be read.").format(name=name),
            seen=_where(content, error),
            ways=[_("Take the rules out once more, and change what is to change in that file.")],
        ) from error
    if not isinstance(data, list):
        raise BadInput(_("“{name}” holds no list of rules.").format(name=name))
    return [rule_of(one, name) for one in data]


def _where(content: bytes, error: Exception) -> str:
    """Where a file of rules cannot be read."""
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, UnicodeDecodeError):
        line = content[: error.start].count(b"\n") + 1
        return _("Line {line} is not written in UTF-8.").format(line=line)
    if mark is None:
        return _("It is nested too deeply, or no YAML.")
    return _("It is no YAML from line {line}, column {column} on.").format(
        line=mark.line + 1, column=mark.column + 1
    )


def rule_of(data: object, file: str = "") -> Rule:
    """The rule that plain data holds, as YAML or JSON give it. Raises BadInput with near names."""
    names = [one.name for one in fields(Rule)]
    if not isinstance(data, dict) or "name" not in data:
        raise BadInput(_("A rule in “{name}” has no name.").format(name=file), seen=str(data)[:80])
    for key in data:
        if key not in names:
            ways = [_("Did you mean {near}?").format(near=n) for n in near(str(key), names)]
            raise BadInput(
                _("A rule has no “{field}”.").format(field=key), seen=str(data["name"]),
                ways=ways or [_("Fields: {names}").format(names=", ".join(names))],
            )  # fmt: skip
    _shaped(data, str(data["name"]))
    try:
        return Rule(**{key: _frozen(value) for key, value in data.items()})
    except (TypeError, AttributeError) as error:
        raise BadInput(_("A rule cannot be read."), seen=f"{data['name']}: {error}") from error


_KINDS: dict[str, tuple[type, ...]] = {
    "name": (str,), "theme": (str,), "side": (str,), "denial": (str,), "owner": (str,), "pattern": (str,),
    "ordered": (bool,), "gap": (int, type(None)), "version": (int,), "weight": (int, float), "phrases": (dict,),
    "slots": (dict,), "channels": (list, tuple), "then": (list, tuple),
}  # fmt: skip


def _shaped(data: Mapping[str, Any], name: str) -> None:
    """Raises BadInput where a field holds something of another kind than it must."""
    wrong = [key for key, value in data.items() if not isinstance(value, _KINDS[key])]
    wrong += [key for key in ("gap", "version", "weight") if isinstance(data.get(key), bool)]
    for key, depth in (("phrases", 1), ("slots", 2)):
        said = data.get(key)
        if isinstance(said, dict) and not all(_texts(one, depth) for one in said.values()):
            wrong.append(key)
    wrong += [key for key in ("channels", "then") if key in data and not _texts(data[key], 1)]
    if not name.strip():
        wrong.append("name")
    if wrong:
        raise BadInput(
            _("“{field}” of the rule “{name}” cannot be read.").format(field=wrong[0], name=name),
            seen=str(data[wrong[0]])[:80],
            ways=[_("Write phrases as a list of texts for each language, such as en: [cancel the contract].")]
            if wrong[0] in ("phrases", "slots")
            else [],
        )


def _texts(said: Any, depth: int) -> bool:
    """Whether something is texts, listed so deep; a text alone stands for a list of one."""
    if isinstance(said, str):
        return True
    return isinstance(said, list | tuple) and all(
        _texts(one, depth - 1) if depth > 1 else isinstance(one, str) for one in said
    )


def _frozen(value: Any) -> Any:
    """Lists as tuples, all the way down; a single phrase as a list of one."""
    if isinstance(value, dict):
        return {key: _frozen([one] if isinstance(one, str) else one) for key, one in value.items()}
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def written(rules: Iterable[Rule]) -> str:
    """Rules as YAML, without what is as usual; `read` gives them back."""
    import yaml

    data = [data_of(rule) for rule in rules]
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=118))


def data_of(rule: Rule) -> dict[str, Any]:
    """A rule as plain data, without what is as usual; `rule_of` gives it back."""
    usual = asdict(Rule(name="", pattern="."))
    kept = {
        key: _thawed(value)
        for key, value in asdict(rule).items()
        if key == "name" or (key != "pattern" and value != usual[key])
    }
    return kept | ({"pattern": rule.pattern} if rule.pattern else {})


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(one) for key, one in value.items()}
    return [_thawed(one) for one in value] if isinstance(value, tuple | list) else value


def _one_of(value: str, values: Sequence[str], what: str) -> None:
    if value not in values:
        ways = [_("Did you mean {near}?").format(near=n) for n in near(value, values)]
        raise KeepwellError(
            _("“{value}” is not {what}.").format(value=value, what=what),
            ways=ways or [_("Known: {names}").format(names=", ".join(values))],
        )
