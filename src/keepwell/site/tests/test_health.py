"""What administrators and Prometheus are told of the system, and what is never told."""

import json
import logging
import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django_q.models import Task

from keepwell.lib.text import speaking
from keepwell.members.models import Member
from keepwell.site import speed
from keepwell.site.apps import scrub, without_words
from keepwell.site.health import OfBook
from keepwell.site.logging import Line
from keepwell.site.models import Slow

pytestmark = pytest.mark.django_db


def test_the_health_page_tells_sources_loads_jobs_disk_and_versions(
    home: Path, admin: Client, viewer: Client, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(20):
        page = admin.get("/settings/health").content.decode()
    for said in (
        "subscriptions",
        "No worker runs here",
        "keepwell",
        "django",
        "free",
        "Slow pages",
    ):
        assert said in page
    assert viewer.get("/settings/health").status_code == 403


def test_the_health_page_speaks_of_tables_and_reasons_in_the_readers_words(home: Path, admin: Client) -> None:
    page = admin.get("/settings/health").content.decode()
    assert "persons at accounts" in page
    of_book = OfBook(quarantine=[("goal_readings", "missing_key", 2), ("ours", "odd_thing", 1)])
    assert of_book.put_aside == [("readings of goals", "missing key", 2), ("ours", "odd thing", 1)]
    with speaking("hu"):
        assert of_book.put_aside[0][1] not in ("missing_key", "missing key")


def test_the_health_page_stands_where_there_is_no_book(tmp_path: Path, settings, admin: Client) -> None:
    settings.HOME = str(tmp_path / "none")
    assert "There is no book" in admin.get("/settings/health").content.decode()


def test_settings_lead_to_their_parts(admin: Client, viewer: Client) -> None:
    page = admin.get("/settings/").content.decode()
    assert "/settings/night" in page
    assert "/settings/health" in page
    theirs = viewer.get("/settings/").content.decode()
    assert "/settings/health" not in theirs
    assert "/members/profile" in theirs


def test_prometheus_can_read_the_figures(home: Path, client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    sample = re.compile(r'keepwell_[a-z_]+(\{([a-z]+="[^"]*",?)+\})? [-+0-9.e]+')
    assert [line for line in lines if not line.startswith("#") and not sample.fullmatch(line)] == []
    assert "keepwell_book_up 1" in lines
    assert any(
        line.startswith('keepwell_source_days_behind{table="tickets",source="file"} ') for line in lines
    )
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")} <= typed


@pytest.mark.parametrize(
    "said",
    [
        {"REMOTE_ADDR": "10.0.0.7"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "10.0.0.7"},
        {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer wrong"},
        {"REMOTE_ADDR": "", "HTTP_AUTHORIZATION": "Bearer "},
    ],
)
def test_others_are_not_told_the_figures(client: Client, said: dict[str, str], monkeypatch) -> None:
    assert client.get("/metrics", **said).status_code == 403
    monkeypatch.setenv("KEEPWELL_METRICS_TOKEN", "right")
    assert client.get("/metrics", **said).status_code == 403


def test_a_member_is_told_the_figures_as_their_role_says_and_not_as_their_machine(home: Path) -> None:
    for role, status in (("viewer", 403), ("member", 403), ("manager", 403), ("administrator", 200)):
        client = Client()
        client.force_login(Member.objects.create_user(f"{role}@x.example", None, name=role, role=role))
        assert client.get("/metrics").status_code == status


def test_whoever_brings_the_token_is_told_the_figures(home: Path, client: Client, monkeypatch) -> None:
    monkeypatch.setenv("KEEPWELL_METRICS_TOKEN", "right")
    said = {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer right"}
    assert client.get("/metrics", **said).status_code == 200


def test_a_slow_page_is_kept_by_the_name_of_its_address(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "SLOW", 0.0)
    admin.get("/accounts/?words=Jane+Doe")
    row = Slow.objects.get()
    assert row.page == "accounts:list"
    monkeypatch.setattr(speed, "KEPT", 3)
    for _more in range(5):
        admin.get("/alive")
    assert Slow.objects.count() == 3


def test_a_quick_page_is_not_kept() -> None:
    answered = speed.timed(lambda _request: HttpResponse())
    assert answered(RequestFactory().get("/")).status_code == 200
    assert not Slow.objects.exists()


def test_a_failed_job_leaves_no_words_behind(db: None) -> None:
    try:
        raise ValueError("Jane Doe <jane@example.com>\nwas not found")
    except ValueError as error:
        import traceback

        task = {"success": False, "result": f"{error} : {traceback.format_exc()}"}
    scrub(task)
    assert re.fullmatch(r"ValueError at test_health.py:\d+", task["result"])
    assert without_words("anything at all") == "error at "
    assert not Task.objects.exists()


def test_log_lines_are_json_and_hold_nothing_personal(caplog: pytest.LogCaptureFixture) -> None:
    line = Line()

    def told(name: str, *args: object, error: bool = False, **more: object) -> dict[str, object]:
        record = logging.LogRecord(name, logging.WARNING, __file__, 1, *args, exc_info=None)
        if error:
            try:
                raise ValueError("jane@example.com")
            except ValueError:
                import sys

                record.exc_info = sys.exc_info()
        record.__dict__.update(more)
        found: dict[str, object] = json.loads(line.format(record))
        return found

    page = HttpRequest()
    found = told("django.request", "Not Found: %s", ("/members/join/SECRET",), request=page, status_code=404)
    assert "SECRET" not in json.dumps(found)
    assert (found["message"], found["status"]) == ("Not Found: %s", 404)
    failed = told("keepwell.site", "It failed for %s", ("jane@example.com",), error=True)
    assert "jane" not in json.dumps(failed)
    assert failed["error"] == "ValueError"
    assert told("keepwell.site", "%s rows", (3,))["message"] == "3 rows"
