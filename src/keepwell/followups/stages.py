"""Where an account is on its journey, and how often it should be spoken to there.

The rule, in order; the first that holds:
- **Renewing**: under contract, and its term ends within 90 days.
- **Onboarding**: a customer for less than 90 days; or for less than 180 and its check-up's onboarding is not Healthy.
- **Getting value**: its check-up finds results Healthy (goals are met or on their way) and use not Poor.
- **Adopting**: else.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import F, OuterRef, Subquery

from keepwell.accounts.models import Standing
from keepwell.accounts.projecting import upsert
from keepwell.followups.models import FollowUp, Rhythm, Stage, Standard

RENEWING, NEW, STILL_NEW = 90, 90, 180  # days


def stage_of(standing: Standing) -> Stage:
    """The stage of an account as it stands."""
    signals, steps = standing.signals, standing.steps
    to_renewal, tenure = signals.get("days_to_renewal"), signals.get("tenure")
    if standing.kept_by == "contract" and to_renewal is not None and to_renewal <= RENEWING:
        return Stage.RENEWING
    if tenure is not None and tenure < NEW:
        return Stage.ONBOARDING
    if tenure is not None and tenure < STILL_NEW and steps.get("onboarding") in ("poor", "concerning"):
        return Stage.ONBOARDING
    if steps.get("results") == "healthy" and steps.get("use") != "poor":
        return Stage.VALUE
    return Stage.ADOPTING


def standard_of(standards: Iterable[Standard], segment: str, stage: str) -> Standard | None:
    """The most particular standard that fits: of segment and stage, of the segment, of the stage, of all."""
    fits = [one for one in standards if one.segment in ("", segment) and one.stage in ("", stage)]
    return max(fits, key=lambda one: (one.segment != "", one.stage != ""), default=None)


def keep_rhythm(*, today: date) -> int:
    """Find every paying account's stage and by when it is to be spoken to and reviewed; returns how many."""
    standards = list(Standard.objects.all())
    reviewed = FollowUp.objects.filter(
        account=OuterRef("pk"), kind=FollowUp.Kind.REVIEW, state=FollowUp.State.DONE
    ).order_by("-closed_at")
    rows = Standing.objects.select_related("account", "account__last_touch").defer("past", "history")
    rows = rows.annotate(reviewed_at=Subquery(reviewed.values("closed_at")[:1]))

    def rhythms() -> Iterator[Rhythm]:
        for row in rows.iterator(chunk_size=2000):
            stage = stage_of(row)
            standard = standard_of(standards, row.account.segment, stage)
            last = getattr(row.account, "last_touch", None)
            since = row.customer_since or today
            reviewed_on = row.reviewed_at.date() if row.reviewed_at else None
            yield Rhythm(
                account_id=row.account_id,
                stage=stage,
                spoken_at=last.at if last else None,
                speak_by=_by(last.at.date() if last else since, standard.days if standard else None),
                reviewed_on=reviewed_on,
                review_by=_by(reviewed_on or since, standard.review_days if standard else None),
                worth=row.worth,
            )

    fields = ("stage", "spoken_at", "speak_by", "reviewed_on", "review_by", "worth")
    written = upsert(rhythms(), key="account", fields=fields)
    Rhythm.objects.filter(account__standing=None).delete()
    return written


def renew_worth() -> int:
    """Bring the worth of open follow-ups up to that of their accounts' standings; returns how many are open."""
    worth = Standing.objects.filter(pk=OuterRef("account")).values("worth")
    return (
        FollowUp.objects.filter(state=FollowUp.State.OPEN)
        .exclude(account__standing__worth=F("worth"))
        .update(worth=Subquery(worth))
    )


def _by(day: date, days: int | None) -> date | None:
    return None if not days else day + timedelta(days=days)
