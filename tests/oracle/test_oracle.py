"""What must hold of whatever history: identities, chains, and nothing rewritten by what came later."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle import histories as h
from oracle.companies import PLAIN, d
from oracle.histories import History, Policies
from oracle.paying import daily
from oracle.reference import by_segment, cycles, movements, mrr, series, statement
from oracle.to_arrow import agreeing, batch, frozen_table, tables

# Identities, on whatever histories


def _identities(history: History, policies: Policies, period: tuple[int, int]) -> None:
    whole = statement(history, policies, *period)
    parts = by_segment(history, policies, *period, rates_on=period[1])
    assert (
        whole.accounts["closing"]
        == (whole.accounts["opening"] - whole.accounts["churned"])
        | whole.accounts["new"]
        | whole.accounts["reactivated"]
    )
    for part in (whole, *parts.values()):
        count, money = part.count, part.mrr
        assert count("opening") + count("new") + count("reactivated") - count("churned") == count("closing")
        gained = money["new"] + money["reactivated"] + money["expansion"]
        assert money["opening"] + gained - money["contraction"] - money["churned"] == money["closing"]
        assert sum(map(len, part.churned_by_kind.values())) == count("churned")
        assert part.gross_retained <= money["opening"]
        assert part.net_retained == money["closing"] - money["new"] - money["reactivated"]
    kinds = [statement(history, policies, *period, kept_by=kind) for kind in ("contract", "irregular")]
    for line in whole.mrr:
        assert sum(kind.mrr[line] for kind in kinds) == whole.mrr[line]
        assert sum(kind.count(line) for kind in kinds) == whole.count(line)
    again = statement(history, policies, *period, rates_on=period[1])
    for line in again.accounts:
        assert sorted(a for part in parts.values() for a in part.accounts[line]) == sorted(
            again.accounts[line]
        )
    for line in again.mrr:
        assert sum(part.mrr[line] for part in parts.values()) == again.mrr[line]


@settings(max_examples=60, deadline=None)
@given(h.histories(), h.policies(), h.periods())
def test_a_statement_adds_up_and_its_parts_sum_to_the_whole(history, policies, period):
    _identities(history, policies, period)


@pytest.mark.parametrize("seed", range(60))
def test_a_statement_of_a_seeded_history_adds_up(seed: int):
    _identities(h.seeded_history(seed), h.seeded_policies(seed), h.seeded_period(seed))


@pytest.mark.parametrize("seed", range(20))
def test_movements_are_chains_that_sum_to_every_days_balance(seed: int):
    history, policies = h.seeded_history(seed), h.seeded_policies(seed)
    rows = movements(history, policies)
    days = daily(history, policies)
    for day in range(days.first, days.last + 2):
        balances = {(m.account, m.currency): m.after for m in rows if m.day < day <= m.until and m.after}
        assert balances == mrr(history, policies, day - 1)
        paying = sum(m.paying for m in rows if m.day < day)
        assert paying == sum(days.pays(a, day - 1) for a in days.accounts)


@pytest.mark.parametrize("seed", range(20))
def test_a_series_joins_up_but_for_what_was_restated_and_moved(seed: int):
    history, policies = h.seeded_history(seed), h.seeded_policies(seed)
    months = [d(f"2024-{m:02}-01") for m in range(1, 13)]
    spans = list(pairwise(months))
    parts = {w: series(history, policies, spans, where=w) for w in (None, "Small", "Large", "(none)")}
    for found in parts.values():
        for last, now in pairwise(found):
            assert now.mrr["opening"] - last.mrr["closing"] == now.restated + now.moved
            assert now.count("opening") - last.count("closing") == len(now.moved_in) - len(now.moved_out)
    for k in range(len(spans)):
        assert parts[None][k].moved == 0
        assert sum(found[k].moved for w, found in parts.items() if w) == 0
        assert sum(found[k].restated for w, found in parts.items() if w) == parts[None][k].restated


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_what_was_read_on_a_purchase_day_is_not_rewritten_by_what_came_later(seed: int):
    history = h.seeded_history(seed, h.IRREGULAR)
    cut = (h.WINDOW[0] + h.WINDOW[1]) // 2
    # the same company as it was known then: no purchase and no segment of later
    earlier = replace(
        history,
        covered=min(cut, history.covered),
        purchases=tuple(p for p in history.purchases if p.occurred_on < cut),
    )
    then = [(r.account, r.day, r.cycle, r.limit, r.run_rate) for r in cycles(earlier, PLAIN)]
    now = [(r.account, r.day, r.cycle, r.limit, r.run_rate) for r in cycles(history, PLAIN) if r.day < cut]
    assert then == now
    for day in (cut - 1, cut - 40, cut - 100):
        if day < history.covered:
            assert mrr(earlier, PLAIN, day) == mrr(history, PLAIN, day)


# Histories as tables, and many in one


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_batch_behaves_as_each_history_does_alone(seed: int):
    alone = agreeing([h.seeded_history(seed * 100 + k) for k in range(8)])
    policies = replace(h.seeded_policies(seed), least_gaps=5)
    whole, frozen = batch(alone, policies)
    got = {(m.account, m.currency, m.day, m.after, m.kind) for m in movements(whole, policies, frozen)}
    expected = {
        (f"{n:04}-{m.account}", m.currency, m.day, m.after, m.kind)
        for n, one in enumerate(alone)
        for m in movements(one, policies)
    }
    assert got == expected
    assert frozen_table(frozen).num_rows == len(frozen.rows)


def test_tables_hold_every_row_of_a_history():
    for seed in range(30):
        history = h.seeded_history(seed)
        found = tables(history)
        assert found["subscriptions"].num_rows == len(history.subscriptions)
        assert found["purchases"]["amount"].to_pylist() == [p.amount for p in history.purchases]
        for table in found.values():
            table.validate(full=True)


def test_the_same_seed_gives_the_same_history():
    assert repr(h.seeded_history(7)) == repr(h.seeded_history(7))


def test_seeded_histories_come_to_every_line_list_and_kind():
    seen: set[str] = set()
    for seed in range(60):
        history, policies = h.seeded_history(seed), h.seeded_policies(seed)
        found = statement(history, policies, d("2024-03-01"), d("2024-09-01"))
        seen |= {line for line, who in found.accounts.items() if who}
        seen |= {kind for kind, who in found.churned_by_kind.items() if who}
    assert seen >= {"opening", "new", "reactivated", "expansion", "contraction", "churned", "closing"}
    assert seen >= {"passed_through", "came_back_and_left", "interrupted", "leaving"}
    assert seen >= {"by_choice", "failed_payment", "lapse", "closed_or_merged", "unknown"}
