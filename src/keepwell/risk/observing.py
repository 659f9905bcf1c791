"""One day's observations, worked out by an engine: every feature of every account that is eligible on the day.

Each source is read and grouped by account once, whatever number of features it serves: so a day costs what it costs
to read what has to be read.
"""

from collections.abc import Mapping, Sequence

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.lib.days import number
from keepwell.risk.features import EVER, Feature, parts_of
from keepwell.risk.features.sources import Then, all_sources
from keepwell.risk.features.sources.base import base

# The columns beside the features. A feature that bears the name of one of them is that column.
KEYS = ("account_id", "kind", "mrr", "segment")

# A window is known with a seventh of it lacking at either end: no table has rows every day.
_SHARE_LACKING = 7
_OLDEST = "__oldest"


def observed(then: Then, features: Sequence[Feature]) -> Frame:
    """One row an account eligible on the day: KEYS, the features by their names, and what others `need`.

    Numbers are Float64, categories text, and missing is what is not known.
    """
    parts = parts_of(features)
    sources = {name: source for name, source in all_sources().items() if then.has(source.table)}
    frame = then.engine.persist(base(then))
    grouped = {}
    for name in sorted({p.source for p in parts.values()} & sources.keys()):
        own = {part: p.of for part, p in parts.items() if p.source == name}
        by_account = sources[name].rows(then).group_by("account_id")
        grouped[name] = then.engine.persist(by_account.agg(**own, **{_OLDEST: nw.col("age").max()}))
    reaches = _reaches(then, grouped)
    for rows in grouped.values():
        frame = frame.join(rows.drop(_OLDEST), on="account_id", how="left")
    absent = [name for name, p in parts.items() if p.source not in grouped]
    if absent:
        frame = frame.with_columns(**{name: nw.lit(None, nw.Float64) for name in absent})
    needs = {name: nw.col(name).cast(nw.Float64) for f in features for name in f.needs}
    values = {
        f.name: _value(then, f, reaches) for f in features if f.value is not None and f.name not in KEYS
    }
    return frame.select(*KEYS, **{**needs, **values})


def _value(then: Then, feature: Feature, reaches: Mapping[str, int]) -> nw.Expr:
    """A feature's value where what it rests on is covered, else missing."""
    assert feature.value is not None
    kind = nw.Float64() if feature.categories is None else nw.String()
    value, nothing = feature.value.cast(kind), nw.lit(None, kind)
    if feature.window is None:
        return value
    lacking = 0 if feature.window >= EVER else feature.window // _SHARE_LACKING
    reach = min((reaches.get(part.source, 0) for part in feature.parts.values()), default=0)
    covered = then.moment.covered(feature.table)
    late = covered is not None and then.day - number(covered) > max(1, lacking)
    if reach == 0 or late:
        return nothing
    if reach + lacking >= feature.window:
        return value
    return nw.when(nw.col("tenure") <= reach + lacking).then(value).otherwise(nothing)


def _reaches(then: Then, grouped: Mapping[str, Frame]) -> dict[str, int]:
    """How many days back the rows of each source reach; 0 where it has none."""
    if not grouped:
        return {}
    ages = [rows.select(source=nw.lit(name), oldest=nw.col(_OLDEST).max()) for name, rows in grouped.items()]
    found = then.engine.collect(nw.concat(ages, how="vertical") if len(ages) > 1 else ages[0]).to_pylist()
    return {row["source"]: int(row["oldest"] or 0) for row in found}
