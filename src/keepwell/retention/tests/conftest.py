"""A small simulated company in a book, and people of each sort."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django_q.conf import Conf

from keepwell.accounts.models import Account
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.company import Company
from keepwell.company import open as open_company
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.ledger.keeping import post_book
from keepwell.members.models import Member, Portfolio, Role, Team


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a posted book of sixty accounts over two years."""
    folder = tmp_path_factory.mktemp("retention")
    made = simulate(folder / "files", seed=7, accounts=60, years=2)
    book = Book.create(folder / "book", reporting_currency="EUR")
    load(book, folder / "files", until=made.until)
    engine = engine_named("duckdb")
    post_book(book, engine)
    engine.close()
    return folder / "book"


@pytest.fixture(scope="session")
def library(home: Path) -> Iterator[Company]:
    """The same book, as a notebook has it."""
    with open_company(home) as company:
        yield company


@pytest.fixture
def office(home: Path, settings: Any, db: None) -> Path:
    """The office beside the book."""
    settings.HOME = str(home)
    return home


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs wait in their queue, as they do where a worker takes them."""
    monkeypatch.setattr(Conf, "SYNC", False)


@pytest.fixture
def people(office: Path, library: Company) -> dict[str, Member]:
    """One member of each sort; every account is in the portfolio of “Ours”, and the stranger is in no team."""
    ours = Team.objects.create(name="Ours")
    portfolio = Portfolio.objects.create(name="Ours")
    ours.portfolios.add(portfolio)
    assert library.ledger.names is not None
    named = library.ledger.engine.collect(library.ledger.names).to_pylist()
    Account.objects.bulk_create(
        Account(account_id=one["account_id"], name=one["name"] or "", portfolio=portfolio) for one in named
    )
    roles = {
        "administrator": (Role.ADMINISTRATOR, None),
        "manager": (Role.MANAGER, ours),
        "mate": (Role.MEMBER, ours),
        "viewer": (Role.VIEWER, ours),
        "stranger": (Role.MEMBER, None),
    }
    found = {}
    for name, (role, team) in roles.items():
        found[name] = Member.objects.create_user(
            f"{name}@example.com", "a sentence", name=name.title(), role=role
        )
        if team:
            found[name].teams.add(team)
    return found


@pytest.fixture
def as_(people: dict[str, Member]) -> Callable[[str], Client]:
    def client(name: str) -> Client:
        made = Client()
        if name != "nobody":
            made.force_login(people[name])
        return made

    return client
