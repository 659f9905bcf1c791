"""Conversion equals exact fractions on every engine."""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.book.engines import Engine, engine_named
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.metrics.conversion import Prices, money_in, without_rate


@pytest.fixture(scope="module")
def duck() -> Iterator[Engine]:
    engine = engine_named("duckdb")
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    engine = engine_named("spark")
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["duckdb", "spark"])
def engine(request) -> Engine:
    return request.getfixturevalue({"duckdb": "duck", "spark": "spark"}[request.param])


RATES = {
    "USD": Rate.of("USD", Decimal("0.5"), "EUR"),
    "GBP": Rate.of("GBP", Decimal("1.173412345678"), "EUR"),
    "JPY": Rate.of("JPY", Decimal("0.00613"), "EUR"),
    "KWD": Rate.of("KWD", Decimal("3.0123456789"), "EUR"),
    "VND": Rate.of("VND", Decimal("0.0000333333333333"), "EUR"),
    "CHF": Rate("CHF", 999_999_999_999_989, 1_000_000_000_000_037),
    "TND": Rate.of("TND", Decimal("0.5"), "EUR"),
}
AMOUNTS = [0, 1, 2, 3, 4, 5, 25, 35, 99, 101, 333, 12_345, 10**7 + 5, 10**10 + 3, 10**13 - 1, 10**13, 2**44]


def converted(engine: Engine, rates: dict[str, Rate], pairs: list[tuple[str, int]]) -> list[int | None]:
    table = pa.table(
        {
            "n": pa.array(range(len(pairs)), pa.int64()),
            "currency": [c for c, _ in pairs],
            "after": pa.array([a for _, a in pairs], pa.int64()),
        }
    )
    out = engine.collect(engine.frame(table).with_columns(money_in(rates, "EUR").alias("x")).sort("n"))
    assert out["x"].type == pa.int64()
    return out["x"].to_pylist()


def test_every_amount_is_converted_as_the_exact_fraction_rounded_half_even(engine):
    pairs = [(c, s * a) for c in RATES for a in AMOUNTS for s in (1, -1)]
    assert converted(engine, RATES, pairs) == [RATES[c].convert(a) for c, a in pairs]


def test_a_half_cent_goes_to_the_even_cent(engine):
    assert converted(engine, RATES, [("USD", n) for n in (1, 3, 5, 7, -1, -3)]) == [0, 2, 2, 4, 0, -2]


def test_the_reporting_currency_needs_no_rate_and_an_unknown_one_is_missing_and_counted(engine):
    pairs = [("EUR", 123), ("XXX", 5), ("USD", 10)]
    assert converted(engine, RATES, pairs) == [123, None, 5]
    frame = engine.frame(pa.table({"currency": [c for c, _ in pairs]}))
    out = engine.collect(frame.select(without_rate(RATES, "EUR").sum().alias("n")))
    assert int(out["n"][0].as_py()) == 1


def test_a_rate_of_nothing_is_refused():
    with pytest.raises(KeepwellError, match="exchange rate of USD"):
        money_in({"USD": Rate("USD", 0, 1)}, "EUR")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**15), st.integers(1, 10**15), st.integers(-(10**13), 10**13)),
        min_size=1,
        max_size=6,
    )
)
def test_any_rate_and_amount_agree_with_exact_fractions(duck, triples):
    for num, den, amount in triples:
        rate = Rate("USD", num, den)
        if abs(rate.convert(amount)) < 2**62:
            assert converted(duck, {"USD": rate}, [("USD", amount)]) == [rate.convert(amount)]


def test_prices_in_columns_are_exact_for_every_amount_and_era():
    other = {**RATES, "USD": Rate.of("USD", Decimal("1.25"), "EUR"), "VND": Rate("VND", 2**62 + 1, 2**60 - 1)}
    prices = Prices.of([RATES, other], "EUR")
    cases = [
        (era, place, amount)
        for era in range(2)
        for place in range(len(prices.currencies))
        for amount in [*AMOUNTS, *range(200), 2**51 + 1]
    ]
    eras, places, amounts = (np.array(column, np.int64) for column in zip(*cases, strict=True))
    for found, (era, place, amount) in zip(prices.priced(amounts, places, eras).tolist(), cases, strict=True):
        assert found == prices.eras[era][prices.currencies[place]].convert(amount)


@settings(max_examples=300)
@given(st.integers(1, 2**60), st.integers(1, 2**60), st.lists(st.integers(0, 2**44), min_size=1))
def test_prices_in_columns_are_exact_at_every_rate(num, den, amounts):
    rate = Rate("USD", num, den)
    if max(amounts) * num // den < 2**62:
        found = Prices.of([{"USD": rate}], "EUR").priced(np.array(amounts), 1)
        assert found.tolist() == [rate.convert(amount) for amount in amounts]
