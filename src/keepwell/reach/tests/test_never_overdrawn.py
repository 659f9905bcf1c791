"""Whatever is asked in whatever order, and by however many at once: no rule is overdrawn."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepwell.reach import actions
from keepwell.reach.actions import HeldBack, Said
from keepwell.reach.models import Hold, Reservation, Rule, Touch
from keepwell.reach.tests.office import Office
from keepwell.site.tests import empty_office

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)

asked = st.tuples(
    st.sampled_from(["log", "reserve", "give back", "they write"]),
    st.integers(0, 1),  # to whom
    st.sampled_from(["mail", "call"]),
    st.sampled_from(["sales", "marketing"]),
    st.sampled_from(["normal", "important"]),
    st.integers(0, 12),  # reserved so many days ahead, or logged so many days late
    st.integers(0, 3),  # days that pass before the next
)
rules = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 9),
        st.sampled_from(["contact", "account"]),
        st.sampled_from(["", "mail"]),
        st.sampled_from(["", "sales"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rules=rules, sequence=st.lists(asked, max_size=14))
def test_no_sequence_of_touches_and_reservations_overdraws(
    office: Office, rules: list, sequence: list
) -> None:
    for model in (Reservation, Touch, Hold, Rule):
        model.objects.all().delete()
    for most, days, of, channel, team, holds_important in rules:
        Rule.objects.create(
            most=most, days=days, of=of, channel=channel, team=team, holds_important=holds_important
        )
    now = NOW
    for what, whom, channel, team, importance, days, pass_by in sequence:
        said = Said(
            account=office.account,
            contact=(office.contact, office.second)[whom],
            channel=channel,
            team=team,
            importance=importance,
            direction="in" if what == "they write" else "out",
        )
        with suppress(HeldBack):
            if what == "reserve":
                actions.reserve(said=said, by=office.owner, day=(now + timedelta(days=days)).date(), now=now)
            elif what == "give back":
                for one in Reservation.objects.filter(state="open")[:1]:
                    actions.give_back(reservation=one, by=office.owner)
            else:
                actions.log(said=said, by=office.owner, at=now - timedelta(days=days), now=now)
        not_overdrawn(now)
        now += timedelta(days=pass_by)


def not_overdrawn(now: datetime) -> None:
    """Counted plainly, without the budget's own code: no stretch holds more than a rule allows of what it binds."""
    used = [(t.day, t) for t in Touch.objects.filter(direction="out")]
    used += [(r.day, r) for r in Reservation.objects.filter(state="open", day__gte=now.date())]
    for rule in Rule.objects.all():
        bound = [
            (day, one)
            for day, one in used
            if rule.channel in ("", one.channel)
            and rule.team in ("", one.team)
            and (one.importance == "normal" or rule.holds_important)
        ]
        for whom in {one.contact_id for _, one in bound} if rule.of == "contact" else {None}:
            days = [day for day, one in bound if whom is None or one.contact_id == whom]
            for first in days:
                assert sum(first <= day < first + timedelta(days=rule.days) for day in days) <= rule.most


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the environment says of an empty office in a file, or in a database of its own on a PostgreSQL."""
    settings = {"KEEPWELL_OFFICE": str(tmp_path), "DATABASE_URL": ""}
    if request.param == "sqlite":
        empty_office.place(tmp_path)
        yield settings
        return
    with empty_office.on_postgresql("crowded") as (address,):
        yield settings | {"DATABASE_URL": address}


@pytest.mark.slow
def test_of_eight_at_once_only_as_many_pass_as_the_rule_allows(database: dict[str, str]) -> None:
    """In a process of its own: the database of tests is in memory, where nobody waits for a lock."""
    crowding = Path(__file__).with_name("crowding.py")
    done = subprocess.run(
        [sys.executable, str(crowding), "8"],
        check=False,
        env=os.environ | database | {"DJANGO_SETTINGS_MODULE": "keepwell.site.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert not said["broken"]
    assert (said["passed"], said["held"], said["uses"]) == (3, 5, 3)
    assert said["outgoing"] == said["touches"]
