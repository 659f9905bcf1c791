"""Members, teams, portfolios and the trail by programs: answered as the member whose token it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from keepwell.accounts.models import Account
from keepwell.api.models import Kept
from keepwell.api.tests.office import ROLES
from keepwell.members import actions
from keepwell.members.models import Change, Invitation, Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
MANAGES = ("administrator", "manager")


@pytest.mark.parametrize("name", ROLES)
def test_members_are_seen_by_who_manages_and_placed_by_administrators(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    program, mate, stranger = as_(name), people["mate"], people["stranger"]
    administers, manages = name == "administrator", name in MANAGES
    assert program.call("GET", "/members").status_code == (200 if manages else 403)
    assert program.call("GET", f"/members/{mate.pk}").status_code == (200 if manages else 403)
    seen = program.call("GET", f"/members/{stranger.pk}").status_code
    assert seen == (200 if administers else 404 if manages else 403)
    for method, address, body in (
        ("PATCH", f"/members/{mate.pk}", {"role": "viewer"}),
        ("POST", f"/members/{mate.pk}/sign-out", None),
        ("DELETE", f"/members/{mate.pk}/second-step", None),
    ):
        done = program.call(method, address, body).status_code
        assert done in ((200, 204) if administers else (403,)), address
    mate.refresh_from_db()
    assert mate.role == (Role.VIEWER if administers else Role.MEMBER)


def test_a_member_is_placed_as_the_page_does_and_one_administrator_is_left(
    as_: Any, people: dict[str, Member]
) -> None:
    program, mate = as_("administrator"), people["mate"]
    own, theirs = f"/members/{mate.pk}", Team.objects.get(name="Theirs")
    mark = program.call("GET", own)["ETag"]
    placed = program.call("PATCH", own, {"teams": [theirs.pk]}, If_Match=mark).json()
    assert (placed["role"], [team["name"] for team in placed["teams"]]) == ("member", ["Theirs"])
    assert program.call("PATCH", own, {"role": "manager"}, If_Match=mark).status_code == 412
    assert program.call("PATCH", own, {"teams": [10**9]}).status_code == 422
    assert program.call("PATCH", own, {"active": False}).json()["active"] is False
    assert as_("mate").call("GET", "/me").status_code == 401, "who may not sign in has no programs either"
    assert program.call("PATCH", own, {"active": True}).json()["active"] is True
    last = f"/members/{people['administrator'].pk}"
    refused = program.call("PATCH", last, {"role": "viewer"})
    assert (refused.status_code, "last administrator" in refused.json()["detail"]) == (422, True)
    assert program.call("PATCH", last, {"active": False}).status_code == 422
    deeds = Change.objects.filter(kind="members.member", key=str(mate.pk)).values_list("what", flat=True)
    assert {"change member", "deactivate member", "reactivate member"} <= set(deeds)


@pytest.mark.parametrize("key", [{}, {"Idempotency_Key": "k"}])
def test_a_call_that_is_refused_half_way_leaves_nothing_of_its_first_half(
    as_: Any, people: dict[str, Member], key: dict[str, str]
) -> None:
    program, last = as_("administrator"), people["administrator"]
    teams = set(last.teams.values_list("pk", flat=True))
    more = sorted(teams ^ set(Team.objects.values_list("pk", flat=True)))
    deeds, own = Change.objects.count(), f"/members/{last.pk}"
    refused = program.call("PATCH", own, {"teams": more, "active": False}, **key)
    assert (refused.status_code, "last administrator" in refused.json()["detail"]) == (422, True)
    assert set(last.teams.values_list("pk", flat=True)) == teams
    assert (Change.objects.count(), Kept.objects.count()) == (deeds, 0)
    assert program.call("PATCH", own, {"teams": more}, **key).status_code == 200, "put right, it is done"


def test_who_is_invited_gets_a_link_that_is_told_once_and_not_kept(
    as_: Any, people: dict[str, Member], settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MAIL_SET_UP = True
    program, ours = as_("manager"), Team.objects.get(name="Ours")
    body = {"email": "new@example.com", "teams": [ours.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        made = program.call("POST", "/invitations", body, Idempotency_Key="k")
    secret = made.json()["link"].rsplit("/", 1)[1]
    assert (made.status_code, made.json()["mailed"], len(mail.outbox)) == (201, True, 1)
    assert secret in mail.outbox[0].body
    again = program.call("POST", "/invitations", body, Idempotency_Key="k")
    assert (again.status_code, again.json()["link"], again["Idempotent-Replayed"]) == (201, None, "true")
    assert secret not in Kept.objects.get(key="k").body
    assert actions.invitation_of(secret, now=timezone.now()) == Invitation.objects.get()
    listed = program.call("GET", "/invitations").json()["items"]
    assert [(one["email"], "link" in one) for one in listed] == [("new@example.com", False)]
    own = f"/invitations/{made.json()['id']}"
    assert program.call("POST", f"{own}/again").json()["link"] != made.json()["link"]
    assert actions.invitation_of(secret, now=timezone.now()) is None
    assert program.call("DELETE", own).status_code == 204
    assert program.call("DELETE", own).status_code == 404


def test_nobody_invites_beyond_what_they_may(as_: Any, people: dict[str, Member]) -> None:
    ours, theirs = (Team.objects.get(name=name) for name in ("Ours", "Theirs"))
    of_them = Invitation.objects.create(hashed="x", expires_at=timezone.now() + timedelta(days=1))
    of_them.teams.add(theirs)
    for name in ROLES:
        program = as_(name)
        plain = program.call("POST", "/invitations", {"role": "viewer", "teams": [ours.pk]}).status_code
        assert plain == (201 if name in MANAGES else 403)
        if name == "administrator":
            continue
        high = program.call("POST", "/invitations", {"role": "administrator", "teams": [ours.pk]})
        assert high.status_code == (422 if name == "manager" else 403)
        beyond = program.call("POST", "/invitations", {"teams": [theirs.pk]})
        assert beyond.status_code == (422 if name == "manager" else 403)
        for method, address in (("POST", "/again"), ("DELETE", "")):
            refused = program.call(method, f"/invitations/{of_them.pk}{address}").status_code
            assert refused == (404 if name == "manager" else 403)


@pytest.mark.parametrize("name", ROLES)
def test_teams_portfolios_and_the_trail_are_administrators(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    program, administers = as_(name), name == "administrator"
    team, portfolio = Team.objects.get(name="Theirs"), Portfolio.objects.get(name="Theirs")
    for method, address, body, done in (
        ("GET", "/teams", None, 200),
        ("POST", "/teams", {"name": "Third", "portfolios": [portfolio.pk]}, 201),
        ("GET", f"/teams/{team.pk}", None, 200),
        ("PATCH", f"/teams/{team.pk}", {"name": "Others"}, 200),
        ("DELETE", f"/teams/{team.pk}", None, 204),
        ("GET", "/portfolios", None, 200),
        ("POST", "/portfolios", {"name": "Third", "condition": "segment = Enterprise"}, 201),
        ("GET", "/portfolios/count?condition=country%20=%20DE", None, 200),
        ("GET", f"/portfolios/{portfolio.pk}", None, 200),
        ("PATCH", f"/portfolios/{portfolio.pk}", {"place": 3}, 200),
        ("POST", f"/portfolios/{portfolio.pk}/up", None, 200),
        ("DELETE", f"/portfolios/{portfolio.pk}", None, 204),
        ("GET", "/trail", None, 200),
    ):
        answer = program.call(method, address, body)
        assert answer.status_code == (done if administers else 403), (address, answer.content)
    assert as_(name, "act").call("POST", "/teams", {"name": "x"}).status_code == 403


def test_a_team_is_changed_where_it_is_named_and_no_name_is_given_twice(
    as_: Any, people: dict[str, Member]
) -> None:
    program, own = as_("administrator"), f"/teams/{Team.objects.get(name='Ours').pk}"
    read = program.call("GET", own)
    changed = program.call("PATCH", own, {"kind": "sales"}, If_Match=read["ETag"])
    assert changed.json() == read.json() | {"kind": "sales"}
    assert program.call("DELETE", own, If_Match=read["ETag"]).status_code == 412
    (wrong,) = program.call("POST", "/teams", {"name": "ours"}).json()["errors"]
    assert wrong == {
        "where": ["body", "said", "name"],
        "detail": "There is a team of this name already: Ours.",
    }


def test_a_portfolio_tells_how_many_accounts_it_has_and_takes_no_condition_that_is_none(
    as_: Any, account: Account
) -> None:
    program, ours = as_("administrator"), Portfolio.objects.get(name="Ours")
    told = program.call("GET", f"/portfolios/{ours.pk}").json()
    assert (told["accounts"], [team["name"] for team in told["teams"]]) == (1, ["Ours"])
    assert program.call("GET", "/portfolios/count").json() == {"accounts": 2}
    wrong = program.call("PATCH", f"/portfolios/{ours.pk}", {"condition": "segmnt = Enterprise"})
    assert (wrong.status_code, "segment" in str(wrong.json()["errors"])) == (422, True)
    assert program.call("GET", "/portfolios/count?condition=nonsense").status_code == 422


def test_the_trail_is_read_by_what_is_sought_and_in_parts(as_: Any, people: dict[str, Member]) -> None:
    program = as_("administrator")
    for number in range(5):
        program.call("POST", "/teams", {"name": f"Team {number}"})
    first = program.call("GET", "/trail?what=make%20team&limit=3").json()
    then = program.call("GET", f"/trail?what=make%20team&limit=3&cursor={first['next']}").json()
    named = [one["after"]["name"] for one in first["items"] + then["items"]]
    assert (named, then["next"]) == ([f"Team {number}" for number in reversed(range(5))], None)
    who = people["administrator"]
    assert first["items"][0]["member"] == who.pk
    assert len(program.call("GET", f"/trail?who={who.name}&what=make%20team").json()["items"]) == 5
    assert program.call("GET", "/trail?until=2020-01-01").json()["items"] == []
    assert program.call("GET", "/trail?since=yesterday").status_code == 422


@pytest.mark.parametrize("name", ROLES)
def test_everybody_says_of_themselves_what_their_page_says(
    name: str, as_: Any, people: dict[str, Member]
) -> None:
    told = as_(name, "act").call("PATCH", "/me", {"language": "hu", "time_zone": "Europe/Budapest"})
    assert (told.status_code, told.json()["language"], told.json()["name"]) == (200, "hu", name.title())
    assert as_(name).call("PATCH", "/me", {"time_zone": "Mars/Olympus"}).status_code == 422
    assert as_(name).call("PATCH", "/me", {"role": "administrator"}).json()["role"] == ROLES[name][0]
    assert as_(name, "read").call("PATCH", "/me", {"name": "Other"}).status_code == 403


def test_of_two_who_make_the_same_at_the_same_moment_the_second_is_told(
    as_: Any, people: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first one wrote is not seen by the form of the second: the table itself refuses."""
    program, name = as_("administrator"), "keepwell.members.forms.OfTeam.validate_unique"
    monkeypatch.setattr(name, lambda _form: None)
    monkeypatch.setattr("keepwell.members.forms.OfTeam.clean_name", lambda form: form.cleaned_data["name"])
    before = Change.objects.count()
    refused = program.call("POST", "/teams", {"name": "Ours"}, Idempotency_Key="k")
    assert (refused.status_code, refused["Content-Type"]) == (409, "application/problem+json")
    assert (Change.objects.count(), Kept.objects.count()) == (before, 0)
    assert program.call("POST", "/teams", {"name": "Fourth"}, Idempotency_Key="k2").status_code == 201
