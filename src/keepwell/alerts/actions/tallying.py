"""The score that alerts keep of themselves: counted by the night, so that a page need not look at a year of them."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, Q, QuerySet, When

from keepwell.alerts.models import Alert, Reason, Tally

YEAR = timedelta(days=365)
ALL = ""  # of every trigger together
Place = tuple[str, int | None, int | None]


def tally(*, now: datetime, days: timedelta = YEAR) -> None:
    """Count the alerts of the last days anew, by trigger, portfolio and owner. An alert counts for each reason."""
    alerts = Alert.objects.filter(opened_at__gte=now - days)
    counted: dict[Place, dict[str, int]] = {}
    warned: dict[Place, list[int]] = defaultdict(list)
    reasons = Reason.objects.filter(alert__opened_at__gte=now - days)
    for rows, way, names in ((alerts, "", ()), (reasons, "alert__", ("trigger",))):
        whose = (*names, f"{way}account__portfolio", f"{way}account__owner")
        for row in rows.order_by().values(*whose).annotate(**_counts(way)):
            counted[_place(row, whose)] = {name: row[f"n_{name}"] for name in _CONDITIONS}
        for row in _leavers(rows, way).values(*whose, "pk", f"{way}left_on", f"{way}day"):
            warned[_place(row, whose)].append((row[f"{way}left_on"] - row[f"{way}day"]).days)
    with transaction.atomic():
        Tally.objects.all().delete()
        Tally.objects.bulk_create(
            Tally(
                trigger=at[0],
                portfolio_id=at[1],
                owner_id=at[2],
                warnings=sorted(warned.get(at, [])),
                **counts,
            )
            for at, counts in counted.items()
        )


def _place(row: dict[str, Any], whose: tuple[str, ...]) -> Place:
    said = [row[name] for name in whose]
    return (said[-3] if len(said) > 2 else ALL, said[-2], said[-1])


def _leavers(rows: QuerySet[Any], way: str) -> QuerySet[Any]:
    return rows.order_by().filter(**{f"{way}left_on__isnull": False})


_CONDITIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "raised": ({},),
    "acted": ({"acted_at__isnull": False},),
    "judged": ({"outcome__in": ("acted", "right", "left", "wrong")}, {"left_on__isnull": False}),
    "right": ({"outcome__in": ("acted", "right", "left")}, {"left_on__isnull": False}),
    "left": ({"left_on__isnull": False},),
}


def _counts(way: str) -> dict[str, Count]:
    """How many alerts meet each condition: any one of its parts."""
    key = f"{way}pk" if way else "pk"
    found = {}
    for name, parts in _CONDITIONS.items():
        met = Q()
        for part in parts:
            met |= Q(**{f"{way}{field}": value for field, value in part.items()})
        of = Case(When(met, then=F(key))) if met else F(key)
        found[f"n_{name}"] = Count(of, distinct=True)
    return found
