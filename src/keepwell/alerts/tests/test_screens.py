"""The screens of alerts, and who may do what on them."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from keepwell.accounts.models import Account, Standing
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.models import Alert, Channel, Manner, Reason, Threshold
from keepwell.alerts.showing import ShownReason, bounds_said
from keepwell.alerts.tests.conftest import NOW, Office
from keepwell.alerts.triggers import all_triggers
from keepwell.members.models import Change, Member

pytestmark = pytest.mark.django_db
Stands = Callable[..., Standing]


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@pytest.fixture
def alert(office: Office, stands: Stands) -> Alert:
    stands(
        office.account("A", segment="Big"),
        risk=0.6,
        low=0.5,
        high=0.7,
        signals={"unpaid_days": 40, "unpaid": 2},
    )
    raise_alerts(now=NOW)
    return Alert.objects.get()


def test_the_inbox_says_what_was_seen(office: Office, alert: Alert) -> None:
    page = as_(office.owner).get("/alerts/").content.decode()
    assert "Risk of leaving within 90 days is 60% (50–70%)" in page
    assert "2 invoices are unpaid, the oldest 40 days past due" in page


@pytest.mark.parametrize("who", ["owner", "mate", "manager", "viewer", "admin"])
def test_colleagues_see_an_alert(office: Office, alert: Alert, who: str) -> None:
    client = as_(getattr(office, who))
    assert client.get(f"/alerts/{alert.pk}").status_code == 200
    assert "/alerts/1" in client.get("/alerts/").content.decode() or alert.pk != 1


def test_a_stranger_sees_none_and_can_do_nothing(office: Office, alert: Alert) -> None:
    client = as_(office.stranger)
    assert client.get(f"/alerts/{alert.pk}").status_code == 404
    assert f"/alerts/{alert.pk}" not in client.get("/alerts/?state=all").content.decode()
    client.post("/alerts/answer", {"alert": alert.pk, "do": "close", "outcome": "wrong"})
    alert.refresh_from_db()
    assert alert.state == "open"


def test_a_viewer_reads_only(office: Office, alert: Alert) -> None:
    client = as_(office.viewer)
    assert client.post("/alerts/answer", {"alert": alert.pk, "do": "acknowledge"}).status_code == 403
    assert client.get("/alerts/thresholds").status_code == 200
    assert client.get("/alerts/thresholds/risk_high").status_code == 403


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("?trigger=risk_high", True),
        ("?trigger=silence", False),
        ("?state=closed", False),
        ("?state=all&sort=worth", True),
        ("?whose=mine", True),
        ("?segment=Small", False),
        ("?segment=Big&account=A", True),
        ("?state=nonsense&page=zz", True),
    ],
)
def test_filters_live_in_the_address(office: Office, alert: Alert, address: str, found: bool) -> None:
    page = as_(office.owner).get(f"/alerts/{address}").content.decode()
    assert (f"/alerts/{alert.pk}" in page) == found


def test_closing_says_what_came_of_it_and_can_be_taken_back(office: Office, alert: Alert) -> None:
    client = as_(office.owner)
    form = {
        "alert": alert.pk,
        "do": "close",
        "outcome": "wrong",
        "note": "a test account",
        "next": "/alerts/",
    }
    answer = client.post("/alerts/answer", form, follow=True)
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.closed_by) == ("closed", "wrong", office.owner)
    assert "1 alert closed." in answer.content.decode()
    batch = answer.context["done"]["batch"]
    client.post(f"/alerts/undo/{batch}", {"next": "/alerts/"})
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.closed_at) == ("open", "", None)
    assert alert.reasons.filter(gone_at=None).count() == 2
    assert {"close alerts", "undo alerts"} <= set(Change.objects.values_list("what", flat=True))


def test_nobody_takes_back_what_another_did(office: Office, alert: Alert) -> None:
    answer = as_(office.owner).post("/alerts/answer", {"alert": alert.pk, "do": "acknowledge"}, follow=True)
    batch = answer.context["done"]["batch"]
    as_(office.mate).post(f"/alerts/undo/{batch}")
    alert.refresh_from_db()
    assert alert.state == "acknowledged"


def test_what_has_changed_since_is_not_taken_back(office: Office, alert: Alert) -> None:
    client = as_(office.owner)
    first = client.post("/alerts/answer", {"alert": alert.pk, "do": "acknowledge"}, follow=True)
    client.post("/alerts/answer", {"alert": alert.pk, "do": "close", "outcome": "acted"})
    client.post(f"/alerts/undo/{first.context['done']['batch']}")
    alert.refresh_from_db()
    assert alert.state == "closed"


def test_an_alert_is_put_off_for_days(office: Office, alert: Alert) -> None:
    as_(office.owner).post("/alerts/answer", {"alert": alert.pk, "do": "snooze", "days": 3})
    alert.refresh_from_db()
    assert alert.state == "snoozed"
    assert alert.snoozed_until is not None


def test_what_was_answered_in_another_window_is_said_and_not_done_again(office: Office, alert: Alert) -> None:
    closing = {"alert": alert.pk, "do": "close", "outcome": "wrong", "note": "Theirs"}
    as_(office.mate).post("/alerts/answer", closing)
    for again in ({"do": "acknowledge"}, {"do": "snooze", "days": 3}, {"do": "close", "outcome": "acted"}):
        page = as_(office.owner).post(
            "/alerts/answer", {"alert": alert.pk, "note": "Ours", **again}, follow=True
        )
        assert "it has been answered already" in page.content.decode()
    alert.refresh_from_db()
    assert (alert.outcome, alert.note, alert.deeds.count()) == ("wrong", "Theirs", 1)


def test_a_number_of_days_that_cannot_be_is_told_as_such(office: Office, alert: Alert) -> None:
    said = {"alert": alert.pk, "do": "snooze", "days": "99999"}
    page = as_(office.owner).post("/alerts/answer", said, follow=True).content.decode()
    assert "Days: Ensure this value is less than or equal to 365." in page
    assert "Choose at least one alert" not in page


def test_what_happens_or_does_not_has_no_threshold(office: Office, stands: Stands) -> None:
    gone = all_triggers()["champion_gone"]
    one = ShownReason(Reason(trigger="champion_gone", seen={"threshold": 1, "near": 1}), gone, "", "")
    assert one.held == ""
    assert bounds_said(gone, Bounds.usual(gone)) == "whenever it happens"
    page = as_(office.owner).get("/alerts/thresholds/champion_gone").content.decode()
    assert 'name="threshold"' not in page
    assert 'name="near"' not in page
    said = {"whom": f"member:{office.owner.pk}", "on": "on", "quiet_days": "5"}
    as_(office.owner).post("/alerts/thresholds/champion_gone", said)
    row = Threshold.objects.get()
    assert (row.threshold, row.near, row.quiet_days) == (1, 1, 5)


def test_a_number_that_no_alert_has_is_answered_calmly(office: Office, alert: Alert) -> None:
    said = {"alert": "9" * 40, "do": "acknowledge"}
    assert as_(office.owner).post("/alerts/answer", said).status_code == 302
    assert as_(office.owner).get("/alerts/" + "9" * 40).status_code == 404


def test_one_leads_back_only_to_addresses_of_ours(office: Office, alert: Alert) -> None:
    form = {"alert": alert.pk, "do": "acknowledge", "next": "https://evil.example/"}
    assert as_(office.owner).post("/alerts/answer", form)["Location"].startswith("/alerts/")
    assert (
        as_(office.owner).post(f"/alerts/undo/{uuid4()}", {"next": "//evil.example"})["Location"]
        == "/alerts/"
    )


def test_the_export_holds_no_formulas(office: Office, alert: Alert) -> None:
    Account.objects.update(name="=1+1")
    text = as_(office.owner).get("/alerts/?format=csv").content.decode()
    assert "'=1+1" in text
    assert ",=1+1" not in text


def test_the_account_page_and_today_show_alerts(office: Office, alert: Alert) -> None:
    client = as_(office.owner)
    assert "Risk of leaving within 90 days is 60%" in client.get("/accounts/A").content.decode()
    assert "1 open alert of yours" in client.get("/").content.decode()


SETTING = {"on": "on", "threshold": "70", "near": "50", "minimum": "50", "also": "", "quiet_days": "10"}


def test_a_member_sets_bounds_for_their_own_accounts_in_per_cent(office: Office, alert: Alert) -> None:
    whom = f"member:{office.owner.pk}"
    as_(office.owner).post("/alerts/thresholds/risk_high", {**SETTING, "whom": whom})
    row = Threshold.objects.get()
    assert (row.threshold, row.near, row.minimum, row.member) == (0.7, 0.5, 0.5, office.owner)


@pytest.mark.parametrize("whom", ["company:", "team:1", "segment:Big", "member:999"])
def test_a_member_sets_no_bounds_for_others(office: Office, alert: Alert, whom: str) -> None:
    as_(office.owner).post("/alerts/thresholds/risk_high", {**SETTING, "whom": whom})
    assert not Threshold.objects.exists()


def test_a_manager_sets_them_for_the_team_the_segment_and_all(office: Office, alert: Alert) -> None:
    client = as_(office.manager)
    for whom in (f"team:{office.team.pk}", "segment:Big", "company:"):
        client.post("/alerts/thresholds/risk_high", {**SETTING, "whom": whom})
    assert Threshold.objects.count() == 3
    page = client.get("/alerts/thresholds").content.decode()
    assert "from 70% up, near from 50%" in page


def test_near_must_be_the_milder_bound(office: Office, alert: Alert) -> None:
    form = {**SETTING, "near": "80", "whom": f"member:{office.owner.pk}"}
    page = as_(office.owner).post("/alerts/thresholds/risk_high", form)
    assert "milder" in page.content.decode()
    assert not Threshold.objects.exists()


def test_bounds_of_one_account_are_set_by_who_sees_it(office: Office, alert: Alert) -> None:
    form = {**SETTING, "whom": "account:A"}
    assert as_(office.stranger).post("/alerts/thresholds/risk_high?account=A", form).status_code == 404
    as_(office.owner).post("/alerts/thresholds/risk_high?account=A", form)
    assert Threshold.objects.get().account_id == "A"
    as_(office.stranger).post(f"/alerts/thresholds/{Threshold.objects.get().pk}/drop")
    assert Threshold.objects.exists()
    as_(office.mate).post(f"/alerts/thresholds/{Threshold.objects.get().pk}/drop")
    assert not Threshold.objects.exists()


def test_one_says_how_one_is_told(office: Office) -> None:
    form = {"how": "digest", "digest_at": "9", "quiet_from": "18", "quiet_to": "8", "quiet_weekend": "on"}
    as_(office.owner).post("/alerts/telling", form)
    assert Manner.objects.get().how == "digest"
    company = {f"all-{name}": value for name, value in form.items()} | {"all-escalate_hours": "12"}
    assert as_(office.manager).post("/alerts/telling/all", company).status_code == 403
    as_(office.admin).post("/alerts/telling/all", company)
    assert Manner.objects.get(member=None).escalate_hours == 12


def test_a_webhook_in_our_own_network_needs_an_administrator(office: Office) -> None:
    form = {
        "kind": "webhook",
        "name": "Hook",
        "address": "http://127.0.0.1:9/x",
        "whose": "member",
        "private": "on",
    }
    page = as_(office.owner).post("/alerts/channels/add", form)
    assert "private network" in page.content.decode()
    assert not Channel.objects.exists()
    as_(office.admin).post("/alerts/channels/add", form)
    assert Channel.objects.get().private


def test_a_stranger_neither_tries_nor_removes_a_place(office: Office) -> None:
    channel = Channel.objects.create(
        kind="webhook", name="Hook", address="https://x.example", member=office.owner
    )
    for way in ("try", "remove"):
        assert as_(office.stranger).post(f"/alerts/channels/{channel.pk}/{way}").status_code == 404
    as_(office.owner).post(f"/alerts/channels/{channel.pk}/remove")
    assert not Channel.objects.exists()


ADDRESSES = ["inbox", "scores", "thresholds", "telling"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_who_has_not_signed_in_is_sent_to_do_so(name: str) -> None:
    assert Client().get(reverse(f"alerts:{name}"))["Location"].startswith("/sign/login/")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_page_asks_the_database_little(
    office: Office, stands: Stands, name: str, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(60):
        stands(office.account(f"A{number}", segment=f"S{number % 3}"), risk=0.6)
    raise_alerts(now=NOW)
    client = as_(office.manager)
    with django_assert_max_num_queries(12):
        assert client.get(reverse(f"alerts:{name}")).status_code == 200
