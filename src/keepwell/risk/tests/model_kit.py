"""What the tests of the models share: observations of a made-up company, and real data sets as observations."""

import csv
import gzip
import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from keepwell.lib.days import number
from keepwell.risk.features import Feature
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import Outcomes

SHARED = Path(os.environ.get("KEEPWELL_SHARED_DATA", Path(__file__).parents[5] / "shared" / "data"))
HORIZON = 90


def feature(name: str, table: str = "events", **said: Any) -> Feature:
    usual: dict[str, Any] = {"label": name, "meaning": name, "unit": "", "direction": 0}
    return Feature(name=name, table=table, **{**usual, **said})


def observations(
    features: list[Feature],
    values: Any,
    left: Any,
    *,
    accounts: Any = None,
    as_of: Any = None,
    left_in: Any = None,
    horizon: int = HORIZON,
    kind: Any = "contract",
) -> Observations:
    """Observations of arrays; `left` NaN is not matured, and who leaves does so after half the horizon if unsaid."""
    left = np.asarray(left, np.float64)
    n = len(left)
    matured = ~np.isnan(left)
    if left_in is None:
        left_in = np.where(left > 0, horizon // 2, np.nan)
    none = np.full(n, np.nan)
    text = np.full(n, "", object)
    names = (
        np.array([f"A{i}" for i in range(n)], object) if accounts is None else np.asarray(accounts, object)
    )
    return Observations(
        accounts=names,
        as_of=np.zeros(n, np.int64) if as_of is None else np.asarray(as_of, np.int64),
        values=np.asarray(values, np.float64),
        features=tuple(features),
        kind=np.full(n, kind, object) if isinstance(kind, str) else np.asarray(kind, object),
        mrr=np.full(n, 10_000, np.int64),
        segment=text,
        outcomes=Outcomes(horizon, matured, left, np.asarray(left_in, np.float64), text, none, none),
    )


FEATURES = [
    feature("use_30", unit="events", direction=-1, label="Use in 30 days"),
    feature("use_trend", unit="times", direction=-1, label="Trend of use"),
    feature("tickets_open", "tickets", unit="tickets", direction=1, label="Open tickets"),
    feature("days_since_use", unit="days", direction=1, label="Days since last use"),
    feature("satisfaction", "answers", unit="points", direction=-1, label="Satisfaction"),
    feature("salesperson", "accounts", label="Salesperson", categories=("Ann", "Bo", "Cy")),
    feature("noise", "touches", label="Noise"),
]


def company(accounts: int = 600, months: int = 24, *, seed: int = 1, base: float = -3.6) -> Observations:
    """Accounts on firsts of months of 30 days, some of which leave for reasons that the features show."""
    chance = np.random.default_rng(seed)
    trouble = chance.normal(size=accounts)
    seller = chance.integers(0, 3, accounts)
    born = chance.integers(0, months // 2, accounts)
    gone_on = np.full(accounts, 10**6)
    rows: list[Any] = []
    for month in range(months):
        trouble = 0.9 * trouble + 0.45 * chance.normal(size=accounts)
        here = (born <= month) & (gone_on > month * 30)
        rows.append((month, np.flatnonzero(here), trouble.copy()))
        rate = 1 / (1 + np.exp(-(base + 1.1 * trouble + 0.5 * (seller == 2) + 0.8 * (trouble > 1.2))))
        leaves = here & (chance.random(accounts) < rate)
        gone_on[leaves] = month * 30 + chance.integers(5, 30, leaves.sum())
    covered = months * 30
    parts = []
    for month, who, state in rows:
        t, n = state[who], len(who)
        use = np.exp(3 - 0.5 * t + 0.4 * chance.normal(size=n)).round()
        answered = chance.random(n) < 0.4
        values = np.stack(
            [
                use,
                np.exp(-0.3 * t + 0.3 * chance.normal(size=n)),
                chance.poisson(np.exp(0.4 * t - 0.5)),
                np.maximum(0, 6 + 4 * t + 4 * chance.normal(size=n)).round(),
                np.where(answered, 8 - t + chance.normal(size=n), np.nan),
                seller[who],
                chance.normal(size=n),
            ],
            axis=1,
        )
        day = month * 30
        left_in = gone_on[who] - day
        left = np.where(day + HORIZON <= covered, left_in < HORIZON, np.nan)
        parts.append((who, np.full(n, day), values, left, np.where(left == 1, left_in, np.nan)))
    who, day, values, left, left_in = (np.concatenate(p) for p in zip(*parts, strict=True))
    names = np.array([f"A{w:05}" for w in who], object)
    return observations(FEATURES, values, left, accounts=names, as_of=day, left_in=left_in)


def two_kinds(rows: int = 2000, *, days: int = 1, seed: int = 1) -> Observations:
    """Contracts that leave where x is high, and buyers that leave where it is low; days are 30 apart."""
    chance = np.random.default_rng(seed)
    x, kind = chance.normal(size=rows), np.where(chance.random(rows) < 0.6, "contract", "irregular")
    left = chance.random(rows) < 1 / (1 + np.exp(2 - 2 * np.where(kind == "contract", x, -x)))
    as_of = 30 * np.sort(np.arange(rows) % days)
    return observations([feature("x")], x[:, None], left.astype(float), as_of=as_of, kind=kind)


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"the shared data set {parts[0]} is not here")
    return path


def telco() -> Observations:
    """The telco snapshot: 7,043 accounts on one day, for there are no dates."""
    with shared("telco_ibm", "wa_churn_modeldata.csv").open() as file:
        rows = list(csv.DictReader(file))
    return _of_texts(rows, [n for n in rows[0] if n != "churn"], [row["churn"] == "Yes" for row in rows])


def tv_subscriptions() -> Observations:
    """The cable-television snapshot: 9,379 accounts on one day."""
    with gzip.open(shared("tv_subscriptions", "churn_tv_subscriptions.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))
    names = [n for n in rows[0] if n.startswith("x")]
    return _of_texts(rows, names, [float(row["target"]) for row in rows])


def _of_texts(rows: list[dict[str, str]], names: list[str], left: Any) -> Observations:
    features, columns = [], []
    for name in names:
        texts = [row[name] for row in rows]
        try:
            columns.append(np.array([float(t) if t not in ("", "NA") else np.nan for t in texts]))
            features.append(feature(name))
        except ValueError:
            words = tuple(sorted(set(texts)))
            columns.append(np.array([float(words.index(t)) for t in texts]))
            features.append(feature(name, categories=words))
    return observations(features, np.stack(columns, axis=1), left)


RETAIL_FEATURES = [
    feature(
        "days_since_purchase", "purchases", unit="days", direction=1, label="Days since the last purchase"
    ),
    feature("tenure", "purchases", unit="days", label="Days as a customer"),
    feature("bought", "purchases", unit="days", direction=-1, label="Days bought on"),
    feature("bought_90", "purchases", unit="days", direction=-1, label="Days bought on in 90 days"),
    feature("bought_30", "purchases", unit="days", direction=-1, label="Days bought on in 30 days"),
    feature("cycle", "purchases", unit="days", direction=1, label="Median days between purchases"),
    feature("purchase_gap", "purchases", unit="cycles", direction=1, label="Silence in own cycles"),
    feature("spend", "purchases", unit="pence", direction=-1, label="Spend"),
    feature("spend_90", "purchases", unit="pence", direction=-1, label="Spend in 90 days"),
    feature("spend_a_time", "purchases", unit="pence", label="Spend on a day of buying"),
    feature("returned", "purchases", unit="share", label="Share of the spend returned"),
]
RETAIL_HORIZON = 60


def online_retail(cuts: list[date]) -> Observations:
    """The wholesaler's customers on some days, from their purchases before each; left is buying nothing for 60 days.

    Everyone who ever bought is eligible. The last, partial day (2011-12-09) is not covered.
    """
    account, day, amount = _retail_days()
    covered = number(date(2011, 12, 9))
    parts = [_retail_cut(account, day, amount, number(cut), covered) for cut in cuts]
    values, left, who, as_of = (np.concatenate(part) for part in zip(*parts, strict=True))
    return observations(
        RETAIL_FEATURES, values, left, accounts=who, as_of=as_of, horizon=RETAIL_HORIZON, kind="irregular"
    )


def _retail_days() -> tuple[Any, Any, Any]:
    """Accounts, days and pence of invoice lines that name a customer, sorted by account and day."""
    table = pq.read_table(shared("online_retail", "online_retail.parquet"))
    table = table.filter(pc.field("CustomerID").is_valid())
    account = table["CustomerID"].to_numpy()
    day = table["InvoiceDate"].cast(pa.date32()).cast(pa.int32()).to_numpy().astype(np.int64)
    amount = np.round(table["Quantity"].to_numpy() * table["UnitPrice"].to_numpy() * 100).astype(np.int64)
    order = np.lexsort((day, account))
    return account[order], day[order], amount[order]


def _retail_cut(account: Any, day: Any, amount: Any, cut: int, covered: int) -> tuple[Any, ...]:
    before = day < cut
    who, entry = np.unique(account[before], return_inverse=True)
    n, age, paid = len(who), cut - day[before], amount[before]

    def summed(rows: Any, what: Any) -> Any:
        return np.bincount(entry[rows], what[rows], n)

    bought = paid > 0
    pairs = np.unique(np.stack([entry[bought], age[bought]]), axis=1)
    owner, ages = pairs
    last, first = np.full(n, np.nan), np.full(n, np.nan)
    last[owner[::-1]], first[owner] = ages[::-1], ages  # by account, from the newest to the oldest
    times = np.bincount(owner, minlength=n).astype(float)
    gaps = np.diff(ages)[owner[1:] == owner[:-1]]
    of = owner[1:][owner[1:] == owner[:-1]]
    cycle = np.full(n, np.nan)
    ends = np.searchsorted(of, np.arange(n + 1))
    for one in np.flatnonzero(ends[1:] > ends[:-1]):
        cycle[one] = np.median(gaps[ends[one] : ends[one + 1]])
    spend = summed(bought, paid)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.stack(
            [
                last,
                first,
                times,
                np.bincount(owner[ages <= 90], minlength=n),
                np.bincount(owner[ages <= 30], minlength=n),
                cycle,
                last / cycle,
                spend,
                summed(bought & (age <= 90), paid),
                np.where(times > 0, spend / times, np.nan),
                np.where(spend > 0, -summed(~bought, paid) / spend, np.nan),
            ],
            axis=1,
        )
    ahead = (day >= cut) & (day < cut + RETAIL_HORIZON) & (amount > 0)
    left = 1.0 - np.isin(who, account[ahead])
    if cut + RETAIL_HORIZON > covered:
        left[:] = np.nan
    return values, left, who.astype(str).astype(object), np.full(n, cut)
