"""SQLite is told how large its tables are, so that it reads a list from the index of its order and not whole."""

import pytest
from django.db import connection

from keepwell.accounts.models import Account, Standing
from keepwell.site.statistics import renew_statistics

pytestmark = pytest.mark.django_db


def test_every_table_that_holds_something_is_counted() -> None:
    Account.objects.bulk_create(Account(pk=f"A{n}", name=f"Company {n}") for n in range(300))
    Standing.objects.bulk_create(Standing(account_id=f"A{n}", day="2026-06-01") for n in range(300))
    renew_statistics()
    if connection.vendor != "sqlite":
        return  # PostgreSQL counts by itself: nothing is to be done, and nothing fails
    with connection.cursor() as cursor:
        cursor.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'accounts_standing'")
        counted = dict(cursor.fetchall())
    assert counted["accounts_standing_by_worth"].startswith("300 ")
