"""The room's place among Django's applications, and its standing job."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Api(AppConfig):
    """Sees to it that kept answers are forgotten after their day, whether or not anybody writes."""

    name = "keepwell.api"

    def ready(self) -> None:
        """Ask for the standing job once the tables are there."""
        post_migrate.connect(_stand, sender=self)


def _stand(**_said: Any) -> None:
    from django_q.models import Schedule

    Schedule.objects.get_or_create(
        name="api: forget kept answers",
        defaults={"func": "keepwell.api.jobs.forget", "schedule_type": Schedule.HOURLY, "repeats": -1},
    )
