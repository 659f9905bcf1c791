"""A small simulated company in a book, and its accounts on the pages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.projecting.standings import Night, project_standings
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.ledger.keeping import post_book
from keepwell.members import actions
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.risks import Risks

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a posted book of forty accounts over two years."""
    folder = tmp_path_factory.mktemp("company")
    made = simulate(folder / "files", seed=5, accounts=40, years=2)
    book = Book.create(folder / "book", reporting_currency="EUR")
    load(book, folder / "files", until=made.until)
    engine = engine_named("duckdb")
    post_book(book, engine)
    engine.close()
    return folder / "book"


@pytest.fixture(scope="session")
def source(company: Path) -> Iterator[Source]:
    """What projections are made from."""
    engine = engine_named("duckdb")
    yield Source.of(Book.open(company), engine, NOW)
    engine.close()


@pytest.fixture(scope="session")
def night(source: Source) -> Night:
    """What the night finds, by the check-up alone: the past of forty accounts carries no model."""
    risks = Risks(source.book, source.engine)
    return Night(risks.covered, risks.health())


@pytest.fixture
def projected(db: None, source: Source, night: Night) -> Source:
    """All projections made."""
    actions.begin()
    project_accounts(source)
    project_standings(source, night)
    project_entries(source)
    return source


@pytest.fixture
def people(db: None) -> dict[str, Member]:
    """One member of each sort: owner, team-mate, manager and viewer of their team, a stranger, an administrator.

    The team looks after the portfolio “Ours”; the owner owns what a test gives them.
    """
    ours = Team.objects.create(name="Ours")
    ours.portfolios.add(Portfolio.objects.create(name="Ours"))
    theirs = Team.objects.create(name="Theirs")
    theirs.portfolios.add(Portfolio.objects.create(name="Theirs"))
    roles = {
        "administrator": (Role.ADMINISTRATOR, None),
        "manager": (Role.MANAGER, ours),
        "owner": (Role.MEMBER, None),
        "mate": (Role.MEMBER, ours),
        "viewer": (Role.VIEWER, ours),
        "stranger": (Role.MEMBER, theirs),
    }
    found = {}
    for name, (role, team) in roles.items():
        member = Member.objects.create_user(f"{name}@example.com", "a sentence", name=name.title(), role=role)
        if team:
            member.teams.add(team)
        found[name] = member
    return found
