"""How sure the rates of a statement are: intervals, worked out when they are asked for and not before."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from keepwell.lib.text import gettext as _
from keepwell.metrics.intervals import Ints, bootstraps, wilson
from keepwell.metrics.registry import Opened, all_metrics

if TYPE_CHECKING:
    from keepwell.metrics.statement import Statement

SEED = 1


def intervals_of(statement: "Statement") -> tuple[dict[str, tuple[float, float]], str | None]:
    """The 95% interval of each rate that has one, and why those of money are left out, where they are.

    Wilson's for shares of accounts; for shares of money a bootstrap over the accounts of the opening, the same for
    the same accounts. A rate that has no value has no interval.
    """
    if statement.refused or not statement.accounts.opening:
        return {}, None
    sampled = {name: metric for name, metric in all_metrics().items() if metric.each}
    found: dict[str, tuple[float, float] | None] = {}
    for name, metric in sampled.items():
        if metric.unit == "share of accounts":
            ratio = metric.compute(statement)
            found[name] = wilson(ratio.of, ratio.over)
    money = {name: metric.each for name, metric in sampled.items() if name not in found and metric.each}
    alike, why_not = _alike(statement)
    if alike is not None:
        opened, counts = _opened(alike)
        drawn = bootstraps(
            [each(opened) for each in money.values()], opened.opening, accounts=counts, seed=SEED
        )
        found |= dict(zip(money, drawn, strict=True))
    return {name: held for name in sampled if (held := found.get(name)) is not None}, why_not


def _alike(statement: "Statement") -> tuple[pa.Table | None, str | None]:
    """The accounts of the opening, those alike counted together; None with the reason where there is none."""
    if statement.source is None:
        return None, None
    found = statement.source.opened
    if found is None:
        return None, _("There are too many different accounts to draw from.")
    for column, value in (("segment", statement.segment), ("kept_by", statement.kept_by)):
        if value is not None:
            found = found.filter(pc.equal(found[column], value))
    return found, None


def _opened(alike: pa.Table) -> tuple[Opened, Ints]:
    columns = {name: alike[name].to_numpy() for name in ("opening", "closing", "churned", "accounts")}
    return Opened(columns["opening"], columns["closing"], columns["churned"]), columns["accounts"]
