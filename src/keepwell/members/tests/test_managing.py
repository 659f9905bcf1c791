"""Members, teams and portfolios as administrators and managers set them up."""

import re
import threading
from collections.abc import Callable

import pytest
from django.apps import apps
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone

from keepwell.lib.errors import KeepwellError
from keepwell.members import actions, queries
from keepwell.members.models import Change, Invitation, Member, Portfolio, Role, Team

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]
People = dict[str, Member]


def secret_in(answer: object) -> str:
    return re.search(r"/members/join/([\w-]+)", answer.content.decode()).group(1)  # type: ignore[attr-defined,union-attr]  # the page has one


def test_an_invitation_goes_by_mail_and_shows_its_link_once(as_: As) -> None:
    answer = as_("administrator").post("/members/invite", {"email": "Bo@example.com", "role": "manager"})
    secret = secret_in(answer)
    assert mail.outbox[0].to == ["bo@example.com"] or mail.outbox[0].to == ["Bo@example.com"]
    assert secret in mail.outbox[0].body
    assert secret not in as_("administrator").get("/members/").content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_where_no_mail_server_answers_the_link_can_be_handed_over(as_: As, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]  # as pytest hands it in
    settings.EMAIL_PORT = 9  # type: ignore[attr-defined]  # as pytest hands it in
    answer = as_("administrator").post("/members/invite", {"email": "bo@example.com", "role": "member"})
    assert "No mail goes out from here yet" in answer.content.decode()
    assert "note error" not in answer.content.decode(), "nothing is wrong where nobody has set mail up"
    assert actions.invitation_of(secret_in(answer), now=timezone.now())
    settings.MAIL_SET_UP = True  # type: ignore[attr-defined]  # as pytest hands it in
    answer = as_("administrator").post(f"/members/invitations/{Invitation.objects.get().pk}/again")
    assert "could not be sent" in answer.content.decode()


def test_an_address_has_one_link_that_works(as_: As) -> None:
    client, said = as_("administrator"), {"email": "bo@example.com", "role": "manager"}
    first = secret_in(client.post("/members/invite", said))
    again = client.post("/members/invite", said | {"email": "BO@example.com", "role": "member"})
    assert again.status_code == 422
    assert "invited already" in again.content.decode()
    Invitation.objects.update(expires_at=timezone.now())
    second = secret_in(client.post("/members/invite", said | {"role": "member"}))
    assert Invitation.objects.get().role == Role.MEMBER, "the one that had expired is gone"
    assert actions.invitation_of(first, now=timezone.now()) is None
    assert actions.invitation_of(second, now=timezone.now())


def two_may_try() -> None:
    """Skip where the tests' database lets only one write."""
    if connection.vendor == "sqlite":
        pytest.skip(
            "SQLite lets one write at a time; its database in memory lets no two try: runs on PostgreSQL"
        )


