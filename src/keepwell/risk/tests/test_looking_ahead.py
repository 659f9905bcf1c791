"""No feature knows what happened or was known later: proven by taking it away, changing it, and trying to cheat."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zlib import crc32

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.book.moment import Moment
from keepwell.book.tables import table_named
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.risk.buying.tests.buyers import buyers
from keepwell.risk.features import Feature, Part, all_features
from keepwell.risk.features.sources import Source, all_sources
from keepwell.risk.leaks import (
    copied,
    coverage,
    differences,
    looks_ahead,
    nightfall,
    suspects,
    values_on,
)
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import Outcomes

DAYS = [date(2025, 9, 1), date(2026, 1, 17), date(2026, 5, 1)]
FEATURES = list(all_features().values())
# An example is a book written and observed anew, which takes seconds: a few, and none made smaller.
FEW = settings(
    max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    made = simulate(folder / "files", seed=5, accounts=60, years=2, texts=True, dirt=False)
    book = Book.create(folder / "book", reporting_currency="EUR")
    load(book, folder / "files", until=made.until)
    tell_of_buyers(book, made.until)
    engine = engine_named("duckdb")
    tell_of_talks(book, engine)
    yield book, engine
    engine.close()


@pytest.fixture(scope="module")
def known(company):
    book, engine = company
    return cache(lambda day: values_on(book, engine, day, FEATURES))


def test_of_every_feature_something_is_known_there_so_that_the_proofs_prove_something(known):
    seen = {name for day in DAYS for row in known(day).values() for name in row if row[name] is not None}
    silent = {"reopened_90"}  # the simulated company's tickets are not opened again
    assert {f.name for f in FEATURES} - seen <= silent


@pytest.mark.slow
@FEW
@given(day=st.sampled_from(DAYS), seed=st.integers(0, 2**32 - 1))
def test_whatever_is_known_later_may_be_anything(company, known, tmp_path_factory, day, seed):
    book, engine = company
    draw, night = np.random.default_rng(seed), nightfall(book, day)

    def scrambled(name: str, rows: pa.Table) -> pa.Table:
        before = by_then(rows, night)
        later = rows.filter(pc.invert(before))
        later = later.filter(pa.array(draw.random(later.num_rows) < 0.7))
        return pa.concat_tables(
            [rows.filter(before), *([altered(name, later, draw, day)] if len(later) else [])]
        )

    other = copied(book, engine, tmp_path_factory.mktemp("other") / "book", scrambled)
    assert differences(known(day), values_on(other, engine, day, FEATURES)) == []


@pytest.mark.slow
@FEW
@given(day=st.sampled_from(DAYS), seed=st.integers(0, 2**32 - 1))
def test_a_row_known_too_late_counts_as_little_as_one_that_never_was(company, tmp_path_factory, day, seed):
    book, engine = company
    # Who the accounts are and what money is worth is left alone, so that there is somebody to observe.
    shifted = {
        "subscriptions",
        "purchases",
        "events",
        "tickets",
        "touches",
        "answers",
        "contacts",
        "hits",
        "invoices",
        "talks",
    }

    def chosen(name: str, rows: pa.Table) -> pa.Array:
        lots = [crc32(f"{seed} {key}".encode()) % 100 for key in rows[_keys(name)[0]].to_pylist()]
        return pa.array([name in shifted and lot < 40 for lot in lots], pa.bool_())

    def late(name: str, rows: pa.Table) -> pa.Table:
        beyond = pc.add(rows["known_at"], pa.scalar(timedelta(days=1000), pa.duration("us")))
        moved = pc.if_else(chosen(name, rows), beyond, rows["known_at"])
        return rows.set_column(rows.schema.get_field_index("known_at"), "known_at", moved)

    def without(name: str, rows: pa.Table) -> pa.Table:
        return rows.filter(pc.invert(chosen(name, rows)))

    place = tmp_path_factory.mktemp("shifted")
    seen = [
        values_on(copied(book, engine, place / how.__name__, how), engine, day, FEATURES)
        for how in (late, without)
    ]
    assert seen[0]
    assert differences(*seen) == []


def test_a_feature_that_reads_the_book_as_it_is_now_is_caught(company, monkeypatch):
    book, engine = company

    def cheating(then):
        now = Moment(then.moment._store, then.moment._manifest, then.engine)
        return now.frame("tickets").with_columns(age=then.day - nw.col("opened_on"))

    monkeypatch.setitem(all_sources(), "cheating", Source("tickets", cheating))
    planted = Feature(
        name="tickets_ever",
        label="",
        meaning="",
        unit="tickets",
        direction=0,
        table="tickets",
        parts={"tickets_ever": Part("cheating", nw.len().cast(nw.Int64))},
        value=nw.col("tickets_ever"),
    )
    honest = all_features()["tickets_90"]
    found = looks_ahead(book, engine, DAYS[0], [planted, honest])
    assert [one.feature for one in found] == ["tickets_ever"]
    assert found[0].in_book > (found[0].as_it_was or 0)


def test_none_of_our_features_looks_ahead(company):
    book, engine = company
    assert looks_ahead(book, engine, DAYS[1]) == []


def test_a_feature_that_is_the_outcome_in_disguise_is_suspected():
    draw = np.random.default_rng(1)
    left = (draw.random(2000) < 0.1).astype(float)
    honest = left + draw.normal(0, 1.5, 2000)
    disguised = np.where(left == 1, draw.random(2000), np.nan)  # known of leavers only
    seen = observations(
        {"honest": honest, "telling": 1 - left + draw.normal(0, 0.1, 2000), "end": disguised}, left
    )
    found = {(one.feature, one.by) for one in suspects(seen)}
    assert found == {("telling", "value"), ("end", "whether known")}


def test_coverage_is_the_share_known_of_what_can_be_asked_of_the_account():
    seen = observations({"use": [1.0, np.nan], "gap": [np.nan, 2.0]}, np.zeros(2))
    only = dataclasses.replace(seen.features[1], only="irregular")
    seen = dataclasses.replace(
        seen, features=(seen.features[0], only), kind=np.array(["contract", "irregular"])
    )
    assert coverage(seen).tolist() == [1.0, 0.5]


def tell_of_buyers(book: Book, until: date) -> None:
    """More accounts that buy without a contract: the simulated ones are too few to learn from how they buy."""
    bought = buyers(300, r=2.0, alpha=60.0, a=0.9, b=5.0, span=700, joined=200)
    days = [until - timedelta(days=int(700 - day)) for day in bought.day]
    at = [datetime.combine(day, time(12)) for day in days]
    accounts = [f"buyer{account}" for account in bought.account]
    purchases = {
        "purchase_id": [f"bought{n}" for n in range(len(days))],
        "account_id": accounts,
        "occurred_at": at,
        "occurred_on": days,
        "amount": np.random.default_rng(1).integers(1000, 9000, len(days)),
        "currency": ["EUR"] * len(days),
        "known_at": at,
    }
    first = dict(zip(reversed(accounts), reversed(at), strict=True))
    who = {
        "account_id": list(first),
        "created_on": [a.date() for a in first.values()],
        "known_at": list(first.values()),
    }
    with book.writer() as writer:
        writer.put("accounts", pa.table(who), known_at=at[0])
        writer.put("purchases", pa.table(purchases), known_at=at[0])
        writer.commit()


def tell_of_talks(book: Book, engine: Engine) -> None:
    """What was measured and found in the simulated company's conversations, by chance, some of it months later."""
    moment = book.moment(engine)
    columns = ["conversation_id", "account_id", "occurred_at", "occurred_on", "known_at"]
    talks = engine.collect(moment.frame("conversations").select(*columns)).sort_by("conversation_id")
    days = pc.cast(talks["occurred_on"], pa.int32()).cast(pa.date32())
    draw, n = np.random.default_rng(2), len(talks)
    later = pa.array(draw.integers(0, 120, n) * 86_400_000_000).cast(pa.duration("us"))
    told = talks.set_column(3, "occurred_on", days).set_column(
        4, "known_at", pc.add(talks["known_at"], later)
    )
    measured = {
        "their_share": draw.random(n),
        "their_questions": draw.integers(0, 9, n),
        "their_mood_turns": draw.integers(0, 40, n),
        "their_good": draw.random(n) / 2,
        "their_bad": draw.random(n) / 2,
    }
    themes = sorted(name[5:-3] for name in all_features() if name.startswith("said_"))
    found = {
        "hit_id": [f"hit{number}" for number in range(n)],
        "rule": ["any"] * n,
        "theme": draw.choice(themes, n),
    }
    with book.writer() as writer:
        for table, values in (("talks", measured), ("hits", found)):
            writer.put(table, joined(told, values), known_at=told["known_at"][0].as_py())
        writer.commit()


