"""What is another team's stays theirs: named in a body, in a heap, in a job, or still held from when it was ours."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.alerts.actions import answering
from keepwell.alerts.actions.telling import plan
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.jobs import accounts_in
from keepwell.alerts.models import Alert, Channel, Delivery, Threshold
from keepwell.api.actions import make_token
from keepwell.followups.actions import arranging, handling
from keepwell.followups.models import Batch, FollowUp, Playbook, Run
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.reach.models import Reservation, Touch
from keepwell.retention.actions import name_segment
from keepwell.retention.asking import asked
from keepwell.retention.cut import Cut
from keepwell.retention.models import Figure
from keepwell.site.tests.security.conftest import Side

pytestmark = pytest.mark.django_db
DAY = (timezone.now() + timedelta(days=400)).date().isoformat()


def program(member: Member, scope: str = "manage") -> Client:
    _made, secret = make_token(
        member=member, name="t", scope=scope, lasts=timedelta(days=1), now=timezone.now()
    )
    return Client(headers={"Authorization": f"Bearer {secret}"})


def call(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(method, f"/api{path}", json.dumps(body or {}), "application/json", headers=said)


# --- a body that names others' things ---------------------------------------------------------------------------


def test_a_heap_of_alerts_holds_only_ones_own(ours: Side, theirs: Side) -> None:
    said = {"alert": [ours.alert.pk, theirs.alert.pk], "do": "close", "outcome": "wrong"}
    ours.client().post("/alerts/answer", said)
    assert [one.state for one in Alert.objects.order_by("pk")] == ["closed", "open"]


@pytest.mark.parametrize("what", ["put off", "hand over", "drop"])
def test_a_heap_of_follow_ups_holds_only_ones_own(ours: Side, theirs: Side, what: str) -> None:
    before = FollowUp.objects.values().get(pk=theirs.follow_up.pk)
    said = {
        "one": [ours.follow_up.pk, theirs.follow_up.pk],
        "what": what,
        "to_day": DAY,
        "to_member": ours.manager.pk,
    }
    ours.client().post("/followups/together", said)
    assert FollowUp.objects.values().get(pk=theirs.follow_up.pk) == before
    assert list(Batch.objects.get().before) == [str(ours.follow_up.pk)]


def test_work_goes_to_nobody_who_does_not_see_the_account(ours: Side, theirs: Side) -> None:
    browser, token = ours.client(), program(ours.member)
    browser.post(f"/followups/{ours.follow_up.pk}/hand-over", {"to": theirs.member.pk})
    browser.post(
        "/followups/together", {"one": ours.follow_up.pk, "what": "hand over", "to_member": theirs.member.pk}
    )
    answer = call(token, "POST", f"/follow-ups/{ours.follow_up.pk}/hand-over", {"to": theirs.member.pk})
    assert answer.status_code == 422
    new = {"account": ours.account.pk, "what": "Call", "due": DAY, "owner": theirs.member.pk}
    assert call(token, "POST", "/follow-ups", new).status_code == 422
    assert set(FollowUp.objects.filter(account=ours.account).values_list("owner", flat=True)) == {
        ours.member.pk
    }
    assert call(
        program(ours.manager), "PUT", f"/accounts/{ours.account.pk}/owner", {"owner": theirs.member.pk}
    )
    assert Account.objects.get(pk=ours.account.pk).owner is None


def test_what_is_made_at_our_account_names_nothing_of_theirs(ours: Side, theirs: Side) -> None:
    token, browser = program(ours.member), ours.client()
    made = {"account": ours.account.pk, "what": "Call", "due": DAY}
    assert call(token, "POST", "/follow-ups", made | {"contact": theirs.contact.pk}).status_code == 422
    assert call(token, "POST", "/follow-ups", made | {"alert": theirs.alert.pk}).status_code == 422
    touch = {"account": ours.account.pk, "channel": "call", "contact": theirs.contact.pk}
    assert call(token, "POST", "/touches", touch).status_code == 422
    form = {"what": "Call", "due": DAY, "kind": "contact", "channel": "call", "contact": theirs.contact.pk}
    browser.post(f"/followups/new/{ours.account.pk}?alert={theirs.alert.pk}", form)
    browser.post(f"/followups/{ours.follow_up.pk}/change", form)
    browser.post(f"/followups/new/{ours.account.pk}?alert={theirs.alert.pk}", form | {"contact": ""})
    browser.post(
        f"/reach/log/{ours.account.pk}",
        {
            "contact": theirs.contact.pk,
            "channel": "call",
            "importance": "normal",
            "direction": "out",
            "key": "k",
        },
    )
    assert not FollowUp.objects.filter(contact=theirs.contact).exists()
    assert not FollowUp.objects.filter(account=ours.account, alert=theirs.alert).exists()
    assert not Touch.objects.exists()


def test_everything_at_their_account_is_not_there_for_us(ours: Side, theirs: Side) -> None:
    browser, token = ours.client("manager"), program(ours.manager)
    posts = [
        *(f"{way}/{theirs.account.pk}" for way in ("/followups/new", "/reach/log", "/reach/reserve")),
        f"/reach/give-back/{theirs.reservation.pk}", f"/alerts/thresholds/{Threshold.objects.get().pk}/drop",
        *(f"/followups/{theirs.follow_up.pk}/{do}" for do in ("do", "drop", "hand-over", "comment", "take")),
        f"/followups/{theirs.follow_up.pk}/change",
        f"/accounts/contacts/{theirs.contact.pk}/erase",
    ]  # fmt: skip
    for address in posts:
        assert browser.post(address, {"sure": "yes", "text": "x"}).status_code == 404, address
    calls = [
        ("GET", f"/accounts/{theirs.account.pk}"), ("GET", f"/accounts/{theirs.account.pk}/timeline"),
        ("GET", f"/accounts/{theirs.account.pk}/contacts"), ("GET", f"/accounts/{theirs.account.pk}/standing"),
        ("GET", f"/accounts/{theirs.account.pk}/budget?channel=call"),
        ("GET", f"/touches?account={theirs.account.pk}"),
        ("GET", f"/alerts/{theirs.alert.pk}"), ("GET", f"/follow-ups/{theirs.follow_up.pk}"),
        ("PATCH", f"/follow-ups/{theirs.follow_up.pk}"), ("POST", f"/alerts/{theirs.alert.pk}/acknowledge"),
    ]  # fmt: skip
    for method, path in calls:
        assert call(token, method, path).status_code == 404, path
    assert (
        call(token, "PUT", f"/accounts/{theirs.account.pk}/owner", {"owner": ours.member.pk}).status_code
        == 404
    )
    assert Reservation.objects.get(pk=theirs.reservation.pk).state == "open"


def test_lists_searches_and_tables_say_nothing_of_theirs(ours: Side, theirs: Side) -> None:
    browser, token = ours.client("manager"), program(ours.manager)
    pages = [
        "/", "/accounts/", "/accounts/?words=Theirs", "/search?words=Theirs", "/alerts/?state=all",
        "/alerts/?state=all&format=csv", f"/alerts/?account={theirs.account.pk}&state=all", "/followups/?whose=team",
        "/followups/?whose=team&as=csv", "/followups/board?whose=team", "/reach/?show=reserved",
        "/followups/cadence", "/alerts/thresholds", "/api/accounts", "/api/alerts?state=all",
        "/api/follow-ups?whose=team", "/api/search?words=Theirs",
    ]  # fmt: skip
    for page in pages:
        found = (token if page.startswith("/api") else browser).get(page)
        text = found.content.decode().replace("words=Theirs", "").replace('value="Theirs"', "")
        assert found.status_code == 200, page
        assert "Theirs Inc" not in text, page
        assert "Theirs secret" not in text, page


def test_a_playbook_starts_only_at_accounts_that_one_sees(
    ours: Side, theirs: Side, playbook: Playbook
) -> None:
    said = {"account": [ours.account.pk, theirs.account.pk], "alert": theirs.alert.pk}
    ours.client().post(f"/followups/playbooks/{playbook.pk}/start", said)
    assert [one.account for one in Run.objects.all()] == [ours.account]
    assert not FollowUp.objects.filter(alert=theirs.alert).exists()


def test_a_setting_and_its_preview_hold_for_nobody_elses_accounts(ours: Side, theirs: Side) -> None:
    form = {"on": "on", "threshold": "50", "near": "40", "quiet_days": "30", "also": "", "also_side": "above"}
    for whom in (
        f"account:{theirs.account.pk}", f"member:{theirs.member.pk}", f"team:{theirs.team.pk}", "company:",
    ):  # fmt: skip
        ours.client().post("/alerts/thresholds/risk_high", form | {"whom": whom})
        assert accounts_in(whom, ours.member) <= {ours.account.pk}
    assert Threshold.objects.count() == 1


# --- what one held before one's rights went -----------------------------------------------------------------------


def test_who_has_left_the_team_takes_nothing_back(ours: Side) -> None:
    now = timezone.now()
    batch: UUID = answering.close_alerts(alerts=Alert.objects.all(), by=ours.member, outcome="wrong", now=now)
    browser = ours.client()
    browser.post("/followups/together", {"one": ours.follow_up.pk, "what": "drop"})
    ours.member.teams.clear()
    browser.post(f"/alerts/undo/{batch}")
    browser.post(f"/followups/undo/{Batch.objects.get().pk}")
    assert Alert.objects.get().state == "closed"
    assert FollowUp.objects.get().state == "dropped"


def test_who_has_left_the_team_is_told_nothing_more(ours: Side) -> None:
    now = timezone.now()
    Channel.objects.create(
        kind="webhook", name="X", address="https://x.example", secret="whsec_eA==", member=ours.member
    )
    Account.objects.update(owner=ours.member)
    secret = arranging.open_feed(member=ours.member, now=now)
    plan(now=now)
    Delivery.objects.update(due_at=now)
    assert Delivery.objects.count() == 2  # the night has planned a mail and a message
    Account.objects.update(owner=None)
    ours.member.teams.clear()
    deliver()
    assert mail.outbox == []
    feed = Client().get(f"/followups/calendar/{secret}.ics").content.decode()
    assert "secret plan" not in feed
    handling.comment(follow_up=ours.follow_up, by=ours.manager, text="@Ours look", now=now)
    assert "look" not in ours.client().get("/followups/").content.decode()


def test_who_may_not_sign_in_any_more_holds_nothing_that_opens(ours: Side) -> None:
    now = timezone.now()
    secret, browser, token = (
        arranging.open_feed(member=ours.member, now=now),
        ours.client(),
        program(ours.member),
    )
    Account.objects.update(owner=ours.member)
    plan(now=now)
    Delivery.objects.update(due_at=now)
    ours.member.is_active = False
    ours.member.save()
    deliver()
    assert mail.outbox == []
    assert Client().get(f"/followups/calendar/{secret}.ics").status_code == 404
    assert browser.get("/accounts/").status_code == 302
    assert call(token, "GET", "/me").status_code == 401


def test_a_role_that_was_taken_away_is_gone_at_the_next_click(ours: Side) -> None:
    browser, token = ours.client("manager"), program(ours.manager)
    assert browser.get("/reach/rules").status_code == 200
    Member.objects.filter(pk=ours.manager.pk).update(role="viewer")
    assert browser.get("/reach/rules").status_code == 403
    assert call(token, "POST", "/follow-ups", {}).status_code == 403


def test_an_answer_kept_for_its_key_is_given_to_nobody_else(ours: Side, theirs: Side) -> None:
    new = {"account": ours.account.pk, "what": "Call", "due": DAY}
    assert call(program(ours.member), "POST", "/follow-ups", new, Idempotency_Key="k").status_code == 201
    assert call(program(theirs.member), "POST", "/follow-ups", new, Idempotency_Key="k").status_code == 404
    narrow = call(program(ours.member, "read"), "POST", "/follow-ups", new, Idempotency_Key="k")
    assert narrow.status_code in (403, 422), (
        "a token that only reads is not answered what one that writes was"
    )


def test_a_token_does_no_more_than_its_scope(ours: Side) -> None:
    for scope, path, wanted in (
        ("read", "/follow-ups", 403),
        ("act", f"/accounts/{ours.account.pk}/owner", 403),
    ):
        method = "PUT" if path.endswith("owner") else "POST"
        assert call(program(ours.manager, scope), method, path, {"owner": None}).status_code == wanted


def test_what_a_single_account_pays_is_told_to_nobody_who_does_not_see_it(ours: Side) -> None:
    cut = Cut("cut", 1, date(2026, 6, 1), 1)
    ada = Member.objects.create_user("ada@x.example", "x", name="Ada", role="administrator")
    for said in (
        {"by": "name"},
        {"where": "segment = A and domain = theirs.example"},
        {"where": "name != X"},
    ):
        with pytest.raises(KeepwellError, match="single accounts"):
            asked(said, cut, ours.manager)
        assert asked(said, cut, ada)
    with pytest.raises(KeepwellError, match="single accounts"):
        name_segment(name="Them", where="name = 'Theirs Inc'", by=ours.manager)
    key = {"kind": "statement", "key": "k", "cut": "cut", "asked_at": timezone.now()}
    figure = Figure.objects.create(
        params={"by": "name"}, state=Figure.State.DONE, result={"parts": []}, **key
    )
    answer = call(program(ours.manager), "GET", f"/retention/figures/{figure.pk}")
    assert answer.status_code == 422
