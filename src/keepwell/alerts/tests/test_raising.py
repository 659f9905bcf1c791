"""What the night raises, what it leaves open, and what it lets go."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from keepwell.accounts.models import Contact, Entry, Standing
from keepwell.alerts.actions.answering import close_alerts
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.settling import settle
from keepwell.alerts.models import Alert, Reason, Threshold
from keepwell.alerts.queries import scores
from keepwell.alerts.tests.conftest import DAY, NOW, Office

pytestmark = pytest.mark.django_db
Stands = Callable[..., Standing]
NIGHT = timedelta(days=1)


def raised(night: int = 0) -> list[str]:
    """What stands open after a night."""
    raise_alerts(now=NOW + night * NIGHT)
    return sorted(Reason.objects.filter(gone_at=None).values_list("trigger", flat=True))


def test_an_account_over_the_threshold_is_raised_once_with_what_was_seen(
    office: Office, stands: Stands
) -> None:
    stands(office.account("A"), risk=0.6, low=0.5, high=0.7, health="poor")
    assert raised() == raised(1) == ["risk_high"]
    alert = Alert.objects.get()
    seen = alert.reasons.get().seen
    assert (alert.owner, alert.day, alert.stood["health"]) == (office.owner, DAY, "poor")
    assert (seen["value"], seen["threshold"], seen["low"]) == (0.6, 0.4, 0.5)
    assert Entry.objects.get().key == f"alert:{alert.pk}"


def test_several_triggers_of_one_night_make_one_alert(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6, signals={"goals_behind": 3, "unpaid_days": 40, "unpaid": 1})
    assert raised() == ["goal_behind", "payment_failing", "risk_high"]
    assert Alert.objects.count() == 1


def test_what_comes_later_is_an_alert_of_its_own_that_knows_the_first(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, risk=0.6)
    raised()
    stands(account, signals={"unpaid_days": 40})
    assert raised(1) == ["payment_failing", "risk_high"]
    later, first = Alert.objects.all()
    assert later.after == first


def test_an_alert_does_not_flap_between_near_and_threshold(office: Office, stands: Stands) -> None:
    account = office.account("A")
    for night, risk in enumerate([0.41, 0.39, 0.42, 0.31, 0.45]):
        stands(account, risk=risk)
        raised(night)
    assert Alert.objects.count() == Reason.objects.count() == 1
    assert Alert.objects.get().state == "open"


def test_below_near_it_goes_away_by_itself_and_says_so(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, risk=0.6)
    raised()
    stands(account, risk=0.2)
    assert raised(1) == []
    alert = Alert.objects.get()
    assert (alert.state, alert.outcome, alert.closed_by) == ("closed", "passed", None)
    assert alert.reasons.get().gone_with["value"] == 0.2


def test_an_alert_stays_while_one_of_its_reasons_does(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, risk=0.6, signals={"unpaid_days": 40})
    raised()
    stands(account, risk=0.2)
    assert raised(1) == ["payment_failing"]
    assert Alert.objects.get().state == "open"


def test_once_closed_it_is_quiet_for_a_time(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6)
    raised()
    close_alerts(alerts=Alert.objects.all(), by=office.owner, outcome="acted", now=NOW)
    assert raised(29) == []
    assert raised(31) == ["risk_high"]


def test_what_is_not_known_changes_nothing(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, risk=0.6)
    raised()
    stands(account, risk=None)
    assert raised(1) == ["risk_high"]


def test_too_little_known_raises_nothing(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6, coverage=0.3)
    assert raised() == []


def test_a_second_condition_must_hold(office: Office, stands: Stands) -> None:
    said = {"days_since_touch_in": 190, "tenure": 400, "touches_out_90": 3}
    stands(office.account("A"), risk=0.2, signals=said)
    stands(office.account("B"), risk=0.05, signals=said)
    assert raised() == ["silence"]
    assert Alert.objects.get().account_id == "A"


def test_without_a_model_a_condition_on_risk_is_not_asked(office: Office, stands: Stands) -> None:
    for name, risk in (("A", None), ("B", 0.01), ("C", 0.2)):
        stands(office.account(name), risk=risk, steps={"use": "healthy"})
    raised()
    Standing.objects.update(steps={"use": "poor"})
    assert raised(1) == ["step_poor", "step_poor"]
    assert sorted(Alert.objects.values_list("account", flat=True)) == ["A", "C"]


def test_a_step_that_was_poor_from_the_first_night_has_not_turned(office: Office, stands: Stands) -> None:
    old, new = office.account("A"), office.account("B")
    stands(old, steps={"use": "poor"})
    stands(new, steps={"use": "healthy"})
    assert raised() == []
    stands(new, steps={"use": "poor"})
    assert raised(1) == ["step_poor"]
    assert Alert.objects.get().account == new
    stands(new, steps={"use": "concerning"})
    assert raised(2) == ["step_poor"]
    stands(new, steps={"use": "healthy"})
    assert raised(3) == []


def answer(account: str, score: float, at: date) -> None:
    data = {"survey": "NPS", "score": score}
    key = f"answer:{account}:{at}"
    Entry.objects.create(account_id=account, at=f"{at}T12:00Z", kind="answer", key=key, data=data)


def test_one_detracting_answer_is_told_of_once(office: Office, stands: Stands) -> None:
    stands(office.account("A"))
    answer("A", 3, DAY - 5 * NIGHT)
    assert raised() == ["detractor"]
    close_alerts(alerts=Alert.objects.all(), by=office.owner, outcome="right", now=NOW)
    assert raised(60) == []
    answer("A", 2, DAY - 2 * NIGHT)
    assert raised(61) == ["detractor"]
    answer("A", 9, DAY - 1 * NIGHT)
    assert raised(62) == []


def test_an_old_answer_is_no_news(office: Office, stands: Stands) -> None:
    stands(office.account("A"))
    answer("A", 3, DAY - 60 * NIGHT)
    assert raised() == []


def test_a_complaint_past_its_standard_goes_away_when_it_is_put_right(office: Office, stands: Stands) -> None:
    stands(office.account("A"))
    data = {"kind": "complaint", "severity": "high", "resolved_at": None, "ticket_id": "T"}
    at = f"{DAY - 5 * NIGHT}T12:00Z"
    entry = Entry.objects.create(account_id="A", at=at, kind="ticket", key="ticket:T", data=data)
    assert raised() == ["complaint_open"]
    entry.data = {**data, "resolved_at": f"{DAY - NIGHT}T12:00"}
    entry.save()
    assert raised(1) == []


def test_a_champion_who_left_stays_until_somebody_answers(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account)
    Contact.objects.create(contact_id="c", account=account, role="Head of IT", left_on=DAY - 10 * NIGHT)
    Contact.objects.create(contact_id="d", account=account, role="Clerk", left_on=DAY - 10 * NIGHT)
    assert raised() == ["champion_gone"]
    stands(account, day=DAY + 100 * NIGHT)
    assert raised(100) == ["champion_gone"]


def test_a_renewal_without_contact_is_over_once_there_is_one(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, signals={"days_to_renewal": 40, "touches_in_90": 0, "touches_out_90": 0})
    assert raised() == ["renewal_silent"]
    stands(account, signals={"days_to_renewal": 39, "touches_in_90": 0, "touches_out_90": 1})
    assert raised(1) == []


def bound(level: str, whose: str, threshold: float, **rest: object) -> None:
    Threshold.objects.create(
        trigger="risk_high",
        level=level,
        whom=f"{level}:{whose}",
        threshold=threshold,
        near=threshold / 2,
        **rest,
    )


def test_the_setting_nearest_to_the_account_holds(office: Office, stands: Stands) -> None:
    for name, segment in (("A", "Big"), ("B", "Big"), ("C", "Small"), ("D", "Small")):
        stands(office.account(name, segment=segment, owner=office.mate if name == "C" else None), risk=0.5)
    bound("company", "", 0.9)
    bound("segment", "Big", 0.45)
    bound("account", "B", 0.95)
    bound("member", str(office.mate.pk), 0.4)
    raised()
    assert sorted(Alert.objects.values_list("account", flat=True)) == ["A", "C"]


def test_what_is_switched_off_is_not_raised(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.5)
    bound("team", str(office.team.pk), 0.4, on=False)
    assert raised() == []


def test_near_can_be_told_as_well_and_crossing_is_news_again(office: Office, stands: Stands) -> None:
    account = office.account("A")
    bound("company", "", 0.4, tell_near=True)
    stands(account, risk=0.25)
    assert raised() == ["risk_high"]
    Alert.objects.update(state="acknowledged", to_tell="")
    stands(account, risk=0.5)
    raised(1)
    alert, reason = Alert.objects.get(), Reason.objects.get()
    assert (alert.state, alert.to_tell, reason.near) == ("open", "crossed", False)
    assert (reason.seen["value"], reason.crossed["value"]) == (0.25, 0.5)


def test_alerts_of_those_who_left_are_closed_as_such(office: Office, stands: Stands) -> None:
    account = office.account("A")
    stands(account, risk=0.6)
    stands(office.account("B"))
    raised()
    Standing.objects.filter(account=account).delete()
    raised(1)
    assert Alert.objects.get().outcome == "left"


def test_what_was_put_off_comes_back_on_its_day(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6)
    raised()
    Alert.objects.update(state="snoozed", snoozed_until=(NOW + 3 * NIGHT).date())
    raised(2)
    assert Alert.objects.get().state == "snoozed"
    raised(3)
    assert Alert.objects.get().state == "open"


def test_what_became_of_alerts_is_noted(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6)
    stands(office.account("B"), risk=0.6)
    raised()
    Entry.objects.create(
        account_id="A", at=NOW + 5 * NIGHT, kind="touch", key="touch:1", data={"direction": "out"}
    )
    Entry.objects.create(
        account_id="A", at=NOW + 40 * NIGHT, kind="movement", key="m:1", data={"kind": "churn"}
    )
    Entry.objects.create(
        account_id="B", at=NOW + 5 * NIGHT, kind="touch", key="touch:2", data={"direction": "in"}
    )
    settle(now=NOW + 50 * NIGHT)
    score, by_trigger = scores(office.owner)
    assert (score.raised, score.acted, score.judged, score.right, score.left) == (2, 1, 1, 1, 1)
    assert (score.warning, by_trigger.led_to_action, by_trigger.was_right) == (41, 0.5, 1.0)
    assert scores(office.stranger)[0].raised == 0


def test_false_alarms_count_against_a_trigger(office: Office, stands: Stands) -> None:
    stands(office.account("A"), risk=0.6)
    stands(office.account("B"), risk=0.6, signals={"unpaid_days": 40})
    raised()
    close_alerts(alerts=Alert.objects.filter(account="A"), by=office.owner, outcome="wrong", now=NOW)
    close_alerts(alerts=Alert.objects.filter(account="B"), by=office.owner, outcome="acted", now=NOW)
    settle(now=NOW)
    score = {one.trigger.name: one.was_right for one in scores(office.owner) if one.trigger}
    assert score == {"risk_high": 0.5, "payment_failing": 1.0}
