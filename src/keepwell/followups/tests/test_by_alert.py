"""Alerts and what is done about them: follow-ups made of one, playbooks one starts, closing both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from keepwell.accounts.models import Account
from keepwell.alerts.models import Alert, Reason
from keepwell.followups.actions import playing
from keepwell.followups.actions.by_alert import start_for_alerts
from keepwell.followups.models import FollowUp, Playbook, Run, Version
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STEPS = [{"day": 0, "team": "", "channel": "call", "what": "Ask what happened", "review": False}]


def raised(account: Account, trigger: str = "risk_high", *, near: bool = False, days: int = 0) -> Alert:
    at = NOW - timedelta(days=days)
    alert = Alert.objects.create(account=account, day=at.date(), opened_at=at, to_tell="")
    seen = {"value": 0.6, "threshold": 0.5, "near": 0.4}
    Reason.objects.create(alert=alert, account=account, trigger=trigger, near=near, seen=seen, began_at=at)
    return alert


def set_down(office: Office, **said: Any) -> Playbook:
    made = playing.set_down(
        by=office.manager, **({"name": "Rescue", "steps": STEPS, "trigger": "risk_high"} | said)
    )
    Version.objects.update(made_at=NOW - timedelta(days=30))
    return made.playbook


def test_the_night_starts_a_playbook_where_its_alert_is_raised_and_not_twice(office: Office) -> None:
    playbook, alert = set_down(office), raised(office.account)
    raised(office.other, "silence")
    assert start_for_alerts(now=NOW) == 1
    run = Run.objects.get()
    assert (run.playbook, run.account, run.alert, run.by) == (playbook, office.account, alert, None)
    follow_up = FollowUp.objects.get()
    assert (follow_up.alert, follow_up.owner) == (alert, office.owner)
    FollowUp.objects.update(state="done")
    assert start_for_alerts(now=NOW) == 0


def test_conditions_of_the_playbook_hold_for_alerts_too(office: Office) -> None:
    set_down(office, condition="segment = Trade")
    raised(office.account)
    assert start_for_alerts(now=NOW) == 0


@pytest.mark.parametrize("what", ["near", "old", "closed", "out of use"])
def test_an_alert_that_does_not_press_starts_nothing(office: Office, what: str) -> None:
    playbook = set_down(office)
    alert = raised(office.account, near=what == "near", days=9 if what == "old" else 0)
    if what == "closed":
        Alert.objects.filter(pk=alert.pk).update(state="closed")
    if what == "out of use":
        playing.retire(playbook=playbook, by=office.manager, active=False)
    assert start_for_alerts(now=NOW) == 0


def test_an_account_that_is_held_out_stays_so_when_an_alert_calls(office: Office) -> None:
    playbook = set_down(office, held_out=0.3)
    Run.objects.create(
        playbook=playbook, version=playbook.versions.get(), account=office.account, arm="held out", at=NOW
    )
    alert = raised(office.account)
    assert start_for_alerts(now=NOW) == 0
    assert not FollowUp.objects.exists()
    page = office.client(office.mate).get(f"/alerts/{alert.pk}").content.decode()
    assert "held out" in page
    assert "drawn by lot" in page


def test_the_share_held_out_is_drawn_among_accounts_with_the_alert(office: Office) -> None:
    from keepwell.followups.tests.test_playbooks import crowd

    set_down(office, held_out=0.3)
    for account in crowd(office, 100):
        raised(account)
    assert start_for_alerts(now=NOW) == 100
    assert 15 <= Run.objects.filter(arm="held out").count() <= 45
    assert Run.objects.filter(alert=None).count() == 0
    assert start_for_alerts(now=NOW) == 0


def test_a_playbook_is_started_by_hand_from_the_alert(office: Office) -> None:
    playbook, alert = set_down(office, trigger=""), raised(office.account)
    client = office.client(office.mate)
    assert "Rescue" in client.get(f"/alerts/{alert.pk}").content.decode()
    said = {"account": office.account.pk, "alert": alert.pk}
    answer = client.post(f"/followups/playbooks/{playbook.pk}/start", said)
    assert answer["Location"] == f"/alerts/{alert.pk}"
    page = client.get(f"/alerts/{alert.pk}").content.decode()
    assert "Ask what happened" in page
    assert f"/alerts/{alert.pk}" in client.get(f"/followups/playbooks/{playbook.pk}").content.decode()
    alert.refresh_from_db()
    assert alert.acted_at is not None


def test_the_playbook_says_which_alert_starts_it(office: Office) -> None:
    page = office.client(office.mate).get(f"/followups/playbooks/{set_down(office).pk}").content.decode()
    assert "The night starts it by itself" in page


def test_a_follow_up_made_of_an_alert_begins_with_what_was_seen(office: Office) -> None:
    alert, client = raised(office.account), office.client(office.mate)
    page = client.get(f"/alerts/{alert.pk}").content.decode()
    assert f"/followups/new/A/1?alert={alert.pk}" in page
    form = client.get(f"/followups/new/A/1?alert={alert.pk}")
    assert "60%" in form.context["form"]["what"].value()
    said = {
        "what": "Call",
        "due": "2026-11-03",
        "kind": "contact",
        "channel": "call",
        "owner": office.mate.pk,
    }
    client.post(f"/followups/new/A/1?alert={alert.pk}", said)
    made = FollowUp.objects.get()
    assert made.alert == alert
    assert f"/alerts/{alert.pk}" in client.get(f"/followups/{made.pk}").content.decode()
    assert f"/followups/{made.pk}" in client.get(f"/alerts/{alert.pk}").content.decode()


def made_of(office: Office, alert: Alert) -> FollowUp:
    return FollowUp.objects.create(
        account=office.account, alert=alert, owner=office.mate, due=NOW.date(), what="Call", made_at=NOW
    )


def test_doing_a_follow_up_can_close_its_alert(office: Office) -> None:
    alert = raised(office.account)
    one, client = made_of(office, alert), office.client(office.mate)
    assert "Close its alert too" in client.get(f"/followups/{one.pk}").content.decode()
    said = {"outcome": "better", "direction": "out", "importance": "normal"}
    client.post(f"/followups/{one.pk}/do", said | {"close_alert": "on"})
    alert.refresh_from_db()
    assert (alert.state, alert.outcome, alert.closed_by) == ("closed", "acted", office.mate)


def test_a_follow_up_that_was_done_offers_to_answer_its_alert(office: Office) -> None:
    alert = raised(office.account)
    one, client = made_of(office, alert), office.client(office.mate)
    said = {"outcome": "better", "direction": "out", "importance": "normal"}
    client.post(f"/followups/{one.pk}/do", said)
    alert.refresh_from_db()
    assert alert.state == "open"
    assert "Its alert is still open" in client.get(f"/followups/{one.pk}").content.decode()


def test_an_alert_that_was_closed_offers_to_drop_what_is_open(office: Office) -> None:
    alert = raised(office.account)
    one, client = made_of(office, alert), office.client(office.mate)
    client.post("/alerts/answer", {"alert": alert.pk, "do": "close", "outcome": "wrong"})
    assert "Drop what is open" in client.get(f"/alerts/{alert.pk}").content.decode()
    client.post("/followups/together", {"what": "drop", "one": one.pk})
    one.refresh_from_db()
    assert one.state == "dropped"
