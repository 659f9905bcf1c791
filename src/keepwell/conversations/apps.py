"""The room's place among Django's applications, and its standing jobs."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_delete


class Conversations(AppConfig):
    """Sees to it that every minute somebody looks for what came in."""

    name = "keepwell.conversations"

    def ready(self) -> None:
        """Ask for the standing job once the tables are there."""
        post_migrate.connect(_stand, sender=self)
        pre_delete.connect(_let_go, sender="conversations.Hit")


def _let_go(**said: Any) -> None:
    from keepwell.conversations.rules.to_book import let_go  # the book is loaded by who needs it, not by all

    let_go(**said)


def _stand(**_said: Any) -> None:
    from django_q.models import Schedule

    from keepwell.conversations.jobs import KEEP_INDEX, LOOK

    Schedule.objects.update_or_create(
        name="conversations: look for what came in",
        defaults={"func": LOOK, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )
    Schedule.objects.update_or_create(
        name="conversations: keep the index",
        defaults={"func": KEEP_INDEX, "schedule_type": Schedule.DAILY, "repeats": -1},
    )
