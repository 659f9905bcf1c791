"""What an account brought to us, as each ticket stood then."""

import narwhals as nw

from keepwell.book.engines import Frame
from keepwell.risk.features import Part
from keepwell.risk.features.sources import Source, Then, minutes

# Hours within which a ticket is to be answered and put right, by how grave it is; what is not said is normal.
STANDARD = {"critical": (1, 24), "high": (4, 48), "normal": (8, 72), "low": (24, 120)}
_GRAVE = {
    "critical": ("critical", "urgent", "blocker", "p0", "p1", "1", "sev1"),
    "high": ("high", "major", "p2", "2", "sev2"),
    "low": ("low", "minor", "trivial", "p4", "4", "sev4"),
}


def rows(then: Then) -> Frame:
    """Tickets: age, kind, csat, open and severe (1 or 0), and answered_in and resolved_in, times the standard.

    A ticket that still waits counts with the time it has waited once that is beyond the standard.
    """
    found = then.frame("tickets", "opened_on")
    said = nw.col("severity").fill_null("").str.to_lowercase()
    grave: nw.Expr = nw.lit("normal")
    for name, words in _GRAVE.items():
        grave = nw.when(said.is_in(list(words))).then(nw.lit(name)).otherwise(grave)
    return found.with_columns(grave=grave).select(
        "account_id",
        "age",
        "kind",
        "csat",
        open=nw.when(nw.col("resolved_on") < then.day).then(0).otherwise(1),
        severe=nw.when(nw.col("grave").is_in(["critical", "high"])).then(1).otherwise(0),
        answered_in=_times_standard(then, "first_response", 0),
        resolved_in=_times_standard(then, "resolved", 1),
    )


def _times_standard(then: Then, what: str, place: int) -> nw.Expr:
    hours: nw.Expr = nw.lit(float(STANDARD["normal"][place]))
    for name, standard in STANDARD.items():
        hours = nw.when(nw.col("grave") == name).then(nw.lit(float(standard[place]))).otherwise(hours)
    opened = minutes("opened_at")
    taken = (minutes(f"{what}_at") - opened) / 60.0 / hours
    waited = (then.begins - opened) / 60.0 / hours
    done = nw.col(f"{what}_on") < then.day
    return nw.when(done).then(taken).otherwise(nw.when(waited > 1.0).then(waited))


SOURCE = Source("tickets", rows)


def brought(days: int, kind: str | None = None) -> Part:
    """How many tickets came in the last days, of one kind or of all."""
    meant = nw.col("age") <= days
    meant = meant if kind is None else meant & (nw.col("kind") == kind)
    return Part("tickets", nw.when(meant).then(1).otherwise(0).sum().cast(nw.Int64))


def mean(column: str, days: int) -> Part:
    """The mean of a column over tickets of the last days."""
    return Part("tickets", nw.when(nw.col("age") <= days).then(nw.col(column)).mean())


def over_standard(days: int) -> Part:
    """How many tickets of the last days took, or have waited, longer than the standard to be put right."""
    over = nw.when(nw.col("age") <= days, nw.col("resolved_in") > 1.0).then(1).otherwise(0)
    return Part("tickets", over.sum().cast(nw.Int64))


def severe(days: int) -> Part:
    """How many grave tickets came in the last days."""
    return Part(
        "tickets", nw.when(nw.col("age") <= days).then(nw.col("severe")).otherwise(0).sum().cast(nw.Int64)
    )


OPEN = Part("tickets", nw.col("open").sum().cast(nw.Int64))
OLDEST_OPEN = Part("tickets", nw.when(nw.col("open") == 1).then(nw.col("age")).max())
