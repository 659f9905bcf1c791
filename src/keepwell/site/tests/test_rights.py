"""Every address, opened as everybody: who gets what is said in a table, and an address nobody knows fails.

A row is `name: (whose GET shows it, who may POST)`, each a string of letters: a administrator, m manager, o owner,
t team-mate, v viewer, s stranger to the account, n nobody signed in; "" is no one. All others are refused: sent to
sign in, 403, 404, or told that there is no such method. A third thing in a row are the parts of the address: a dict,
or a function of the office that gives one. Rooms keep their own rows in `<room>/tests/addresses.py`, as ADDRESSES.
"""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from keepwell.accounts.models import Account, Contact, Standing
from keepwell.alerts.models import Alert, Channel
from keepwell.followups.models import FollowUp, Playbook, Version
from keepwell.members import actions
from keepwell.members.models import Invitation, Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
ROOMS = Path(__file__).parents[2]
PEOPLE = {
    "a": "administrator", "m": "manager", "o": "owner", "t": "mate", "v": "viewer", "s": "stranger", "n": "",
}  # fmt: skip
SIGNED, ALL, NONE = "amotvs", "amotvsn", ""
SEES, ACTS, MANAGES = "amotv", "amot", "am"  # at the account
ACTING = "amots"  # of those signed in, wherever


@dataclass
class Office:
    """What addresses lead to: an account of the team “Ours” and of its owner, and what is at it."""

    people: dict[str, Member]
    account: Account
    contact: Contact
    team: Team
    portfolio: Portfolio
    invitation: Invitation
    secret: str


Row = tuple[Any, ...]
At = dict[str, Any] | Callable[[Office], dict[str, Any]]


def account(office: Office) -> dict[str, Any]:
    return {"account_id": office.account.pk}


def contact(office: Office) -> dict[str, Any]:
    return {"contact_id": office.contact.pk}


def alert(office: Office) -> dict[str, Any]:
    made = Alert.objects.create(account=office.account, day=timezone.now().date(), opened_at=timezone.now())
    return {"pk": made.pk}


def follow_up(office: Office) -> dict[str, Any]:
    given = {
        "account": office.account,
        "owner": office.people["owner"],
        "what": "Call",
        "due": timezone.now().date(),
        "made_at": timezone.now(),
    }
    known = {one.name for one in FollowUp._meta.get_fields() if isinstance(one, models.Field)}
    return {"pk": FollowUp.objects.create(**{n: v for n, v in given.items() if n in known}).pk}


def playbook(_office: Office) -> dict[str, Any]:
    made = Playbook.objects.create(name="Save")
    Version.objects.create(playbook=made, number=1, steps=[])
    return {"pk": made.pk}


def channel(office: Office) -> dict[str, Any]:
    owner = office.people["owner"]
    made = Channel.objects.create(kind="webhook", name="x", address="https://example.com", member=owner)
    return {"pk": made.pk}


def of(name: str) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {"pk": getattr(office, name).pk}


