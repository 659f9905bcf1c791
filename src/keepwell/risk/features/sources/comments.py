"""What people wrote in surveys: that they did and how much, never what; the words lie apart with the persons.

A source that tells of no comment has no rows here, and so nothing is known.
"""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then, answers


def rows(then: Then) -> Frame:
    """Answers with a comment: age, score (as answers have it), length (characters)."""
    return answers.rows(then).filter(nw.col("length") > 0)


SOURCE = Source("answers", rows)

NEWEST = Part("comments", nw.col("age").min())


def times(days: int) -> Part:
    """How many comments came in the last days."""
    return Part("comments", nw.when(nw.col("age") <= days).then(1).otherwise(0).sum().cast(nw.Int64))


def mean(column: str, days: int) -> Part:
    """The mean of a column over comments of the last days."""
    return Part("comments", nw.when(nw.col("age") <= days).then(nw.col(column)).mean())
