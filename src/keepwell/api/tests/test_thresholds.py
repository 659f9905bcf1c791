"""Setting alerts up by programs: bounds and what they would have done, how one is told and where, the score."""

from typing import Any

import pytest

from keepwell.accounts.models import Account
from keepwell.alerts.models import Channel, Manner, Preview, Tally, Threshold
from keepwell.api.models import Kept
from keepwell.api.tests.office import ROLES, SEES
from keepwell.members.models import Change, Member, Team

pytestmark = pytest.mark.django_db
MANAGES = ("administrator", "manager")
WEBHOOK = {"kind": "webhook", "name": "Ours", "address": "https://93.184.216.34/hook"}


@pytest.mark.parametrize("name", ROLES)
def test_each_sets_bounds_for_themselves_and_who_manages_for_more(
    name: str, as_: Any, account: Account, people: dict[str, Member]
) -> None:
    program, acts = as_(name), name != "viewer"
    assert program.call("GET", "/alerts/triggers").status_code == 200
    theirs = Team.objects.get(name="Theirs")
    for whom, may in (
        ("", acts),
        ("account:A1", acts and name in SEES),
        ("company:", name in MANAGES),
        (f"team:{theirs.pk}", name == "administrator"),
        (f"member:{people['mate'].pk}", name == "mate"),
    ):
        body = {"trigger": "risk_high", "whom": whom, "threshold": 60, "near": 50}
        done = program.call("POST", "/alerts/thresholds", body).status_code
        unseen = whom == "account:A1" and name not in SEES
        assert done == (201 if may else 403 if not acts else 404 if unseen else 422), whom
    own = [one["whom"] for one in program.call("GET", "/alerts/thresholds").json()["items"] if one["mine"]]
    assert (f"member:{people[name].pk}" in own) is acts


def test_bounds_are_told_in_the_units_that_people_speak_of_and_changed_by_what_is_named(
    as_: Any, account: Account, people: dict[str, Member]
) -> None:
    program = as_("mate")
    body = {"trigger": "risk_high", "threshold": 60, "near": 50}
    made = program.call("POST", "/alerts/thresholds", body).json()
    assert (made["bounds"]["threshold"], Threshold.objects.get().threshold) == (60, 0.6)
    again = program.call("POST", "/alerts/thresholds", {"trigger": "risk_high", "quiet_days": 7}).json()
    assert (again["id"], again["bounds"]) == (made["id"], made["bounds"] | {"quiet_days": 7})
    wrong = program.call("POST", "/alerts/thresholds", body | {"near": 70})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, ["body", "said", "near"])
    assert program.call("POST", "/alerts/thresholds", {"trigger": "no_such"}).status_code == 404
    assert as_("owner").call("DELETE", f"/alerts/thresholds/{made['id']}").status_code == 404
    assert program.call("DELETE", f"/alerts/thresholds/{made['id']}").status_code == 204
    deeds = Change.objects.filter(member=people["mate"]).values_list("what", flat=True)
    assert {"set threshold", "drop threshold"} <= set(deeds)
    left = Threshold.objects.create(
        trigger="of_a_version_past", level="company", whom="company:", threshold=1, near=1
    )
    assert as_("administrator").call("DELETE", f"/alerts/thresholds/{left.pk}").status_code == 404


def test_what_bounds_would_have_done_is_told_to_whoever_asked(as_: Any, account: Account) -> None:
    program, body = as_("mate"), {"trigger": "risk_high", "threshold": 60, "near": 50}
    asked = program.call("POST", "/alerts/previews", body)
    own = asked["Location"].removeprefix("/api")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert program.call("GET", own).status_code == 202
    found = {
        "looked_at": 9, "months": 2, "first": "2026-09-30", "last": "2026-10-31", "alerts": 3, "accounts": 2,
        "left": 1, "horizon": 90, "leavers": 4, "caught": 1, "warning": 31.0,
        "by_month": [["2026-09-30", 1], ["2026-10-31", 2]],
    }  # fmt: skip
    Preview.objects.update(found=found, ended_at="2026-11-21T09:00Z")
    told = program.call("GET", own)
    assert (told.status_code, told.json()["state"], told.json()["caught"]) == (200, "done", 1)
    assert "It would have raised 3 alerts at 2 accounts." in told.json()["told"]
    assert [one["alerts"] for one in told.json()["months"]] == [1, 2]
    assert as_("owner").call("GET", own).status_code == 404
    assert as_("viewer").call("POST", "/alerts/previews", body).status_code == 403


