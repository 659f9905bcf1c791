"""`python -m bench.risk`: what is said of leaving, held against what is true of simulated companies.

Each seed is a company of its own, simulated, loaded and observed as a real one would be. The model is trained as the
product trains it, on what was known by the first of the days judged, and judged on the newest month-ends that have
matured. Only this judging reads the truth.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import risk_page
from bench.company import sizes
from bench.measured import ROOT, Clock, run
from bench.report import GIB

if TYPE_CHECKING:
    from keepwell.book.book import Book
    from keepwell.book.engines import Engine
    from keepwell.risk.judging import Floats
    from keepwell.risk.observations import Observations
    from keepwell.risk.worth.profit import Profits

HORIZON = 90
MONTHS = 36  # as many month-ends as the product looks back at
JUDGED = 6  # of them, the newest, that are judged
YEARS = 4
SAID, TRUE = (
    "said",
    "true",
)  # what the product says, and the true chances, beside the kinds of model by their names
ALL = "all"


def main() -> int:
    """Judge each seed that has not been judged yet, a line of JSON each, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m bench.risk", description=main.__doc__)
    parser.add_argument("--seeds", type=seeds_named, default=[1], help="4-23 or 1,2,3")
    parser.add_argument("--accounts", type=sizes, default=[20_000], help="accounts of each company")
    parser.add_argument("--work", type=Path, default=ROOT / "bench-data" / "risk")
    parser.add_argument("--page", type=Path, help="where to write the figures; without it they are printed")
    parser.add_argument("--keep", action="store_true", help="keep the companies made")
    asked = parser.parse_args()
    (accounts,) = asked.accounts
    asked.work.mkdir(parents=True, exist_ok=True)
    lines = asked.work / f"judged-{accounts}.jsonl"
    for seed in asked.seeds:
        if seed in judged_before(lines):
            said_so(f"Seed {seed} was judged before.")
            continue
        said_so(f"Seed {seed}: see company-{accounts}-{seed}.txt for how far it is.")
        found = _one(asked.work, seed, accounts, keep=asked.keep)
        with lines.open("a") as file:
            file.write(json.dumps(found) + "\n")
        said_so(f"  {_short(found)}")
        _write(asked, lines)
    said_so(_write(asked, lines))
    return 0


def _one(work: Path, seed: int, accounts: int, *, keep: bool) -> dict[str, Any]:
    """A seed judged in a process of its own, with what it cost."""
    home = work / f"company-{accounts}-{seed}"
    cost = run("judge_risk", home=home, seed=seed, accounts=accounts)
    spent = ", ".join(f"{part} {seconds:.0f}" for part, seconds in cost.parts.items())
    said_so(f"  CPU {cost.cpu:.0f} s, clock {cost.wall:.0f} s ({spent}), {cost.peak / GIB:.2f} GiB")
    if not keep:
        shutil.rmtree(home)
    return {**cost.said, "cpu": cost.cpu, "wall": cost.wall, "peak": cost.peak, "parts": dict(cost.parts)}


def _write(asked: argparse.Namespace, lines: Path) -> str:
    """The page, of all seeds judged so far; its text, or where it was written."""
    before = judged_before(lines)
    rows = [before[seed] for seed in asked.seeds if seed in before]
    seeds = f"{asked.seeds[0]}-{asked.seeds[-1]}" if len(asked.seeds) > 1 else str(asked.seeds[0])
    order = f"python -m bench.risk --seeds {seeds} --accounts {asked.accounts[0]} --page docs/risk-figures.md"
    text = risk_page.written(rows, order, missing=len(asked.seeds) - len(rows))
    if asked.page:
        asked.page.write_text(text, "utf-8")
        return f"Written: {asked.page}"
    return text


def judged_before(lines: Path) -> dict[int, dict[str, Any]]:
    """What was found for each seed; a line that was cut off in being written counts as none."""
    found = {}
    for line in lines.read_text().splitlines() if lines.exists() else []:
        try:
            one = json.loads(line)
        except json.JSONDecodeError:
            continue
        found[one["seed"]] = one
    return found