def test_where_there_is_one_team_whoever_is_invited_comes_into_it(as_: As) -> None:
    def ticked() -> bool:
        return bool(
            re.search(r'name="teams"[^>]*checked', as_("administrator").get("/members/").content.decode())
        )

    assert not ticked()
    first = Team.objects.order_by("pk").first()
    Team.objects.exclude(pk=first.pk).delete()
    assert ticked()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_invite_one_address_at_once_one_is_refused() -> None:
    two_may_try()
    by = Member.objects.create_user("a@example.com", None, name="a", role=Role.ADMINISTRATOR)
    begin, refused = threading.Barrier(2), []

    def invite() -> None:
        begin.wait()
        try:
            actions.invite(role=Role.MEMBER, now=timezone.now(), by=by, email="bo@example.com")
        except KeepwellError as wrong:
            refused.append(wrong)
        finally:
            connection.close()

    both = [threading.Thread(target=invite) for _each in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert Invitation.objects.count() == 1
    assert len(refused) == 1


def test_a_new_link_makes_the_former_void_and_a_withdrawn_one_opens_nothing(as_: As) -> None:
    client = as_("administrator")
    first = secret_in(client.post("/members/invite", {"role": "member"}))
    made = Invitation.objects.get()
    second = secret_in(client.post(f"/members/invitations/{made.pk}/again"))
    now = timezone.now()
    assert actions.invitation_of(first, now=now) is None
    assert actions.invitation_of(second, now=now)
    client.post(f"/members/invitations/{made.pk}/withdraw")
    assert Client().get(f"/members/join/{second}").status_code == 410


def test_a_manager_invites_members_and_viewers_into_their_own_teams(as_: As, people: People) -> None:
    ours = Team.objects.get(name="Ours")
    answer = as_("manager").post("/members/invite", {"role": "viewer", "teams": [ours.pk]})
    assert answer.status_code == 200
    assert list(Invitation.objects.get().teams.all()) == [ours]


@pytest.mark.parametrize(
    ("role", "team"), [("administrator", "Ours"), ("manager", "Ours"), ("member", "Theirs"), ("member", None)]
)
def test_a_manager_invites_nobody_who_may_or_sees_more(
    as_: As, people: People, role: str, team: str | None
) -> None:
    teams = list(Team.objects.filter(name=team))
    said = {"role": role, "teams": [one.pk for one in teams]}
    assert as_("manager").post("/members/invite", said).status_code == 422
    with pytest.raises(PermissionDenied):
        actions.invite(role=Role(role), now=timezone.now(), by=people["manager"], teams=teams)
    assert not Invitation.objects.exists()


def test_a_manager_sees_and_withdraws_only_their_own_teams_invitations(as_: As, people: People) -> None:
    theirs = Team.objects.filter(name="Theirs")
    actions.invite(role=Role.MEMBER, now=timezone.now(), by=people["administrator"], teams=theirs)
    made = Invitation.objects.get()
    assert as_("manager").post(f"/members/invitations/{made.pk}/again").status_code == 404
    assert not queries.invitations_of(people["manager"]).exists()
    assert "stranger@example.com" not in as_("manager").get("/members/").content.decode()


def test_who_is_deactivated_is_signed_out_at_once_and_lets_themselves_in_no_more(
    as_: As, people: People
) -> None:
    theirs = Client()
    theirs.post("/sign/login/", {"login": "member@example.com", "password": "a sentence nobody guesses"})
    assert theirs.get("/").status_code == 200
    as_("administrator").post(f"/members/{people['member'].pk}/activity", {"do": "deactivate"})
    assert theirs.get("/").status_code == 302
    theirs.post("/sign/login/", {"login": "member@example.com", "password": "a sentence nobody guesses"})
    assert theirs.get("/").status_code == 302
    told = Change.objects.get(what="deactivate member")
    assert told.after == {"sessions ended": 1}


def test_the_last_administrator_can_be_neither_deactivated_nor_demoted(as_: As, people: People) -> None:
    last = people["administrator"]
    answer = as_("administrator").post(f"/members/{last.pk}/activity", {"do": "deactivate"}, follow=True)
    assert "is the last administrator" in answer.content.decode()
    answer = as_("administrator").post(f"/members/{last.pk}", {"role": "member"})
    assert "is the last administrator" in answer.content.decode()
    last.refresh_from_db()
    assert (last.is_active, last.role) == (True, Role.ADMINISTRATOR)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_demote_each_other_at_once_one_stays(people: People) -> None:
    two_may_try()
    one = people["administrator"]
    other = Member.objects.create_user("o@example.com", None, name="O", role=Role.ADMINISTRATOR)
    begin, refused = threading.Barrier(2), []

    def demote(whom: Member, by: Member) -> None:
        begin.wait()
        try:
            actions.place(member=whom, by=by, role=Role.MEMBER, teams=[])
        except KeepwellError as wrong:
            refused.append(wrong)
        finally:
            connection.close()

    both = [threading.Thread(target=demote, args=pair) for pair in ((one, other), (other, one))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert Member.objects.filter(role=Role.ADMINISTRATOR).count() == 1
    assert len(refused) == 1


def test_role_and_teams_are_changed_and_the_trail_says_from_what_to_what(as_: As, people: People) -> None:
    theirs = Team.objects.get(name="Theirs")
    as_("administrator").post(f"/members/{people['viewer'].pk}", {"role": "manager", "teams": [theirs.pk]})
    told = Change.objects.get(what="change member")
    assert told.before == {"role": "viewer", "teams": ["Ours"]}
    assert told.after == {"role": "manager", "teams": ["Theirs"]}
    assert told.by == "Administrator"


def test_teams_are_made_changed_and_dissolved(as_: As) -> None:
    client, ours = as_("administrator"), Portfolio.objects.get()
    client.post("/members/teams", {"name": "Nord", "kind": "sales", "portfolios": [ours.pk]})
    made = Team.objects.get(name="Nord")
    assert list(made.portfolios.all()) == [ours]
    client.post(f"/members/teams/{made.pk}", {"name": "North", "kind": "sales"})
    made.refresh_from_db()
    assert (made.name, made.portfolios.count()) == ("North", 0)
    client.post(f"/members/teams/{made.pk}/drop")
    assert not Team.objects.filter(pk=made.pk).exists()
    assert [one.what for one in Change.objects.filter(kind="members.team")] == [
        "drop team", "change team", "make team",
    ]  # fmt: skip


@pytest.mark.parametrize(("of", "thing"), [("teams", "team"), ("portfolios", "portfolio")])
def test_who_types_a_name_that_there_is_already_is_led_to_it(as_: As, of: str, thing: str) -> None:
    client = as_("administrator")
    made = Team if of == "teams" else Portfolio
    there = made._default_manager.create(name="<b>North")
    said = {"name": " <B>north", "kind": "sales", "condition": "", "place": 10}
    shown = client.post(f"/members/{of}", said).content.decode()
    assert f"There is a {thing} of this name already" in shown
    assert f'<a href="/members/{of}/{there.pk}">&lt;b&gt;North</a>' in shown
    assert "already exists" not in shown
    assert client.post(f"/members/{of}/{there.pk}", said).status_code == 302, "it keeps its own name"


def test_a_condition_is_read_as_people_type_it_or_refused_with_a_way_out(as_: As) -> None:
    client = as_("administrator")
    said = {"name": "DACH", "condition": "country in (DE, AT", "place": 5}
    assert "is no condition on accounts" in client.post("/members/portfolios", said).content.decode()
    client.post("/members/portfolios", said | {"condition": "country in (DE, AT)"})
    assert Portfolio.objects.get(name="DACH").condition == "country in (DE, AT)"


def test_a_portfolio_that_would_stay_empty_for_a_slip_of_the_pen_is_refused(as_: As) -> None:
    client, said = as_("administrator"), {"name": "Large", "place": 5}
    shown = client.post("/members/portfolios", said | {"condition": "segmnt = Enterprise"}).content.decode()
    assert "Did you mean segment" in shown
    assert not Portfolio.objects.filter(name="Large").exists()
    apps.get_model("accounts", "Projection").objects.create(name="accounts", said={"columns": ["segment2"]})
    assert (
        "There are:" in client.post("/members/portfolios", said | {"condition": "shoe = 42"}).content.decode()
    )
    client.post("/members/portfolios", said | {"condition": "segment2 = A and domain = acme.example"})
    assert Portfolio.objects.get(name="Large").condition.startswith("segment2"), (
        "the file's own column is asked"
    )


def test_what_is_wrong_and_each_way_out_stand_on_lines_of_their_own(as_: As) -> None:
    said = {"name": "DACH", "condition": "<s>country", "place": 5}
    shown = as_("administrator").post("/members/portfolios", said).content.decode()
    wrong = re.search(r'<ul class="errorlist".*?</ul>', shown, re.DOTALL)
    assert wrong is not None
    assert wrong.group().count("<br>") >= 1
    assert " - " not in wrong.group()
    assert "<s>" not in shown, "what was typed stays text"


def test_portfolios_are_asked_in_the_order_people_put_them_in(as_: As) -> None:
    for name in ("B", "C"):
        Portfolio.objects.create(name=name)
    last = Portfolio.objects.get(name="C")
    as_("administrator").post(f"/members/portfolios/{last.pk}/up")
    assert [one.name for one in Portfolio.objects.all()] == ["C", "B", "Ours"]
    as_("administrator").post(f"/members/portfolios/{last.pk}/up")
    assert [one.name for one in Portfolio.objects.all()] == ["C", "B", "Ours"]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("country = DE", "2 accounts are like that now."),
        ("country != DE and segment = '(none)'", "1 account is like that now."),
        ("", "3 accounts are like that now."),
        ("contry = DE", "Did you mean country"),
        ("shoe_size = 42", "Counted by the next night."),
        ("country", "is no condition"),
    ],
)
def test_how_many_accounts_are_like_that_is_counted_as_one_types(as_: As, condition: str, said: str) -> None:
    account = Portfolio._meta.get_field("accounts").related_model
    for n, country in enumerate(("DE", "DE", "AT")):
        account.objects.create(account_id=f"A{n}", name=f"A{n}", country=country)
    answer = as_("administrator").get("/members/portfolios/count", {"condition": condition})
    assert said in answer.content.decode()


def test_pages_of_members_ask_few_questions(
    as_: As, people: People, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for n in range(40):
        actions.invite(role=Role.MEMBER, now=timezone.now(), by=people["administrator"])
        Member.objects.create_user(f"{n}@example.com", None, name=str(n)).teams.set(Team.objects.all())
    client = as_("administrator")
    for address in ("", "teams", "portfolios", "trail"):
        with django_assert_max_num_queries(12):  # type: ignore[attr-defined]  # as pytest hands it in
            assert client.get(f"/members/{address}").status_code == 200
