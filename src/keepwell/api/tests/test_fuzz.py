"""Whatever is asked, the API answers as its own description says, and never with a failure of its own."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis import checks as known
from schemathesis.specs.openapi import checks as told

from keepwell.accounts.models import Account
from keepwell.site.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = [
    known.not_a_server_error,
    told.status_code_conformance,
    told.content_type_conformance,
    told.response_schema_conformance,
    told.response_headers_conformance,
    told.negative_data_rejection,
]
EACH = 12  # calls of each sort to each address


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_answers_as_it_is_described(
    mode: GenerationMode, account: Account, token: Any, settings: Any
) -> None:
    settings.API_CALLS_A_MINUTE = 1_000_000
    shown = {"Authorization": f"Bearer {token('administrator')}"}
    described = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    asked = [found.ok() for found in described.get_all_operations()]
    assert len(asked) > 8
    for operation in asked:
        _ask(operation, mode, shown)


def _ask(operation: Any, mode: GenerationMode, shown: dict[str, str]) -> None:
    @seed(1)
    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=shown, checks=CHECKS)

    ask()
