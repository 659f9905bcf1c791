"""What rooms above add to an alert's page: `beside_alert.py` (BESIDE) in their own folder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keepwell.accounts.rooms import added
from keepwell.alerts.models import Alert
from keepwell.members.models import Member


@dataclass(frozen=True)
class Beside:
    """A part of an alert's page: shown at its place, lowest first, where `context` gives one for this reader."""

    place: int
    template: str
    context: Callable[[Member, Alert], dict[str, Any] | None]


def beside(member: Member, alert: Alert) -> list[dict[str, Any]]:
    """What stands beside an alert: `template` is shown with what is in `with`."""
    found = ((one, one.context(member, alert)) for one in added("beside_alert", "BESIDE"))
    return [{"template": one.template, "with": said} for one, said in found if said is not None]
