"""The room's place among Django's applications, and its standing job."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Alerts(AppConfig):
    """Sees to it that due messages go out every minute."""

    name = "keepwell.alerts"

    def ready(self) -> None:
        """Ask for the standing job once the tables are there."""
        post_migrate.connect(_stand, sender=self)


def _stand(**_said: Any) -> None:
    from django_q.models import Schedule

    from keepwell.alerts.jobs import DELIVER

    Schedule.objects.get_or_create(
        name="alerts: send what is due",
        defaults={"func": DELIVER, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )
