"""VADER: a list of English words and their mood, used where a company's own comments are too few to learn from.

Source: Hutto and Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text, 2014.
It was made for short messages in public and knows no business: what it says counts less than what is learnt here.
"""

import re
from functools import cache
from typing import Any

from keepwell.listening.mood.model import too_short

LANGUAGE = "en"
NAME = "VADER 3.3.2"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@cache
def _reader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


def chance(text: str) -> float | None:
    """How good a text's mood is, from 0 to 1, the mean of its sentences that say something; None of a short one.

    It is no chance in truth: VADER's figure from -1 to 1, put from 0 to 1.
    """
    if too_short(text, LANGUAGE):
        return None
    figures = [
        float(_reader().polarity_scores(part)["compound"]) for part in _SENTENCE.split(text) if part.strip()
    ]
    said = [figure for figure in figures if figure]
    return (sum(said) / len(said) + 1) / 2 if said else 0.5
