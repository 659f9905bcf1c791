"""An office whose account stands at risk."""

from datetime import date

import pytest

from keepwell.accounts.models import Standing
from keepwell.reach.models import Rule
from keepwell.reach.tests.office import Office, furnished


@pytest.fixture
def office(db: None) -> Office:
    Rule.objects.all().delete()
    made = furnished()
    for account, worth in ((made.account, 500_00), (made.other, 900_00)):
        Standing.objects.create(
            account=account,
            day=date(2026, 11, 1),
            kept_by="contract",
            customer_since=date(2024, 1, 1),
            risk=0.4,
            worth=worth,
            health="poor",
            reasons=[["days_since_use", 65.0, 1.7569]],
            signals={"days_to_renewal": 200.0, "tenure": 1000.0},
            steps={"use": "poor"},
        )
    return made
