"""Follow-ups: made with their reasons, done with a touch, handed over, talked about."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keepwell.accounts.models import Entry, Outgoing, Projection
from keepwell.accounts.rooms import Panel
from keepwell.followups.actions import handling
from keepwell.followups.actions.handling import Plan
from keepwell.followups.models import Batch, Comment, FollowUp, Mention, Playbook
from keepwell.followups.panels import PANELS
from keepwell.followups.search import SEARCHES
from keepwell.followups.stages import renew_worth
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Change, Role
from keepwell.reach.models import Hold, Rule, Touch
from keepwell.reach.tests.office import Office

pytestmark = pytest.mark.django_db


def planned(office: Office, *, days: int = 0, **changed: object) -> FollowUp:
    now = timezone.now()
    first = {"what": "Ask about use", "owner": office.owner, "contact": office.contact}
    plan = Plan(account=office.account, due=now.date() + timedelta(days=days), **(first | changed))
    return handling.make(plan=plan, by=office.owner, now=now)


def test_a_follow_up_says_why_in_the_readers_words(office: Office) -> None:
    made = planned(office)
    assert made.why["risk"] == 0.4
    page = office.client(office.mate).get(f"/followups/{made.pk}").content.decode()
    assert "65" in page
    assert "expected to bring" in page


@pytest.mark.parametrize(
    ("who", "seen", "done"),
    [("owner", 200, 302), ("mate", 200, 302), ("viewer", 200, 403), ("stranger", 404, 404)],
)
def test_those_who_look_after_the_account_see_and_do_it(
    office: Office, who: str, seen: int, done: int
) -> None:
    made, client = planned(office), office.client(getattr(office, who))
    assert client.get(f"/followups/{made.pk}").status_code == seen
    said = {"outcome": "better", "direction": "out", "importance": "normal", "note": "went well"}
    assert client.post(f"/followups/{made.pk}/do", said).status_code == done
    made.refresh_from_db()
    assert (made.state == "done") == (done == 302)


def test_doing_it_logs_one_touch_for_timeline_and_book(office: Office) -> None:
    made = planned(office)
    done = handling.do(
        follow_up=made, by=office.owner, outcome="stays", now=timezone.now(), note="all is well"
    )
    touch = Touch.objects.get()
    assert done.touch == touch
    assert (touch.contact, touch.topic, touch.note) == (office.contact, "Ask about use", "all is well")
    assert Outgoing.objects.filter(table="touches").count() == 1
    assert set(Entry.objects.values_list("kind", flat=True)) == {"touch", "follow-up"}
    with pytest.raises(KeepwellError, match="closed already"):
        handling.do(follow_up=made, by=office.mate, outcome="stays", now=timezone.now())
    assert Touch.objects.count() == 1


def test_where_the_budget_holds_it_nothing_is_done_and_it_says_why(office: Office) -> None:
    Rule.objects.create(most=1, days=7)
    handling.do(follow_up=planned(office), by=office.mate, outcome="waits", now=timezone.now())
    made, client = planned(office), office.client(office.owner)
    said = {"outcome": "better", "direction": "out", "importance": "normal"}
    page = client.post(f"/followups/{made.pk}/do", said).content.decode()
    assert "at most 1 contact in 7 days to one contact" in page
    assert "Mate" in page
    made.refresh_from_db()
    assert (made.state, Touch.objects.count(), Hold.objects.count()) == ("open", 1, 1)
    client.post(f"/followups/{made.pk}/do", said | {"anyway": "she rang"})
    made.refresh_from_db()
    assert made.state == "done"


def test_the_worthiest_comes_first_and_the_night_renews_it(office: Office) -> None:
    first = planned(office, days=3)
    second = planned(office, days=1)
    second.worth = 10
    second.save()
    page = office.client(office.owner).get("/followups/").content.decode()
    assert page.index(f"/followups/{first.pk}") < page.index(f"/followups/{second.pk}")
    renew_worth()
    second.refresh_from_db()
    assert second.worth == 500_00


def test_lists_by_whose_and_when(office: Office) -> None:
    late, free = planned(office, days=-2, what="late one"), planned(office, owner=None, what="free one")
    client = office.client(office.owner)
    mine = client.get("/followups/?due=overdue").content.decode()
    assert "late one" in mine
    assert "2 days late" in mine
    assert "free one" not in client.get("/followups/").content.decode()
    assert "free one" in client.get("/followups/?whose=free").content.decode()
    board = client.get("/followups/board?whose=team").content.decode()
    assert "late one" in board
    assert "free one" in board
    assert (
        office.client(office.stranger).get("/followups/?whose=team").content.decode().count("late one") == 0
    )
    client.post(f"/followups/{free.pk}/take")
    free.refresh_from_db()
    assert free.owner == office.owner
    assert late.owner == office.owner


def test_it_is_handed_to_a_team_mate_with_a_word_and_never_to_a_stranger(office: Office) -> None:
    made, client = planned(office), office.client(office.owner)
    client.post(f"/followups/{made.pk}/hand-over", {"to": office.mate.pk, "text": "@Mate please"})
    made.refresh_from_db()
    assert made.owner == office.mate
    assert Mention.objects.get().member == office.mate
    client.post(f"/followups/{made.pk}/hand-over", {"to": office.stranger.pk})
    made.refresh_from_db()
    assert made.owner == office.mate
    with pytest.raises(KeepwellError, match="does not see"):
        handling.hand_over(follow_up=made, by=office.owner, to=office.stranger, now=timezone.now())


def test_who_is_called_by_name_is_told_until_they_look(office: Office) -> None:
    made = planned(office)
    text = "@mate, and @Stranger who may not, and mate@example.com who was not called"
    office.client(office.owner).post(f"/followups/{made.pk}/comment", {"text": text})
    assert [one.member for one in Mention.objects.all()] == [office.mate]
    client = office.client(office.mate)
    assert "called by name" in client.get("/followups/").content.decode()
    assert "called by name" in client.get("/").content.decode()
    client.get(f"/followups/{made.pk}")
    assert "called by name" not in client.get("/followups/").content.decode()


def test_what_people_write_is_shown_as_text(office: Office) -> None:
    made, client = planned(office, what="<script>x</script>"), office.client(office.owner)
    client.post(f"/followups/{made.pk}/comment", {"text": "<img src=x>"})
    for address in ("/followups/", "/followups/board", f"/followups/{made.pk}", "/accounts/A/1", "/"):
        page = client.get(address).content.decode()
        assert "<script>x" not in page
        assert "<img src=x" not in page
    assert Comment.objects.count() == 1


def test_several_at_once_and_back(office: Office) -> None:
    made = [planned(office, days=number) for number in range(3)]
    client, day = office.client(office.owner), (timezone.now() + timedelta(days=9)).date()
    ticked = {"one": [one.pk for one in made[:2]]}
    client.post("/followups/together", ticked | {"what": "put off", "to_day": day.isoformat()})
    assert FollowUp.objects.filter(due=day).count() == 2
    batch = Batch.objects.get()
    assert "Undo" in client.get("/followups/").content.decode()
    made[0].refresh_from_db()
    handling.change(follow_up=made[0], by=office.mate, due=day + timedelta(days=1))
    client.post(f"/followups/undo/{batch.pk}")
    made[0].refresh_from_db()
    made[1].refresh_from_db()
    assert made[0].due == day + timedelta(days=1)  # somebody changed it since: it stays
    assert made[1].due == timezone.now().date() + timedelta(days=1)
    assert office.client(office.mate).post(f"/followups/undo/{batch.pk}").status_code == 404


def test_what_was_handed_over_does_not_go_back_to_whom_only_reads_since(office: Office) -> None:
    made, client = planned(office), office.client(office.mate)
    assert made.owner == office.owner
    client.post("/followups/together", {"one": [made.pk], "what": "hand over", "to_member": office.mate.pk})
    office.owner.role = Role.VIEWER
    office.owner.save()
    client.post(f"/followups/undo/{Batch.objects.get().pk}")
    made.refresh_from_db()
    assert made.owner == office.mate


def test_several_are_dropped_and_come_back_open(office: Office) -> None:
    made, client = planned(office), office.client(office.mate)
    client.post("/followups/together", {"one": [made.pk], "what": "drop"})
    made.refresh_from_db()
    assert made.state == "dropped"
    client.post(f"/followups/undo/{Batch.objects.get().pk}")
    made.refresh_from_db()
    assert (made.state, made.closed_at, made.closed_by) == ("open", None, None)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"what": "drop"}, "Tick at least one follow-up."),
        ({"what": "drop", "one": ["²", "9" * 40]}, "Tick at least one follow-up."),
        ({"what": "put off", "one": ["1"], "to_day": "tomorrow"}, "Say until when, or to whom."),
        ({"what": "hand over", "one": ["1"], "to_member": "9" * 40}, "Say until when, or to whom."),
        ({"what": "put off", "one": ["1"], "to_day": "9999-12-31"}, "it is too far from today"),
    ],
)
def test_what_cannot_be_done_to_several_is_said(office: Office, said: dict[str, Any], told: str) -> None:
    page = office.client(office.owner).post("/followups/together", said, follow=True)
    assert told in page.content.decode()
    assert office.client(office.owner).get("/followups/new/A/1?alert=²").status_code == 200


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("", "You have no open follow-up."),
        ("whose=team", "Your team has no open follow-up."),
        ("whose=free", "Every open follow-up has an owner."),
        ("words=nothing", "No follow-up is like that. Take a filter away."),
        ("state=done", "No follow-up is like that. Take a filter away."),
    ],
)
def test_an_empty_list_says_why_it_is_empty(office: Office, asked: str, told: str) -> None:
    assert told in office.client(office.owner).get(f"/followups/?{asked}").content.decode()


def test_what_was_dropped_in_another_window_is_not_done_and_says_so(office: Office) -> None:
    made, client = planned(office), office.client(office.owner)
    client.post(f"/followups/{made.pk}/drop")
    form = {"outcome": "better", "direction": "out", "importance": "normal"}
    page = client.post(f"/followups/{made.pk}/do", form, follow=True).content.decode()
    assert "This follow-up is closed already." in page
    assert not Touch.objects.exists()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_nothing_is_due_in_years_that_nobody_plans_for(office: Office, day: str) -> None:
    made, client = planned(office), office.client(office.owner)
    form = {"what": "Call", "kind": "contact", "channel": "call", "owner": office.owner.pk, "due": day}
    for address in ("/followups/new/A/1", f"/followups/{made.pk}/change"):
        page = client.post(address, form)
        assert page.status_code == 200
        assert "it is too far from today" in page.content.decode()
    assert FollowUp.objects.get() == made


def test_a_stranger_changes_none_of_several(office: Office) -> None:
    made = planned(office)
    office.client(office.stranger).post("/followups/together", {"one": [made.pk], "what": "drop"})
    made.refresh_from_db()
    assert made.state == "open"


def test_several_go_only_to_who_sees_the_account(office: Office) -> None:
    made = planned(office)
    client = office.client(office.administrator)
    client.post(
        "/followups/together", {"one": [made.pk], "what": "hand over", "to_member": office.stranger.pk}
    )
    made.refresh_from_db()
    assert made.owner == office.owner


def test_one_is_made_from_the_account_page(office: Office) -> None:
    client = office.client(office.mate)
    form = {"what": "Renewal talk", "due": "2026-12-01", "kind": "review", "channel": "call", "contact": "c1"}
    answer = client.post("/followups/new/A/1", form | {"owner": office.mate.pk})
    assert answer.status_code == 302
    page = client.get("/accounts/A/1").content.decode()
    assert "Renewal talk" in page
    assert office.client(office.stranger).get("/followups/new/A/1").status_code == 404
    assert office.client(office.viewer).get("/followups/new/A/1").status_code == 403
    assert isinstance(PANELS[0], Panel)


def test_search_finds_only_what_one_may_see(office: Office) -> None:
    planned(office, what="Ask about prices")
    [search] = SEARCHES
    assert [found.label for found in search.find(office.mate, "prices", 5)] == ["Ask about prices"]
    assert search.find(office.stranger, "prices", 5) == []


def test_a_list_taken_away_is_on_the_trail_and_its_formulas_are_harmless(office: Office) -> None:
    made = planned(office, what="=1+1")
    FollowUp.objects.filter(pk=made.pk).update(worth=-1234_50)
    Projection.objects.update_or_create(name="standings", defaults={"said": {"currency": "EUR"}})
    answer = office.client(office.owner).get("/followups/?as=csv")
    assert "'=1+1" in answer.content.decode()
    [line] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert all(name[0].isupper() for name in line)
    assert (line["Currency"], line["Worth saving"]) == ("EUR", "-1234.50"), (
        "money is a number, also below zero"
    )
    assert Change.objects.filter(what="export follow-ups").exists()


def test_pages_ask_the_database_little(
    office: Office, django_assert_max_num_queries: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keepwell.site.speed.SLOW", 1e9)  # a busy machine notes slow pages in the database
    Rule.objects.create(most=1, days=7)
    made = [planned(office, days=number - 3) for number in range(12)]
    playbook = Playbook.objects.create(name="Rescue")
    client, own = office.client(office.owner), ("board", "cadence", "playbooks", f"playbooks/{playbook.pk}")
    for address in ("", *own, f"{made[0].pk}"):
        with django_assert_max_num_queries(15 if address == f"{made[0].pk}" else 12):
            assert client.get(f"/followups/{address}").status_code == 200
