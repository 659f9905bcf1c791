"""Night by night an account's risk, check-up and worth are remembered, and shown to whoever may see it."""

import csv
import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from keepwell.accounts.models import Account, Projection, Standing
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.earlier import Day, Earlier, Said
from keepwell.accounts.projecting.standings import Night, project_standings
from keepwell.accounts.stood import NIGHTS, Stood, read
from keepwell.accounts.tests.conftest import NOW
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.ledger.opening import open_ledger
from keepwell.members.models import Change, Member, Portfolio
from keepwell.risk.said import Scores
from keepwell.risk.worth.assumptions import assumptions
from keepwell.risk.worth.gathering import lives_of, standing_of
from keepwell.risk.worth.worth import Way, worth
from keepwell.risks import Risks

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(db: None, source: Source) -> Source:
    project_accounts(source)
    return source


@pytest.fixture(scope="session")
def at(source: Source, night: Night) -> Callable[..., Night]:
    """The night so many days later, on which the same risk is said of every account; none where that is None."""
    ledger = open_ledger(source.book, source.engine)
    lives, seen = lives_of(ledger), night.health.observations

    def made(days: int, risk: float | None = None) -> Night:
        later = replace(night, day=night.day + timedelta(days=days))
        if risk is None:
            return later
        none = np.full(len(seen), np.nan)
        said = Scores(seen, np.full(len(seen), risk), none, none, none, [[] for _one in seen.accounts])
        ways = [Way(standing_of(said, source.moment, ledger), assumptions())]
        return replace(later, scores=said, model=1, worth=worth(ways, lives, currency="EUR"))

    return made


def remembered(pk: str | None = None) -> list[Stood]:
    one = Standing.objects.get(pk=pk) if pk else Standing.objects.order_by("pk").first()
    return read(one.history, one.past)


def test_night_by_night_risk_check_up_and_worth_are_remembered(accounts: Source, at: Any) -> None:
    for days, risk in enumerate((0.1, 0.2, 0.3)):
        project_standings(accounts, at(days, risk))
    for standing in Standing.objects.all():
        nights = read(standing.history)
        assert [one.risk for one in nights] == [0.1, 0.2, 0.3]
        assert [one.health for one in nights] == [standing.health] * 3
        assert [one.steps for one in nights] == [standing.steps] * 3
        assert nights[-1].worth == standing.worth
        assert nights[0].worth != nights[-1].worth or standing.loses_money
        assert {one.currency for one in nights} == {"EUR"}
        assert nights[-1].day == standing.day.isoformat()


def test_a_night_that_found_no_risk_says_so_and_its_check_up_all_the_same(accounts: Source, at: Any) -> None:
    for days, risk in enumerate((0.1, None, 0.3)):
        project_standings(accounts, at(days, risk))
    nights = remembered()
    assert [(one.risk, one.worth is None, one.currency) for one in nights] == [
        (0.1, False, "EUR"),
        (None, True, ""),
        (0.3, False, "EUR"),
    ]
    assert all(one.health for one in nights)
    assert [risk for _day, risk in Standing.objects.first().past] == [0.1, 0.3]


def test_a_night_repeated_takes_the_place_of_what_it_said_before(accounts: Source, at: Any) -> None:
    project_standings(accounts, at(0, 0.1))
    project_standings(accounts, at(1, 0.2))
    before = list(Standing.objects.order_by("pk").values())
    project_standings(accounts, at(1, 0.2))
    assert list(Standing.objects.order_by("pk").values()) == before
    project_standings(accounts, at(1, 0.4))
    assert [one.risk for one in remembered()] == [0.1, 0.4]
    assert [risk for _day, risk in Standing.objects.first().past] == [0.1, 0.4]


