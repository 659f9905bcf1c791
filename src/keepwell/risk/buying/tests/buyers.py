"""Simulated buyers of known habits, real ones where their data is there, and summaries counted by hand."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from keepwell.lib.days import number
from keepwell.risk.buying import Held, Summaries

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[6] / "shared" / "data"))


@dataclass(frozen=True)
class Bought:
    """Purchase days of accounts from 0 on, sorted by account and day; the last day looked at is `span`."""

    account: np.ndarray
    day: np.ndarray
    span: int

    def summaries(self, cut: int | None = None) -> Summaries:
        """As of the end of day `cut`: counted in numpy, apart from what the engine does."""
        cut = self.span if cut is None else cut
        account, day = self.account[self.day <= cut], self.day[self.day <= cut]
        names, first, count = np.unique(account, return_index=True, return_counts=True)
        last = day[first + count - 1]
        again = np.diff(account, prepend=-1) == 0
        gaps = np.where(again, np.log(np.maximum(np.diff(day, prepend=0), 1)), 0.0)
        return Summaries(
            names.astype(str).astype(object),
            count - 1,
            last - day[first],
            cut - day[first],
            np.add.reduceat(gaps, first),
            np.full(len(names), np.nan),
        )

    def held(self, cut: int) -> Held:
        """What was known at the end of day `cut`, and the purchase days after it."""
        summaries = self.summaries(cut)
        later = np.bincount(self.account[self.day > cut], minlength=self.account.max() + 1)
        return Held(summaries, self.span - cut, later[summaries.accounts.astype(int)])

    def frame(self) -> pa.Table:
        """As rows of purchases, with the day the simulation began at being 1970-01-01."""
        n = len(self.day)
        return pa.table(
            {
                "account_id": pa.array(self.account.astype(str)),
                "occurred_on": pa.array(self.day, pa.int64()),
                "currency": pa.array(["EUR"] * n),
                "amount": pa.array(np.full(n, 1000), pa.int64()),
            }
        )


def buyers(accounts, *, k=1, r, alpha, a, b, span, leaves_at_first=True, joined=0, seed=1) -> Bought:
    """Buyers as the geometric family has them: gaps Erlang-k, leaving after a purchase; all begin by day `joined`."""
    rng = np.random.default_rng(seed)
    rate, leaving = rng.gamma(r, 1 / alpha, accounts), rng.beta(a, b, accounts)
    at = rng.uniform(0, joined, accounts) if joined else np.zeros(accounts)
    rows = [(np.arange(accounts), np.floor(at))]
    here = np.arange(accounts)
    if leaves_at_first:
        here = here[rng.random(accounts) >= leaving]
    while len(here):
        at[here] += rng.gamma(k, 1 / np.maximum(rate[here], 1e-12))
        here = here[at[here] < span + 1]
        rows.append((here, np.floor(at[here])))
        here = here[rng.random(len(here)) >= leaving[here]]
    account, day = (np.concatenate(column).astype(np.int64) for column in zip(*rows, strict=True))
    keys = np.unique(account * (span + 2) + day)  # several on a day are one
    return Bought(keys // (span + 2), keys % (span + 2), span)


def cdnow() -> pa.Table:
    """The sample of 2,357 accounts as purchases; skips where the data is not there.

    What cost nothing counts as a purchase in the published figures: it is given a cent here.
    """
    path = SHARED / "cdnow" / "CDNOW_sample.txt"
    if not path.exists():
        pytest.skip("shared/data/cdnow is not here")
    rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
    days = [number(date(int(r[2][:4]), int(r[2][4:6]), int(r[2][6:]))) for r in rows]
    return pa.table(
        {
            "account_id": [r[1] for r in rows],
            "occurred_on": pa.array(days, pa.int64()),
            "currency": ["USD"] * len(rows),
            "amount": pa.array([max(round(float(r[4]) * 100), 1) for r in rows], pa.int64()),
        }
    )


def online_retail() -> pa.Table:
    """Its lines with a customer as purchases; skips where the data is not there."""
    pq, pc = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow.compute")
    path = SHARED / "online_retail" / "online_retail.parquet"
    if not path.exists():
        pytest.skip("shared/data/online_retail is not here")
    lines = pq.read_table(path).filter(pc.field("CustomerID").is_valid())
    amount = pc.round(pc.multiply(pc.multiply(lines["Quantity"], lines["UnitPrice"]), 100.0))
    return pa.table(
        {
            "account_id": lines["CustomerID"].cast(pa.string()),
            "occurred_on": lines["InvoiceDate"].cast(pa.date32()).cast(pa.int32()).cast(pa.int64()),
            "currency": ["GBP"] * len(lines),
            "amount": amount.cast(pa.int64()),
        }
    )
