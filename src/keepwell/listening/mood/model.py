"""A model of mood as it stands: weights of hashed n-grams, from which no text can be read, and how it tells."""

import io
import zipfile
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.listening.languages import all_languages
from keepwell.listening.mood.grams import BITS, grams, plain
from keepwell.listening.mood.labels import Mood

GOOD, BAD = 0.7, 0.3  # a chance from there on, or up to there, is told as a mood; between them it is not sure
LEAST_LETTERS, LEAST_CHARACTERS = 8, 3  # a text that is shorter tells nothing ("Yes, of course." does)
FORM = 1  # of what is stored; another one is learnt anew

Floats = NDArray[np.float32]


def told(chance: float | None) -> Mood | None:
    """The mood that a chance of a good one stands for; None where that is not sure.

    >>> told(0.9), told(0.5), told(0.1)
    (<Mood.GOOD: 'good'>, None, <Mood.BAD: 'bad'>)
    """
    if chance is None or BAD < chance < GOOD:
        return None
    return Mood.GOOD if chance >= GOOD else Mood.BAD


def too_short(text: str, language: str) -> bool:
    """Whether a text says too little for a mood to be told."""
    least = LEAST_CHARACTERS if all_languages()[language].characters else LEAST_LETTERS
    return sum(one.isalnum() for one in plain(text, language)) < least


@dataclass(frozen=True)
class Model:
    """Logistic regression over TF-IDF of hashed n-grams, its scores put on a scale by which chances are honest.

    `buckets` are those that texts of several accounts fell into, in order; `idf` and `weight` are theirs.
    """

    language: str
    buckets: NDArray[np.int32]
    idf: Floats
    weight: Floats
    intercept: float
    slope: float = 1.0
    shift: float = 0.0

    def score(self, text: str) -> float:
        """How far a text speaks for a good mood, on the model's own scale."""
        found, counts = grams(text, self.language)
        places = np.searchsorted(self.buckets, found)
        places[places == len(self.buckets)] = 0
        known = self.buckets[places] == found if len(self.buckets) else np.zeros(len(found), bool)
        if not known.any():
            return self.intercept
        at = places[known]
        values = (1 + np.log(counts[known])) * self.idf[at]
        return float(values @ self.weight[at] / np.sqrt(values @ values) + self.intercept)

    def chance(self, text: str) -> float | None:
        """The chance of a good mood were good and bad ones equally many; None of a text that is too short."""
        if too_short(text, self.language):
            return None
        return scaled(self.score(text), self.slope, self.shift)

    def stored(self) -> bytes:
        """The model as plain numpy arrays, packed."""
        held = io.BytesIO()
        np.savez_compressed(
            held,
            form=np.array([FORM, BITS]),
            buckets=self.buckets,
            idf=self.idf,
            weight=self.weight,
            scale=np.array([self.intercept, self.slope, self.shift]),
        )
        return held.getvalue()


def scaled(score: float, slope: float, shift: float) -> float:
    """A score as a chance."""
    return float(1 / (1 + np.exp(-np.clip(slope * score + shift, -30, 30))))


def read(stored: bytes, language: str) -> Model:
    """A model as it was stored; BadInput where it is none, or of another form. Nothing in it is ever run."""
    try:
        with np.load(io.BytesIO(stored), allow_pickle=False) as held:
            form, scale = held["form"].tolist(), held["scale"].tolist()
            model = Model(language, held["buckets"], held["idf"], held["weight"], *scale)
    except (ValueError, KeyError, OSError, TypeError, EOFError, zipfile.BadZipFile) as wrong:
        raise BadInput(_("This is no model of mood.")) from wrong
    if form != [FORM, BITS] or not len(model.buckets) == len(model.idf) == len(model.weight):
        raise BadInput(_("This model of mood is of another form: learn it anew."), seen=str(form))
    return model
