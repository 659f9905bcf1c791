"""What is counted in memory equals what one would count by hand, however the rows come in batches."""

import numpy as np
import pyarrow as pa
import pytest

from keepwell.risk import differing, tallies
from keepwell.risk.tallies import Tallies, Tally

WANTED = {
    "times": Tally("times", within=30),
    "sum": Tally("sum", "amount", where="here"),
    "least": Tally("least", "ahead"),
    "known": Tally("known", "who"),
    "different": Tally("different", "who", within=60),
}


@pytest.mark.parametrize("few", [0, 4, 16])
@pytest.mark.parametrize("at_once", [1, 70, 10_000])
def test_rows_are_counted_alike_in_one_batch_or_in_many(monkeypatch, at_once, few):
    monkeypatch.setattr(tallies, "_AT_ONCE", at_once)
    monkeypatch.setattr(differing, "_FEW", few)
    draw = np.random.default_rng(3)
    rows = [
        {
            "place": None if draw.random() < 0.1 else int(draw.integers(0, 9)),
            "age": int(draw.integers(1, 90)),
            "amount": float(draw.integers(0, 9)),
            "here": int(draw.integers(0, 2)),
            "ahead": None if draw.random() < 0.5 else int(draw.integers(0, 400)),
            "who": None if draw.random() < 0.3 else "abcdef"[draw.integers(0, 1 + row // 34)],
        }
        for row in range(200)
    ]
    counted = Tallies(WANTED, 11)  # two accounts have no rows
    for first in range(0, 200, 50):
        counted.add(pa.RecordBatch.from_pylist(rows[first : first + 50]))
    found = {name: one.between(0, 11).to_pylist() for name, one in counted.found()}
    assert counted.oldest == max(row["age"] for row in rows)
    for place in range(11):
        own = [row for row in rows if row["place"] == place]
        ahead = [row["ahead"] for row in own if row["ahead"] is not None]
        expected = {
            "times": sum(row["age"] <= 30 for row in own),
            "sum": sum(row["amount"] for row in own if row["here"]),
            "least": min(ahead, default=None),
            "known": sum(row["who"] is not None for row in own),
            "different": len({row["who"] for row in own if row["age"] <= 60} - {None}),
        }
        assert {name: one[place] for name, one in found.items()} == (
            expected if own else dict.fromkeys(expected)
        )
