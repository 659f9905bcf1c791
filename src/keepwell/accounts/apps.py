"""The room of accounts: keeps the words that they are found by."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Accounts, contacts, and what happened to them."""

    name = "keepwell.accounts"

    def ready(self) -> None:
        """Listen for what is saved."""
        from keepwell.accounts import words

        words.begin()