def judge_risk(clock: Clock, *, home: str, seed: int, accounts: int) -> dict[str, Any]:
    """Make a company, train on what was known by the first day judged, and judge what is said from then on."""
    from keepwell.book.engines import engine_named
    from keepwell.ledger.opening import open_ledger
    from keepwell.lib.days import number
    from keepwell.risk.observations import month_ends, observe
    from keepwell.risk.splitting import known_by
    from keepwell.risk.training import train

    place = Path(home)
    tell = _teller(place.with_suffix(".txt"))
    clock.begin()
    book = _company(place, seed, accounts, clock, tell)
    engine = engine_named("duckdb", {"threads": "1"})
    ledger = open_ledger(book, engine)
    ripe = [day for day in month_ends(ledger, 99) if number(day) + HORIZON <= number(ledger.covered)]
    days = ripe[-MONTHS:]
    first = number(days[-JUDGED])
    needed = [day for day in days if number(day) + HORIZON <= first or number(day) >= first]
    seen = observe(book, engine, needed, horizon=HORIZON, progress=tell)
    clock.part("observe")
    learn = seen.where(known_by(seen.as_of, seen.outcomes.matured, HORIZON, first))
    trained = train(learn, seed=seed, draws=0, progress=lambda what: tell(0, 0, what))
    clock.part("train")
    part = seen.where(seen.outcomes.matured & (seen.as_of >= first))
    chances = {SAID: trained.chances(part), **_by_kind_of_model(learn, part, trained.card, seed)}
    clock.part("others")
    chances[TRUE] = _truth(place, part)
    gains = _profit(book, engine, part)
    found = {
        name: _judged(part, chances, rows, gains)
        for name, rows in {ALL: np.ones(len(part), bool), **_kinds(part)}.items()
    }
    clock.part("judge")
    engine.close()
    said = {key: trained.card[key] for key in ("model", "why", "settings", "calibration")}
    return {
        "seed": seed,
        "accounts": accounts,
        "learnt_rows": len(learn),
        "learnt_left": int(learn.outcomes.left.sum()),
        "days": [day.isoformat() for day in needed if number(day) >= first],
        **said,
        "found": found,
    }


