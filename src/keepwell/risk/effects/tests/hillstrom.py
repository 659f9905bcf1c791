"""Hillstrom's mails as a trial: of 64,000 customers a third, by lot, got one on women's clothes, a third none."""

import os
from pathlib import Path

import numpy as np
import pyarrow.csv as csv
import pytest

from keepwell.risk.effects.trial import Column, Trial

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))
NUMBERS = ("recency", "history", "mens", "womens", "newbie")
WORDS = ("history_segment", "zip_code", "channel")


def womens_mail() -> Trial:
    path = SHARED / "hillstrom_email" / "hillstrom.csv"
    if not path.exists():
        pytest.skip(
            "Hillstrom's mails are not here: set KEEPWELL_SHARED_DATA to the folder of the shared data"
        )
    table = csv.read_csv(path)
    arm = np.array(table["segment"].to_pylist())
    rows = np.flatnonzero(arm != "Mens E-Mail")
    values = [table[name].to_numpy().astype(float)[rows] for name in NUMBERS]
    columns = [Column(name) for name in NUMBERS]
    for name in WORDS:
        words, codes = np.unique(np.array(table[name].to_pylist())[rows], return_inverse=True)
        values.append(codes.astype(float))
        columns.append(Column(name, tuple(words.tolist())))
    return Trial(
        action="women's mail",
        outcome="visited within two weeks",
        wished=True,
        accounts=rows.astype(str).astype(object),
        day=np.zeros(len(rows), np.int64),
        treated=(arm == "Womens E-Mail")[rows],
        happened=table["visit"].to_numpy().astype(float)[rows],
        values=np.column_stack(values),
        columns=tuple(columns),
        group=np.array(table["newbie"].to_pylist(), object)[rows],
    )
