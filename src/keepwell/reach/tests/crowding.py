"""Run by itself: so many threads, each with a connection of its own, ask for one contact at the same moment."""

import json
import sys
import threading
from datetime import UTC, datetime

import django

django.setup()

from django.db import connection, connections  # noqa: E402 - Django must know its settings first

from keepwell.accounts.models import Outgoing  # noqa: E402 - after Django knows its settings
from keepwell.members.models import Member  # noqa: E402 - after Django knows its settings
from keepwell.reach import actions  # noqa: E402 - after Django knows its settings
from keepwell.reach.actions import HeldBack, Said  # noqa: E402 - after Django knows its settings
from keepwell.reach.models import Reservation, Rule, Touch  # noqa: E402 - after Django knows its settings
from keepwell.reach.tests.office import furnished  # noqa: E402 - after Django knows its settings

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def crowd(many: int) -> tuple[list[bool], list[str]]:
    office = furnished()
    start, results, broken = threading.Barrier(many), [], []
    people = list(Member.objects.all())

    def ask(number: int) -> None:
        by = people[number % len(people)]
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            if number % 2:  # of another team, lest a touch uses what its own team reserved
                said = Said(account=office.account, contact=office.contact, channel="call", team="marketing")
                actions.reserve(said=said, by=by, day=NOW.date(), now=NOW)
            else:
                said = Said(account=office.account, contact=office.contact, channel="mail", team="sales")
                actions.log(said=said, by=by, at=NOW, now=NOW)
            results.append(True)
        except HeldBack:
            results.append(False)
        except BaseException as error:
            broken.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results, broken


if __name__ == "__main__":
    Rule.objects.all().delete()
    Rule.objects.create(most=3, days=7)
    results, broken = crowd(int(sys.argv[1]))
    touches, reserved = Touch.objects.count(), Reservation.objects.count()
    found = {
        "passed": sum(results),
        "held": len(results) - sum(results),
        "broken": broken,
        "uses": touches + reserved,
        "touches": touches,
        "outgoing": Outgoing.objects.count(),
    }
    print(json.dumps(found))  # noqa: T201 - what the test reads
