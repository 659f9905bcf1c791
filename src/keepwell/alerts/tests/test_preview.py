"""What a setting would have done: counted over month-ends with the rules of the night."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.alerts import jobs
from keepwell.alerts.actions.setting import ask_preview
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.cases import Happenings
from keepwell.alerts.models import Preview, Threshold
from keepwell.alerts.preview import Past, previewed
from keepwell.alerts.showing import told_of_preview
from keepwell.alerts.tests.conftest import Office
from keepwell.alerts.triggers import Answer, all_triggers
from keepwell.lib.days import number
from keepwell.risk.features import all_features
from keepwell.risk.observations import Observations
from keepwell.risk.outcomes import Outcomes

MONTHS = [date(2025, month, 1) for month in range(1, 5)]
RISK = Bounds(threshold=0.4, near=0.3)
NAN = float("nan")


def past(chances: dict[str, list[float]], left: dict[str, int] | None = None, **signals: list[float]) -> Past:
    """Accounts over four months: their chances, the day of the last month they left on, and one account's signals."""
    signals = {"tenure": [400.0] * 4, **signals}
    rows = [(number(day), name, said[at]) for at, day in enumerate(MONTHS) for name, said in chances.items()]
    gone = {name: number(MONTHS[-1]) + day for name, day in (left or {}).items()}
    n, features = len(rows), tuple(all_features()[name] for name in signals)
    left_in = np.array(
        [gone[name] - day if name in gone and gone[name] - day < 90 else NAN for day, name, _ in rows]
    )
    values = np.array([[said[i // len(chances)] for said in signals.values()] for i in range(n)]).reshape(
        n, -1
    )
    outcomes = Outcomes(
        90,
        np.ones(n, dtype=bool),
        (~np.isnan(left_in)).astype(float),
        left_in,
        np.full(n, "", dtype=object),
        np.zeros(n),
        np.full(n, NAN),
    )
    obs = Observations(
        np.array([name for _, name, _ in rows], dtype=object),
        np.array([day for day, _, _ in rows]),
        values,
        features,
        np.full(n, "contract", dtype=object),
        np.ones(n, dtype=np.int64),
        np.full(n, "", dtype=object),
        outcomes,
    )
    return Past(obs, np.array([chance for _, _, chance in rows]))


def test_alerts_are_counted_with_the_rules_of_the_night() -> None:
    seen = past({"A": [0.5, 0.35, 0.5, 0.1], "B": [0.1, 0.5, 0.2, 0.5], "C": [0.1] * 4})
    found = previewed(all_triggers()["risk_high"], RISK, seen, among={"A", "B", "C"})
    assert (found["alerts"], found["accounts"], found["looked_at"]) == (3, 2, 12)
    assert [n for _, n in found["by_month"]] == [1, 1, 0, 1]


def test_it_says_who_left_and_how_long_before_they_were_named() -> None:
    seen = past(
        {"A": [0.1, 0.1, 0.5, 0.6], "B": [0.5, 0.1, 0.1, 0.1], "C": [0.1] * 4}, left={"A": 10, "C": 20}
    )
    found = previewed(all_triggers()["risk_high"], RISK, seen, among={"A", "B", "C"})
    assert (found["accounts"], found["left"], found["leavers"], found["caught"]) == (2, 1, 2, 1)
    assert found["warning"] == 31 + 10


def test_only_accounts_one_may_see_are_counted() -> None:
    seen = past({"A": [0.5] * 4, "B": [0.5] * 4})
    assert previewed(all_triggers()["risk_high"], RISK, seen, among={"B"})["alerts"] == 1
    assert previewed(all_triggers()["risk_high"], RISK, seen, among=set())["looked_at"] == 0


def test_a_rise_is_counted_from_one_month_to_the_next() -> None:
    seen = past({"A": [0.1, 0.4, 0.4, NAN]})
    trigger = all_triggers()["risk_rise"]
    assert previewed(trigger, replace(Bounds.usual(trigger), minimum=None), seen, among={"A"})["alerts"] == 1


def test_signals_and_samples_are_asked_as_of_then() -> None:
    trigger = all_triggers()["use_collapse"]
    seen = past({"A": [NAN] * 4}, use_trend=[1.0, 0.2, 0.2, 1.0], use_90=[50.0, 50.0, 5.0, 50.0])
    assert previewed(trigger, Bounds.usual(trigger), seen, among={"A"})["alerts"] == 1


def test_happenings_are_told_of_once_and_only_once_they_happened() -> None:
    trigger = all_triggers()["detractor"]
    told = {"A": Happenings(answers=[Answer("a", date(2025, 2, 20), 2)])}
    found = previewed(trigger, Bounds.usual(trigger), past({"A": [NAN] * 4}), among={"A"}, told=told)
    assert [n for _, n in found["by_month"]] == [0, 0, 1, 0]


@pytest.fixture
def asked(office: Office) -> Any:
    def ask(**rest: Any) -> Preview:
        return ask_preview(
            **{
                "trigger": all_triggers()["risk_high"],
                "bounds": RISK,
                "whom": f"member:{office.owner.pk}",
                "by": office.owner,
                "now": timezone.now(),
                **rest,
            }
        )

    return ask


@pytest.mark.django_db
def test_without_a_past_it_says_so(office: Office, asked: Any, settings: Any, tmp_path: Any) -> None:
    settings.HOME = str(tmp_path)
    made = asked()
    jobs.work_out(made.pk)
    made.refresh_from_db()
    assert made.failed
    assert made.ended_at is not None
    client = Client()
    client.force_login(office.owner)
    assert "The past carries nothing for this" in client.get(f"/alerts/previews/{made.pk}").content.decode()


@pytest.mark.django_db
def test_what_breaks_while_it_is_worked_out_is_said_and_asked_again(asked: Any) -> None:
    made = asked()
    Preview.objects.filter(pk=made.pk).update(setting={"threshold of another version": 1})
    jobs.work_out(made.pk)
    made.refresh_from_db()
    assert made.failed == "Something went wrong while this was worked out."
    again = asked()
    again.refresh_from_db()
    assert (again.pk, again.failed, again.ended_at) == (made.pk, "", None)


@pytest.mark.django_db
def test_the_same_question_of_the_same_past_is_asked_once(asked: Any) -> None:
    assert asked().pk == asked().pk
    assert asked().pk != asked(bounds=Bounds(0.6, 0.3)).pk


@pytest.mark.django_db
def test_nobody_else_sees_a_preview(office: Office, asked: Any) -> None:
    made = asked()
    for who, status in ((office.owner, 200), (office.mate, 404), (office.admin, 404), (office.viewer, 403)):
        client = Client()
        client.force_login(who)
        assert client.get(f"/alerts/previews/{made.pk}").status_code == status


@pytest.mark.django_db
def test_a_preview_counts_the_accounts_a_setting_would_hold_for(office: Office) -> None:
    office.account("A", segment="Big")
    office.account("B", owner=office.mate)
    Account.objects.create(account_id="C", name="C", segment="Big")
    owner, manager = office.owner, office.manager
    assert jobs.accounts_in(f"member:{owner.pk}", owner) == {"A"}
    assert jobs.accounts_in("segment:Big", manager) == {"A"}
    assert jobs.accounts_in("company:", manager) == {"A", "B"}
    assert jobs.accounts_in(f"team:{office.team.pk}", manager) == {"A", "B"}
    assert jobs.accounts_in("account:B", manager) == {"B"}


def test_a_preview_says_how_what_was_read_lay_and_what_was_too_little_to_go_by() -> None:
    trigger = all_triggers()["use_collapse"]
    seen = past({"A": [NAN] * 4}, use_trend=[1.0, 0.9, 0.6, 0.1], use_90=[50.0, 50.0, 50.0, 5.0])
    found = previewed(trigger, Bounds.usual(trigger), seen, among={"A"})
    read = found["readings"]
    assert (found["alerts"], read["n"], read["thin"]) == (0, 3, 1)
    assert read["usual"] == pytest.approx(0.9)
    assert 0.6 <= read["hundredth"] <= read["twentieth"] < 0.9
    said = " ".join(told_of_preview(Preview(trigger="use_collapse", found=found)))
    assert "Of 3 readings the one in the middle was 90%" in said
    assert "Of 1 more too little was known" in said


@pytest.mark.django_db
def test_a_setting_that_was_tried_is_saved_with_one_press(office: Office, asked: Any) -> None:
    made = asked(bounds=Bounds(0.55, 0.35, tell_near=True, quiet_days=12))
    found = previewed(all_triggers()["risk_high"], RISK, past({"A": [0.2] * 4}), among={"A"})
    Preview.objects.filter(pk=made.pk).update(ended_at=timezone.now(), found=found)
    client = Client()
    client.force_login(office.owner)
    page = client.get(f"/alerts/previews/{made.pk}")
    assert "Save this setting" in page.content.decode()
    answer = client.post("/alerts/thresholds/risk_high", dict(page.context["fields"]))
    assert answer.status_code == 302
    kept = Threshold.objects.get()
    assert (kept.whom, kept.threshold, kept.near) == (f"member:{office.owner.pk}", 0.55, 0.35)
    assert (kept.on, kept.tell_near, kept.quiet_days) == (True, True, 12)


@pytest.mark.django_db
def test_how_far_a_preview_is_shows_while_it_is_worked_out(office: Office, asked: Any) -> None:
    made = asked()
    Preview.objects.filter(pk=made.pk).update(of=13, done=4, ended_at=None, found={}, failed="")
    client = Client()
    client.force_login(office.owner)
    page = client.get(f"/alerts/previews/{made.pk}").content.decode()
    assert '<progress max="13" value="4"' in page
    assert 'hx-trigger="every 2s"' in page


def test_a_preview_says_by_which_model_the_past_was_scored_and_that_it_is_not_what_was_said_then() -> None:
    seen = replace(past({"A": [0.5] * 4}), model={"number": 3, "kind": "boosted", "learnt": "2025-03-31"})
    found = previewed(all_triggers()["risk_high"], RISK, seen, among={"A"})
    said = " ".join(told_of_preview(Preview(trigger="risk_high", found=found)))
    assert "Scored as model 3 scores (Boosted trees, learned on 31 Mar 2025)" in said
    assert "Another model may have been in use at the time" in said
    silent = previewed(all_triggers()["use_collapse"], Bounds(0.5, 0.7), past({"A": [NAN] * 4}), among={"A"})
    assert "model" not in " ".join(told_of_preview(Preview(trigger="use_collapse", found=silent)))
