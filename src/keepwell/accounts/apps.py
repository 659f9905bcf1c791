"""The room of accounts: keeps the words that they are found by, and sees to it that who is to be erased is."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Accounts(AppConfig):
    """Accounts, contacts, and what happened to them."""

    name = "keepwell.accounts"

    def ready(self) -> None:
        """Listen for what is saved; ask for the standing job once the tables are there."""
        from keepwell.accounts import words

        words.begin()
        post_migrate.connect(_stand, sender=self)


def _stand(**_said: Any) -> None:
    from django_q.models import Schedule

    from keepwell.accounts.jobs import LOOK

    Schedule.objects.get_or_create(
        name="accounts: erase who is to be",
        defaults={"func": LOOK, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
    )
