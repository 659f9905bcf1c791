"""The night: the product's work, one line a step.

Every step can be run again: it changes nothing that it has done already. A night that was killed is taken up at the
step it was killed in.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy

from keepwell.accounts.outbox import gather
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.projecting.standings import Night, project_standings
from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.ledger.keeping import post_book
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.site.models import Run, Step

if TYPE_CHECKING:
    from keepwell.risk.said import Scores
    from keepwell.risks import Risks

Tell = Callable[[int, int], object]


@dataclass
class Work:
    """What the steps of one night share."""

    book: Book
    engine: Engine
    now: datetime
    tell: Tell = field(default=lambda _done, _of: None)

    @cached_property
    def risks(self) -> "Risks":
        """What can be asked about leaving, of the book as posted."""
        from keepwell.risks import Risks

        return Risks(self.book, self.engine, self._told)

    def _told(self, done: int, of: int, _label: str = "") -> None:
        self.tell(done, of)

    @property
    def scores_by(self) -> int | None:
        """The number of the model that scores come from."""
        return next((one.number for one in self.risks.models() if one.in_use), None)

    @cached_property
    def scores(self) -> "Scores | None":
        """The chance of every account; None where the past carries no model yet."""
        try:
            return self.risks.score()
        except KeepwellError:
            return None


def gathered(work: Work) -> str:
    """What people did comes back to the book as rows."""
    return _("{n} rows").format(n=gather(work.book, now=work.now))


def posted(work: Work) -> str:
    """The ledger is brought up to date."""
    done = post_book(work.book, work.engine)
    return _("{n} accounts").format(n=done.accounts if done else 0)


def learnt(work: Work) -> str:
    """A model is learnt where there is none; one that stands is looked at again on the first night of a month."""
    from keepwell.risk.enough import NotEnough

    if any(one.in_use for one in work.risks.models()) and work.risks.covered.day != 1:
        return _("the model stands")
    try:
        made = work.risks.train(now=work.now)
    except NotEnough as why:
        return str(why).splitlines()[0][:300]
    return str(made.kept.number)


def scored(work: Work) -> str:
    """What is said of each account is frozen."""
    if work.scores is None:
        return _("no model yet: the check-up alone")
    night = work.risks.say(work.scores, now=work.now)
    return _("{n} accounts").format(n=night.accounts)


def projected(work: Work) -> str:
    """Accounts, standings and timelines are made ready for the pages."""
    source = Source.of(work.book, work.engine, work.now)
    project_accounts(source)
    project_standings(source, _night(work))
    written = project_entries(source)
    return _("{n} things on timelines").format(n=written)


def _night(work: Work) -> Night:
    health, scores = work.risks.health(), work.scores
    if scores is None:
        return Night(work.risks.covered, health)
    return Night(work.risks.covered, health, scores, work.scores_by, work.risks.worth())


NAMES = {
    "gather": gettext_lazy("Gather what people did"),
    "post": gettext_lazy("Post the ledger"),
    "learn": gettext_lazy("Learn"),
    "score": gettext_lazy("Score"),
    "project": gettext_lazy("Make the pages ready"),
}

STEPS: dict[str, Callable[[Work], str]] = {
    "gather": gathered,
    "post": posted,
    "learn": learnt,
    "score": scored,
    "project": projected,
}


def night(
    *, home: str, now: datetime, on_demand: bool = False, watch: Callable[[Step], object] | None = None
) -> Run:
    """Run a night, or take up the one that was not finished. Raises what a step raises, once it is noted."""
    run = _run(now, on_demand)
    engine = engine_named("duckdb")
    try:
        work = Work(Book.open(home), engine, now)
        for step in run.steps.filter(ended_at=None):
            _take(step, work, watch or (lambda _step: None))
    except BaseException:
        run.state, run.ended_at = Run.State.FAILED, timezone.now()
        run.save(update_fields=["state", "ended_at"])
        raise
    finally:
        engine.close()
    run.state, run.ended_at = Run.State.DONE, timezone.now()
    run.save(update_fields=["state", "ended_at"])
    return run


def _run(now: datetime, on_demand: bool) -> Run:
    last = Run.objects.first()
    if last is not None and last.state != Run.State.DONE:
        last.state, last.ended_at = Run.State.RUNNING, None
        last.save(update_fields=["state", "ended_at"])
        last.steps.filter(failed=True).update(failed=False, ended_at=None)
        return last
    run = Run.objects.create(began_at=now, on_demand=on_demand)
    Step.objects.bulk_create(Step(run=run, name=name, place=at) for at, name in enumerate(STEPS))
    return run


def _take(step: Step, work: Work, watch: Callable[[Step], object]) -> None:
    def tell(done: int, of: int) -> None:
        step.done, step.of = done, of
        step.save(update_fields=["done", "of"])
        watch(step)

    work.tell = tell
    step.began_at = timezone.now()
    step.save(update_fields=["began_at"])
    watch(step)
    try:
        step.said = STEPS[step.name](work)
    except BaseException as error:
        step.failed, step.said = True, type(error).__name__
        if isinstance(error, KeepwellError):
            step.said = str(error).splitlines()[0][:300]
        step.save()
        raise
    step.ended_at = timezone.now()
    step.save()
    watch(step)
