"""The figures that people open most, worked out at night so that they are there in the morning."""

from collections.abc import Callable, Iterator
from datetime import datetime

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.company import Company
from keepwell.ledger.opening import open_ledger
from keepwell.lib.days import Grain
from keepwell.lib.errors import KeepwellError
from keepwell.metrics.periods import last_finished
from keepwell.retention import actions, queries
from keepwell.retention.asking import Asked, asked_of
from keepwell.retention.cut import Cut, cut_of
from keepwell.retention.measuring import KINDS
from keepwell.retention.models import Figure
from keepwell.retention.pictures import CHARTS

OF_STATEMENT = ("from", "to", "by", "where")


def usual(cut: Cut) -> Iterator[tuple[str, dict[str, str]]]:
    """What is asked most: kinds of figures with their parameters, as the pages ask them."""
    yield "about", {}
    for grain in (Grain.QUARTER, Grain.MONTH, Grain.YEAR):
        said = Asked(last_finished(grain, cut.covered, fiscal_start=cut.fiscal_start), grain)
        yield "statement", said.params(*OF_STATEMENT)
        yield "statement", said.moved(-1).params(*OF_STATEMENT)
        yield "accounts", said.params(*OF_STATEMENT)
    for name, given in (
        ("churn", {}),
        ("cohorts", {}),
        ("cohorts", {"measure": "mrr"}),
        ("survival", {}),
        ("definitions", {}),
        ("cycles", {}),
    ):
        chart = CHARTS[name]
        yield chart.kind, asked_of(chart.kind, given, cut).params(*chart.params)
    for segment in queries.segments():
        if not queries.of_now(segment):
            yield "count", {"where": segment.where}


def measured(
    book: Book, engine: Engine, *, now: datetime, tell: Callable[[int, int], object] = lambda _done, _of: None
) -> int:
    """Work the usual figures of the newest cut out, and forget those of older ones; how many were new.

    Safe to repeat: a figure that is done stays, and one that cannot be worked out of this cut, with its reason.
    """
    try:
        cut = cut_of(book.manifest)
    except KeepwellError:  # an empty book has no figures, and its night goes on
        return 0
    wanted = list(usual(cut))
    company, new = Company(open_ledger(book, engine)), 0
    for place, (kind, params) in enumerate(wanted):
        figure, _made = Figure.objects.get_or_create(
            kind=kind,
            key=queries.key_of(params),
            cut=cut.name,
            defaults={"params": params, "asked_at": now},
        )
        if figure.state not in (Figure.State.DONE, Figure.State.FAILED):
            telling = actions.begin(figure=figure)
            try:
                made = KINDS[kind].made(company, params, telling)
                actions.keep(figure=figure, made=made, now=now)
            except KeepwellError as error:
                actions.fail(figure=figure, error=error, now=now)
            new += 1
        tell(place + 1, len(wanted))
    actions.sweep(cut=cut.name)
    return new