def test_a_night_killed_midway_and_made_again_is_as_one_made_in_one_go(
    accounts: Source, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keepwell.accounts.projecting import standings

    project_standings(accounts, at(0, 0.1))
    upsert, killed = standings.upsert, RuntimeError("killed")

    def half(rows: Any, **how: Any) -> int:
        upsert(list(rows)[:7], **how)
        raise killed

    monkeypatch.setattr(standings, "upsert", half)
    with pytest.raises(RuntimeError):
        project_standings(accounts, at(1, 0.2))
    monkeypatch.setattr(standings, "upsert", upsert)
    project_standings(accounts, at(1, 0.2))
    for standing in Standing.objects.all():
        assert [one.risk for one in read(standing.history)] == [0.1, 0.2]
        assert len(standing.past) == 2


def test_what_an_office_remembers_has_an_end(accounts: Source, at: Any) -> None:
    project_standings(accounts, at(0, 0.1))
    long = [[(date(2020, 1, 1) + timedelta(days=n)).isoformat(), 0.1] for n in range(1500)]
    Standing.objects.update(past=long, history=[])
    project_standings(accounts, at(1, 0.2))
    one = Standing.objects.first()
    assert len(one.past) == NIGHTS
    assert NIGHTS < len(one.history) <= NIGHTS + 24


def test_nights_from_before_the_check_up_was_remembered_stay(accounts: Source, at: Any) -> None:
    project_standings(accounts, at(0, 0.1))
    Standing.objects.update(past=[["2026-05-01", 0.25], ["2026-05-02", 0.5]], history=[])
    project_standings(accounts, at(1, 0.2))
    nights = remembered()
    assert nights[:2] == [Stood("2026-05-01", 0.25), Stood("2026-05-02", 0.5)]
    assert (nights[2].risk, nights[2].health is None) == (0.2, False)


def test_an_account_that_leaves_and_comes_back_begins_anew(accounts: Source, at: Any) -> None:
    project_standings(accounts, at(0, 0.1))
    pk = Standing.objects.order_by("pk").first().pk
    Standing.objects.filter(pk=pk).delete()
    project_standings(accounts, at(1, 0.2))
    assert [one.risk for one in remembered(pk)] == [0.2]


def day_of(night: Night, day: date, *, risk: float | None = None, worth: int | None = None) -> Day:
    """A day past, on which every account stood as on the night."""
    stands, accounts = night.health.standing, night.health.observations.accounts
    return Day(
        day.isoformat(), {str(one): place for place, one in enumerate(accounts)},
        stands.standing.astype(np.int8), {name: one.standing.astype(np.int8) for name, one in stands.steps.items()},
        stands.score, stands.known,
        None if risk is None else np.full(len(accounts), risk),
        None if worth is None else np.full(len(accounts), worth), "EUR",
    )  # fmt: skip


def test_days_past_are_sought_once_and_once_more_when_there_is_a_risk(accounts: Source, at: Any) -> None:
    asked = []
    day = at(0).day - timedelta(days=40)

    def earlier(**said: Any) -> Callable[[], Earlier]:
        return lambda: asked.append(said) or Earlier([day_of(at(0), day, **said)])

    for days, risk in enumerate((None, None, 0.2, 0.3)):
        said = {} if risk is None else {"risk": 0.05, "worth": 700}
        project_standings(accounts, replace(at(days, risk), earlier=earlier(**said)))
    assert asked == [{}, {"risk": 0.05, "worth": 700}]
    nights = remembered()
    assert len(nights) == 5
    assert nights[0].looked_back
    assert (nights[0].risk, nights[0].worth, nights[0].currency) == (0.05, 700, "EUR")
    assert nights[0].health == nights[1].health
    assert Projection.objects.get(name="standings").said["looked_back"] == "risk"
    standing = Standing.objects.order_by("pk").first()
    assert standing.change_30 is None, "what would have been said is no risk that has risen"


def test_a_year_of_month_ends_is_looked_back_at_where_the_book_can_tell_of_them(
    db: None, company: Path, tmp_path: Path
) -> None:
    shutil.copytree(company, tmp_path / "book")
    engine = engine_named("duckdb")
    source = Source.of(Book.open(tmp_path / "book"), engine, NOW)
    risks = Risks(source.book, engine)
    assert not Earlier.of(risks).days, "nobody has looked at the past for a model yet"
    month = (risks.covered - timedelta(days=40)).replace(day=1)
    then = risks.health(month)
    project_accounts(source)
    project_standings(source, Night(risks.covered, risks.health(), earlier=partial(Earlier.of, risks)))
    rows = {row["account_id"]: row for row in then.to_arrow().to_pylist()}
    seen = 0
    for standing in Standing.objects.all():
        nights = read(standing.history)
        assert len(nights) <= 13
        assert [one.looked_back for one in nights] == [True] * (len(nights) - 1) + [False]
        assert all(one.risk is None and one.worth is None for one in nights)
        for one in nights:
            if one.day == month.isoformat():
                row, seen = rows[standing.pk], seen + 1
                assert (one.health, one.known) == (row["standing"], round(row["known"] / 100, 2))
                assert one.steps == {step: row[step] for step in then.checkup.steps}
    assert seen > 20
    engine.close()


def test_an_office_made_anew_takes_what_the_book_froze(accounts: Source, at: Any) -> None:
    ids = sorted(at(0).health.observations.accounts.astype(str))
    first = at(0).day - timedelta(days=31)
    numbers = np.array([(first - date(1970, 1, 1)).days, (first - date(1970, 1, 1)).days + 1])
    froze = Earlier(said=Said({ids[0]: (0, 2)}, numbers, np.array([0.5, 0.6])))
    project_standings(accounts, replace(at(0, 0.9), earlier=lambda: froze))
    one = Standing.objects.get(pk=ids[0])
    assert [risk for _day, risk in one.past] == [0.5, 0.6, 0.9]
    assert one.change_30 == pytest.approx(0.3)
    assert [night.risk for night in read(one.history)] == [0.5, 0.6, 0.9]
    assert not any(night.looked_back for night in read(one.history))
    assert [night.risk for night in remembered(ids[1])] == [0.9]


@pytest.fixture
def account(accounts: Source, at: Any, people: Mapping[str, Member]) -> Account:
    project_standings(accounts, at(0, 0.1))
    found: Account = Standing.objects.order_by("pk").first().account
    found.owner, found.portfolio, found.chosen = people["owner"], Portfolio.objects.get(name="Ours"), True
    found.save()
    return found


def page(of: Account, member: Member, at: str = "/accounts/{pk}", **asked: str) -> str:
    client = Client()
    client.force_login(member)
    answer = client.get(at.format(pk=of.pk), asked)
    return str(answer.content.decode()) if answer.status_code == 200 else ""


def test_one_night_moves_nothing_and_the_page_says_so(account: Account, people: Any) -> None:
    shown = page(account, people["owner"])
    assert "One night is known so far" in shown
    assert 'class="moves"' not in shown


def test_the_page_draws_risk_check_up_and_worth_over_the_same_days(account: Account, people: Any) -> None:
    Standing.objects.filter(pk=account.pk).update(
        risk=0.5, worth=100_000, health="concerning", steps={"use": "poor", "renewal": "healthy"},
        past=[],
        history=[
            ["2026-05-01", 0.25, "healthy", 90.0, 0.9, -50_000, "EUR", True, {"use": "healthy"}],
            ["2026-05-21", None, "healthy", 90.0, 0.9],
            ["2026-05-31", 0.5, "concerning", 60.0, 0.8, 100_000, "EUR", False, {"use": "poor"}],
        ],
    )  # fmt: skip
    shown = page(account, people["owner"])
    assert "25% on 1 May 2026, 50% now" in shown
    assert "Concerning since 31 May 2026, Healthy on 21 May 2026" in shown
    assert "−€500 on 1 May 2026, €1,000 now" in shown
    assert "Poor since 31 May 2026, Healthy on 21 May 2026" in shown, "the step that turned"
    assert shown.count('role="img"') == 3
    assert 'class="back dot" points="0.0,18.0 0.0,18.0"' in shown, "no line over a night that said nothing"
    assert '<rect class="well back" x="0.0" y="0.0" width="66.7" height="24.0"/>' in shown
    assert '<rect class="near" x="100.0" y="8.0" width="2.0" height="16.0"/>' in shown
    assert "up to 1 May 2026: what would have been said" in shown
    Member.objects.filter(pk=people["owner"].pk).update(language="hu")
    shown = page(account, Member.objects.get(pk=people["owner"].pk))
    assert '<path d="M0 16.0H102"/>' in shown, "drawn with points, whatever parts numbers in a language"


NIGHTS_PAGE = "/accounts/nights/{pk}"


def test_every_night_is_on_a_page_of_its_own_and_goes_out_as_csv(account: Account, people: Any) -> None:
    Standing.objects.filter(pk=account.pk).update(
        steps={"use": "poor", "renewal": "healthy"},
        past=[],
        history=[
            ["2026-05-01", 0.25, "healthy", 90.0, 0.9, -50_050, "EUR", True, {"use": "healthy"}],
            ["2026-05-31", None, "poor", 40.0, 0.8, None, "", False, {"use": "poor"}],
        ],
    )
    assert f'href="/accounts/nights/{account.pk}"' in page(account, people["owner"])
    shown = page(account, people["owner"], NIGHTS_PAGE)
    assert shown.index('datetime="2026-05-31"') < shown.index('datetime="2026-05-01"'), "the last night first"
    assert "Use: Healthy → Poor" in shown
    assert shown.count("looked back") == 2, "in its row, and in what is said below"
    rows = list(csv.reader(io.StringIO(page(account, people["owner"], NIGHTS_PAGE, **{"as": "csv"}))))
    assert rows[1] == ["2026-05-31", "", "", "Poor", "40.0", "0.8", "", "", "Poor", ""]
    assert rows[2] == ["2026-05-01", "yes", "0.25", "Healthy", "90.0", "0.9", "-500.50", "EUR", "Healthy", ""]
    taken = Change.objects.get(what="export nights")
    assert (taken.by, taken.after) == ("Owner", {"account": account.pk, "rows": 2})


def test_amounts_in_a_currency_that_is_reported_no_more_are_told_and_not_drawn(
    account: Account, people: Any
) -> None:
    Standing.objects.filter(pk=account.pk).update(
        past=[],
        history=[
            ["2026-05-01", 0.2, "healthy", 90.0, 0.9, 70_000, "HUF"],
            ["2026-05-02", 0.2, "healthy", 90.0, 0.9, 100_000, "EUR"],
        ],
    )
    shown = page(account, people["owner"])
    assert "HUF\u00a0700" in page(account, people["owner"], NIGHTS_PAGE)
    assert shown.count('role="img"') == 2
    assert "Known on fewer than two nights so far." in shown


def test_a_risk_that_is_known_no_more_is_not_told_as_todays(account: Account, people: Any) -> None:
    history = [["2026-05-01", 0.2], ["2026-05-02", 0.3], ["2026-05-03", None, "healthy", 90.0, 0.9]]
    Standing.objects.filter(pk=account.pk).update(past=[], history=history)
    assert "20% on 1 May 2026, not known now" in page(account, people["owner"])


def test_how_an_account_stood_is_shown_to_whoever_may_see_it(account: Account, people: Any) -> None:
    assert {name for name, member in people.items() if "How it stood" in page(account, member)} == {
        *people
    } - {"stranger"}
    assert {
        name for name, member in people.items() if "Night by night" in page(account, member, NIGHTS_PAGE)
    } == {*people} - {"stranger"}


def test_an_account_that_pays_nothing_now_has_no_standing_and_so_no_history(
    account: Account, people: Any
) -> None:
    Standing.objects.filter(pk=account.pk).delete()
    shown = page(account, people["owner"])
    assert "pays nothing now" in shown
    assert "How it stood" not in shown
    assert "It pays nothing now" in page(account, people["owner"], NIGHTS_PAGE)
