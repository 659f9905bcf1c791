"""What they asked or complained of."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind

_KINDS = {
    "question": gettext_lazy("Question"),
    "problem": gettext_lazy("Problem"),
    "objection": gettext_lazy("Objection"),
    "complaint": gettext_lazy("Complaint"),
    "claim": gettext_lazy("Claim"),
}

KIND = Kind(
    name="ticket",
    label=gettext_lazy("Ticket"),
    table="tickets",
    at="opened_at",
    keeps=("kind", "severity", "resolved_at", "ticket_id"),
    personal=("subject",),
    hot=lambda row: row.get("kind") in ("complaint", "claim"),
    headline=lambda d: f"{_KINDS.get(d.get('kind', ''), _('Ticket'))}: {d.get('subject') or d['ticket_id']}",
    detail=lambda d: _("solved") if d.get("resolved_at") else _("open"),
)
