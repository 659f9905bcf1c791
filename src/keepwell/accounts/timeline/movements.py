"""Changes in what they pay, out of the ledger: `keepwell.accounts.projecting.entries` makes these apart."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind
from keepwell.lib.amounts import whole_money

_LINES = {
    "new": gettext_lazy("Became a customer"),
    "reactivation": gettext_lazy("Came back"),
    "expansion": gettext_lazy("Pays more"),
    "contraction": gettext_lazy("Pays less"),
    "churn": gettext_lazy("Left"),
}


def _amounts(data: Mapping[str, Any]) -> str:
    before, after = (whole_money(data[name], data["currency"]) for name in ("before", "after"))
    return _("{before} to {after} a month").format(before=before, after=after)


KIND = Kind(
    name="movement",
    label=gettext_lazy("What they pay"),
    hot=lambda row: row["kind"] in ("churn", "contraction"),
    keeps=("kind", "before", "after", "currency", "leaving_kind"),
    headline=lambda d: str(_LINES[d["kind"]]),
    detail=_amounts,
)
