"""Changes in what they pay, out of the ledger: `keepwell.accounts.projecting.entries` makes these apart."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind
from keepwell.lib.money import to_decimal
from keepwell.members.labels import whole_said

_LINES = {
    "new": gettext_lazy("Became a customer"),
    "reactivation": gettext_lazy("Came back"),
    "expansion": gettext_lazy("Pays more"),
    "contraction": gettext_lazy("Pays less"),
    "churn": gettext_lazy("Left"),
}


def _amounts(data: Mapping[str, Any]) -> str:
    amounts = (to_decimal(data[name], data["currency"]) for name in ("before", "after"))
    before, after = (whole_said(round(amount)) for amount in amounts)  # as `showing.money` says them
    return _("{before} to {after} {currency} a month").format(
        before=before, after=after, currency=data["currency"]
    )


KIND = Kind(
    name="movement",
    label=gettext_lazy("What they pay"),
    hot=lambda row: row["kind"] in ("churn", "contraction"),
    keeps=("kind", "before", "after", "currency", "leaving_kind"),
    headline=lambda d: str(_LINES[d["kind"]]),
    detail=_amounts,
)