NOTHING, JSON = {"pk": 0}, "application/json"
ADDRESSES: dict[str, Row | None] = {
    "today": (SIGNED, NONE),
    "alive": (ALL, NONE),
    "closed": (NONE, ALL, "/sign/email/"),
    "search": (SIGNED, NONE),
    "settings": (SIGNED, NONE),  # each their own parts
    "night": ("a", "a"),
    "night-begin": (NONE, "a"),
    "night-progress": ("a", NONE),
    "night-now": (SIGNED, NONE),
    "health": ("a", NONE),
    "metrics": (
        "an",
        NONE,
    ),  # nobody: a program of this machine, as here; from elsewhere a token: its own tests
    # accounts
    "accounts:list": (SIGNED, NONE),
    "accounts:give": (NONE, MANAGES),
    "accounts:undo": (NONE, MANAGES),
    "accounts:account": (SEES, NONE, account),
    "accounts:nights": (SEES, NONE, account),
    "accounts:contact": (MANAGES, NONE, contact),
    "accounts:contact_export": None,  # needs a book: accounts/tests/test_people.py
    "accounts:contact_erase": (NONE, MANAGES, contact),
    # members
    "members:join": (ALL, ALL, lambda office: {"secret": office.secret}),
    "members:profile": (SIGNED, SIGNED),
    "members:people": (MANAGES, NONE),
    "members:person": ("a", "a", lambda office: {"pk": office.people["viewer"].pk}),
    "members:activity": (NONE, "a", lambda office: {"pk": office.people["viewer"].pk}),
    "members:invite": (NONE, MANAGES),
    "members:invite_again": (NONE, MANAGES, of("invitation")),
    "members:withdraw": (NONE, MANAGES, of("invitation")),
    "members:teams": ("a", "a"),
    "members:team": ("a", "a", of("team")),
    "members:drop_team": (NONE, "a", of("team")),
    "members:portfolios": ("a", "a"),
    "members:portfolio": ("a", "a", of("portfolio")),
    "members:count": ("a", NONE),
    "members:drop_portfolio": (NONE, "a", of("portfolio")),
    "members:move_up": (NONE, "a", of("portfolio")),
    "members:trail": ("a", NONE),
    "members:trail_csv": ("a", NONE),
    # retention
    **dict.fromkeys(
        [
            f"retention:{name}"
            for name in ("statement", "series", "cohorts", "survival", "definitions", "cycles")
        ],
        (SIGNED, NONE),
    ),
    "retention:segments": (SIGNED, SIGNED),  # a viewer who writes is told on the page that they may not
    "retention:remove-segment": (NONE, NONE, NOTHING),
    "retention:accounts": (SIGNED, NONE),
    "retention:chart": (NONE, NONE, {"name": "no-such", "form": "svg"}),
    "retention:again": (NONE, NONE, NOTHING),
    # reach
    "reach:budget": (SIGNED, NONE),
    "reach:log": (ACTS, ACTS, account),
    "reach:reserve": (ACTS, ACTS, account),
    "reach:give_back": (NONE, NONE, NOTHING),
    "reach:rules": (MANAGES, MANAGES),
    "reach:rule": (NONE, NONE, NOTHING),
    "reach:drop_rule": (NONE, NONE, NOTHING),
    # alerts
    "alerts:inbox": (SIGNED, NONE),
    "alerts:alert": (SEES, NONE, alert),
    "alerts:answer": (NONE, ACTING),
    "alerts:undo": (NONE, ACTING, {"batch": "6f1c3f0e-0000-4000-8000-000000000000"}),
    "alerts:scores": (SIGNED, NONE),
    "alerts:thresholds": (SIGNED, NONE),
    "alerts:threshold": (ACTING, ACTING, {"name": "risk_high"}),
    "alerts:drop": (NONE, NONE, NOTHING),
    "alerts:preview": (NONE, NONE, NOTHING),
    "alerts:telling": (SIGNED, SIGNED),
    "alerts:telling_all": (NONE, "a"),
    "alerts:add_channel": (NONE, ACTING),
    "alerts:remove_channel": (NONE, "ao", channel),
    "alerts:try_channel": (NONE, "ao", channel),
    # follow-ups
    "followups:list": (SIGNED, NONE),
    "followups:board": (SIGNED, NONE),
    "followups:together": (NONE, ACTING),
    "followups:undo": (NONE, NONE, NOTHING),
    "followups:new": (ACTS, ACTS, account),
    "followups:one": (SEES, NONE, follow_up),
    "followups:change": (ACTS, ACTS, follow_up),
    **{
        f"followups:{name}": (NONE, ACTS, follow_up)
        for name in ("do", "drop", "hand_over", "comment", "take")
    },
    "followups:playbooks": (SIGNED, NONE),
    "followups:new_playbook": (MANAGES, MANAGES),
    "followups:playbook": (SIGNED, NONE, playbook),
    "followups:change_playbook": (MANAGES, MANAGES, playbook),
    "followups:start": (NONE, ACTING, playbook),
    "followups:use_playbook": (NONE, MANAGES, playbook),
    "followups:effect": (NONE, MANAGES, playbook),
    "followups:cadence": (SIGNED, NONE),
    "followups:standards": (MANAGES, MANAGES),
    "followups:drop_standard": (NONE, NONE, NOTHING),
    "followups:calendar": (SIGNED, NONE),
    "followups:open_feed": (NONE, SIGNED),
    "followups:close_feed": (NONE, SIGNED),
    "followups:feed": (NONE, NONE, {"secret": "no-such"}),
    # the API, by the session of who reads its description
    "api:reference": (SIGNED, NONE),
    "api:openapi": (ALL, NONE),
    "api:tokens": (SIGNED, SIGNED),
    "api:revoke": (NONE, NONE, NOTHING),
    **dict.fromkeys(["calls:accounts", "calls:me"], (SIGNED, NONE)),
    "calls:members": (MANAGES, NONE),
    "calls:teams": ("a", "a"),
    "calls:contact": (SEES, NONE, contact),
    "calls:search": (SIGNED, NONE, "/api/search?words=Acme"),
    **dict.fromkeys(
        [f"calls:{name}" for name in ("account", "timeline", "contacts", "standing")], (SEES, NONE, account)
    ),
    "calls:owner": (NONE, NONE, account),  # written by PUT: its own tests
    "^[\\s\\S]*$": (NONE, NONE, "/api/no-such"),
    # signing in: pages of allauth, which ask for whom they are themselves
    "account_login": ("n", ALL),
    "account_logout": (SIGNED, ALL),  # who is out already is led home
    "account_inactive": (ALL, ALL),
    "account_reauthenticate": (SIGNED, SIGNED),
    "account_change_password": (SIGNED, SIGNED),
    "account_set_password": (NONE, SIGNED),  # who has one is led to the change
    "account_reset_password": (ALL, ALL),
    "account_reset_password_done": (ALL, ALL),
    "account_reset_password_from_key": (ALL, ALL, {"uidb36": "1", "key": "no-such"}),
    "account_reset_password_from_key_done": (ALL, ALL),
    "account_confirm_login_code": (NONE, ALL),
    "mfa_index": (SIGNED, NONE),
    "mfa_authenticate": (NONE, ALL),
    "mfa_reauthenticate": (NONE, SIGNED),
    "mfa_list_webauthn": (SIGNED, NONE),
    "mfa_login_webauthn": (NONE, ALL),
    "mfa_reauthenticate_webauthn": (NONE, SIGNED),
    "usersessions_list": (SIGNED, SIGNED),
    **dict.fromkeys(  # led to say the password again first, by all who are signed in
        [
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_add_webauthn",
        ],
        (NONE, SIGNED),
    ),
    "mfa_remove_webauthn": (NONE, SIGNED, {"pk": 1}),
    "mfa_edit_webauthn": (NONE, SIGNED, {"pk": 1}),
    "openid_connect_login": (NONE, NONE, {"provider_id": "no-such"}),
    "openid_connect_callback": (NONE, NONE, {"provider_id": "no-such"}),
    **dict.fromkeys(  # closed, whatever allauth has there
        [
            "account_signup",
            "account_email",
            "account_email_verification_sent",
            "socialaccount_signup",
            "socialaccount_connections",
            "socialaccount_login_cancelled",
            "socialaccount_login_error",
        ],
        (NONE, ALL),
    ),
    "account_confirm_email": (NONE, ALL, {"key": "no-such"}),
}
ELSEWHERE = ("calls:",)  # operations of the API, each with a method and scope: walked in api/tests
LEADS_ON = {"social/login/cancelled/", "social/login/error/", "social/signup/", "social/connections/"}


