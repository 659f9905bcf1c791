"""Why they said they left."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.readable import reason_said
from keepwell.accounts.timeline import Kind

KIND = Kind(
    name="reason",
    label=gettext_lazy("Reason for leaving"),
    table="reasons",
    at="left_on",
    keeps=("code",),
    hot=lambda _row: True,
    headline=lambda d: _("Left. Reason said: {code}").format(code=reason_said(d.get("code")) or _("none")),
)
