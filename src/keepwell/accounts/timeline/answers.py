"""What they answered when asked."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.accounts.readable import survey_said
from keepwell.accounts.timeline import Kind

KIND = Kind(
    name="answer",
    label=gettext_lazy("Answer"),
    table="answers",
    at="answered_at",
    keeps=("survey", "score"),
    personal=("comment",),
    hot=lambda row: (row.get("survey") or "").lower() == "nps" and (row.get("score") or 10) <= 6,
    headline=lambda d: _("{survey}: {score}").format(
        survey=survey_said(d.get("survey")) or _("Survey"),
        score="–" if d.get("score") is None else f"{d['score']:g}",
    ),
    detail=lambda d: d.get("comment") or "",
)
