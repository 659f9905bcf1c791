"""Comments as the simulated company's customers write them, content or not."""

from itertools import cycle

import numpy as np

from keepwell.demo.speech import Dice, Voice
from keepwell.listening.languages.telling import language_of
from keepwell.listening.mood.labels import Label, Mood

_VOICES = {"zh": "zh-Hans"}
CONTENT, NOT = ("praise_statement",), ("complaint_statement", "price_statement", "no_results_statement")


def say(language: str, mood: Mood, n: int, seed: int = 1) -> list[str]:
    """`n` comments of one mood."""
    dice, told = Dice(np.random.Generator(np.random.PCG64([seed, mood is Mood.GOOD]))), list[str]()
    ways = cycle(CONTENT if mood is Mood.GOOD else NOT)
    while len(told) < n:
        text = Voice(_VOICES.get(language, language), dice, "").say(f"them_{next(ways)}")
        if language_of(text) == language:  # of the others nobody knows in which language to read them
            told.append(text)
    return told


def labels(language: str, n: int, *, accounts: int = 40, right: float = 1.0, seed: int = 1) -> list[Label]:
    """`n` good and `n` bad comments of so many accounts; a share of them, else a coin, says which they are."""
    dice = np.random.default_rng(seed)
    found = []
    for side, mood in enumerate((Mood.GOOD, Mood.BAD)):
        for k, text in enumerate(say(language, mood, n, seed)):
            said = mood if dice.random() < right else (Mood.GOOD, Mood.BAD)[dice.integers(2)]
            found.append(Label(f"{side}{k:05}", f"a{(k * 7 + side) % accounts}", text, said))
    return found
