"""The night: one at a time, taken up where it was left off, at its hour, and watched on a page."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from keepwell.accounts.models import Account, Entry, Standing
from keepwell.accounts.outbox import send
from keepwell.book.book import Book
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Change
from keepwell.site import jobs, nightly
from keepwell.site.alone import alone, holder
from keepwell.site.models import Office, Run
from keepwell.site.nightly import NIGHT, night

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)
QUICK = ("gather", "post", "score", "project")  # all but learning, which looks at the whole past


def test_a_night_makes_the_pages_ready_and_says_what_it_found(home: Path) -> None:
    seen = []
    run = night(home=str(home), now=NOW, only=QUICK, watch=lambda step: seen.append(step.name))
    assert run.state == Run.State.DONE
    assert [(one.name, bool(one.said), bool(one.ended_at)) for one in run.steps.all()] == [
        (name, True, True) for name in QUICK
    ]
    assert set(seen) == set(QUICK)
    assert Account.objects.count() == Standing.objects.count() == 60


def test_one_thing_done_is_told_as_one(home: Path) -> None:
    send("touches", "office-1", {"touch_id": "office-1", "account_id": "a1", "occurred_at": NOW.isoformat()})
    said = [night(home=str(home), now=NOW, only=("gather",)).steps.get().said for _night in range(2)]
    assert said == ["1 row", "0 rows"]


def test_only_one_night_runs_at_a_time(home: Path) -> None:
    with alone(NIGHT) as ours:
        assert ours
        with pytest.raises(KeepwellError, match="running already"):
            night(home=str(home), now=NOW, only=QUICK)
    assert not Run.objects.exists()


def test_a_night_that_failed_goes_on_at_the_step_that_failed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_work: nightly.Work) -> str:
        raise KeepwellError("The disk is full.")

    whole = nightly.STEPS["project"]
    monkeypatch.setitem(nightly.STEPS, "project", fails)
    with pytest.raises(KeepwellError):
        night(home=str(home), now=NOW, only=QUICK)
    failed = Run.objects.get()
    assert (failed.state, failed.steps.get(name="project").said) == (Run.State.FAILED, "The disk is full.")
    monkeypatch.setitem(nightly.STEPS, "project", whole)
    began = failed.steps.get(name="post").began_at
    run = night(home=str(home), now=NOW, only=QUICK)
    assert (run.pk, run.state, run.attempts) == (failed.pk, Run.State.DONE, 2)
    assert run.steps.get(name="post").began_at == began


def test_a_night_left_off_long_ago_is_begun_anew(home: Path) -> None:
    old = Run.objects.create(began_at=NOW - timedelta(days=1))
    run = night(home=str(home), now=NOW, only=("gather",))
    old.refresh_from_db()
    assert (old.state, run.state) == (Run.State.FAILED, Run.State.DONE)
    assert run.pk != old.pk


def test_the_worker_takes_up_a_night_that_was_killed(home: Path) -> None:
    now = timezone.now()
    killed = Run.objects.create(began_at=now)
    killed.steps.create(name="gather", place=0, began_at=now)
    assert jobs.take_up() == "done"
    killed.refresh_from_db()
    assert killed.state == Run.State.DONE
    assert jobs.take_up() == "nothing"


def test_the_first_night_begins_as_soon_as_there_are_customers(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []

    def seen(**said: Any) -> Run:
        ran.append(tuple(said.get("only") or nightly.STEPS))
        return night(**{**said, "only": said.get("only") or QUICK})

    monkeypatch.setattr(jobs, "night", seen)
    assert jobs.take_up() == "done"
    assert ran == [jobs.SEEN_FIRST, tuple(nightly.STEPS)], "what takes no learning is seen first"
    assert jobs.take_up() == "nothing"


def test_a_first_night_killed_between_its_halves_is_gone_on_with(home: Path) -> None:
    night(home=str(home), now=NOW, only=jobs.SEEN_FIRST)
    jobs.look()
    assert Run.objects.count() == 2, "the job follows at once in tests"
    jobs.look()
    assert Run.objects.count() == 2


def test_where_the_book_holds_no_customers_no_night_begins_before_its_hour(
    tmp_path: Path, settings: Any
) -> None:
    settings.HOME = str(tmp_path / "other")
    assert jobs.take_up() == "nothing"
    Book.create(settings.HOME)
    assert jobs.take_up() == "nothing"
    assert not Run.objects.exists()


def test_a_night_that_fails_again_and_again_is_left_to_a_person(home: Path) -> None:
    killed = Run.objects.create(began_at=timezone.now(), attempts=jobs.ATTEMPTS)
    killed.steps.create(name="gather", place=0)
    assert jobs.take_up() == "nothing"


def test_a_job_that_comes_twice_runs_one_night(home: Path) -> None:
    now = timezone.now()
    Run.objects.create(began_at=now, state=Run.State.DONE, ended_at=now)
    assert jobs.run_night(asked=now.isoformat()) == "done already"
    assert Run.objects.count() == 1


def test_the_night_begins_at_its_hour_by_the_clock_of_the_book(tmp_path: Path, settings: Any) -> None:
    settings.HOME = str(tmp_path / "other")
    Book.create(settings.HOME, time_zone="Europe/Budapest")
    assert jobs.next_night(datetime(2026, 6, 2, 12, tzinfo=UTC)) == datetime(2026, 6, 3, 0, tzinfo=UTC)
    assert jobs.next_night(datetime(2026, 10, 24, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert jobs.next_night(datetime(2026, 10, 25, 12, tzinfo=UTC)) == datetime(2026, 10, 26, 1, tzinfo=UTC)


def test_a_night_whose_hour_passed_while_nothing_ran_is_not_lost(home: Path) -> None:
    jobs.arrange(now=NOW)
    missed = Schedule.objects.get(name="night")
    later = missed.next_run + timedelta(hours=3)
    jobs.arrange(now=later)
    assert Schedule.objects.get(name="night").next_run == missed.next_run


def test_an_administrator_sets_the_hour(home: Path, admin: Client) -> None:
    assert admin.post("/settings/night", {"night_at": "04:30"}).status_code == 302
    assert Office.the().night_at == time(4, 30)
    assert Schedule.objects.get(name="night").next_run.strftime("%H:%M") == "04:30"
    change = Change.objects.get(what="set night")
    assert (change.before, change.after) == ({"night_at": "02:00:00"}, {"night_at": "04:30:00"})


def test_an_administrator_begins_a_night_once(home: Path, admin: Client) -> None:
    from django_q.conf import Conf

    Conf.SYNC, before = False, Conf.SYNC
    try:
        for _twice in range(2):
            assert admin.post("/settings/night/begin").status_code == 302
    finally:
        Conf.SYNC = before
    assert OrmQ.objects.count() == 1
    page = admin.get("/settings/night").content.decode()
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 2s"' in admin.get("/settings/night/progress").content.decode()


def test_a_page_shows_how_far_the_night_is(home: Path, admin: Client, viewer: Client) -> None:
    run = Run.objects.create(began_at=timezone.now())
    run.steps.create(name="gather", place=0, began_at=run.began_at, ended_at=run.began_at, said="0 rows")
    run.steps.create(name="learn", place=1, began_at=run.began_at, done=6, of=20)
    assert "Left off" in admin.get("/settings/night").content.decode()
    with alone(NIGHT):
        page = admin.get("/settings/night/progress").content.decode()
        assert "6 / 20" in page
        assert "Running" in page
        assert 'id="night-now"' in viewer.get("/").content.decode()
    assert "HX-Refresh" in viewer.get("/night")
    assert viewer.get("/settings/night").status_code == 403
    assert viewer.post("/settings/night/begin").status_code == 403


def test_what_people_did_is_in_the_book_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the one who brought it was killed after the book had it and before it was marked."""
    from django.db.models import QuerySet

    from keepwell.accounts.outbox import gather

    send("touches", "office-1", {"touch_id": "office-1", "account_id": "a1", "occurred_at": NOW.isoformat()})
    book = Book.open(home)

    class Killed(BaseException):
        pass

    def killed(*_args: object, **_said: object) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "update", killed)
        with pytest.raises(Killed):
            gather(book, now=NOW)
    assert gather(book, now=NOW) == 1
    assert gather(book, now=NOW) == 0
    from keepwell.book.engines import engine_named

    duck = engine_named("duckdb", {"threads": "1"})
    moment = book.moment(duck)
    assert duck.collect(moment.frame("touches").select("touch_id")).num_rows == 1
    assert not moment.has("touches_history") or not duck.collect(moment.frame("touches_history")).num_rows
    duck.close()
    night(home=str(home), now=NOW, only=QUICK)
    assert Entry.objects.filter(kind="touch").count() == 1


def test_a_lock_ends_with_the_process_that_holds_it(home: Path) -> None:
    with alone("anything", "a note") as ours:
        assert ours
        found = holder("anything")
        assert found is not None
        assert found.note == "a note"
        with alone("anything") as again:
            assert not again
    assert holder("anything") is None