def joined(rows: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """A table with more columns."""
    return pa.table({**{name: rows[name] for name in rows.column_names}, **values})


def observations(columns, left):
    n = len(left)
    features = tuple(Feature(name, name, "", "", 0, "events") for name in columns)
    none = np.full(n, np.nan)
    became = Outcomes(90, np.ones(n, bool), left, none, np.full(n, "", object), none, none)
    return Observations(
        accounts=np.array([f"A{i}" for i in range(n)], dtype=object),
        as_of=np.zeros(n, np.int64),
        values=np.column_stack([np.asarray(v, float) for v in columns.values()]),
        features=features,
        kind=np.full(n, "contract", object),
        mrr=np.ones(n, np.int64),
        segment=np.full(n, "", object),
        outcomes=became,
    )


def by_then(rows: pa.Table, night) -> pa.Array:
    return pc.less(rows["known_at"], pa.scalar(night, pa.timestamp("us")))


def altered(name: str, rows: pa.Table, draw: np.random.Generator, day: date) -> pa.Table:
    """Rows that say something else, and say that it happened long before the day."""
    keep = {"account_id", "known_at", "__line", *_keys(name)}
    for place, field in enumerate(rows.schema):
        if field.name in keep:
            continue
        column = rows[field.name]
        if pa.types.is_date(field.type):
            days = [day - timedelta(days=int(d)) for d in draw.integers(1, 300, rows.num_rows)]
            column = pa.array(days, pa.date32())
        elif pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
            column = pa.array(draw.integers(1, 9999, rows.num_rows)).cast(field.type)
        elif pa.types.is_string(field.type) and field.name != "currency":
            column = column.take(pa.array(draw.permutation(rows.num_rows)))
        rows = rows.set_column(place, field.name, column)
    return rows


def _keys(name: str) -> tuple[str, ...]:
    return table_named(name).key
