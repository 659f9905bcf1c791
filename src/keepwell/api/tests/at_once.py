"""Run by itself: so many threads, each with a connection of its own, make the same call at the same moment."""

import json
import sys
import threading
from datetime import timedelta

import django

django.setup()

from django.db import connection, connections  # noqa: E402 - Django must know its settings first
from django.test import Client  # noqa: E402 - after Django knows its settings
from django.utils import timezone  # noqa: E402 - after Django knows its settings

from keepwell.accounts.queries import SORTS, listed  # noqa: E402 - after Django knows its settings
from keepwell.api.actions import make_token  # noqa: E402 - after Django knows its settings
from keepwell.api.tests.office import paying  # noqa: E402 - after Django knows its settings
from keepwell.members.models import Change, Member, Role  # noqa: E402 - after Django knows its settings


def at_once(many: int, client: Client) -> list[tuple[int, bool]]:
    """Each call's status, and whether it was told what another one did."""
    begin, found = threading.Barrier(many), []

    def write() -> None:
        connection.ensure_connection()
        begin.wait(timeout=30)
        answer = client.put(
            "/api/accounts/A1/owner",
            '{"owner": null}',
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )
        found.append((answer.status_code, "Idempotent-Replayed" in answer))
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(many)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return found


def in_parts(client: Client, member: Member) -> bool:
    """Whether every order of the accounts comes in parts as it comes whole, on this database too."""
    for sort in SORTS:
        found, cursor = [], ""
        while cursor is not None:
            said = client.get("/api/accounts", {"sort": sort, "limit": "3", "cursor": cursor}).json()
            found, cursor = found + [one["id"] for one in said["items"]], said["next"]
        if found != [one.pk for one in listed(member, sort=sort)]:
            return False
    return True


if __name__ == "__main__":
    member = Member.objects.create_user("a@example.com", "x", name="A", role=Role.ADMINISTRATOR)
    for number in range(12):
        paying(f"A{number}")
    day, now = timedelta(days=1), timezone.now()
    _token, secret = make_token(member=member, name="t", scope="manage", lasts=day, now=now)
    client = Client(headers={"Authorization": f"Bearer {secret}", "Host": "localhost"})
    answers = at_once(int(sys.argv[1]), client)
    found = {
        "answers": [status for status, _replayed in answers],
        "replayed": sum(replayed for _status, replayed in answers),
        "done": Change.objects.filter(what="assign account").count(),
        "parts": in_parts(client, member),
    }
    print(json.dumps(found))  # noqa: T201 - what the test reads
