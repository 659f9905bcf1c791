"""They do not pay what is due."""

from django.utils.translation import gettext_lazy, ngettext

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger, whole


def reads(case: Case) -> list[Reading]:
    """Days for which the oldest unpaid invoice has been past due."""
    days = case.number("unpaid_days")
    return [] if days is None else [Reading(days, more={"invoices": case.number("unpaid")})]


def told(seen: Seen) -> str:
    """In a sentence."""
    n = whole(seen, "invoices")
    return ngettext(
        "{n} invoice is unpaid, {days} days past due",
        "{n} invoices are unpaid, the oldest {days} days past due",
        n,
    ).format(n=n, days=whole(seen))


TRIGGER = Trigger(
    name="payment_failing",
    place=65,
    label=gettext_lazy("Payment failing"),
    meaning=gettext_lazy("Days for which the oldest unpaid invoice has been past due."),
    reads=reads,
    told=told,
    threshold=14,
    near=3,
    unit="days",
    asks=("unpaid_days", "unpaid"),
)
