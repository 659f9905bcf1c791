"""How far the night's work is, as pages show it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from keepwell.site.alone import holder
from keepwell.site.jobs import awaited
from keepwell.site.models import Run, Step
from keepwell.site.nightly import NAMES, NIGHT


@dataclass(frozen=True)
class Shown:
    """A step as a page shows it."""

    step: Step
    label: str | Promise
    running: bool

    @property
    def mark(self) -> str:
        """How it is marked."""
        if self.step.failed:
            return "poor"
        return "well" if self.step.ended_at else "near" if self.running else "held"

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        began, ended = self.step.began_at, self.step.ended_at
        return (ended - began).total_seconds() if began and ended else None


@dataclass(frozen=True)
class Progress:
    """The newest night: whether it runs, or is left off, or waits for a worker, and its steps."""

    run: Run | None
    running: bool
    waiting: bool
    steps: tuple[Shown, ...]

    @property
    def going(self) -> bool:
        """Whether a page should look again soon."""
        return self.running or self.waiting

    @property
    def left_off(self) -> bool:
        """Whether it was killed, and has not been taken up."""
        return self.run is not None and self.run.state == Run.State.RUNNING and not self.running

    @property
    def now(self) -> Shown | None:
        """The step it is at."""
        return next((one for one in self.steps if one.running), None)


def last_said(name: str) -> str:
    """What a step of the night found, or what was missing, when it was last done; nothing before that."""
    step = Step.objects.filter(name=name, ended_at__isnull=False).order_by("-pk").first()
    return step.said if step else ""


def progress() -> Progress:
    """How far the newest night is."""
    running = holder(NIGHT) is not None
    run = Run.objects.prefetch_related("steps").first()
    steps = list(run.steps.all()) if run else []
    at = next((one.pk for one in steps if one.ended_at is None), None)
    shown = tuple(Shown(one, NAMES.get(one.name, one.name), running and one.pk == at) for one in steps)
    return Progress(run, running, not running and awaited(), shown)
