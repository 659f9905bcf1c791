"""Jobs wait where nothing longer stands before them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from pydoc import locate
from typing import Any

import pytest
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from keepwell.conversations.actions import receiving
from keepwell.conversations.actions.hearing import hear_all
from keepwell.conversations.actions.receiving import receive
from keepwell.conversations.actions.taking import take
from keepwell.conversations.jobs import ask_to_hear
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, Turn
from keepwell.site.changed import FEW
from keepwell.site.queues import ARRIVALS, LONG, OUTSIDE, QUEUES, WORKERS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _queued(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Jobs wait, and nobody does them."""
    monkeypatch.setattr(Conf, "SYNC", False)
    settings.OFFICE = tmp_path


def waiting() -> dict[str, str]:
    return {str(one.func()).rpartition(".")[2]: one.key for one in OrmQ.objects.all()}


def test_what_arrives_what_speaks_with_others_and_what_takes_long_wait_apart() -> None:
    for job in ("arrival.hear_and_raise", "jobs.take_up", "jobs.run_night"):
        async_task(f"keepwell.site.{job}")
    async_task("keepwell.alerts.jobs.deliver_due")
    async_task("keepwell.alerts.jobs.work_out", 1)
    assert waiting() == {
        "hear_and_raise": ARRIVALS,
        "take_up": LONG,
        "run_night": LONG,
        "deliver_due": OUTSIDE,
        "work_out": LONG,
    }


def test_a_job_asked_for_in_a_queue_by_name_waits_there() -> None:
    async_task("keepwell.site.jobs.take_up", cluster=OUTSIDE)
    assert waiting() == {"take_up": OUTSIDE}


@pytest.mark.parametrize(
    ("name", "data", "queue"),
    [
        ("mail.eml", b"From: eva@acme.com\n\nHello.", ARRIVALS),
        ("box.mbox", b"From a\n" * 40, OUTSIDE),
        ("call.wav", b"RIFF", OUTSIDE),
    ],
)
def test_what_is_read_in_a_moment_does_not_wait_for_large_mailboxes_and_recordings(
    name: str,
    data: bytes,
    queue: str,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    monkeypatch.setattr(receiving, "SHORT", 200)
    with django_capture_on_commit_callbacks(execute=True):
        receive(chunks=[data], name=name, source="upload", now=datetime.now(UTC))
    assert list(waiting().values()) == [queue]


def test_every_job_that_has_a_queue_is_there_and_every_queue_has_workers() -> None:
    assert all(callable(locate(job)) for job in QUEUES)
    assert set(QUEUES.values()) | {LONG} == set(WORKERS)
    assert all(count > 1 for count in WORKERS.values())  # one may be at something slow


def mail_of(key: str, at: datetime) -> Said:
    people = (Participant("Eva", "eva@acme.com", side=Side.THEM),)
    return Said(key, Kind.MAIL, at, people, turns=(Turn(1, "We are leaving.", Side.THEM, at=at),))


def jobs() -> Counter[tuple[str, str]]:
    return Counter((str(one.func()).rpartition(".")[2], one.key) for one in OrmQ.objects.all())


def test_many_mails_of_long_ago_stand_before_none_that_arrives() -> None:
    now = datetime.now(UTC)
    for n in range(FEW + 30):
        take(mail_of(f"old{n}", now - timedelta(days=40)), source="upload", now=now)
    assert jobs() == {("hear_and_raise", ARRIVALS): FEW, ("hear_the_past", LONG): 1}
    take(mail_of("new", now), source="upload", now=now)
    assert jobs()["hear_and_raise", ARRIVALS] == FEW + 1
    assert hear_all(now=now).heard == FEW + 31  # and what waits with the past is heard by its one job


def test_the_past_is_asked_for_again_once_somebody_is_at_it() -> None:
    ask_to_hear()
    ask_to_hear()
    assert jobs() == {("hear_the_past", LONG): 1}
    OrmQ.objects.update(lock=datetime.now(UTC) + timedelta(minutes=5))
    ask_to_hear()
    assert jobs() == {("hear_the_past", LONG): 2}
