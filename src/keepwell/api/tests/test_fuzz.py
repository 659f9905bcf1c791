"""Whatever is asked, the API answers as its own description says, and never with a failure of its own."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis import checks as known
from schemathesis.specs.openapi import checks as told

from keepwell.accounts.models import Account
from keepwell.alerts.models import Alert
from keepwell.followups.actions.handling import Plan, make
from keepwell.site.wsgi import application

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [
    known.not_a_server_error,
    told.status_code_conformance,
    told.content_type_conformance,
    told.response_schema_conformance,
    told.response_headers_conformance,
]
EACH = 6  # calls of each sort to each address
THERE = {"account_id": "A1", "pk": 1}  # put in every other call, lest nothing is ever found


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Leave the test's connection open, as Django's own client does: a request that ends would close it, and with
    it the transaction that the test is in. In memory SQLite closes nothing, PostgreSQL does.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_answers_as_it_is_described(
    mode: GenerationMode, account: Account, token: Any, settings: Any
) -> None:
    settings.API_CALLS_A_MINUTE = 1_000_000
    Alert.objects.create(pk=1, account=account, day=NOW.date(), opened_at=NOW, to_tell="")
    make(plan=Plan(account=account, due=NOW.date(), what="Ask"), by=None, now=NOW)
    shown = {"Authorization": f"Bearer {token('administrator')}"}
    described = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    asked = [found.ok() for found in described.get_all_operations()]
    assert len(asked) > 20
    for operation in asked:
        _ask(operation, mode, shown)


def _ask(operation: Any, mode: GenerationMode, shown: dict[str, str]) -> None:
    every = itertools.count()

    @seed(1)
    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        for name, value in THERE.items():
            if name in case.path_parameters and next(every) % 2:
                case.path_parameters[name] = value
        case.call_and_validate(headers=shown, checks=CHECKS)

    ask()
