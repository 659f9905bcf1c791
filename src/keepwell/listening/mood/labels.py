"""What a model of mood is taught by: texts of which it is known whether their writer was content."""

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

RECOMMENDS = re.compile("nps|recommend|promoter", re.IGNORECASE)  # a survey that is called so asks it
PROMOTER, DETRACTOR = 9, 6  # of 0 to 10: from here on content, up to there not; 7 and 8 say neither
CONTENTS = re.compile(
    r"csat|customer[\s_-]*satisfaction", re.IGNORECASE
)  # a survey that is called so asks how content
SATISFIED, DISSATISFIED = 4, 2  # of 1 to 5: as satisfaction is counted everywhere; 3 says neither
TELLING = 30  # answers of a survey from which on its scale can be seen in them


class Mood(StrEnum):
    """How the customer felt. In between is neutral where a person says so; a model is not sure there."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


@dataclass(frozen=True)
class Label:
    """A text of an account and its mood. `key` names it for good; `by_hand`: a member said so of a turn."""

    key: str
    account: str
    text: str
    mood: Mood
    by_hand: bool = False


def of_recommendation(score: float) -> Mood | None:
    """The mood that an answer from 0 to 10 to "would you recommend us" speaks for; None where it speaks for none.

    >>> of_recommendation(10), of_recommendation(8), of_recommendation(0), of_recommendation(11)
    (<Mood.GOOD: 'good'>, None, <Mood.BAD: 'bad'>, None)
    """
    if not 0 <= score <= 10:
        return None
    if score <= DETRACTOR:
        return Mood.BAD
    return Mood.GOOD if score >= PROMOTER else None


def of_satisfaction(score: float) -> Mood | None:
    """The mood that an answer from 1 to 5 to "how content are you" speaks for; None where it speaks for none.

    >>> of_satisfaction(4), of_satisfaction(3), of_satisfaction(1), of_satisfaction(6)
    (<Mood.GOOD: 'good'>, None, <Mood.BAD: 'bad'>, None)
    """
    if not 1 <= score <= 5:
        return None
    if score <= DISSATISFIED:
        return Mood.BAD
    return Mood.GOOD if score >= SATISFIED else None


def of_five(scores: Collection[float]) -> bool:
    """Whether a survey is answered from 1 to 5, as far as its answers show: of few they show nothing."""
    whole = len(scores) >= TELLING and all(score in (1, 2, 3, 4, 5) for score in scores)
    return whole and max(scores) == 5


@dataclass(frozen=True)
class Counts:
    """How many labels there are of each mood, from how many accounts, and how many of them a member gave."""

    good: int
    bad: int
    neutral: int
    accounts: int
    by_hand: int

    @classmethod
    def of(cls, labels: Sequence[Label]) -> "Counts":
        """Count labels."""
        moods = Counter(one.mood for one in labels)
        return cls(
            moods[Mood.GOOD],
            moods[Mood.BAD],
            moods[Mood.NEUTRAL],
            len({one.account for one in labels}),
            sum(one.by_hand for one in labels),
        )

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return dict(vars(self))


def digest(labels: Sequence[Label]) -> str:
    """What tells one set of labels from another, in whatever order they come."""
    whole = hashlib.sha256()
    for line in sorted(f"{one.key}\0{one.account}\0{one.mood}\0{one.text}" for one in labels):
        whole.update(hashlib.sha256(line.encode("utf-8", "surrogatepass")).digest())
    return whole.hexdigest()[:32]
