"""What a playbook did is seen: from the lot drawn in the office, by way of the book, to the playbook's page."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from keepwell.accounts.outbox import gather
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.followups.actions import arranging, playing
from keepwell.followups.models import Effect, Run
from keepwell.followups.tests.test_playbooks import crowd, set_down
from keepwell.ledger.keeping import post_book
from keepwell.reach.tests.office import Office
from keepwell.site.tests.conftest import rows

pytestmark = pytest.mark.django_db
STARTED = datetime(2026, 1, 10, 9, tzinfo=UTC)
COVERED = date(2026, 8, 1)
ACCOUNTS = 240


def lived(arms: dict[str, str], home: Path) -> Book:
    """A book in which of those held out two in five left within three months, of the others one in twelve."""
    book = Book.create(home, reporting_currency="EUR")
    one_in = {"held out": (2, 5), "treated": (1, 12)}
    counted = dict.fromkeys(one_in, 0)
    subscriptions = []
    for number, (account, arm) in enumerate(sorted(arms.items())):
        some, of = one_in[arm]
        leaves = counted[arm] % of < some
        counted[arm] += 1
        subscriptions.append(
            {
                "subscription_id": f"s{number}",
                "account_id": account,
                "started_on": date(2025, 1, 1) + timedelta(days=number % 200),
                "ended_on": date(2026, 2, 1) + timedelta(days=number % 50) if leaves else None,
                "mrr": 10_000 + number,
                "currency": "EUR",
            }
        )
    accounts = [{"account_id": one, "name": one, "segment": "All"} for one in arms]
    begun = [{**one, "ended_on": None} for one in subscriptions]
    # What was known before the playbook began, and what became known of who left.
    with book.writer() as writer:
        for table, said, known in (
            ("accounts", accounts, datetime(2025, 1, 1, tzinfo=UTC)),
            ("subscriptions", begun, datetime(2025, 8, 1, tzinfo=UTC)),
        ):
            writer.put(table, rows(table, said), known_at=known, source="file")
        writer.commit()
    with book.writer() as writer:
        told = rows("subscriptions", subscriptions)
        writer.put("subscriptions", told, known_at=datetime(2026, 4, 1, tzinfo=UTC), source="file")
        for table in ("accounts", "subscriptions"):
            writer.cover(table, "file", COVERED)
        writer.commit()
    return book


def test_a_playbook_that_helped_shows_by_how_much(office: Office, tmp_path: Path, settings: Any) -> None:
    playbook = set_down(office, held_out=0.4)
    playing.start(playbook=playbook, accounts=crowd(office, ACCOUNTS), by=office.mate, now=STARTED)
    arms = dict(Run.objects.values_list("account", "arm"))
    settings.HOME = str(tmp_path / "book")
    book = lived(arms, tmp_path / "book")
    assert gather(book, now=STARTED + timedelta(hours=18)) == ACCOUNTS
    engine = engine_named("duckdb")
    post_book(book, engine)
    engine.close()
    arranging.ask_effect(playbook=playbook, by=office.manager, now=datetime(2026, 8, 1, tzinfo=UTC))
    effect = Effect.objects.get()
    assert not effect.refused
    whole = effect.rows[0]
    assert whole["treated"] + whole["held_out"] == ACCOUNTS
    assert whole["treated_share"] == pytest.approx(1 / 12, abs=0.03)
    assert whole["held_out_share"] == pytest.approx(0.4, abs=0.03)
    assert whole["low"] > 0
    page = office.client(office.viewer).get(f"/followups/playbooks/{playbook.pk}").content.decode()
    assert "On average it helps." in page
    assert "Fewer leave, in points" in page


def test_why_nothing_can_be_said_is_told_in_the_readers_language_and_without_commands(
    office: Office, tmp_path: Path, settings: Any
) -> None:
    playbook = set_down(office, held_out=0.4)
    playing.start(playbook=playbook, accounts=crowd(office, 40), by=office.mate, now=STARTED)
    settings.HOME = str(tmp_path / "book")
    book = lived(dict(Run.objects.values_list("account", "arm")), tmp_path / "book")
    gather(book, now=STARTED + timedelta(hours=18))
    engine = engine_named("duckdb")
    post_book(book, engine)
    engine.close()
    arranging.ask_effect(playbook=playbook, by=office.manager, now=datetime(2026, 8, 1, tzinfo=UTC))
    few = Effect.objects.get().few
    assert few["treated"] + few["held_out"] == 40
    for language, said in (("en", "Too few accounts were treated with"), ("pl", "Zbyt mało klientów")):
        office.viewer.language = language
        office.viewer.save()
        page = office.client(office.viewer).get(f"/followups/playbooks/{playbook.pk}").content.decode()
        assert said in page
        assert "keepwell worth" not in page
