"""How often rules are right: precision and recall on labelled texts, with intervals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.matching.hearing import Hearing, by_turn
from keepwell.listening.matching.reading import Verdict
from keepwell.listening.rules import Rule, Rules

_Z = 1.959963984540054  # of a 95% interval


@dataclass(frozen=True)
class Labelled:
    """A text and what a person says of it: which rule, and whether it is a hit, denied, or nothing."""

    id: str
    rule: str
    language: str
    text: str
    verdict: Verdict
    cue: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """A text that was heard otherwise than labelled."""

    labelled: Labelled
    heard: Verdict
    words: tuple[str, ...]
    cue: str | None


@dataclass
class Score:
    """Counts of texts. A positive is a text heard as a hit; a denial told apart is one heard as such."""

    right: int = 0
    false: int = 0
    missed: int = 0
    denied: int = 0
    denied_told: int = 0
    texts: int = 0
    same: int = 0
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Share of the hits heard that are hits, None where none was heard."""
        return self.right / (self.right + self.false) if self.right + self.false else None

    @property
    def recall(self) -> float | None:
        """Share of the hits there are that were heard, None where there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None

    def interval(self, of: str) -> tuple[float, float] | None:
        """Wilson's 95% interval of "precision" or "recall"."""
        n = self.right + (self.false if of == "precision" else self.missed)
        return wilson(self.right, n) if n else None

    def add(self, labelled: Labelled, heard: Hearing | None) -> None:
        """Count a text."""
        verdict = heard.verdict if heard else Verdict.NONE
        self.texts += 1
        self.same += verdict is labelled.verdict
        self.right += verdict is Verdict.HIT and labelled.verdict is Verdict.HIT
        self.false += verdict is Verdict.HIT and labelled.verdict is not Verdict.HIT
        self.missed += verdict is not Verdict.HIT and labelled.verdict is Verdict.HIT
        self.denied += labelled.verdict is Verdict.NEGATED
        self.denied_told += labelled.verdict is Verdict.NEGATED and verdict is Verdict.NEGATED
        if verdict is not labelled.verdict:
            words = tuple(labelled.text[a:b] for a, b in heard.spans) if heard else ()
            self.wrong.append(Wrong(labelled, verdict, words, heard.cue if heard else None))


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share of `hits` among `n` (Wilson 1927)."""
    share, z2 = hits / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def labelled_in(path: Path) -> list[Labelled]:
    """The labelled texts of a JSON-lines file. Raises BadInput with the number of the first line that is none."""
    found = []
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(_("“{name}” cannot be read.").format(name=path.name), seen=str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            found.append(
                Labelled(
                    str(one.get("id", number)), one["rule"], one["lang"], one["text"], Verdict(one["verdict"]),
                    one.get("cue"), tuple(one.get("label") or ()),
                )
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadInput(
                _("Line {n} of “{name}” is no labelled text.").format(n=number, name=path.name),
                seen=line.strip()[:80],
                ways=[_("A line is a JSON object with rule, lang, text and verdict (hit, negated or none).")],
            ) from error
    return found


def judged(rules: Sequence[Rule], texts: Sequence[Labelled]) -> dict[str, Score]:
    """Each rule's score on the texts labelled for it, by name, and that of all under ""."""
    whole = Score()
    scores: dict[str, Score] = {}
    known = {rule.name: rule for rule in rules}
    missing = {text.rule for text in texts} - set(known)
    if missing and not missing < {text.rule for text in texts}:
        raise BadInput(
            _("None of the texts is labelled for one of these rules."), seen=", ".join(sorted(missing)[:5])
        )
    groups: dict[tuple[str, str], list[Labelled]] = {}
    for text in texts:
        if text.rule in known:
            groups.setdefault((text.rule, text.language), []).append(text)
    for (name, language), group in groups.items():
        ears, _owners = Rules([known[name]]).ears(language)
        found = by_turn(ears.hear(ears.analyse([text.text for text in group])), len(group))
        for text, heard in zip(group, found, strict=True):
            whole.add(text, heard)
            scores.setdefault(name, Score()).add(text, heard)
    return {**scores, "": whole}
