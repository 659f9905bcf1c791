"""Playbooks by programs: who writes them, who starts them, and what they are told of the effect."""

from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.models import Account
from keepwell.api.tests.office import ROLES, SEES, paying
from keepwell.book.book import Book
from keepwell.followups.actions import playing
from keepwell.followups.models import Effect, FollowUp, Playbook, Run
from keepwell.members.models import Change, Member, Portfolio

pytestmark = pytest.mark.django_db
MANAGES = ("administrator", "manager")
ACTS = ("administrator", "manager", "owner", "mate")
STEPS = [
    {"day": 7, "team": "sales", "channel": "mail", "what": "Send the offer"},
    {"day": 0, "what": "Ask what happened"},
]
SAID = {"name": "Rescue", "steps": STEPS}


@pytest.fixture
def playbook(account: Account, people: dict[str, Member]) -> Playbook:
    steps = [{"day": 0, "team": "", "channel": "call", "what": "Ask", "review": False}]
    return playing.set_down(by=people["manager"], name="Rescue", steps=steps).playbook


@pytest.mark.parametrize("name", ROLES)
def test_playbooks_are_read_by_all_and_written_by_who_manages(
    name: str, as_: Any, playbook: Playbook
) -> None:
    program, own = as_(name), f"/playbooks/{playbook.pk}"
    (listed,) = program.call("GET", "/playbooks").json()["items"]
    assert (listed["name"], listed["newest"]["number"], listed["started"]) == ("Rescue", 1, 0)
    assert program.call("GET", own).json()["versions"][0]["steps"][0]["what"] == "Ask"
    calls: list[tuple[str, str, Any, int]] = [
        ("POST", "/playbooks", SAID | {"name": "Another"}, 201),
        ("POST", f"{own}/versions", {"steps": STEPS}, 201),
        ("PATCH", own, {"active": False}, 200),
    ]
    for method, address, body, done in calls:
        answer = program.call(method, address, body)
        assert answer.status_code == (done if name in MANAGES else 403), (address, answer.content)
    if name not in MANAGES:
        assert program.call("POST", f"{own}/effect").status_code == 403
    assert Playbook.objects.count() == (2 if name in MANAGES else 1)
    assert Playbook.objects.get(name="Rescue").active == (name not in MANAGES)


def test_a_playbook_is_made_and_its_next_version_leaves_the_first_as_it_was(
    as_: Any, account: Account
) -> None:
    program = as_("manager")
    shares = {"held_out": 0.07, "least_risk": 0.29, "stage": "renewing", "condition": "segment = Enterprise"}
    answers = [program.call("POST", "/playbooks", SAID | shares, Idempotency_Key="k") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    made = answers[0].json()
    (first,) = made["versions"]
    assert {name: first[name] for name in shares} == shares, "as they were said"
    assert [step["day"] for step in first["steps"]] == [0, 7]
    own = f"/playbooks/{made['id']}"
    mark = program.call("GET", own)["ETag"]
    next_one = program.call("POST", f"{own}/versions", {"steps": STEPS[1:], "held_out": 0.2}, If_Match=mark)
    newest, before = next_one.json()["versions"]
    assert (newest["number"], newest["held_out"], before) == (2, 0.2, first)
    late = program.call("POST", f"{own}/versions", {"steps": STEPS}, If_Match=mark)
    assert late.status_code == 412, "it has a version that the caller has not read"
    assert Change.objects.filter(what="set down playbook").count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "rescue"},
        {"name": " "},
        {"steps": []},
        {"steps": [{"what": " "}]},
        {"condition": "colour = red"},
        {"trigger": "no such alert"},
        {"held_out": 0.95},
        {"stage": "leaving"},
    ],
)
def test_what_the_page_would_not_take_is_refused_and_said_where(
    wrong: dict[str, Any], as_: Any, playbook: Playbook
) -> None:
    answer = as_("manager").call("POST", "/playbooks", SAID | {"name": "Another"} | wrong)
    assert answer.status_code == 422
    assert next(iter(wrong)) in answer.json()["errors"][0]["where"]
    assert Playbook.objects.count() == 1


