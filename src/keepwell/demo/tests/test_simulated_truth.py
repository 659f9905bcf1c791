"""The causal model does what docs/simulator.md says: judged on a company large enough to tell."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from keepwell.demo import accounts as fixed
from keepwell.demo import company, traces, truth
from keepwell.demo.actions import ACTIONS
from keepwell.demo.clock import clock
from keepwell.demo.forces import P
from keepwell.demo.history import CAUSES
from keepwell.demo.life import Life
from keepwell.demo.streams import streams

N = 8_000


@dataclass
class Known:
    life: Life
    use: truth.Use
    chances: pa.Table
    states: pa.Table
    actions: pa.Table

    def column(self, name: str) -> np.ndarray:
        return self.chances[name].to_numpy(zero_copy_only=False)


@pytest.fixture(scope="module")
def known() -> Known:
    chance, time = streams(3), clock(4, date(2026, 10, 1))
    life = Life(fixed.draw(N, time, chance), time, chance)
    life.run()
    use = traces.use(life.a, life.history, chance["use"])
    return Known(life, use, *truth.chances(life, use))


def paying(known: Known, month: int) -> np.ndarray:
    return known.life.history.snapshots[month].mrr_euros


def yearly_churn(known: Known, chosen: np.ndarray) -> float:
    lost = base = 0
    for month in (12, 24, 35):
        opening, closing = paying(known, month) > 0, paying(known, month + 12 if month < 35 else 47) > 0
        base += int((opening & chosen).sum())
        lost += int((opening & ~closing & chosen).sum())
    return lost / base


def test_a_year_loses_between_12_and_18_percent_of_accounts(known: Known) -> None:
    a, live = known.life.a, known.life.history.live
    assert 0.11 < yearly_churn(known, ~a.irregular) < 0.18
    stopped = [1 - live[t + 48][live[t] & a.irregular].mean() for t in (48, 96)]
    assert 0.08 < np.mean(stopped) < 0.18


def test_leaving_differs_clearly_between_segments(known: Known) -> None:
    a = known.life.a
    names = [s.name for s in company.SEGMENTS]
    churn = {n: yearly_churn(known, ~a.irregular & (a.segment == k)) for k, n in enumerate(names)}
    assert churn["Small business"] > churn["Enterprise"] + 0.03 > churn["Public sector"] + 0.04


def test_net_revenue_retention_is_about_level_or_somewhat_above(known: Known) -> None:
    kept = []
    for month in (12, 24, 35):
        opening, closing = paying(known, month), paying(known, min(month + 12, 47))
        kept.append(closing[opening > 0].sum() / opening.sum())
    assert 0.99 < np.mean(kept) < 1.10


def test_accounts_sold_by_those_who_sell_bad_fit_leave_more(known: Known) -> None:
    a = known.life.a
    bad = np.array([s.fit < -0.5 for s in company.SALESPEOPLE])
    resold = np.array([c.fit < -0.5 for c in company.CHANNELS])
    contract = ~a.irregular
    by_good = yearly_churn(known, contract & ~bad[a.salesperson])
    assert yearly_churn(known, contract & bad[a.salesperson]) > 1.6 * by_good
    assert yearly_churn(known, contract & resold[a.channel]) > 1.3 * yearly_churn(
        known, contract & ~resold[a.channel]
    )


def test_the_true_chance_comes_true(known: Known) -> None:
    told = ~known.column("noticed") & (known.column("left_90") != None)  # noqa: E711 - elementwise over nulls
    chance, left = known.column("chance_90"), known.column("left_90")
    for irregular in (False, True):
        which = told & (known.column("irregular") == irregular)
        p, happened = chance[which], left[which].astype(float)
        assert len(p) > 20_000
        assert p.min() >= 0
        assert p.max() <= 1
        assert happened.mean() == pytest.approx(p.mean(), rel=0.10)
        order = np.argsort(p)
        for part in np.array_split(order, 10)[-5:]:
            assert happened[part].mean() == pytest.approx(p[part].mean(), rel=0.30, abs=0.006)


def test_an_account_that_gave_notice_leaves_when_its_notice_says(known: Known) -> None:
    which = known.column("noticed") & (known.column("left_90") != None)  # noqa: E711 - elementwise over nulls
    assert which.sum() > 500
    as_told = known.column("chance_90")[which] == known.column("left_90")[which].astype(float)
    assert as_told.mean() > 0.99  # a failed payment may end it sooner


def test_the_true_chance_tells_leavers_from_stayers(known: Known) -> None:
    told = ~known.column("noticed") & (known.column("left_90") != None)  # noqa: E711 - elementwise over nulls
    p, left = known.column("chance_90")[told], known.column("left_90")[told].astype(bool)
    rank = np.empty(len(p))
    rank[np.argsort(p)] = np.arange(len(p))
    auc = (rank[left].mean() - (left.sum() - 1) / 2) / (~left).sum()
    assert 0.80 < auc < 0.97


def decided(known: Known) -> tuple[np.ndarray, np.ndarray]:
    """Accounts and steps of decisions to leave, late enough to look back from."""
    rows = known.life.history.departures
    chosen = (rows["decided"] >= 0) & (rows["cause"] < CAUSES.index("failed_payment"))
    account, step = rows["account"][chosen], known.life.clock.step_of(rows["decided"][chosen])
    old = known.life.history.age[step, account] > 40
    return account[old], step[old]


def test_use_falls_and_strain_rises_weeks_before_the_decision_to_leave(known: Known) -> None:
    account, step = decided(known)
    h = known.life.history
    sessions = known.use.sessions

    def before(values: np.ndarray, first: int, last: int) -> float:
        return float(np.mean([values[step - k, account].mean() for k in range(first, last)]))

    assert before(sessions, 1, 5) < 0.93 * before(sessions, 28, 36)
    assert before(h.strain, 1, 5) > before(h.strain, 28, 36) + 0.15
    # What is felt runs ahead of what is decided.
    assert before(h.strain, 6, 10) - before(h.strain, 28, 36) > before(h.resolve, 6, 10) - before(
        h.resolve, 28, 36
    )


def test_tickets_wait_longer_where_service_is_bad_and_silence_follows_a_champion_gone(known: Known) -> None:
    h = known.life.history
    chance = streams(5)
    people_, scene = _scene(known, chance)
    asked = traces.tickets(scene, chance["tickets"])
    burden = h.burden[asked.rows.step, asked.rows.account]
    wait = asked.response
    assert np.median(wait[burden > 0.8]) > 1.7 * np.median(wait[burden < 0.2])
    assert (
        asked.csat[(asked.csat > 0) & (burden > 0.8)].mean()
        < asked.csat[(asked.csat > 0) & (burden < 0.2)].mean() - 0.5
    )
    there = people_.left_on < 0
    assert not people_.champion[there].all()


def _scene(known: Known, chance: dict[str, np.random.Generator]) -> tuple[object, traces.Scene]:
    from keepwell.demo import people

    life = known.life
    drawn = people.draw(life.a, life.history, life.clock, chance["contacts"], chance["names"])
    return drawn, traces.Scene(life.a, life.history, drawn, life.clock)


def test_each_action_helps_some_kinds_does_nothing_for_others_and_harms_a_few(known: Known) -> None:
    for action in ACTIONS:
        effect = known.actions[f"effect_{action.kind}"].to_numpy()
        assert (effect < 0).mean() > 0.02
        assert (effect == 0).mean() > 0.3
        if action.kind != "training":
            assert (effect > 0).mean() > 0.01
        untreated = known.actions["leave_180"].to_numpy(zero_copy_only=False)
        treated = known.actions[f"leave_180_{action.kind}"].to_numpy(zero_copy_only=False)
        free = ~np.isnan(untreated)
        for sign, which in ((-1, effect < 0), (1, effect > 0), (0, effect == 0)):
            gain = (treated - untreated)[free & which]
            assert (np.sign(gain) == sign).all() if sign == 0 else (gain * sign >= -1e-12).all()


def test_a_check_in_call_acts_on_each_kind_as_documented(known: Known) -> None:
    """Treated against held out, by kind: what the randomised history itself shows."""
    life = known.life
    rows, effect = life.history.treatments, np.concatenate(life.history.effects)
    left = life.history.departures
    day = np.where(left["decided"] >= 0, left["decided"], left["left"])
    order = np.argsort(-day)
    calls = np.flatnonzero(rows["action"] == 0)
    soon = np.zeros(len(calls))
    by_account: dict[int, list[int]] = {}
    for k in order:
        by_account.setdefault(int(left["account"][k]), []).append(int(day[k]))
    for i, k in enumerate(calls):
        start = int(rows["day"][k])
        soon[i] = any(start < d <= start + 150 for d in by_account.get(int(rows["account"][k]), ()))
    treated = rows["treated"][calls] > 0
    helped, harmed = effect[calls] < 0, effect[calls] > 0
    assert soon[helped & treated].mean() < soon[helped & ~treated].mean()
    assert soon[harmed & treated].mean() > soon[harmed & ~treated].mean() * 0.9
    assert 0.25 < (~treated).mean() < 0.35


def test_hold_outs_are_for_ever(known: Known) -> None:
    rows = known.life.history.treatments
    arms: dict[tuple[int, int], set[int]] = {}
    for account, action, treated in zip(rows["account"], rows["action"], rows["treated"], strict=True):
        arms.setdefault((int(account), int(action)), set()).add(int(treated))
    assert all(len(arm) == 1 for arm in arms.values())


def test_some_accounts_come_back_and_every_cause_occurs(known: Known) -> None:
    rows = known.life.history.departures
    assert set(np.unique(rows["cause"])) == set(range(1, len(CAUSES)))
    again = np.bincount(rows["account"], minlength=N)
    assert (again > 1).any()
    merged = known.life.history.merged_into
    assert (merged >= 0).sum() > 5
    assert not (merged == np.arange(N)).any()


def test_the_model_is_small_enough_to_be_written_down() -> None:
    assert len(vars(P)) < 45