def _company(place: Path, seed: int, accounts: int, clock: Clock, tell: Callable[..., None]) -> "Book":
    """A simulated company and its book, made anew unless they are whole."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.demo.load import load
    from keepwell.demo.simulate import simulate
    from keepwell.ledger.keeping import post_book

    done = place / "made"
    if not done.exists():
        shutil.rmtree(place, ignore_errors=True)
        files = place / "files"
        made = simulate(
            files, seed=seed, accounts=accounts, years=YEARS, texts=False, dirt=False, progress=tell
        )
        clock.part("simulate")
        book = Book.create(place / "book", reporting_currency="EUR")
        load(book, files, tell, until=made.until)
        engine = engine_named("duckdb", {"threads": "1"})
        post_book(book, engine)
        engine.close()
        clock.part("load")
        done.touch()
    return Book.open(place / "book")


def _by_kind_of_model(
    learn: "Observations", part: "Observations", card: Mapping[str, Any], seed: int
) -> dict[str, "Floats"]:
    """The chances that each kind of model gives, learnt from the same rows, as it gives them."""
    from keepwell.risk.models import learners
    from keepwell.risk.tuning import tuned

    found = {}
    for name, kind in learners().items():
        settings = card["settings"] if name == card["model"] else tuned(kind, learn, seed=seed)
        found[name] = kind.fit(learn, seed=seed, settings=settings).chances(part)
    return found


def _truth(place: Path, part: "Observations") -> "Floats":
    """The true chance of each observation. Raises KeyError where an observation has none."""
    import pyarrow.parquet as pq

    table = pq.read_table(
        place / "files" / "truth" / "chances.parquet", columns=["account_id", "as_of", "chance_90"]
    )
    days = table["as_of"].cast("int32").to_pylist()
    keys = zip(table["account_id"].to_pylist(), days, strict=True)
    chances = dict(zip(keys, table["chance_90"].to_pylist(), strict=True))
    rows = zip(part.accounts.tolist(), part.as_of.tolist(), strict=True)
    return np.array([chances[row] for row in rows], np.float64)


def _kinds(part: "Observations") -> dict[str, Any]:
    return {kind: part.kind == kind for kind in ("contract", "irregular")}


def _profit(book: "Book", engine: "Engine", part: "Observations") -> Callable[["Floats"], "Profits"]:
    """What acting on each account is expected to bring, given chances of leaving, as it stood on its day.

    Costs, margins and success are as the product assumes them where nobody has said otherwise; how long accounts stay
    is what was known by the first day.
    """
    from keepwell.ledger.opening import open_ledger
    from keepwell.lib.days import from_number
    from keepwell.risk.said import Scores
    from keepwell.risk.worth.assumptions import assumptions
    from keepwell.risk.worth.gathering import lives_of, standing_of
    from keepwell.risk.worth.profit import Standing, profits

    standings, lives = [], None
    for day in part.days().tolist():
        eve = date.fromordinal(from_number(day).toordinal() - 1)
        then = open_ledger(book, engine, as_known_on=eve)
        lives = lives or lives_of(then)
        rows = part.where(part.as_of == day)
        none = np.full(len(rows), np.nan)
        standings.append(
            standing_of(Scores(rows, none, none, none, none, []), book.moment(engine, eve), then)
        )
    columns = {
        name: np.concatenate([getattr(one, name) for one in standings])
        for name in ("accounts", "risk", "mrr", "age", "serving", "group")
    }
    standing = Standing(**columns)
    said = assumptions()
    return lambda chances: profits(replace(standing, risk=chances), lives or {}, said)


def _judged(
    part: "Observations",
    chances: Mapping[str, "Floats"],
    rows: Any,
    gains: Callable[["Floats"], "Profits"],
) -> dict[str, Any]:
    """Of some rows: each model's measures, and what acting by it brings under the true chances, minor units."""
    from keepwell.risk.judging import auc, calibration_error, log_loss

    left = part.outcomes.left[rows]
    true = gains(chances[TRUE]).profit
    found = {}
    for name, every in chances.items():
        expected = gains(every)
        acts = rows & (expected.profit > 0) & (expected.saved > 0) & ~expected.losing
        said = every[rows]
        found[name] = {
            "auc": auc(left, said),
            "log_loss": log_loss(left, said),
            "calibration": calibration_error(left, said),
            "mean": float(said.mean()),
            "acts": int(acts.sum()),
            "profit": int(true[acts].sum()),
        }
    everyone = {"acts": int(rows.sum()), "profit": int(true[rows].sum())}
    return {"rows": int(rows.sum()), "left": int(left.sum()), "everyone": everyone, "models": found}


def _short(found: Mapping[str, Any]) -> str:
    """The seed's figures on one line."""
    said = []
    for name, one in found["found"].items():
        models = one["models"]
        ours, true = models[SAID], models[TRUE]
        share = (ours["auc"] - 0.5) / (true["auc"] - 0.5)
        said.append(
            f"{name}: AUC {ours['auc']:.4f} of {true['auc']:.4f} ({share:.1%}), off by {ours['calibration']:.4f},"
            f" profit {ours['profit'] / max(1, true['profit']):.1%}"
        )
    return "; ".join(said)


def _teller(file: Path) -> Callable[..., None]:
    """Progress goes to a file, for the output of a task is its answer."""

    def tell(done: int, of: int, what: str) -> None:
        file.write_text(f"{what} ({done} of {of})\n" if of else f"{what}\n", "utf-8")

    return tell


def seeds_named(text: str) -> list[int]:
    """4-23 or 1,2,3 as numbers."""
    found: list[int] = []
    for piece in text.split(","):
        first, _dash, last = piece.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


def said_so(text: str) -> None:
    """Print a line at once, for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


TASKS: Sequence[Any] = (judge_risk,)

if __name__ == "__main__":
    sys.exit(main())
