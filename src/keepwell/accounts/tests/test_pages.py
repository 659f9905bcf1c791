"""Accounts on screen: whom they are shown to, and how."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts import queries
from keepwell.accounts.actions import tell
from keepwell.accounts.glance import glance
from keepwell.accounts.models import Account, Standing
from keepwell.accounts.projecting import Source
from keepwell.members.labels import day_said
from keepwell.members.models import Member, Portfolio

pytestmark = pytest.mark.django_db
MAY = ("administrator", "manager", "owner", "mate", "viewer")


@pytest.fixture
def account(projected: Source, people: dict[str, Member]) -> Account:
    found: Account = Standing.objects.order_by("pk").first().account
    found.owner, found.portfolio, found.chosen = people["owner"], Portfolio.objects.get(name="Ours"), True
    found.save()
    return found


@pytest.fixture
def as_(people: dict[str, Member]) -> Callable[[str], Client]:
    def client(name: str) -> Client:
        made = Client()
        made.force_login(people[name])
        return made

    return client


@pytest.mark.parametrize("name", [*MAY, "stranger"])
def test_only_whose_team_or_own_it_is_sees_an_account(name: str, as_: Any, account: Account) -> None:
    answer = as_(name).get(f"/accounts/{account.pk}")
    assert answer.status_code == (200 if name in MAY else 404)


@pytest.mark.parametrize("name", [*MAY, "stranger"])
def test_lists_and_searches_show_nobody_what_is_not_theirs(name: str, as_: Any, account: Account) -> None:
    page = as_(name).get("/accounts/", {"words": account.name}).content.decode()
    assert (f'href="/accounts/{account.pk}"' in page) == (name in MAY)


def test_who_is_in_no_team_hears_why_there_is_nothing_to_see(
    as_: Any, people: dict[str, Member], account: Account
) -> None:
    people["stranger"].teams.clear()
    for address in ("/", "/accounts/"):
        page = as_("stranger").get(address).content.decode()
        assert "no team of yours looks after any" in page
        assert "Nothing presses" not in page
    assert "no team of yours" not in as_("mate").get("/accounts/", {"words": "nobody"}).content.decode()


def test_an_account_whose_sources_lag_behind_says_of_which_day_it_tells(as_: Any, account: Account) -> None:
    standing, today = account.standing, timezone.localdate()
    for back, said in ((0, False), (1, False), (9, True)):
        standing.day = today - timedelta(days=back)
        standing.save()
        page = as_("owner").get(f"/accounts/{account.pk}").content.decode()
        assert (f"as it stood before {day_said(standing.day)}" in page) == said
    assert "As everything stood before" in as_("owner").get("/accounts/").content.decode()


def test_however_many_words_are_looked_for_each_counts(as_: Any, account: Account) -> None:
    account.name = " ".join(f"Word{n:02}" for n in range(24))
    account.save()
    for words, found in ((account.name, True), (account.name.replace("Word20", "Other"), False)):
        page = as_("owner").get("/accounts/", {"words": words}).content.decode()
        assert (f'href="/accounts/{account.pk}"' in page) == found


def test_an_account_that_there_is_not_and_one_that_is_not_theirs_look_the_same(
    as_: Any, account: Account
) -> None:
    client = as_("stranger")
    there, none = client.get(f"/accounts/{account.pk}"), client.get("/accounts/no-such")
    assert there.status_code == none.status_code == 404
    assert len(there.content) == len(none.content)  # but for the tokens of their forms


@pytest.mark.parametrize("sort", queries.SORTS)
def test_a_list_sorts_by_each_column(sort: str, as_: Any, account: Account) -> None:
    assert as_("administrator").get("/accounts/", {"sort": sort}).status_code == 200


def test_the_list_goes_out_as_a_file_of_what_one_sees_and_runs_nothing(as_: Any, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(name="=Őrség+1")
    text = as_("owner").get("/accounts/?as=csv&whose=mine").content.decode()
    assert text.startswith("\ufeff")  # by which spreadsheets read what is not English
    head, *rows = csv.reader(io.StringIO(text[1:]))
    [row] = [row for row in rows if row[0] == account.pk]
    assert row[1] == "'=Őrség+1"
    assert len(row) == len(head)
    assert account.pk not in as_("stranger").get("/accounts/?as=csv").content.decode()


def test_entries_that_are_called_alike_are_shown_together(as_: Any, account: Account) -> None:
    client = as_("owner")
    for kind in ("conversation", "talk"):
        tell(
            account=account,
            kind=kind,
            key="1",
            at=datetime(2026, 3, 3, 12, tzinfo=UTC),
            data={"title": kind.upper()},
        )
    page = client.get(f"/accounts/{account.pk}?kind=talk").content.decode()
    assert page.count(">Conversation</option>") == 1
    assert page.count('<time datetime="2026-03-03T') == 2
    assert client.get(f"/accounts/{account.pk}?kind=nonsense").status_code == 200


def test_the_contact_budget_is_found_under_follow_ups(as_: Any, account: Account) -> None:
    page = as_("owner").get("/reach/").content.decode()
    assert '<a href="/followups/" aria-current="page">' in page
    assert '<a class="btn" href="/reach/" aria-current="true">' in page


@pytest.mark.parametrize(
    "address", ["/?whose=nonsense", "/accounts/?page=x&sort=y&health=z", "/accounts/A?before=x"]
)
def test_an_address_that_makes_no_sense_shows_something_that_does(
    address: str, as_: Any, account: Account
) -> None:
    assert as_("administrator").get(address).status_code in (200, 404)


def test_pages_ask_few_questions_however_many_accounts(
    as_: Any, account: Account, django_assert_max_num_queries: Any
) -> None:
    client = as_("administrator")
    # Pages that other rooms add parts to ask more than the 12 that all are meant to keep to.
    for address, most in (("/", 13), ("/accounts/", 12), (f"/accounts/{account.pk}", 14)):
        with django_assert_max_num_queries(most):
            client.get(address)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_what_was_imported_is_text_and_never_markup(name: str, as_: Any, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(name=name, segment=name, country=name)
    for address in ("/accounts/", f"/accounts/{account.pk}"):
        page = as_("administrator").get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_timeline_pages_back_without_losing_or_repeating(as_: Any, account: Account) -> None:
    whole = list(queries.timeline_of(account))
    seen: list[Any] = []
    before = None
    while part := list(queries.timeline_of(account, before=before).first(7)):
        seen += part
        before = (part[-1].at, part[-1].pk)
    assert seen == whole


def test_the_risk_of_the_nights_so_far_is_drawn_and_told(as_: Any, account: Account) -> None:
    standing = account.standing
    standing.past = [["2026-05-01", 0.2], ["2026-05-21", 0.35], ["2026-05-31", 0.5]]
    standing.history = []  # as nights left it that kept the risk alone
    standing.risk, standing.worth, standing.change_7, standing.change_30 = 0.5, 1000, 0.15, 0.3
    standing.glance = glance(standing.past, {})
    standing.save()
    for page in ("/?whose=mine", f"/accounts/{account.pk}"):
        shown = as_("owner").get(page).content.decode()
        assert 'points="0.0,19.2 66.7,15.6 100.0,12.0"' in shown
        assert "20% on 1 May 2026, 50% now" in shown
    today = as_("owner").get("/?whose=mine").content.decode()
    assert "+15" in today
    assert "+30" in today
    standing.glance = glance(standing.past[-1:], {})
    standing.save()
    assert "spark" not in as_("owner").get("/?whose=mine").content.decode(), "one night is no line"
