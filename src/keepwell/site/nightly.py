"""The night: the product's work, one line a step.

Every step can be run again: it changes nothing that it has done already. A night that was killed is taken up at the
step it was killed in. One night runs at a time.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from keepwell.accounts.erasing import erase_as_the_book
from keepwell.accounts.outbox import gather
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.earlier import Earlier
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.projecting.inheriting import inherit
from keepwell.accounts.projecting.standings import Night, project_standings
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.settling import settle
from keepwell.alerts.actions.telling import escalate, plan
from keepwell.alerts.delivering.sending import deliver
from keepwell.book.book import Book
from keepwell.book.engines import Engine, engine_named
from keepwell.conversations.actions.hearing import hear_all
from keepwell.conversations.actions.noticing import notice_rules
from keepwell.conversations.mood.feeling import tell_all
from keepwell.conversations.mood.teaching import teach
from keepwell.conversations.nightly import bring_in
from keepwell.followups.nightly import follow_up
from keepwell.ledger.keeping import post_book
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.members.labels import whole_said
from keepwell.retention.night import measured as measure
from keepwell.site.alone import alone, holder
from keepwell.site.models import Run, Step
from keepwell.site.statistics import renew_statistics

if TYPE_CHECKING:
    from keepwell.risk.said import Scores
    from keepwell.risks import Risks

Tell = Callable[[int, int], object]
NIGHT = "night"  # what its lock is called
STALE = timedelta(hours=12)  # after which a night left off is not taken up, but a new one begun
KEPT = 400  # nights that are remembered
SAID = 300  # letters of what a step says
EVERY = 1.0  # seconds between two notes of how far a step is


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
    n = gather(work.book, now=work.now)
    return ngettext("{n} row", "{n} rows", n).format(n=n)


def posted(work: Work) -> str:
    """The ledger is brought up to date."""
    done = post_book(work.book, work.engine, progress=lambda at, of, _doing: work.tell(at, of))
    return _accounts(done.accounts if done else 0)


def measured(work: Work) -> str:
    """The figures that people open most are worked out, and those of older cuts forgotten."""
    new = measure(work.book, work.engine, now=work.now, tell=work.tell)
    return ngettext("{n} figure", "{n} figures", new).format(n=new)


def learnt(work: Work) -> str:
    """A model is learnt where there is none; one that stands is contested by a new one on a month's first night."""
    from keepwell.risk.enough import NotEnough

    models = work.risks.models()
    if models and (models[-1].at.year, models[-1].at.month) == (work.now.year, work.now.month):
        return _("the model stands")
    try:
        made = work.risks.train(now=work.now)
    except NotEnough as why:
        return str(why).splitlines()[0][:300]
    return _("model {number}").format(number=made.kept.number)


def scored(work: Work) -> str:
    """What is said of each account is frozen."""
    if work.scores is None:
        return _("no model yet: the check-up alone")
    night = work.risks.say(work.scores, now=work.now)
    return _accounts(night.accounts)


def projected(work: Work) -> str:
    """Accounts, standings and timelines are made ready for the pages."""
    source = Source.of(work.book, work.engine, work.now)
    project_accounts(source)
    project_standings(source, _night(work))
    written = project_entries(source)
    inherit(source)
    erase_as_the_book(
        work.book, work.engine
    )  # who was erased while this went on came back by what it had read
    return ngettext("{n} thing on timelines", "{n} things on timelines", written).format(
        n=whole_said(written)
    )


def _night(work: Work) -> Night:
    risks, scores, earlier = work.risks, work.scores, partial(Earlier.of, work.risks)
    if scores is None:
        return Night(risks.covered, risks.health(), earlier=earlier)
    return Night(risks.covered, risks.health(), scores, work.scores_by, risks.worth(), earlier)


def listened(work: Work) -> str:
    """What customers said and wrote that the book has new is taken in; what has had its time is deleted."""
    done = bring_in(Source.of(work.book, work.engine, work.now), tell=work.tell)
    new = ngettext("{n} conversation new", "{n} conversations new", done.new).format(n=done.new)
    return _("{new}, {gone} deleted on their day").format(new=new, gone=done.words)


def heard(work: Work) -> str:
    """All rules hear what they have not heard yet; one that fell silent or is less often right says so."""
    done = hear_all(now=work.now, tell=work.tell)
    notice_rules(now=work.now)
    heard = ngettext("{n} conversation heard", "{n} conversations heard", done.heard).format(n=done.heard)
    return f"{heard}, {ngettext('{n} new hit', '{n} new hits', len(done.new)).format(n=len(done.new))}"


def raised(work: Work) -> str:
    """Alerts are raised and let go, what became of earlier ones is noted, and messages are on their way."""
    done = raise_alerts(now=work.now, progress=work.tell)
    settle(now=work.now)
    plan(now=work.now)
    escalate(now=work.now)
    deliver(within=60)  # what takes longer, or is not due yet, goes by the job of every minute
    return _("{new} raised, {over} gone by themselves").format(new=done.alerts, over=done.passed)


