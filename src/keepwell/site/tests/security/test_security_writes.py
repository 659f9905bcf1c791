"""Every write: of our own pages only, and of what its form asks for and nothing more."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.alerts.models import Alert, Channel
from keepwell.api.actions import make_token
from keepwell.api.models import Token
from keepwell.followups.models import FollowUp
from keepwell.members.models import Invitation, Member, Portfolio, Role, Team
from keepwell.site.tests.security.conftest import Side
from keepwell.site.tests.security.test_security_answers import patterns

pytestmark = pytest.mark.django_db
FILLED = {
    "pk": 1, "account_id": "Ours1", "contact_id": "oursc", "secret": "x", "name": "risk_high", "form": "svg",
    "batch": "6f1c3f0e-0000-4000-8000-000000000000", "key": "x", "uidb36": "1", "provider_id": "company",
}  # fmt: skip
DAY = (timezone.now() + timedelta(days=400)).date().isoformat()  # that somebody may plan for
GREEDY: dict[str, Any] = {
    "role": "administrator", "is_active": "", "is_superuser": "on", "is_staff": "on", "email": "evil@x.example",
    "password": "a sentence nobody guesses", "teams": ["1", "2"], "owner": "1", "member": "1", "by": "1",
    "made_by": "1", "account": "Theirs1", "account_id": "Theirs1", "portfolio": "2", "state": "closed", "id": "1",
    "pk": "1", "private": "on", "scope": "manage", "whose": "company", "expires_at": "2099-01-01", "chosen": "on",
    "secret": "x", "hashed": "x", "used_at": "", "passed": "{}", "worth": "1", "kind": "webhook", "joined_at": "",
    "acted_at": "2099-01-01", "undone_at": "", "invited_by": "1", "touch": "1", "closed_by": "1", "arm": "treated",
}  # fmt: skip


def everywhere() -> list[str]:
    """Every address there is, its parts filled in."""
    from django.urls import NoReverseMatch, reverse

    found = []
    for space, one in patterns():
        parts = {name: FILLED[name] for name in one.pattern.regex.groupindex if name in FILLED}
        try:
            found.append(reverse(f"{space}:{one.name}" if space else str(one.name), kwargs=parts))
        except NoReverseMatch:
            continue
    return sorted(set(found))


def test_a_form_of_another_site_changes_nothing_anywhere(ours: Side) -> None:
    ours.member.role = Role.ADMINISTRATOR
    ours.member.save()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(ours.member)
    taken = []
    for address in everywhere():
        answer = client.post(address, GREEDY, headers={"origin": "https://evil.example"})
        as_json = client.post(address, json.dumps(GREEDY), content_type="text/plain")
        for one in (answer, as_json):
            if one.status_code not in (403, 404, 405, 410):
                taken.append((address, one.status_code))
    assert not taken
    assert len(everywhere()) > 90


def test_only_the_api_asks_for_itself_where_a_call_comes_from() -> None:
    unasked = {space for space, one in patterns() if getattr(one.callback, "csrf_exempt", False)}
    assert unasked <= {"calls", ""}
    own = {
        str(one.pattern)
        for space, one in patterns()
        if getattr(one.callback, "csrf_exempt", False) and not space
    }
    assert own == {r"^[\s\S]*$"}


def guarded() -> dict[str, Any]:
    """What no form of a member's may change."""
    return {
        "members": sorted(Member.objects.values_list("pk", "email", "role", "is_active", "teams")),
        "accounts": sorted(Account.objects.values_list("pk", "owner", "portfolio", "chosen")),
        "teams": sorted(Team.objects.values_list("pk", "name", "portfolios")),
        "portfolios": sorted(Portfolio.objects.values_list("pk", "name")),
        "theirs": list(Alert.objects.filter(account="Theirs1").values())
        + list(FollowUp.objects.filter(account="Theirs1").values()),
        "invitations": Invitation.objects.count(),
    }


def test_no_field_more_makes_more_of_a_member_or_of_their_things(ours: Side, theirs: Side) -> None:
    before, client = guarded(), ours.client()
    client.raise_request_exception = False
    broken = []
    for address in everywhere():
        if "logout" in address:
            continue
        for body in (
            GREEDY,
            {**GREEDY, "text": "x", "what": "x", "due": DAY, "channel": "call", "name": "N"},
        ):
            answer = client.post(address, body)
            broken += [address] if answer.status_code >= 500 else []
    assert not broken
    assert guarded() == before
    assert not Channel.objects.filter(private=True).exists()
    assert not Channel.objects.exclude(member=ours.member).exists()


def test_no_field_more_makes_more_of_a_call(ours: Side, theirs: Side) -> None:
    _made, secret = make_token(
        member=ours.member, name="t", scope="act", lasts=timedelta(days=1), now=timezone.now()
    )
    client, before = Client(headers={"Authorization": f"Bearer {secret}"}), guarded()

    def call(method: str, path: str, body: dict[str, Any]) -> Any:
        more = {name: value for name, value in GREEDY.items() if name not in body}
        return client.generic(method, f"/api{path}", json.dumps({**more, **body}), "application/json")

    more = {"account": "Ours1", "what": "Call", "due": DAY, "owner": None, "kind": "contact"}
    made = call("POST", "/follow-ups", more)
    assert made.status_code == 201
    one = FollowUp.objects.get(pk=made.json()["id"])
    assert (one.state, one.account_id, one.made_by, one.touch, one.closed_by) == (
        "open", "Ours1", ours.member, None, None,
    )  # fmt: skip
    assert call("PATCH", f"/follow-ups/{one.pk}", {"what": "More", "kind": "contact"}).status_code == 200
    one.refresh_from_db()
    assert (one.what, one.state, one.account_id, one.owner) == ("More", "open", "Ours1", ours.member)
    touch = call("POST", "/touches", {"account": "Ours1", "channel": "call", "topic": "x"})
    assert touch.status_code == 201
    assert touch.json()["member"] == ours.member.pk
    assert guarded() == before
    assert Token.objects.get().scope == "act"
