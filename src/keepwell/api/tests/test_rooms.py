"""Calls of the rooms above, by everybody: alerts, touches and the budget, follow-ups, retention."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Account, Outgoing
from keepwell.alerts.models import Alert, Reason
from keepwell.api.tests.office import ROLES, SEES
from keepwell.followups.actions.handling import Plan, make
from keepwell.followups.models import FollowUp
from keepwell.lib.text import speaking
from keepwell.members.models import Member
from keepwell.metrics.definitions import all_definitions
from keepwell.reach.models import Rule, Touch
from keepwell.retention.models import Figure
from keepwell.retention.pictures import CHARTS, drawable
from keepwell.site.tests.conftest import make_book

pytestmark = pytest.mark.django_db
ACTS = ("administrator", "manager", "owner", "mate")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TOUCH = {"account": "A1", "contact": "c0", "channel": "mail", "topic": "the renewal"}


def _expected(name: str, done: int = 200) -> int:
    """To whom it is not there, who may not, and who does it."""
    return done if name in ACTS else 403 if name == "viewer" else 404


@pytest.fixture
def alert(account: Account) -> Alert:
    made = Alert.objects.create(account=account, day=date(2026, 11, 20), opened_at=NOW, to_tell="")
    Reason.objects.create(
        alert=made,
        account=account,
        trigger="risk_high",
        began_at=NOW,
        seen={"value": 0.7, "threshold": 0.5, "near": 0.4},
    )
    return made


@pytest.fixture
def follow_up(account: Account, people: dict[str, Member]) -> FollowUp:
    plan = Plan(account=account, due=date(2026, 12, 1), what="Ask how it goes", owner=people["owner"])
    return make(plan=plan, by=people["owner"], now=NOW)


@pytest.mark.parametrize("name", ROLES)
def test_alerts_are_told_to_who_sees_the_account(name: str, as_: Any, alert: Alert) -> None:
    program = as_(name)
    assert program.call("GET", f"/alerts/{alert.pk}").status_code == (200 if name in SEES else 404)
    listed = program.call("GET", "/alerts").json()["items"]
    assert [one["id"] for one in listed] == ([alert.pk] if name in SEES else [])


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(
    ("deed", "body", "state"),
    [
        ("acknowledge", None, "acknowledged"),
        ("snooze", {"until": str(timezone.now().date() + timedelta(days=7))}, "snoozed"),
        ("close", {"outcome": "wrong"}, "closed"),
    ],
)
def test_alerts_are_answered_and_taken_back(
    deed: str, body: Any, state: str, name: str, as_: Any, alert: Alert
) -> None:
    program = as_(name, "act")
    answer = program.call("POST", f"/alerts/{alert.pk}/{deed}", body)
    assert answer.status_code == _expected(name), answer.content
    alert.refresh_from_db()
    assert alert.state == (state if name in ACTS else "open")
    if name in ACTS:
        assert program.call("POST", f"/alerts/undo/{answer.json()['undo']}").json() == {"alerts": 1}
        alert.refresh_from_db()
        assert alert.state == "open"


def test_an_alert_is_not_put_off_to_the_past_and_not_closed_with_anything(as_: Any, alert: Alert) -> None:
    program = as_("mate")
    assert program.call("POST", f"/alerts/{alert.pk}/snooze", {"until": "2020-01-01"}).status_code == 422
    assert program.call("POST", f"/alerts/{alert.pk}/close", {"outcome": "passed"}).status_code == 422
    assert program.call("POST", f"/alerts/{alert.pk}/close", {}, If_Match='"old"').status_code == 422


def test_an_alert_that_changed_since_it_was_read_is_not_answered(as_: Any, alert: Alert) -> None:
    program = as_("mate")
    mark = program.call("GET", f"/alerts/{alert.pk}")["ETag"]
    assert program.call("POST", f"/alerts/{alert.pk}/acknowledge", If_Match=mark).status_code == 200
    again = program.call("POST", f"/alerts/{alert.pk}/close", {"outcome": "acted"}, If_Match=mark)
    assert again.status_code == 412


@pytest.mark.parametrize("name", ROLES)
def test_touches_are_logged_once_and_go_back_to_the_book(name: str, as_: Any, account: Account) -> None:
    Rule.objects.all().delete()
    program = as_(name, "act")
    answers = [program.call("POST", "/touches", TOUCH, Idempotency_Key="k") for _ in range(2)]
    assert {one.status_code for one in answers} == {_expected(name, 201)}
    assert Touch.objects.count() == Outgoing.objects.count() == (1 if name in ACTS else 0)
    seen = program.call("GET", "/touches?account=A1")
    assert seen.status_code == (200 if name in SEES else 404)


def test_what_the_contact_budget_holds_is_refused_with_its_answer(as_: Any, account: Account) -> None:
    Rule.objects.all().delete()
    Rule.objects.create(most=1, days=7, of="contact")
    program = as_("mate")
    asked = "/accounts/A1/budget?channel=mail&contact=c0"
    assert program.call("GET", asked).json()["allowed"] is True
    assert program.call("POST", "/touches", TOUCH).status_code == 201
    assert program.call("GET", asked).json()["by"] == "rule"
    held = program.call("POST", "/touches", TOUCH)
    assert held.status_code == 409
    assert held.json()["budget"]["until"] > str(timezone.now().date())
    assert account.holds.count() == 1, "who was held back stays noted"
    assert program.call("POST", "/touches", TOUCH | {"anyway": "it was sent"}).status_code == 201


@pytest.mark.parametrize("name", ROLES)
def test_the_budget_tells_who_sees_the_account(name: str, as_: Any, account: Account) -> None:
    answer = as_(name).call("GET", "/accounts/A1/budget?channel=mail")
    assert answer.status_code == (200 if name in SEES else 404)


@pytest.mark.parametrize("name", ROLES)
def test_days_are_reserved_ahead_and_given_back(name: str, as_: Any, account: Account) -> None:
    Rule.objects.all().delete()
    Rule.objects.create(most=1, days=7, of="contact")
    program = as_(name, "act")
    wish = {"account": "A1", "contact": "c0", "channel": "mail", "topic": "the campaign"}
    wish |= {"day": str(timezone.now().date() + timedelta(days=9))}
    made = program.call("POST", "/reservations", wish)
    assert made.status_code == _expected(name, 201)
    listed = program.call("GET", "/reservations?account=A1")
    assert listed.status_code == (200 if name in SEES else 404)
    if name not in ACTS:
        return
    assert program.call("POST", "/reservations", wish).status_code == 409, "the budget has room for one"
    back = f"/reservations/{made.json()['id']}/give-back"
    assert as_("stranger", "act").call("POST", back).status_code == 404
    assert program.call("POST", back).json()["state"] == "given back"
    assert program.call("POST", "/reservations", wish).status_code == 201
    late = wish | {"day": str(timezone.now().date() - timedelta(days=1))}
    assert program.call("POST", "/reservations", late).status_code == 422


def test_a_person_of_another_account_is_not_reached_by_this_one(as_: Any, account: Account) -> None:
    program = as_("administrator")
    assert program.call("GET", "/accounts/B/1/budget?channel=mail&contact=c0").status_code == 422
    assert program.call("POST", "/touches", TOUCH | {"account": "B/1"}).status_code == 422


@pytest.mark.parametrize("name", ROLES)
def test_follow_ups_are_made_by_who_may(name: str, as_: Any, account: Account) -> None:
    body = {"account": "A1", "what": "Call them", "due": "2026-12-01", "contact": "c1"}
    answer = as_(name, "act").call("POST", "/follow-ups", body)
    assert answer.status_code == _expected(name, 201), answer.content
    assert FollowUp.objects.count() == (1 if name in ACTS else 0)


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.parametrize(
    ("method", "deed", "body"),
    [
        ("PATCH", "", {"due": "2026-12-24", "channel": "mail"}),
        ("POST", "/do", {"outcome": "better", "note": "well"}),
        ("POST", "/drop", {}),
    ],
)
def test_follow_ups_are_changed_by_who_may(
    method: str, deed: str, body: Any, name: str, as_: Any, follow_up: FollowUp
) -> None:
    program = as_(name, "act")
    address = f"/follow-ups/{follow_up.pk}"
    assert program.call("GET", address).status_code == (200 if name in SEES else 404)
    assert program.call(method, f"{address}{deed}", body).status_code == _expected(name)


def test_a_follow_up_is_handed_to_a_team_mate_who_sees_the_account(
    as_: Any, follow_up: FollowUp, people: dict[str, Member]
) -> None:
    program, address = as_("manager"), f"/follow-ups/{follow_up.pk}/hand-over"
    assert program.call("POST", address, {"to": people["stranger"].pk}).status_code == 422
    said = program.call("POST", address, {"to": people["mate"].pk, "text": "please"}).json()
    assert said["owner"] == people["mate"].pk
    mine = as_("mate").call("GET", "/follow-ups").json()["items"]
    assert [one["id"] for one in mine] == [follow_up.pk]


def test_a_follow_up_that_is_closed_is_not_done_again(as_: Any, follow_up: FollowUp) -> None:
    program, address = as_("mate"), f"/follow-ups/{follow_up.pk}"
    assert program.call("POST", f"{address}/drop", {}).status_code == 200
    assert program.call("POST", f"{address}/do", {"outcome": "stays"}).status_code == 422


def _has_picture(kind: str) -> bool:
    return any(drawable(kind, one.result) for one in Figure.objects.filter(kind=kind))


def test_where_there_is_no_book_nothing_is_measured(as_: Any, account: Account, settings: Any) -> None:
    settings.HOME = "/nowhere/at/all"
    assert as_("mate").call("GET", "/retention/statement").status_code == 409


@pytest.mark.slow
def test_a_figure_is_worked_out_once_and_then_read(
    as_: Any, account: Account, settings: Any, tmp_path: Path
) -> None:
    make_book(tmp_path / "book")
    settings.HOME = str(tmp_path / "book")
    program = as_("viewer", "read")
    for kind in ("statement", "series", "cohorts", "survival", "definitions", "cycles"):
        answer = program.call("GET", f"/retention/{kind}?period=2026-04")
        assert answer.status_code == 200, answer.content  # in tests a job is done where it is asked for
        assert answer.json()["result"] is not None
        assert program.call("GET", f"/retention/{kind}?period=2026-04").status_code == 200
    asked = program.call("GET", "/retention/definitions?period=2026-04", accept_language="hu")
    with speaking("hu"):  # it was worked out in another's language
        ours = all_definitions()["net_change"].label
    said = [one["label"] for one in asked.json()["result"]["definitions"] if one["name"] == "net_change"]
    assert said == [ours] != [all_definitions()["net_change"].label]
    for name, chart in CHARTS.items():
        drawn = program.call("GET", f"/retention/charts/{name}.svg?period=2026-04&theme=dark")
        assert drawn.status_code == (200 if _has_picture(chart.kind) else 404), (name, drawn.content)
    drawn = program.call("GET", "/retention/charts/movements-mrr.png?period=2026-04")
    assert (drawn["Content-Type"], drawn.content[:4]) == ("image/png", b"\x89PNG")
    assert program.call("GET", "/retention/charts/tea-leaves.svg").status_code == 422
    behind = program.call("GET", "/retention/accounts?period=2026-04&line=closing")
    assert behind.status_code == 200
    assert behind.json()["items"] == [], "none of them is the viewer's to see"
    all_of_them = as_("administrator").call("GET", "/retention/accounts?period=2026-04&line=closing").json()
    assert (len(all_of_them["items"]), all_of_them["items"][0]["closing"]) == (50, "100.00")
    assert all_of_them["next"]

    Figure.objects.update(state=Figure.State.RUNNING, done=1, of=3)
    waits = program.call("GET", "/retention/statement?period=2026-04")
    assert (waits.status_code, waits.json()["done"], waits["Retry-After"]) == (202, 1, "2")
    assert program.get(waits["Location"]).status_code == 202
    assert program.call("GET", "/retention/accounts?period=2026-04").status_code == 202
    waits_too = program.call("GET", "/retention/charts/movements-mrr.svg?period=2026-04")
    assert (waits_too.status_code, waits_too["Location"]) == (
        202,
        "/api/retention/charts/movements-mrr.svg?period=2026-04",
    )
    Figure.objects.update(state=Figure.State.DONE)
    assert program.get(waits["Location"]).json()["result"] is not None
