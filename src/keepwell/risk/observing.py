"""One day's observations, worked out by an engine: every feature of every account that is eligible on the day.

Each source is grouped by account once, whatever number of features it serves, and joined to the base; so a day is one
query, whose cost is that of reading what had to be read.
"""

from collections.abc import Sequence

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.lib.days import number
from keepwell.risk.features import Feature, Part, parts_of
from keepwell.risk.features.sources import Source, Then, all_sources
from keepwell.risk.features.sources.base import base

KEYS = ("account_id", "kind", "mrr", "segment")
_LATE = 7  # a window is not known where more than a seventh of it is still to come


def observed(then: Then, features: Sequence[Feature]) -> Frame:
    """One row an account eligible on the day: KEYS, what features in numpy need, and the features by their names."""
    parts = parts_of(features)
    sources = all_sources()
    needed = {part.source for part in parts.values()}
    present = {name: sources[name] for name in sorted(needed) if then.has(sources[name].table)}
    reaches = _reaches(then, present)
    frame = base(then)
    for name, source in present.items():
        own = {part: p.of for part, p in parts.items() if p.source == name}
        frame = frame.join(source.rows(then).group_by("account_id").agg(**own), on="account_id", how="left")
    missing = {name: _nothing(p) for name, p in parts.items() if p.source not in present}
    frame = frame.with_columns(**missing) if missing else frame
    needs = {name: nw.col(name).cast(nw.Float64) for f in features for name in f.needs}
    values = {f.name: _value(then, f, reaches) for f in features if f.value is not None}
    return frame.select(
        "account_id",
        "kind",
        "mrr",
        segment=nw.col("segment").fill_null(""),
        **_apart(needs),
        **_apart(values),
    )


def _apart(columns: dict[str, nw.Expr]) -> dict[str, nw.Expr]:
    return {name: expr for name, expr in columns.items() if name not in KEYS}


def _nothing(part: Part) -> nw.Expr:
    return nw.lit(None, nw.Float64).alias(part.source)


def _value(then: Then, feature: Feature, reaches: dict[str, int]) -> nw.Expr:
    assert feature.value is not None
    kind = nw.Float64() if feature.categories is None else nw.String()
    value = feature.value.cast(kind)
    if feature.window is None:
        return value
    reach = reaches.get(feature.table, 0)
    covered = then.moment.covered(feature.table)
    late = covered is not None and then.day - number(covered) > max(1, feature.window // _LATE)
    if reach == 0 or late:
        return nw.lit(None, kind)
    if reach >= feature.window:
        return value
    return nw.when(nw.col("tenure") <= reach).then(value).otherwise(nw.lit(None, kind))


def _reaches(then: Then, sources: dict[str, Source]) -> dict[str, int]:
    """By table, how many days back its rows reach, as known then, 0 where it had none; no further than need be."""
    asked = {s.table: s for s in sources.values() if s.on is not None}
    found = _oldest(then, {table: (s.on or "", s.reach) for table, s in asked.items()})
    short: dict[str, tuple[str, int | None]] = {
        table: (s.on or "", None)
        for table, s in asked.items()
        if s.reach is not None and found.get(table, 0) < s.reach
    }
    # Where a window holds no row of its oldest day, the table may still reach beyond it.
    return found | (_oldest(then, short) if short else {})


def _oldest(then: Then, asked: dict[str, tuple[str, int | None]]) -> dict[str, int]:
    if not asked:
        return {}
    ages = [
        then.frame(table, on, reach).select(table=nw.lit(table), oldest=nw.col("age").max())
        for table, (on, reach) in asked.items()
    ]
    both = nw.concat(ages, how="vertical") if len(ages) > 1 else ages[0]
    rows = then.engine.collect(both).to_pylist()
    return {row["table"]: row["oldest"] or 0 for row in rows}
