"""A language's model of mood, learnt from a company's own labels, or why there is none."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from keepwell.listening.mood import vader
from keepwell.listening.mood.grams import BUCKETS, grams
from keepwell.listening.mood.labels import Counts, Label, Mood
from keepwell.listening.mood.model import Model, scaled
from keepwell.listening.mood.quality import Quality, measured

ENOUGH = 50  # good ones, and bad ones, before anything is learnt
ACCOUNTS = 20  # that they are from at least
MOST = 10_000  # newest of each mood that are learnt from
FEW = 20  # good ones, and bad ones, before a figure of their own is given
_SHARED = 3  # accounts whose texts fall into a bucket before it is kept: what one or two wrote is never
_FOLDS = 5
_C = 4.0  # how freely weights follow the labels

Floats = NDArray[np.float64]


class State(StrEnum):
    """What became of learning a language's mood."""

    READY = "ready"
    FEW = "few"  # too few labels
    UNPROVEN = "unproven"  # what was learnt ranks no better than chance might


class Kind(StrEnum):
    """What tells the mood."""

    OWN = "own"  # learnt from the company's own labels
    VADER = "vader"
    NONE = ""


@dataclass(frozen=True)
class Learnt:
    """What a language's labels gave: which model tells its mood, if any, and how good it is on those labels.

    `quality` is None where there are too few labels to measure one; `tried` are all that were measured.
    """

    language: str
    state: State
    kind: Kind
    counts: Counts
    model: Model | None = None
    quality: Quality | None = None
    tried: dict[str, Quality] = field(default_factory=dict)


def learn(language: str, labels: Sequence[Label], *, seed: int = 0) -> Learnt:
    """Learn a language's mood. The same labels, in whatever order they come, give the same model.

    What is learnt is used where its quality lies clearly above chance. In English VADER is used where labels are too
    few, and where it is proven and the better one.
    """
    some = sorted(labels, key=lambda one: one.key)
    counts = Counts.of(some)
    enough = min(counts.good, counts.bad) >= ENOUGH and counts.accounts >= ACCOUNTS
    tried: dict[str, Quality] = {}
    model = None
    if language == vader.LANGUAGE and min(counts.good, counts.bad) >= FEW:
        tried[Kind.VADER] = _of_vader(some, seed)
    if enough:
        model, tried[Kind.OWN] = _of_own(language, some, seed)
    proven = {kind: one for kind, one in tried.items() if one.proven}
    if enough and proven:
        kind = Kind(max(proven, key=lambda one: (proven[one].ranked, one)))
        used = model if kind is Kind.OWN else None
        return Learnt(language, State.READY, kind, counts, used, tried[kind], tried)
    if enough:
        return Learnt(language, State.UNPROVEN, Kind.NONE, counts, None, tried[Kind.OWN], tried)
    if language == vader.LANGUAGE:
        return Learnt(language, State.READY, Kind.VADER, counts, None, tried.get(Kind.VADER), tried)
    return Learnt(language, State.FEW, Kind.NONE, counts)


def _of_vader(labels: Sequence[Label], seed: int) -> Quality:
    figures = np.array([0.5 if (one := vader.chance(label.text)) is None else one for label in labels])
    return measured(labels, figures, figures, few=FEW, seed=seed)


def _of_own(language: str, labels: Sequence[Label], seed: int) -> tuple[Model, Quality]:
    """A model of all labels, and the quality of those that were each taught without the accounts they then judged."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold

    read = [grams(one.text, language) for one in labels]
    moods = [one.mood for one in labels]
    accounts = [one.account for one in labels]
    scores = np.zeros(len(labels))
    folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=seed)
    for taught, judged in folds.split(np.zeros((len(labels), 1)), moods, accounts):
        made = _taught(language, labels, read, taught)
        scores[judged] = [made.score(labels[at].text) for at in judged]
    sure = np.array([mood is not Mood.NEUTRAL for mood in moods])
    good = np.array([mood is Mood.GOOD for mood in moods])
    line = LogisticRegression(C=1e6, class_weight="balanced").fit(scores[sure, None], good[sure])
    slope, shift = float(max(line.coef_[0, 0], 0.0)), float(line.intercept_[0])
    chances = np.array([scaled(one, slope, shift) for one in scores])
    whole = _taught(language, labels, read, np.arange(len(labels)))
    return replace(whole, slope=slope, shift=shift), measured(labels, scores, chances, few=FEW, seed=seed)


def _taught(
    language: str,
    labels: Sequence[Label],
    read: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    rows: NDArray[np.int64],
) -> Model:
    """A model of some labels. A neutral one is half a good and half a bad one: its words speak for neither."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    kept = _kept([labels[row].account for row in rows], [read[row][0] for row in rows])
    place = np.full(BUCKETS, -1, np.int64)
    place[kept] = np.arange(len(kept))
    columns = place[np.concatenate([read[row][0] for row in rows])]
    known = columns >= 0
    values = 1 + np.log(np.concatenate([read[row][1] for row in rows])[known])
    of_row = np.repeat(np.arange(len(rows)), [len(read[row][0]) for row in rows])
    ends = np.r_[0, np.cumsum(np.bincount(of_row[known], minlength=len(rows)))]
    shape = (len(rows), len(kept))
    table = sparse.csr_matrix((values, columns[known], ends), shape=shape)
    seen = np.bincount(table.indices, minlength=len(kept))
    idf = np.log((1 + len(rows)) / (1 + seen)) + 1
    table = table @ sparse.diags(idf)
    long = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    table = (sparse.diags(1 / np.where(long > 0, long, 1)) @ table).tocsr()
    moods = [labels[row].mood for row in rows]
    neutral = np.array([mood is Mood.NEUTRAL for mood in moods])
    good = np.array([mood is Mood.GOOD for mood in moods])
    table = sparse.vstack([table, table[neutral]])
    sides = np.r_[good, np.ones(neutral.sum(), bool)]
    half = np.r_[np.where(neutral, 0.5, 1.0), np.full(neutral.sum(), 0.5)]
    share = Counter(moods)
    of_good, of_bad = share[Mood.GOOD] + share[Mood.NEUTRAL] / 2, share[Mood.BAD] + share[Mood.NEUTRAL] / 2
    weights = half * np.where(sides, len(rows) / 2 / of_good, len(rows) / 2 / of_bad)
    line = LogisticRegression(C=_C, solver="liblinear", random_state=0).fit(table, sides, weights)
    return Model(
        language,
        kept.astype(np.int32),
        idf.astype(np.float32),
        line.coef_[0].astype(np.float32),
        float(line.intercept_[0]),
    )


def _kept(accounts: Sequence[str], buckets: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The buckets that texts of several accounts fall into: a name that one customer wrote leaves nothing behind."""
    met = np.zeros(BUCKETS, np.int64)
    by_account: dict[str, list[NDArray[np.int64]]] = {}
    for account, found in zip(accounts, buckets, strict=True):
        by_account.setdefault(account, []).append(found)
    for of_account in by_account.values():
        met[np.unique(np.concatenate(of_account))] += 1
    return np.flatnonzero(met >= _SHARED)
