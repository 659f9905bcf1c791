"""`python -m bench.treating`: whom to treat, and with what, held against what is true of simulated companies.

Each seed is a company of its own, four years long, loaded as a real one would be. What its actions do is learnt
from the book; accounts are then put in order at the newest month-ends, of which no outcome was learnt from. Only the
judging of these orders reads the truth.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.company import sizes
from bench.measured import ROOT, Clock, run
from bench.risk import judged_before, said_so, seeds_named
from bench.risk_page import LIBRARIES, row_of, versions

if TYPE_CHECKING:
    from keepwell.risk.judging import Floats
    from keepwell.risk.observations import Observations

TOPS = (0.05, 0.1, 0.2, 0.3)
NEWEST = 6  # month-ends at which accounts are put in order
YEARS = 4
DAYS = 180  # over which an action is given time to show
BY_LOT, BY_RISK, LEARNT, BEST = "risk, action by lot", "risk, best on average", "learnt", "best there is"
WAYS = {
    LEARNT: "Keepwell: the action that helps most, by the benefit learnt",
    BY_RISK: "risk, with the action that helps most on average",
    BY_LOT: "risk, with an action by lot",
    BEST: "the truth",
}


def main() -> int:
    """Judge each seed that has not been judged yet, a line of JSON each, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.treating", description=main.__doc__)
    parser.add_argument("--seeds", type=seeds_named, default=[24], help="24-26 or 1,2,3")
    parser.add_argument("--accounts", type=sizes, default=[20_000], help="accounts of each company")
    parser.add_argument("--work", type=Path, default=ROOT / "bench-data" / "treating")
    parser.add_argument("--page", type=Path, help="where to write the figures; without it they are printed")
    asked = parser.parse_args()
    (accounts,) = asked.accounts
    asked.work.mkdir(parents=True, exist_ok=True)
    lines = asked.work / f"judged-{accounts}.jsonl"
    for seed in asked.seeds:
        if seed in judged_before(lines):
            said_so(f"Seed {seed} was judged before.")
            continue
        home = asked.work / f"company-{accounts}-{seed}"
        cost = run("judge_treating", home=home, seed=seed, accounts=accounts)
        shutil.rmtree(home)
        with lines.open("a") as file:
            file.write(json.dumps({**cost.said, "cpu": cost.cpu, "peak": cost.peak}) + "\n")
        spent = ", ".join(f"{part} {seconds:.0f}" for part, seconds in cost.parts.items())
        said_so(f"Seed {seed}: CPU {cost.cpu:.0f} s, clock {cost.wall:.0f} s ({spent})")
        _write(asked, lines)
    said_so(_write(asked, lines))
    return 0


def _write(asked: argparse.Namespace, lines: Path) -> str:
    """The page, of all seeds judged so far; its text, or where it was written."""
    before = judged_before(lines)
    rows = [before[seed] for seed in asked.seeds if seed in before]
    order = " ".join(["python -m bench.treating", *sys.argv[1:]])
    text = written(rows, order, missing=len(asked.seeds) - len(rows))
    if asked.page:
        asked.page.write_text(text, "utf-8")
        return f"Written: {asked.page}"
    return text


def judge_treating(clock: Clock, *, home: str, seed: int, accounts: int) -> dict[str, Any]:
    """Make a company, learn what its actions do, and judge the orders in which one may act.

    Gains are leavings spared of 1,000 accounts by acting on the first 5, 10, 20 and 30%.
    """
    from pyarrow import parquet

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

    place = Path(home)
    shutil.rmtree(place, ignore_errors=True)
    clock.begin()
    made = simulate(place / "files", seed=seed, accounts=accounts, years=YEARS, texts=False, dirt=False)
    book = Book.create(place / "book", reporting_currency="EUR")
    load(book, place / "files", until=made.until)
    clock.part("make")
    engine = engine_named("duckdb", {"threads": "1"})
    truth = parquet.read_table(place / "files" / "truth" / "actions.parquet")
    newest = max(truth["as_of"].to_pylist())
    last = date(newest.year, newest.month, 1)
    trials = trials_of(book, engine, [action.kind for action in ACTIONS])
    seen = observe(book, engine, [add_months(last, -k) for k in range(NEWEST)], horizon=DAYS)
    clock.part("observe")
    true, learnt, means, notes = [], [], [], {}
    risk: Any = None
    for action, trial in trials.items():
        effect = learnt_effect(trial, draws=100)
        true.append(_spared(truth, action, seen))
        learnt.append(effect.benefits_of(seen))
        means.append(effect.differences[0].benefit.value or 0.0)
        notes[action] = {"benefit": means[-1], "best": effect.best, "speaks": effect.speaks}
        risk = known_of(seen, trial)[:, [column.name for column in trial.columns].index(RISK)]
    clock.part("learn")
    engine.close()
    gain, benefit = np.column_stack(true), np.column_stack(learnt)
    free = ~np.isnan(gain).any(axis=1)
    gain, benefit, risk = gain[free], benefit[free], risk[free]
    rows = np.arange(len(gain))
    one_list = {
        BY_LOT: np.mean([_gains(gain[:, k], risk) for k in range(gain.shape[1])], axis=0).tolist(),
        BY_RISK: _gains(gain[:, int(np.argmax(means))], risk),
        LEARNT: _gains(gain[rows, benefit.argmax(axis=1)], benefit.max(axis=1)),
        BEST: _gains(gain.max(axis=1), gain.max(axis=1)),
    }
    each = {
        action: {
            "learnt": _gains(gain[:, k], benefit[:, k]),
            "risk": _gains(gain[:, k], risk),
            "best": _gains(gain[:, k], gain[:, k]),
        }
        for k, action in enumerate(trials)
    }
    said = {"seed": seed, "accounts": accounts, "rows": len(gain), "notes": notes}
    return {**said, "one_list": one_list, "each": each}