def followed_up(work: Work) -> str:
    """Last contacts, stages and cadence are brought up to date; playbooks that alerts call for are begun."""
    done = follow_up(now=work.now)
    begun = ngettext("{n} playbook begun", "{n} playbooks begun", done.begun).format(n=done.begun)
    return f"{_accounts(done.accounts)}, {begun}"


def felt(work: Work) -> str:
    """The mood of each language is learnt where there is reason to; conversations are told by what holds now."""
    other = teach(Source.of(work.book, work.engine, work.now))
    done = tell_all(now=work.now, progress=work.tell)
    learnt = ngettext("{n} language learnt", "{n} languages learnt", len(other)).format(n=len(other))
    told = ngettext("{n} conversation told", "{n} conversations told", done).format(n=done)
    return f"{learnt}, {told}"


def _accounts(n: int) -> str:
    return ngettext("{n} account", "{n} accounts", n).format(n=whole_said(n))


NAMES = {
    "gather": gettext_lazy("Gather what people did"),
    "post": gettext_lazy("Post the ledger"),
    "measure": gettext_lazy("Work out the usual figures"),
    "learn": gettext_lazy("Learn"),
    "score": gettext_lazy("Score"),
    "project": gettext_lazy("Make the pages ready"),
    "listen": gettext_lazy("Take in what was said"),
    "hear": gettext_lazy("Hear it with the rules"),
    "raise": gettext_lazy("Raise alerts"),
    "follow up": gettext_lazy("Follow up"),
    "mood": gettext_lazy("Learn and tell the mood"),
}

STEPS: dict[str, Callable[[Work], str]] = {
    "gather": gathered,
    "post": posted,
    "measure": measured,
    "learn": learnt,
    "score": scored,
    "project": projected,
    "listen": listened,
    "hear": heard,
    "raise": raised,
    "follow up": followed_up,
    "mood": felt,
}


def night(
    *,
    home: str,
    now: datetime,
    on_demand: bool = False,
    only: Iterable[str] = (),
    watch: Callable[[Step], object] | None = None,
) -> Run:
    """Run a night, or take up the one that was left off; `only` names the steps of a shorter one.

    Raises KeepwellError where a night is running already, and what a step raises, once it is noted.
    """
    with alone(NIGHT) as ours:
        if not ours:
            raise KeepwellError(
                _("The night's work is running already."),
                seen=_("process {pid}").format(pid=running.pid if (running := holder(NIGHT)) else "?"),
                ways=[_("Watch it on the page Settings, The night, or wait until it is done.")],
            )
        run = _run(now, on_demand, tuple(only) or tuple(STEPS))
        engine = engine_named("duckdb")
        try:
            work = Work(Book.open(home), engine, now)
            for step in run.steps.filter(ended_at=None):
                _take(step, work, watch or (lambda _step: None))
        except BaseException:
            _end(run, Run.State.FAILED)
            raise
        finally:
            engine.close()
        renew_statistics()
        _end(run, Run.State.DONE)
    return run


def left_off() -> Run | None:
    """The night that was killed: it says that it runs, and nobody runs it."""
    run = Run.objects.first()
    return run if run is not None and run.state == Run.State.RUNNING and holder(NIGHT) is None else None


def _run(now: datetime, on_demand: bool, steps: tuple[str, ...]) -> Run:
    """The night that was left off, ready to go on; else a new one. Only for the one who holds the night's lock."""
    last = Run.objects.first()
    if last is not None and last.state != Run.State.DONE:
        same = [step.name for step in last.steps.all()] == list(steps)
        if same and now - last.began_at < STALE:
            last.state, last.ended_at, last.attempts = Run.State.RUNNING, None, last.attempts + 1
            last.save(update_fields=["state", "ended_at", "attempts"])
            last.steps.filter(ended_at=None).update(failed=False, said="", done=0, of=0)
            return last
        _end(last, Run.State.FAILED)
    with transaction.atomic():
        run = Run.objects.create(began_at=now, on_demand=on_demand)
        Step.objects.bulk_create(Step(run=run, name=name, place=at) for at, name in enumerate(steps))
        kept = Run.objects.values_list("pk", flat=True)[:KEPT]
        Run.objects.exclude(pk__in=list(kept)).delete()
    return run


def _end(run: Run, state: Run.State) -> None:
    run.state, run.ended_at = state, timezone.now()
    run.save(update_fields=["state", "ended_at"])


def _take(step: Step, work: Work, watch: Callable[[Step], object]) -> None:
    said_at = 0.0

    def tell(done: int, of: int) -> None:
        nonlocal said_at
        if done < of and time.monotonic() - said_at < EVERY:
            return
        said_at = time.monotonic()
        step.done, step.of = done, of
        step.save(update_fields=["done", "of"])
        watch(step)

    work.tell = tell
    step.began_at = timezone.now()
    step.save(update_fields=["began_at"])
    watch(step)
    try:
        step.said = STEPS[step.name](work)[:SAID]
    except BaseException as error:
        step.failed, step.said = True, type(error).__name__
        if isinstance(error, KeepwellError):
            step.said = error.wrong[:SAID]
        step.save()
        raise
    step.ended_at = timezone.now()
    step.save()
    watch(step)
