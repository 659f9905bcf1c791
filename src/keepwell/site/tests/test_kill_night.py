"""Killed at any moment and begun again, a night ends in the same state, and nothing is there twice."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.book.tests.killing import killed_at_random_moments
from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, of_its_own, run

KILLS = 7

# Each piece of work says one more thing that people did, and runs a night over it.
NIGHTS = (
    READY
    + """
import pandas  # DuckDB looks for it when it is handed a table: once here instead of once in every process
import pyarrow.dataset
from datetime import UTC, datetime
from django.db import transaction
from keepwell.accounts.models import Outgoing
from keepwell.accounts.outbox import send
from keepwell.site.nightly import night
import keepwell.site.jobs, keepwell.risks, keepwell.risk.observations, keepwell.risk.health.results
import keepwell.ledger.opening, keepwell.risk.features
NOW = datetime(2026, 6, 2, 2, tzinfo=UTC)

def say(number):
    key = f"office-{number}"
    if not Outgoing.objects.filter(key=key).exists():
        row = {"touch_id": key, "account_id": f"a{number}", "occurred_at": NOW.isoformat(), "channel": "phone"}
        with transaction.atomic():
            send("touches", key, row)

def work(number):
    say(number)
    night(home=sys.argv[1], now=NOW, only=("gather", "post", "score", "project", "raise"))
"""
)

TABLES = {
    "accounts_account": "account_id, name, segment, owner_id, portfolio_id, chosen",
    "accounts_contact": "contact_id, account_id, name, email, source_id",
    "accounts_standing": "account_id, day, mrr, health, score, steps, signals, past, history",
    "accounts_entry": "key, account_id, at, kind, hot, data, contact_id",
    "accounts_outgoing": '"table", key, load IS NOT NULL',
    "accounts_projection": "name",
    "alerts_alert": "account_id, day, state",
}


def state(home: Path) -> dict[str, list[Any]]:
    """Everything a night makes, without numbers that count tries and moments of the clock."""
    office = sqlite3.connect(home / "office" / "office.sqlite3")
    found = {
        table: sorted(office.execute(f"SELECT {columns} FROM {table}"), key=repr)
        for table, columns in TABLES.items()
    }
    office.close()
    engine = engine_named("duckdb", {"threads": "1"})
    moment = Book.open(home).moment(engine)
    touches = moment.frame("touches").select("touch_id", "account_id", "occurred_at")
    found["touches"] = sorted(engine.collect(touches).to_pylist(), key=repr)
    found["versions of touches"] = [engine.collect(moment.versions("touches").select("touch_id")).num_rows]
    found["paying"] = [len(engine.collect(moment.frame("ledger")).to_pylist())]
    engine.close()
    return found


@pytest.mark.slow
def test_killed_at_any_moment_and_begun_again_a_night_ends_in_the_same_state(tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with of_its_own():
        make_book(killed)
        run(empty_office.placed(killed), NIGHTS + "running.prepare()")
        shutil.copytree(killed, whole)
        for _number in killed_at_random_moments(NIGHTS, killed, times=KILLS):
            pass
        last = KILLS + 1
        # The first may be one that was left off: it goes on behind what was said since, which the next one brings.
        nights = NIGHTS + f"for n in range({last}): say(n)\nwork({last})\nwork({last})"
        run(killed, nights)
        run(whole, nights)
    ours, theirs = state(killed), state(whole)
    for name, rows in theirs.items():
        assert ours[name] == rows, name
        assert rows or name == "alerts_alert", name
    assert len(theirs["touches"]) == KILLS + 2