def _spared(truth: Any, action: str, seen: "Observations") -> "Floats":
    """By how much the action truly lowers each observed account's chance of deciding to leave within 180 days.

    NaN where it is no longer free to decide.
    """
    months = truth["as_of"].cast("int32").to_numpy()
    keys = zip(truth["account_id"].to_pylist(), months.tolist(), strict=True)
    place = {key: at for at, key in enumerate(keys)}
    rows = [place.get(key, -1) for key in zip(seen.accounts.tolist(), seen.as_of.tolist(), strict=True)]
    gain = truth["leave_180"].to_numpy() - truth[f"leave_180_{action}"].to_numpy()
    found: Floats = np.where(np.array(rows) >= 0, gain[rows], np.nan)
    return found


def _gains(gain: "Floats", scores: "Floats") -> list[float]:
    order = np.argsort(-scores, kind="stable")
    return [float(1000 * gain[order[: int(top * len(gain))]].sum() / len(gain)) for top in TOPS]


def written(rows: Sequence[Mapping[str, Any]], order: str, *, missing: int = 0) -> str:
    """The page for the seeds judged; `missing` are still to be."""
    tops = [f"first {top:.0%}" for top in TOPS]
    lines = [
        "# Whom to treat, held against the truth of simulated companies",
        "",
        "Generated; do not edit. Made by",
        "",
        f"    {order}",
        "",
        f"on {datetime.now(UTC).date().isoformat()} ({versions(LIBRARIES)}).",
        "[docs/risk.md](risk.md) says what the words mean.",
        *(["", f"Still to be judged: {missing}; the command goes on with them."] if missing else []),
        "",
        f"{len(rows)} simulated companies of {rows[0]['accounts']:,} accounts each"
        f" (seeds {', '.join(str(row['seed']) for row in rows)}). At the {NEWEST} newest"
        " month-ends every account free to decide is put in order. Figures are leavings truly spared of 1,000"
        f" accounts within {DAYS} days by acting on the first of them: means over the companies.",
        "",
        "## One list over all actions",
        "",
        row_of(["In the order of", *tops]),
        row_of(["---", *["---:"] * len(tops)]),
    ]
    for way, title in WAYS.items():
        lines.append(row_of([title, *_means([row["one_list"][way] for row in rows])]))
    lines += ["", _times(rows), "", "## One action at a time", ""]
    lines += [row_of(["Action", "In the order of", *tops]), row_of(["---", "---", *["---:"] * len(tops)])]
    titles = {"learnt": "the benefit learnt", "risk": "risk", "best": "the truth"}
    for action in rows[0]["each"]:
        for way, title in titles.items():
            lines.append(row_of([action, title, *_means([row["each"][action][way] for row in rows])]))
    cpu = np.mean([row["cpu"] for row in rows])
    return "\n".join([*lines, "", f"A company took {cpu:.0f} s of CPU."]) + "\n"


def _means(every: Sequence[Sequence[float]]) -> list[str]:
    return [f"{value:.2f}" for value in np.mean(np.array(every), axis=0).tolist()]


def _times(rows: Sequence[Mapping[str, Any]]) -> str:
    """By how much the learnt list passes the better one by risk, company by company."""
    place = TOPS.index(0.1)
    pairs = [(row["one_list"][LEARNT][place], row["one_list"][BY_RISK][place]) for row in rows]
    each = ", ".join(f"{ours:.2f} against {theirs:.2f}" for ours, theirs in pairs)
    won = sum(ours > theirs for ours, theirs in pairs)
    return f"Of the first 10% it spares more than risk does in {won} of {len(pairs)} companies: {each}."


TASKS: Sequence[Any] = (judge_treating,)

if __name__ == "__main__":
    raise SystemExit(main())
