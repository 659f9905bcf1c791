"""Every cell of the triangle equals what counting the accounts day by day gives."""

from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.lib.days import Grain, add_months, periods
from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import Rate
from keepwell.metrics.cohorts import cohorts
from keepwell.metrics.tests.histories import (
    FIRST,
    LENGTH,
    balance,
    histories,
    paying_days,
    random_history,
    rows_of,
)

RATES = {"USD": Rate.of("USD", Decimal("0.91237"), "EUR"), "JPY": Rate.of("JPY", Decimal("0.00613"), "EUR")}
PER_EXAMPLE = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ask(engine, history, measure="accounts", grain=Grain.MONTH, covered=date(2025, 3, 10), **more):
    frame = engine.frame(rows_of(history))
    values = more.pop("values", None)
    if values is not None:
        table = pa.table({"account_id": list(values), "value": pa.array(list(values.values()), pa.string())})
        more["attribute"] = engine.frame(table)
    return cohorts(
        frame, engine, grain=grain, measure=measure, covered=covered, rates=RATES, reporting="EUR", **more
    )


def money(state: dict[str, int]) -> int:
    return sum(m if c == "EUR" else RATES[c].convert(m) for c, m in state.items())


def worth(history, account, day, measure):
    state = balance(history, account, day)
    return money(state) if measure == "mrr" else int(bool(state))


def expected_by_period(history, measure, grain, covered, fiscal_start=1, data_from=date.min):
    """cohort → (size, [(active, base, finished)]), counted account by account and day by day."""
    found = {}
    every = list(periods(grain, FIRST, covered, fiscal_start=fiscal_start))
    for n, cohort in enumerate(every):
        firsts = {a: d[0] for a in history if (d := paying_days(history, a, covered))}
        members = {a: d for a, d in firsts.items() if cohort.start <= d < cohort.end and d >= data_from}
        if members:
            base = sum(worth(history, a, d, measure) for a, d in members.items())
            cells = []
            for period in every[n:]:
                day = min(period.end, covered) - timedelta(days=1)
                active = sum(worth(history, a, day, measure) for a in members)
                cells.append((active, base, period.end <= covered))
            found[cohort.start.isoformat()] = (len(members), cells)
    return found


def expected_by_value(history, measure, months, covered, values):
    found = {}
    firsts = {a: d[0] for a in history if (d := paying_days(history, a, covered))}
    for value in {values.get(a) or "(none)" for a in firsts}:
        members = {a: d for a, d in firsts.items() if (values.get(a) or "(none)") == value}
        cells, age = [], 0
        while reached := {a: d for a, d in members.items() if add_months(d, age * months) < covered}:
            active = sum(worth(history, a, add_months(d, age * months), measure) for a, d in reached.items())
            base = sum(worth(history, a, d, measure) for a, d in reached.items())
            cells.append((active, base, len(reached) == len(members)))
            age += 1
        found[value] = (len(members), cells)
    return found


def as_counted(result):
    return {c.cohort: (c.size, [(x.active, x.base, x.finished) for x in c.cells]) for c in result.cohorts}


@PER_EXAMPLE
@given(
    history=histories(),
    grain=st.sampled_from(Grain),
    measure=st.sampled_from(["accounts", "mrr"]),
    days=st.integers(0, LENGTH + 40),
    fiscal_start=st.sampled_from([1, 4, 12]),
)
def test_a_cell_is_what_pays_on_the_last_day_of_its_period(duck, history, grain, measure, days, fiscal_start):
    covered = FIRST + timedelta(days=days)
    result = ask(duck, history, measure, grain, covered, fiscal_start=fiscal_start)
    assert as_counted(result) == expected_by_period(history, measure, grain, covered, fiscal_start)


@PER_EXAMPLE
@given(
    history=histories(),
    grain=st.sampled_from([None, Grain.MONTH, Grain.QUARTER]),
    measure=st.sampled_from(["accounts", "mrr"]),
    days=st.integers(1, LENGTH + 40),
)
def test_a_cell_of_a_segment_is_what_pays_so_many_months_after_its_own_first_day(
    duck, history, grain, measure, days
):
    covered = FIRST + timedelta(days=days)
    values = {"a0": "north", "a1": "south", "a2": "north", "a3": "", "a4": None, "other": "west"}
    result = ask(duck, history, measure, grain, covered, values=values)
    months = grain.months if grain else 1
    assert as_counted(result) == expected_by_value(history, measure, months, covered, values)


