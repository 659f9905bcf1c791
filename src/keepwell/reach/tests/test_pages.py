"""Logging, reserving, the rules, and who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Outgoing
from keepwell.members.models import Change
from keepwell.reach.erase import ERASERS
from keepwell.reach.models import Hold, LastTouch, Reservation, Rule, Touch
from keepwell.reach.panels import PANELS
from keepwell.reach.remembering import remember_last_touches
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db
FORM = {
    "contact": "c1",
    "channel": "mail",
    "direction": "out",
    "importance": "normal",
    "team": "customer_success",
}


def form(key: str = "k1", **changed: str) -> dict[str, str]:
    return FORM | {"key": key} | changed


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 302), ("mate", 302), ("manager", 302), ("viewer", 403), ("stranger", 404)],
)
def test_those_who_look_after_an_account_log_what_they_did(office: Office, who: str, status: int) -> None:
    answer = office.client(getattr(office, who)).post("/reach/log/A/1", form(team=""))
    if who == "owner":
        assert answer.status_code == status, answer.content.decode()
    assert answer.status_code == status
    assert Touch.objects.count() == (status == 302)


def test_a_form_sent_twice_logs_once(office: Office) -> None:
    client = office.client(office.owner)
    for _ in range(2):
        assert client.post("/reach/log/A/1", form(topic="prices")).status_code == 302
    assert Touch.objects.count() == Outgoing.objects.count() == 1


def test_a_held_touch_says_why_and_can_be_logged_with_a_reason(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    client = office.client(office.owner)
    client.post("/reach/log/A/1", form())
    page = client.post("/reach/log/A/1", form("k2")).content.decode()
    assert "at most 1 contact in 7 days to one contact" in page
    assert "Olga" in page
    assert client.post("/reach/log/A/1", form("k2", anyway="she rang and asked")).status_code == 302
    assert Touch.objects.count() == 2
    assert "she rang and asked" in client.get("/reach/?show=passed").content.decode()


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ("held", "at most 1 contact in 7 days to one contact"),
        ("reserved", "prices"),
        ("passed", "over budget she rang and asked"),
    ],
)
def test_what_the_budget_did_can_be_taken_away_by_who_sees_the_accounts(
    office: Office, show: str, said: str
) -> None:
    Rule.objects.create(most=1, days=7)
    client = office.client(office.owner)
    client.post("/reach/log/A/1", form())
    client.post("/reach/log/A/1", form("k2"))
    client.post("/reach/log/A/1", form("k2", anyway="she rang and asked"))
    day = (timezone.now() + timedelta(days=20)).date()
    client.post("/reach/reserve/A/1", form("k3", day=day.isoformat(), topic="prices"))
    sheet = client.get(f"/reach/?show={show}&as=csv").content.decode()
    assert said in sheet
    assert "Arden" in sheet
    assert Change.objects.filter(what="export contact budget").exists()
    other = office.client(office.stranger).get(f"/reach/?show={show}&as=csv").content.decode()
    assert "Arden" not in other
    assert "at most 1 contact" in client.get("/reach/").content.decode()


@pytest.mark.parametrize("at", ["0001-01-01T10:00", "9999-12-31T23:59", "soon"])
def test_a_moment_that_cannot_have_been_is_refused(office: Office, at: str) -> None:
    assert office.client(office.owner).post("/reach/log/A/1", form(at=at)).status_code == 200
    assert not Touch.objects.exists()


def test_an_emergency_says_what_it_is(office: Office) -> None:
    client = office.client(office.owner)
    assert client.post("/reach/log/A/1", form(importance="emergency")).status_code == 200
    assert client.post("/reach/log/A/1", form(importance="emergency", topic="outage")).status_code == 302


def test_what_a_stranger_may_not_see_is_not_on_their_page(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    client = office.client(office.owner)
    client.post("/reach/log/A/1", form())
    client.post("/reach/log/A/1", form("k2"))
    assert Hold.objects.count() == 1
    assert "Arden" in office.client(office.viewer).get("/reach/").content.decode()
    assert "Arden" not in office.client(office.stranger).get("/reach/").content.decode()


def test_a_day_is_reserved_shown_and_given_back(office: Office) -> None:
    day = (timezone.now() + timedelta(days=3)).date()
    client = office.client(office.mate)
    assert client.post("/reach/reserve/A/1", form(day=day.isoformat())).status_code == 302
    made = Reservation.objects.get()
    assert "Arden" in client.get("/reach/?show=reserved").content.decode()
    assert office.client(office.stranger).post(f"/reach/give-back/{made.pk}").status_code == 404
    assert office.client(office.viewer).post(f"/reach/give-back/{made.pk}").status_code == 403
    client.post(f"/reach/give-back/{made.pk}")
    made.refresh_from_db()
    assert made.state == "given back"


def test_what_was_held_back_is_free_again_once_the_slot_is_given_back(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    client, mate = office.client(office.owner), office.client(office.mate)
    mate.post("/reach/reserve/A/1", form(day=(timezone.now() + timedelta(days=3)).date().isoformat()))
    assert "Held back until" in client.post("/reach/log/A/1", form()).content.decode()
    assert "free again" not in client.get("/reach/").content.decode()
    mate.post(f"/reach/give-back/{Reservation.objects.get().pk}")
    assert "free again" in client.get("/reach/").content.decode()
    assert client.post("/reach/log/A/1", form()).status_code == 302
    assert "free again" not in client.get("/reach/").content.decode()  # it is used up by what has gone out


def test_who_was_held_back_last_stands_first_and_what_is_reserved_next(office: Office) -> None:
    Rule.objects.create(most=1, days=1)
    client, today, days = office.client(office.owner), timezone.now().date(), (3, 5, 1, 4, 2)
    for there in ("A/1", "B2"):
        for ahead in days:
            said = form(
                contact="c1" if there == "A/1" else "", day=(today + timedelta(days=ahead)).isoformat()
            )
            client.post(f"/reach/reserve/{there}", said)
            client.post(f"/reach/reserve/{there}", said)
    held = [one.hold.pk for one in client.get("/reach/").context["rows"]]
    assert held == sorted(Hold.objects.values_list("pk", flat=True), reverse=True)
    reserved = [one.day for one in client.get("/reach/?show=reserved").context["rows"]]
    assert len(reserved) >= len(days)
    assert reserved == sorted(reserved)


def test_only_managers_change_the_rules_and_it_is_on_the_trail(office: Office) -> None:
    values = {"most": "2", "days": "14", "of": "contact", "active": "on"}
    assert office.client(office.owner).post("/reach/rules", values).status_code == 403
    client = office.client(office.manager)
    client.post("/reach/rules", values)
    rule = Rule.objects.get()
    client.post(f"/reach/rules/{rule.pk}", values | {"most": "3"})
    change = Change.objects.filter(what="set budget rule").first()
    assert change is not None
    assert (change.before, change.after) == ({"most": 2}, {"most": 3})
    assert "at most 3 contacts in 14 days" in client.get("/reach/rules").content.decode()
    client.post(f"/reach/rules/{rule.pk}/drop")
    assert not Rule.objects.exists()


def test_a_rule_of_no_contacts_or_no_days_is_refused(office: Office) -> None:
    client = office.client(office.manager)
    client.post("/reach/rules", {"most": "0", "days": "0", "of": "contact"})
    assert not Rule.objects.exists()


def test_the_account_page_says_who_may_be_reached_and_logs(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    client = office.client(office.owner)
    client.post("/reach/log/A/1", form(topic="prices"))
    page = client.get("/accounts/A/1").content.decode()
    assert "Next contact" in page
    assert "Olga" in page
    assert 'name="csrfmiddlewaretoken"' in page
    assert "/reach/log/" not in office.client(office.viewer).get("/accounts/A/1").content.decode()


def test_pages_ask_the_database_little(
    office: Office, django_assert_max_num_queries: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keepwell.site.speed.SLOW", 1e9)  # a busy machine notes slow pages in the database
    Rule.objects.create(most=1, days=7)
    client = office.client(office.owner)
    for number in range(6):
        client.post("/reach/log/A/1", form(f"k{number}"))
    for address in ("/reach/", "/reach/?show=reserved", "/reach/?show=passed", "/reach/log/A/1"):
        with django_assert_max_num_queries(12):
            client.get(address)
    with django_assert_max_num_queries(6):
        context = PANELS[0].context(office.owner, office.account)
        assert context is not None
        assert "Cleo" in context["form"].as_div()


def test_the_night_remembers_the_last_touch_from_the_book_too(office: Office) -> None:
    at = timezone.now()
    for key, days in (("T1", 5), ("T2", 1)):
        data = {"channel": "call", "direction": "in"}
        tell(account=office.account, kind="touch", key=key, at=at - timedelta(days=days), data=data)
    assert remember_last_touches() == 1
    assert remember_last_touches() == 1
    last = LastTouch.objects.get()
    assert (last.at, last.direction) == (at - timedelta(days=1), "in")


def test_what_was_said_with_a_person_is_exported_and_erased(office: Office) -> None:
    office.client(office.owner).post("/reach/log/A/1", form(topic="her move", note="she told me of her move"))
    [eraser] = ERASERS
    assert eraser.export(office.contact)[0]["note"] == "she told me of her move"
    assert eraser.erase(office.contact) == 1
    touch = Touch.objects.get()
    assert (touch.contact, touch.topic, touch.note) == (None, "", "")
    assert Outgoing.objects.get().row["contact_id"] is None
