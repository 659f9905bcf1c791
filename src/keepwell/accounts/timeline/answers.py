"""What they answered when asked."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.timeline import Kind

KIND = Kind(
    name="answer",
    label=gettext_lazy("Answer"),
    table="answers",
    at="answered_at",
    keeps=("survey", "score"),
    personal=("comment",),
    hot=lambda row: (row.get("survey") or "").lower() == "nps" and (row.get("score") or 10) <= 6,
    headline=lambda d: (
        _("{survey}: {score}").format(survey=d.get("survey") or _("Survey"), score=f"{d['score']:g}")
        if d.get("score") is not None
        else (d.get("survey") or _("Survey"))
    ),
    detail=lambda d: d.get("comment") or "",
)
