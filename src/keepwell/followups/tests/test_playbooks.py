"""Playbooks: versions, conditions, hold-outs for ever, and what the book is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from keepwell.accounts.models import Account, Outgoing, Standing
from keepwell.book.book import Book
from keepwell.followups.actions import arranging, playing
from keepwell.followups.measuring import measure
from keepwell.followups.models import Effect, FollowUp, Playbook, Run
from keepwell.lib.errors import KeepwellError
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STEPS = [
    {"day": 7, "team": "sales", "channel": "mail", "what": "Send the offer", "review": False},
    {"day": 0, "team": "", "channel": "call", "what": "Ask what happened", "review": False},
]


def set_down(office: Office, **changed: object) -> Playbook:
    first = {"name": "Rescue", "steps": STEPS}
    return playing.set_down(by=office.manager, **(first | changed)).playbook


def start(office: Office, playbook: Playbook, *accounts: Account, days: int = 0) -> playing.Started:
    return playing.start(
        playbook=playbook,
        accounts=accounts or [office.account],
        by=office.mate,
        now=NOW + timedelta(days=days),
    )


def crowd(office: Office, many: int) -> list[Account]:
    made = [
        Account(account_id=f"X{number}", name=f"X{number}", portfolio=office.account.portfolio)
        for number in range(many)
    ]
    Account.objects.bulk_create(made)
    Standing.objects.bulk_create(Standing(account=one, day=NOW.date(), kept_by="contract") for one in made)
    return made


def test_its_steps_become_follow_ups_of_the_owner_and_of_teams(office: Office) -> None:
    done = start(office, set_down(office))
    assert (done.treated, done.held_out) == (1, 0)
    first, second = FollowUp.objects.order_by("due")
    assert (first.what, first.owner, first.due) == ("Ask what happened", office.owner, NOW.date())
    assert (second.what, second.owner, second.team) == ("Send the offer", None, "sales")
    assert second.due == NOW.date() + timedelta(days=7)
    row = Outgoing.objects.get(table="treatments").row
    assert (row["account_id"], row["kind"], row["arm"]) == ("A/1", "Rescue", "treated")


def test_where_it_still_runs_it_is_not_started_again(office: Office) -> None:
    playbook = set_down(office)
    start(office, playbook)
    again = start(office, playbook, days=1)
    assert not again.runs
    assert again.running == (office.account,)
    assert FollowUp.objects.count() == 2


def test_it_is_only_for_accounts_that_meet_its_conditions(office: Office) -> None:
    playbook = set_down(
        office, condition="segment = Enterprise and health in (poor, concerning)", least_risk=0.3
    )
    done = start(office, playbook, office.account, office.other)
    assert [run.account for run in done.runs] == [office.account]
    assert done.unfit == (office.other,)


def test_conditions_that_cannot_be_asked_are_refused_with_near_names(office: Office) -> None:
    with pytest.raises(KeepwellError, match="segmnt") as caught:
        set_down(office, condition="segmnt = Enterprise")
    assert "segment" in str(caught.value)


def test_a_share_is_held_out_at_random_and_for_ever(office: Office) -> None:
    playbook, accounts = set_down(office, held_out=0.3), crowd(office, 200)
    done = start(office, playbook, *accounts)
    assert 35 <= done.held_out <= 85
    out = {run.account_id for run in done.runs if run.arm == "held out"}
    assert not FollowUp.objects.filter(account__in=out).exists()
    rows = [one.row for one in Outgoing.objects.filter(table="treatments")]
    assert {row["account_id"] for row in rows if row["arm"] == "held out"} == out
    FollowUp.objects.update(state="done")
    playing.set_down(by=office.manager, playbook=playbook, steps=STEPS, held_out=0.9)
    start(office, playbook, *accounts, days=30)
    assert set(Run.objects.filter(arm="held out").values_list("account", flat=True)) == out
    playing.set_down(by=office.manager, playbook=playbook, steps=STEPS, held_out=0)
    FollowUp.objects.update(state="done")
    start(office, playbook, *accounts, days=60)
    assert not FollowUp.objects.filter(account__in=out).exists()
    assert Outgoing.objects.filter(row__arm="held out").count() == len(out)


def test_another_playbook_draws_anew(office: Office) -> None:
    accounts = crowd(office, 100)
    one = start(office, set_down(office, held_out=0.5), *accounts)
    other = start(office, set_down(office, name="Other", held_out=0.5), *accounts)
    assert {r.account_id for r in one.runs if r.arm == "held out"} != {
        r.account_id for r in other.runs if r.arm == "held out"
    }


def test_versions_stay_as_they_were(office: Office) -> None:
    playbook = set_down(office)
    start(office, playbook)
    playing.set_down(by=office.manager, playbook=playbook, steps=STEPS[:1])
    assert [version.number for version in playbook.versions.all()] == [2, 1]
    run = Run.objects.get()
    assert (run.version.number, len(run.version.steps)) == (1, 2)


def test_its_page_says_for_whom_and_starts_it(office: Office) -> None:
    playbook = set_down(office, condition="segment = Enterprise", held_out=0.2)
    client = office.client(office.mate)
    page = client.get(f"/followups/playbooks/{playbook.pk}").content.decode()
    assert "Arden" in page
    assert "20%" in page
    client.post(f"/followups/playbooks/{playbook.pk}/start", {"account": ["A/1", "B2"]})
    assert {run.account_id for run in Run.objects.all()} == {"A/1"}
    assert client.get("/followups/playbooks").status_code == 200


def test_only_managers_set_playbooks_down(office: Office) -> None:
    form = {
        "name": "New",
        "held_out": "20",
        "step-TOTAL_FORMS": "2",
        "step-INITIAL_FORMS": "0",
        "step-0-day": "3",
        "step-0-what": "Call",
        "step-0-channel": "call",
        "step-1-what": "",
    }
    assert office.client(office.mate).post("/followups/playbooks/new", form).status_code == 403
    answer = office.client(office.manager).post("/followups/playbooks/new", form)
    assert answer.status_code == 302, answer.content.decode()
    version = Playbook.objects.get().newest
    assert version is not None
    assert version.held_out == pytest.approx(0.2)
    assert [step["day"] for step in version.steps] == [3]


def test_the_effect_is_refused_in_the_librarys_words_where_groups_are_too_small(
    office: Office, tmp_path: object
) -> None:
    Book.create(tmp_path, reporting_currency="EUR")
    playbook = set_down(office)
    with override_settings(HOME=str(tmp_path)):
        Effect.objects.create(playbook=playbook, asked_at=NOW)
        measure(playbook.pk)
    effect = Effect.objects.get()
    assert effect.made_at is not None
    assert effect.refused
    assert not effect.rows
    page = office.client(office.manager).get(f"/followups/playbooks/{playbook.pk}").content.decode()
    assert effect.refused.splitlines()[0][:30] in page


def test_a_playbook_begun_this_morning_is_known_when_its_effect_is_asked_for(
    office: Office, tmp_path: object
) -> None:
    Book.create(tmp_path, reporting_currency="EUR")
    playbook = set_down(office, held_out=0.5)
    start(office, playbook, *crowd(office, 10))
    assert Outgoing.objects.filter(load=None, table="treatments").exists()
    with override_settings(HOME=str(tmp_path)):
        Effect.objects.create(playbook=playbook, asked_at=NOW)
        measure(playbook.pk)
    assert not Outgoing.objects.filter(load=None).exists()
    refused = Effect.objects.get().refused
    assert refused, "nobody can have left yet"
    assert "No treatment is called" not in refused


def test_asking_for_the_effect_is_a_managers(office: Office) -> None:
    playbook = set_down(office)
    assert office.client(office.mate).post(f"/followups/playbooks/{playbook.pk}/effect").status_code == 403
    assert callable(arranging.ask_effect)
