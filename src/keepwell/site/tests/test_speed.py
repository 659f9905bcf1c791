"""What is measured of a page never stands in its way."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from keepwell.site import speed
from keepwell.site.models import Slow

pytestmark = pytest.mark.django_db


def test_a_slow_page_is_kept(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speed, "SLOW", 0.0)
    admin.get("/settings/")
    assert Slow.objects.filter(page="settings").exists()


def test_a_page_is_answered_where_the_database_takes_no_note_of_it(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "SLOW", 0.0)

    def locked(execute, sql, params, many, context):
        if "INSERT" in sql and "slow" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        assert admin.get("/settings/").status_code == 200
    assert not Slow.objects.exists()
