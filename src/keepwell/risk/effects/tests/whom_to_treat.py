"""Whom to treat, learnt from the book of a simulated company, held against what is true of it.

Only this judging reads the truth. Run as a script it makes a company and prints the figures:

    python src/keepwell/risk/effects/tests/whom_to_treat.py FOLDER --accounts 20000 --seed 2
"""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.demo.actions import ACTIONS
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.lib.days import add_months
from keepwell.risk.effects.effect import learnt_effect
from keepwell.risk.effects.gathering import known_of, trials_of
from keepwell.risk.effects.trial import RISK
from keepwell.risk.observations import observe

TOPS = (0.05, 0.1, 0.2, 0.3)
NEWEST = 6  # months at whose start accounts are ranked: too new for any outcome to have been learnt from


def company(folder: Path, *, seed: int, accounts: int):
    """A simulated company and its book, made once."""
    if not (folder / "truth").exists():
        made = simulate(folder, seed=seed, accounts=accounts, years=4, texts=False, dirt=False)
        load(Book.create(folder / "home", reporting_currency="EUR"), folder, until=made.until)
    return Book.open(folder / "home")


def spared(truth, action, seen):
    """By how much the action truly lowers each observed account's chance of deciding to leave within 180 days.

    NaN where it is no longer free to decide.
    """
    months = truth["as_of"].cast("int32").to_numpy()
    place = {
        key: at for at, key in enumerate(zip(truth["account_id"].to_pylist(), months.tolist(), strict=True))
    }
    rows = [place.get(key, -1) for key in zip(seen.accounts.tolist(), seen.as_of.tolist(), strict=True)]
    gain = truth["leave_180"].to_numpy() - truth[f"leave_180_{action}"].to_numpy()
    return np.where(np.array(rows) >= 0, gain[rows], np.nan), truth["leave_180"].to_numpy()[rows]


def gains(gain, scores):
    """Leavings spared of 1,000 accounts by acting on the first 5, 10, 20, 30%, and on all with a score above 0."""
    order = np.argsort(-scores, kind="stable")
    first = [gain[order[: int(top * len(gain))]].sum() for top in TOPS]
    return [1000 * total / len(gain) for total in (*first, gain[scores > 0].sum())]


def judged(folder: Path, *, seed: int, accounts: int, draws: int = 100):
    """By action the learnt effect and the gains of each order by its name; and those of a list over all actions."""
    book, engine = company(folder, seed=seed, accounts=accounts), engine_named("duckdb", {"threads": "2"})
    truth = parquet.read_table(folder / "truth" / "actions.parquet")
    trials = trials_of(book, engine, [action.kind for action in ACTIONS])
    newest = max(truth["as_of"].to_pylist())
    last = date(newest.year, newest.month, 1)
    seen = observe(book, engine, [add_months(last, -k) for k in range(NEWEST)], horizon=180)
    found, chosen = {}, {}
    for action, trial in trials.items():
        learnt = learnt_effect(trial, draws=draws)
        gain, untreated = spared(truth, action, seen)
        free = ~np.isnan(gain)
        values = known_of(seen, trial)[free]
        risk = values[:, [column.name for column in trial.columns].index(RISK)]
        orders = {"risk": risk, "true risk": untreated[free], "best there is": gain[free]}
        for name in learnt.ways:
            orders[name] = learnt.ways[name](learnt.trial, 0)(values)
        found[action] = learnt, {name: gains(gain[free], scores) for name, scores in orders.items()}
        chosen[action] = gain[free], learnt, values, risk
    engine.close()
    return found, together(chosen)


def together(chosen):
    """One list over all actions, each account with the action that helps it most: gains of each way to make it.

    Risk says whom and not with what: its accounts get an action by lot, or the one that did best on average.
    """
    gain = np.column_stack([one[0] for one in chosen.values()])
    risk = next(iter(chosen.values()))[3]
    means = [one[1].differences[0].benefit.value for one in chosen.values()]
    every = range(gain.shape[1])
    ways = {"risk, action by lot": np.mean([gains(gain[:, k], risk) for k in every], axis=0)}
    ways["risk, best on average"] = gains(gain[:, int(np.argmax(means))], risk)
    ways["best there is"] = gains(gain.max(axis=1), gain.max(axis=1))
    for name in next(iter(chosen.values()))[1].ways:
        benefit = np.column_stack(
            [learnt.ways[name](learnt.trial, 0)(values) for _g, learnt, values, _r in chosen.values()]
        )
        ways[name] = gains(gain[np.arange(len(gain)), benefit.argmax(axis=1)], benefit.max(axis=1))
    return ways


def tell(orders):
    for name, figures in orders.items():
        sys.stdout.write(f"    {name:22} " + " ".join(f"{figure:6.2f}" for figure in figures) + "\n")


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--accounts", type=int, default=20_000)
    asked.add_argument("--seed", type=int, default=2)
    given = asked.parse_args()
    found, one_list = judged(given.folder, seed=given.seed, accounts=given.accounts)
    for action, (learnt, orders) in found.items():
        whole = learnt.differences[0]
        sys.stdout.write(f"{action}: benefit {whole.benefit}, best {learnt.best}, {learnt.notes()}\n")
        for one in learnt.rankings:
            sys.stdout.write(f"    {one.name:12} qini {one.qini} over response {one.over_response}\n")
        tell(orders)
    sys.stdout.write("all actions, one list\n")
    tell(one_list)
