"""The room of members: listens for who signs in and out."""

from django.apps import AppConfig


class Members(AppConfig):
    """Members, teams, rights and the trail."""

    name = "keepwell.members"

    def ready(self) -> None:
        """Put sign-ins on the trail, and note when they were."""
        from keepwell.members import sessions, watching

        watching.begin()
        sessions.begin()
