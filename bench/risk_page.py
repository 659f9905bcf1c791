"""docs/risk-figures.md, written from what was judged, seed by seed."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from math import sqrt
from typing import Any

import numpy as np

PARTS = {"all": "All accounts", "contract": "Contract accounts", "irregular": "Irregular accounts"}
NAMES = {
    "true": "the true chances",
    "said": "what Keepwell says",
    "apart": "boosted trees by kind of account",
    "boosted": "boosted trees",
    "logistic": "logistic regression",
    "silence": "silence alone",
    "base_rate": "the base rate",
}
GOAL = 0.9
LIBRARIES = ("keepwell", "lightgbm", "scikit-learn", "numpy")


def written(rows: Sequence[Mapping[str, Any]], order: str, *, missing: int = 0) -> str:
    """The page for the seeds judged; `order` is the command that makes it, `missing` how many it has yet to judge."""
    lines = [
        "# Risk held against the truth of simulated companies",
        "",
        "Generated; do not edit. Made by",
        "",
        f"    {order}",
        "",
        f"on {datetime.now(UTC).date().isoformat()} ({versions(LIBRARIES)}).",
        "[docs/risk.md](risk.md) says what the words mean.",
        "",
    ]
    if not rows:
        return "\n".join([*lines, "No seed has been judged yet."]) + "\n"
    if missing:
        lines += [f"{missing} seeds have not been judged yet; the command goes on with them.", ""]
    lines += [*_of_what(rows), *_verdicts(rows)]
    for part, title in PARTS.items():
        lines += ["", f"## {title}", "", *_table(rows, part)]
    lines += ["", "## Seed by seed", "", *_each(rows)]
    return "\n".join(lines) + "\n"


def _of_what(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    seeds = ", ".join(str(row["seed"]) for row in rows)
    first = rows[0]
    cpu = np.mean([row["cpu"] for row in rows])
    peak = max(row["peak"] for row in rows) / (1 << 30)
    return [
        f"{len(rows)} simulated companies of {first['accounts']:,} accounts each (seeds {seeds}), four years long."
        f" Each was judged on the {len(first['days'])} newest month-ends of which it is known what became of them"
        f" ({first['days'][0]} to {first['days'][-1]}), by a model trained on what was known by the first of them."
        " Figures are means over the seeds with the 95% interval of the mean (Student's t)."
        f" A seed took {cpu:.0f} s of CPU and {peak:.1f} GiB at most.",
        "",
    ]


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    ranks = [_share(row, "all", "said") for row in rows]
    gains = [_gain(row, "all", "said") for row in rows]
    off = [row["found"]["all"]["models"]["said"]["calibration"] for row in rows]
    met = {True: "met", False: "missed"}
    return [
        f"- (AUC - 0.5) as a share of what the true chances reach: {_percent(ranks)};"
        f" goal at least {GOAL:.0%}: {met[bool(np.mean(ranks) >= GOAL)]}.",
        f"- Profit of acting as a share of what the true chances bring: {_percent(gains)};"
        f" goal at least {GOAL:.0%}: {met[bool(np.mean(gains) >= GOAL)]}.",
        f"- Chances are off by {_around(off)} (calibration error).",
    ]


def _table(rows: Sequence[Mapping[str, Any]], part: str) -> list[str]:
    heads = (
        "", "AUC", "AUC - 0.5, of the true", "Log-loss", "Off by", "Acted on", "Profit, of the true",
    )  # fmt: skip
    lines = [row_of(heads), row_of(["---"] + ["---:"] * (len(heads) - 1))]
    for name, title in NAMES.items():
        every = [row["found"][part]["models"].get(name) for row in rows]
        if None in every:
            continue
        lines.append(
            row_of(
                [
                    title,
                    _around([one["auc"] for one in every]),
                    _percent([_share(row, part, name) for row in rows]),
                    _around([one["log_loss"] for one in every]),
                    _around([one["calibration"] for one in every]),
                    f"{np.mean([one['acts'] for one in every]):,.0f}",
                    _percent([_gain(row, part, name) for row in rows]),
                ]
            )
        )
    n, left = (np.mean([row["found"][part][key] for row in rows]) for key in ("rows", "left"))
    everyone = [
        row["found"][part]["everyone"]["profit"] / _true(row, part)["profit"]
        for row in rows
        if _true(row, part)["profit"] > 0
    ]
    note = f"{n:,.0f} rows a seed, of which {left:,.0f} left."
    if everyone:
        note += f" Acting on everyone would bring {np.mean(everyone):.0%} of the true profit."
    return [*lines, "", note]


def _each(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    heads = ("Seed", "Model", "AUC", "True AUC", "Share", "Profit", "Off by", "Contract", "Irregular")
    lines = [row_of(heads), row_of(["---:", "---"] + ["---:"] * (len(heads) - 2))]
    for row in rows:
        said, true = row["found"]["all"]["models"]["said"], _true(row, "all")
        lines.append(
            row_of(
                [
                    str(row["seed"]),
                    row["model"],
                    f"{said['auc']:.4f}",
                    f"{true['auc']:.4f}",
                    f"{_share(row, 'all', 'said'):.1%}",
                    f"{_gain(row, 'all', 'said'):.1%}",
                    f"{said['calibration']:.4f}",
                    f"{_share(row, 'contract', 'said'):.1%}",
                    f"{_share(row, 'irregular', 'said'):.1%}",
                ]
            )
        )
    return [*lines, "", "The last two columns are the share of AUC - 0.5 within each kind of account."]


def _true(row: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row["found"][part]["models"]["true"]
    return found


def _share(row: Mapping[str, Any], part: str, name: str) -> float:
    """(AUC - 0.5) of a model over that of the true chances."""
    return float((row["found"][part]["models"][name]["auc"] - 0.5) / (_true(row, part)["auc"] - 0.5))


def _gain(row: Mapping[str, Any], part: str, name: str) -> float:
    """What acting by a model brings, over what acting by the true chances does; nan where that is nothing."""
    best = _true(row, part)["profit"]
    return float(row["found"][part]["models"][name]["profit"] / best) if best > 0 else float("nan")


def _interval(values: Sequence[float]) -> float:
    """Half the width of the 95% interval of the mean; nan for a single value."""
    from scipy.stats import t

    if len(values) < 2:
        return float("nan")
    return float(t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / sqrt(len(values)))


def _around(values: Sequence[float]) -> str:
    half = _interval(values)
    return f"{np.mean(values):.4f}" + ("" if np.isnan(half) else f" ± {half:.4f}")


def _percent(values: Sequence[float]) -> str:
    half = _interval(values)
    return f"{np.mean(values):.1%}" + ("" if np.isnan(half) else f" ± {half:.1%}")


def versions(names: Sequence[str]) -> str:
    """The versions of libraries that are installed."""
    return ", ".join(f"{name} {version(name)}" for name in names)


def row_of(cells: Sequence[str]) -> str:
    """A row of a table."""
    return "| " + " | ".join(cells) + " |"
