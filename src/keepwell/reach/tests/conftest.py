"""Each test gets an office of its own."""

import pytest

from keepwell.reach.models import Rule
from keepwell.reach.tests.office import Office, furnished


@pytest.fixture
def office(db: None) -> Office:
    Rule.objects.all().delete()
    return furnished()