def table() -> dict[str, Row | None]:
    """Ours and what rooms keep themselves, which wins."""
    found = dict(ADDRESSES)
    for kept in sorted(ROOMS.glob("*/tests/addresses.py")):
        spec = importlib.util.spec_from_file_location(f"addresses_of_{kept.parts[-3]}", kept)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= module.ADDRESSES
    return found


def names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from names(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif isinstance(one, URLPattern) and str(one.pattern) not in LEADS_ON:
            yield f"{space}{one.name or one.pattern}"


@pytest.fixture
def office(db: None) -> Office:
    ours, theirs = Team.objects.create(name="Ours"), Team.objects.create(name="Theirs")
    portfolio = Portfolio.objects.create(name="Ours")
    ours.portfolios.add(portfolio)
    roles = {
        "administrator": (Role.ADMINISTRATOR, None), "manager": (Role.MANAGER, ours),
        "owner": (Role.MEMBER, None), "mate": (Role.MEMBER, ours), "viewer": (Role.VIEWER, ours),
        "stranger": (Role.MEMBER, theirs),
    }  # fmt: skip
    people = {}
    for name, (role, team) in roles.items():
        people[name] = Member.objects.create_user(f"{name}@example.com", "a sentence", name=name, role=role)
        if team:
            people[name].teams.add(team)
    one = Account.objects.create(account_id="A1", name="Acme", owner=people["owner"], portfolio=portfolio)
    Standing.objects.create(account=one, day=timezone.now().date(), kept_by="contract", mrr=100)
    person = Contact.objects.create(contact_id="c1", account=one, name="Eva Nagy", source_id="P1")
    now = timezone.now()
    secret = actions.invite(role=Role.MEMBER, now=now, by=people["administrator"], teams=[ours])
    return Office(people, one, person, ours, portfolio, Invitation.objects.get(), secret)


def as_(office: Office, letter: str) -> Client:
    client = Client(raise_request_exception=False)
    if name := PEOPLE[letter]:
        client.force_login(office.people[name])
    return client


def address(name: str, row: Row, office: Office) -> str:
    at: Any = row[2] if len(row) > 2 else {}
    if isinstance(at, str):
        return at
    return reverse(name, kwargs=at(office) if callable(at) else at)


def refused(answer: Any, *, signed: bool) -> bool:
    if answer.status_code == 302:  # to sign in, or to say the password again
        return "/sign/" in answer["Location"] or answer["Location"] == "/"
    return answer.status_code in (401, 403, 404, 405, 410)


def test_the_table_knows_every_address_and_no_other() -> None:
    known, there = set(table()), {name for name in names() if not name.startswith(ELSEWHERE)}
    assert not there - known, "say who gets these, in tests/addresses.py of their room"
    assert not {name for name in known - there if name.split(":")[0] not in ("calls",)}


@pytest.mark.parametrize("name", sorted(table()))
def test_everybody_gets_what_the_table_says_and_nothing_else(name: str, office: Office) -> None:
    row = table()[name]
    if row is None or name not in set(names()):
        pytest.skip("its room tests it itself")
    where = address(name, row, office)
    wrong, api = [], where.startswith("/api/")
    for letter in ALL:
        answer = as_(office, letter).get(where)
        if letter in row[0] and answer.status_code != 200:
            wrong.append(f"GET as {letter}: {answer.status_code}")
        if letter not in row[0] and not refused(answer, signed=letter != "n"):
            wrong.append(f"GET as {letter} is not refused: {answer.status_code}")
    for letter in set(ALL) - set(row[1]):
        answer = as_(office, letter).post(where, **({"data": {}, "content_type": JSON} if api else {}))
        if not refused(answer, signed=letter != "n"):
            wrong.append(f"POST as {letter} is not refused: {answer.status_code}")
    assert not wrong, f"{where}: {'; '.join(wrong)}"