@pytest.mark.parametrize("measure", ["accounts", "mrr"])
def test_hundreds_of_accounts_come_out_equal_on_every_engine(engine, measure):
    history, covered = random_history(7, 300), date(2025, 3, 10)
    result = ask(engine, history, measure, Grain.MONTH, covered)
    assert as_counted(result) == expected_by_period(history, measure, Grain.MONTH, covered)
    values = {f"a{n}": ("north", "south", "")[n % 3] for n in range(250)}
    result = ask(engine, history, measure, None, covered, values=values)
    assert as_counted(result) == expected_by_value(history, measure, 1, covered, values)


JAN, FEB, MAR = date(2024, 1, 10), date(2024, 2, 10), date(2024, 3, 10)


def test_who_leaves_in_the_month_of_joining_is_missing_from_age_zero(duck):
    history = {"a": [(JAN, "EUR", 100), (date(2024, 1, 31), "EUR", 0)], "b": [(JAN, "EUR", 300)]}
    [january] = ask(duck, history, covered=date(2024, 3, 1)).to_dict()
    assert january["cohort"] == "2024-01-01"
    assert january["size"] == 2
    assert [c["share"] for c in january["cells"]] == [0.5, 0.5]


def test_an_account_that_ends_with_the_month_still_pays_on_its_last_day(duck):
    history = {"a": [(JAN, "EUR", 100), (date(2024, 2, 1), "EUR", 0)]}
    [january] = ask(duck, history, covered=date(2024, 3, 1)).to_dict()
    assert [c["active"] for c in january["cells"]] == [1, 0]


def test_a_running_month_is_read_on_the_newest_covered_day_and_stays_out_of_the_mean(duck):
    history = {"a": [(JAN, "EUR", 100), (date(2024, 3, 5), "EUR", 0)], "b": [(FEB, "EUR", 100)]}
    result = ask(duck, history, covered=MAR)
    assert [[c["finished"] for c in cohort["cells"]] for cohort in result.to_dict()] == [
        [True, True, False],
        [True, False],
    ]
    assert [c["active"] for c in result.to_dict()[0]["cells"]] == [1, 1, 0]
    assert [(c["age"], c["base"]) for c in result.mean_to_dict()] == [(0, 2), (1, 1)]


def test_money_cells_are_decimal_strings_over_the_first_days_mrr_and_may_exceed_it(duck):
    history = {"a": [(JAN, "EUR", 10_000), (JAN, "USD", 10_000), (FEB, "EUR", 20_000)]}
    [january] = ask(duck, history, "mrr", covered=date(2024, 3, 1)).to_dict()
    cell = january["cells"][1]
    assert (cell["active"], cell["base"]) == ("291.24", "191.24")
    assert cell["share"] == pytest.approx(291.24 / 191.24)
    assert cell["small"]


def test_a_base_of_nothing_has_no_share(duck):
    history = {"a": [(JAN, "JPY", 0), (FEB, "JPY", 1)]}  # one yen rounds to one cent, a trial to nothing
    cheap = {"JPY": Rate.of("JPY", Decimal("0.0001"), "EUR")}
    result = cohorts(
        duck.frame(rows_of(history)),
        duck,
        grain=Grain.MONTH,
        measure="mrr",
        covered=MAR,
        rates=cheap,
        reporting="EUR",
    )
    assert [c.share for c in result.cohorts[0].cells] == [None, None]
    assert result.mean[0].share is None


def test_nobody_gives_an_empty_triangle(engine):
    result = ask(engine, {"a": [(JAN, "EUR", 0)]}, covered=MAR)
    assert result.to_dict() == []
    assert result.mean_to_dict() == []
    assert result.to_arrow().num_rows == 0


def test_accounts_older_than_the_data_are_left_out_and_counted(duck):
    history = {"a": [(JAN, "EUR", 100)], "b": [(FEB, "EUR", 100)], "c": [(MAR, "EUR", 100)]}
    result = ask(duck, history, covered=date(2024, 5, 1), data_from=date(2024, 2, 1))
    assert [c.cohort for c in result.cohorts] == ["2024-02-01", "2024-03-01"]
    assert result.left_out == 1


def test_a_currency_without_a_rate_is_refused(duck):
    with pytest.raises(KeepwellError, match="no exchange rate"):
        ask(duck, {"a": [(JAN, "GBP", 100)]}, "mrr", covered=MAR)


def test_the_arrow_table_has_a_row_a_cell(duck):
    result = ask(duck, random_history(3, 40))
    table = result.to_arrow()
    assert table.num_rows == sum(len(c.cells) for c in result.cohorts)
    assert table["share"].type == pa.float64()


def test_a_share_of_accounts_has_wilsons_interval(duck):
    result = ask(duck, {"a": [(JAN, "EUR", 100)]}, covered=MAR)
    low, high = result.interval(result.cohorts[0].cells[0])
    assert 0.2 < low < 0.21
    assert high == 1
