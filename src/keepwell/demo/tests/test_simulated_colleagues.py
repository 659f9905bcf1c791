"""The simulated company's people are members of its office, and its conversations name them by their addresses."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.conversations.arriving.from_book import take_in
from keepwell.conversations.models import Conversation
from keepwell.demo.colleagues import join
from keepwell.demo.company import SALESPEOPLE
from keepwell.demo.load import load
from keepwell.demo.simulate import simulate
from keepwell.members.actions import begin
from keepwell.members.models import Member, Role

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def office(db: None, tmp_path: Path) -> None:
    """An office of forty simulated accounts whose conversations were taken in."""
    made = simulate(tmp_path / "files", seed=5, accounts=40, years=2)
    book = Book.create(tmp_path / "book", reporting_currency="EUR")
    load(book, tmp_path / "files", until=made.until)
    engine = engine_named("duckdb")
    try:
        source = Source.of(book, engine, NOW)
        begin()
        project_accounts(source)
        take_in(source, at_night=True)
    finally:
        engine.close()


@pytest.mark.usefixtures("office")
def test_whoever_opens_the_simulated_office_sees_how_its_people_hold_conversations() -> None:
    assert not Conversation.objects.exclude(member=None).exists()
    assert [join(now=NOW), join(now=NOW)] == [len(SALESPEOPLE), 0]
    spoken = Conversation.objects.filter(kind__in=("call", "meeting", "mail", "chat"))
    assert spoken.count() > 30
    assert not spoken.filter(member=None).exists()
    assert not Member.objects.exclude(email__endswith="@keepwell-demo.example").exists()
    assert not any(member.has_usable_password() for member in Member.objects.all())
    owners = set(Account.objects.values_list("owner_email", flat=True))
    assert owners <= set(Member.objects.values_list("email", flat=True))

    chief = Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
    client = Client()
    client.force_login(chief)
    page = client.get("/conversations/coaching")
    shares = [row["of"].share for row in page.context["rows"] if row["of"].of.spoken]
    assert len(shares) > 3
    assert "–" not in shares