@pytest.mark.parametrize("name", ROLES)
def test_a_playbook_is_started_by_who_acts_at_accounts_that_they_see(
    name: str, as_: Any, playbook: Playbook
) -> None:
    program, own = as_(name, "act"), f"/playbooks/{playbook.pk}"
    free = [one["account"] for one in program.call("GET", f"{own}/accounts").json()["items"]]
    assert ("A1" in free) == (name in SEES)
    answer = program.call("POST", f"{own}/start", {"accounts": ["A1"]})
    assert answer.status_code == (200 if name in ACTS else 403 if name == "viewer" else 404)
    assert FollowUp.objects.count() == Run.objects.count() == (1 if name in ACTS else 0)
    if name not in ACTS:
        return
    assert answer.json() == {"started": 1, "held_out": 0, "running": [], "unfit": []}
    assert program.call("POST", f"{own}/start", {"accounts": ["A1"]}).json()["running"] == ["A1"]
    assert "A1" not in [one["account"] for one in program.call("GET", f"{own}/accounts").json()["items"]]
    (run,) = as_("viewer").call("GET", f"{own}/runs").json()["items"]
    assert (run["account"], run["arm"], run["version"]) == ("A1", "treated", 1)
    assert as_("stranger").call("GET", f"{own}/runs").json()["items"] == []


def test_accounts_that_it_can_be_started_at_come_the_worthiest_first_and_in_parts(
    as_: Any, playbook: Playbook
) -> None:
    for number in range(4):
        paying(f"C{number}", portfolio=Portfolio.objects.get(name="Ours"))
    program, cursor, met = as_("mate"), "", []
    while cursor is not None:
        part = program.call("GET", f"/playbooks/{playbook.pk}/accounts?limit=2&cursor={cursor}").json()
        met += part["items"]
        cursor = part["next"]
    worths = [float(one["worth"] or -1) for one in met]
    assert worths == sorted(worths, reverse=True)
    assert {one["account"] for one in met} == {"A1", "C0", "C1", "C2", "C3"}


def test_one_that_is_not_in_use_is_not_started_and_one_for_an_alert_needs_that_alert(
    as_: Any, playbook: Playbook
) -> None:
    start = f"/playbooks/{playbook.pk}/start"
    assert as_("mate").call("POST", start, {"accounts": ["A1"], "alert": 99}).status_code == 422
    as_("manager").call("PATCH", f"/playbooks/{playbook.pk}", {"active": False})
    assert as_("mate").call("POST", start, {"accounts": ["A1"]}).status_code == 422
    assert as_("mate").call("POST", start, {"accounts": []}).status_code == 422
    assert not Run.objects.exists()


def test_of_the_effect_the_reason_is_told_while_nothing_can_be_said(
    as_: Any, playbook: Playbook, settings: Any, tmp_path: Path
) -> None:
    Book.create(tmp_path, reporting_currency="EUR")
    settings.HOME = str(tmp_path)
    own = f"/playbooks/{playbook.pk}/effect"
    assert as_("viewer").call("GET", own).json()["state"] == "not asked"
    assert as_("manager").call("POST", own).status_code == 202
    told = as_("viewer").call("GET", own).json()
    assert (told["state"], told["rows"]) == ("done", [])
    assert told["refused"]
    Effect.objects.update(few={"treated": 5, "held_out": 3, "late": 0})
    told = as_("viewer").call("GET", own).json()
    assert "treated: 5" in told["refused"][1]
    theirs = as_("viewer").call("GET", own, accept_language="pl").json()
    assert "Zbyt mało klientów" in theirs["refused"][0], "in the reader's language"
    row = {"group": "all", "treated": 40, "held_out": 40, "treated_share": 0.1, "held_out_share": 0.3}
    row |= {"benefit": 0.2, "low": 0.1, "high": 0.3, "small": False}
    Effect.objects.update(few=None, refused="", rows=[row], notes=["On average it helps."])
    told = as_("viewer").call("GET", own).json()
    assert (told["rows"], told["notes"], told["refused"]) == ([row], ["On average it helps."], [])
