"""Who is held out stays held out: the same on every machine, in every order, for ever."""

from datetime import date

import pytest

from keepwell.lib.errors import BadInput
from keepwell.risk.effects.holdouts import HELD_OUT, TREATED, assign, drawn

ACCOUNTS = [f"A{k:05}" for k in range(5000)]


def test_the_draw_of_an_account_is_the_same_on_every_machine():
    assert drawn("A000001", "training", "salt") == pytest.approx(0.449845048, abs=1e-9)


def test_about_the_share_asked_for_is_held_out():
    held = assign(ACCOUNTS, "call", share=0.2, key="k").of(HELD_OUT)
    assert 0.18 < len(held) / len(ACCOUNTS) < 0.22


def test_neither_order_nor_company_of_others_changes_an_arm():
    whole = dict(zip(ACCOUNTS, assign(ACCOUNTS, "call", share=0.2, key="k").arms, strict=True))
    some = ACCOUNTS[4000:100:-7]
    assert assign(some, "call", share=0.2, key="k").arms == tuple(whole[account] for account in some)


def test_a_larger_share_keeps_all_who_were_held_out():
    few = set(assign(ACCOUNTS, "call", share=0.1, key="k").of(HELD_OUT))
    many = set(assign(ACCOUNTS, "call", share=0.3, key="k").of(HELD_OUT))
    assert few < many


def test_what_is_recorded_stays_whatever_the_share_and_the_key():
    before = assign(ACCOUNTS, "call", share=0.3, key="k")
    held, treated = frozenset(before.of(HELD_OUT)), frozenset(before.of(TREATED))
    after = assign(ACCOUNTS, "call", share=0.05, key="another", held_out=held, treated=treated)
    assert after.arms == before.arms
    assert after.recorded == len(ACCOUNTS)


def test_each_action_draws_anew():
    calls = set(assign(ACCOUNTS, "call", share=0.3, key="k").of(HELD_OUT))
    trainings = set(assign(ACCOUNTS, "training", share=0.3, key="k").of(HELD_OUT))
    assert 0.25 < len(calls & trainings) / len(calls) < 0.35


def test_its_rows_are_rows_of_treatments_and_the_same_day_gives_the_same_ids():
    given = assign(ACCOUNTS[:50], "call", share=0.3, key="k")
    table = given.to_arrow(date(2026, 3, 1))
    assert set(table.column_names) == {"treatment_id", "account_id", "occurred_at", "kind", "arm"}
    assert set(table["arm"].to_pylist()) == {TREATED, HELD_OUT}
    assert table.equals(given.to_arrow(date(2026, 3, 1)))


def test_a_share_or_key_that_cannot_be_is_refused():
    for share in (0, 1, -0.2, 1.5):
        with pytest.raises(BadInput, match="between 0 and 1"):
            assign(ACCOUNTS, "call", share=share, key="k")
    with pytest.raises(BadInput, match="must be named"):
        assign(ACCOUNTS, "call", share=0.2, key="")