@pytest.mark.parametrize("name", ROLES)
def test_everybody_says_how_they_are_told_and_administrators_for_all_who_do_not(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    program, administers = as_(name), name == "administrator"
    assert program.call("GET", "/alerts/telling").json()["own"] is False
    told = program.call("PATCH", "/alerts/telling", {"how": "digest", "digest_at": 6}).json()
    assert (told["how"], told["digest_at"], told["quiet_from"], told["own"]) == ("digest", 6, 19, True)
    assert Manner.objects.get().member == people[name]
    assert as_(name, "read").call("PATCH", "/alerts/telling", {"how": "never"}).status_code == 403
    for method, body in (("GET", None), ("PATCH", {"escalate_hours": 24})):
        answer = program.call(method, "/alerts/telling/company", body)
        assert answer.status_code == (200 if administers else 403)
    if administers:
        assert answer.json()["escalate_hours"] == 24
    assert program.call("PATCH", "/alerts/telling", {"digest_at": 24}).status_code == 422


@pytest.mark.parametrize("name", ROLES)
def test_places_are_added_by_whom_the_page_lets_and_never_told_whole(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    program, acts = as_(name), name != "viewer"
    ours = Team.objects.get(name="Ours")
    for whom, may in (
        ("member", acts),
        (f"team:{ours.pk}", name in MANAGES),
        ("company", name == "administrator"),
    ):
        added = program.call("POST", "/alerts/channels", WEBHOOK | {"whose": whom})
        assert added.status_code == (201 if may else 422 if acts else 403), whom
        assert "93.184" not in added.content.decode()
    of_mate = Channel.objects.create(kind="webhook", name="x", address="https://x", member=people["mate"])
    for method, address in (("POST", "/try"), ("DELETE", "")):
        done = program.call(method, f"/alerts/channels/{of_mate.pk}{address}").status_code
        may = name in ("administrator", "mate")
        assert done == ((202 if address else 204) if may else 404 if acts else 403)


def test_a_webhooks_secret_is_told_once_and_a_place_we_must_not_reach_is_refused(
    as_: Any, people: dict[str, Member]
) -> None:
    program = as_("mate")
    made = program.call("POST", "/alerts/channels", WEBHOOK, Idempotency_Key="k").json()
    again = program.call("POST", "/alerts/channels", WEBHOOK, Idempotency_Key="k").json()
    assert (made["secret"], again["secret"]) == (Channel.objects.get().secret, None)
    assert made["secret"] not in Kept.objects.get().body
    (listed,) = program.call("GET", "/alerts/channels").json()["items"]
    assert not {"secret", "address"} & listed.keys()
    for address in ("https://127.0.0.1/", "https://169.254.169.254/", "http://93.184.216.34/", "file:///etc"):
        refused = program.call("POST", "/alerts/channels", WEBHOOK | {"address": address})
        assert refused.status_code == 422, address
    near = WEBHOOK | {"address": "https://127.0.0.1/", "private": True}
    assert program.call("POST", "/alerts/channels", near).status_code == 422, "an administrator's word"
    assert as_("administrator").call("POST", "/alerts/channels", near).status_code == 201


def test_the_score_counts_what_the_caller_sees(as_: Any, account: Account) -> None:
    Tally.objects.create(
        owner=account.owner,
        portfolio=account.portfolio,
        raised=4,
        acted=3,
        judged=2,
        right=1,
        left=1,
        warnings=[30],
    )
    for name in ROLES:
        (whole, *_each) = as_(name).call("GET", "/alerts/scores").json()
        seen = name in SEES
        assert (whole["raised"], whole["was_right"]) == ((4, 0.5) if seen else (0, None)), name
