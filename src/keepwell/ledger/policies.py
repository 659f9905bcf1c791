"""The choices on which two honest companies differ, printed beside every figure made with them."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

PAID = ("subscriptions", "purchases")  # tables of which one must be there, for anything to be measured


@dataclass(frozen=True)
class Policies:
    """How movements are read out of subscriptions, invoices and purchases.

    grace_days: how long the last MRR is held after it fell to 0, in case the account pays again.
    churn_dated: "paid_until" (the end of what was paid for) or "notice" (the day the notice was given).
    past_due_days: None, past due still pays; n, an account with an unpaid invoice pays nothing from n days
        after it was due until it is paid.
    term_end: "as_stated", a term ends on its end day; "rolls_on", it runs on until a notice or a reason ends it.
    purchases_beside_subscriptions: whether purchases make MRR of their own while a subscription runs.
    first_cycle_days, first_limit_days: the cycle and the limit taken while the company knows too few gaps
        between purchases to read its own.
    enough_gaps: how many gaps a segment, or else the company, must have shown before its own figures are used.
    """

    grace_days: int = 0
    churn_dated: Literal["paid_until", "notice"] = "paid_until"
    past_due_days: int | None = None
    term_end: Literal["as_stated", "rolls_on"] = "as_stated"
    purchases_beside_subscriptions: bool = False
    first_cycle_days: int = 30
    first_limit_days: int = 90
    enough_gaps: int = 30

    def __post_init__(self) -> None:
        for name in ("grace_days", "past_due_days"):
            days = getattr(self, name)
            if days is not None and not 0 <= days <= 3650:
                raise KeepwellError(
                    _("{name} must lie between 0 and 3650 days.").format(name=name), seen=str(days)
                )
        for name in ("first_cycle_days", "first_limit_days"):
            if not 1 <= getattr(self, name) <= 3650:
                raise KeepwellError(
                    _("{name} must lie between 1 and 3650 days.").format(name=name),
                    seen=str(getattr(self, name)),
                )
        for name, choices in (
            ("churn_dated", ("paid_until", "notice")),
            ("term_end", ("as_stated", "rolls_on")),
        ):
            if getattr(self, name) not in choices:
                raise KeepwellError(
                    _("{name} is one of {choices}.").format(name=name, choices=", ".join(choices)),
                    seen=str(getattr(self, name)),
                )

    @property
    def measured(self) -> tuple[str, ...]:
        """The tables whose covered days every figure waits for: invoices where an unpaid one stops what is paid."""
        return PAID if self.past_due_days is None else (*PAID, "invoices")

    def to_dict(self) -> dict[str, Any]:
        """The policies by name, as they are kept in the book and given to scripts."""
        return asdict(self)

    def sentences(self) -> list[str]:
        """What a reader of a figure needs to know, one sentence a policy."""
        return [
            _("Churn is dated at the day until which was paid.")
            if self.churn_dated == "paid_until"
            else _("Churn is dated at the day of notice."),
            _("An account past due still pays.")
            if self.past_due_days is None
            else _("An account stops paying {n} days past due.").format(n=self.past_due_days),
            _("A term ends as stated.")
            if self.term_end == "as_stated"
            else _("A term rolls on until told otherwise."),
            _("Grace: {n} days.").format(n=self.grace_days),
        ]
