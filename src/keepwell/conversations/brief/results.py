"""What they have got out of it, against what they set out to reach."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keepwell.conversations.brief import Audience, Part, Sentence, Source
from keepwell.conversations.brief.reading import Reading, day_of

GROWN = 0.05  # a share of use below which nothing has changed


def _write(r: Reading) -> Iterator[Sentence]:
    if r.standing is None:
        return
    source = Source(r.page, _("standing of {day}").format(day=day_of(r.standing.day)))
    well, behind, unknown = (r.signal(f"goals_{name}") or 0 for name in ("on_track", "behind", "unknown"))
    goals = round(well + behind + unknown)
    if goals == 1:
        yield Sentence(_only_goal(well=bool(round(well)), behind=bool(round(behind))), source)
    elif goals:
        said = ngettext(
            "Of the {n} goal they set with us, {well} is on track.",
            "Of the {n} goals they set with us, {well} are on track.",
            goals,
        )
        yield Sentence(said.format(n=goals, well=round(well)), source)
        if behind:
            late = ngettext(
                "{n} is behind what was planned.", "{n} are behind what was planned.", round(behind)
            )
            yield Sentence(late.format(n=round(behind)), source)
        if unknown:
            open_ = ngettext(
                "Of {n} nobody has read lately how far it is.",
                "Of {n} nobody has read lately how far they are.",
                round(unknown),
            )
            yield Sentence(open_.format(n=round(unknown)), source)
    plan = r.signal("goals_plan")
    if plan is not None:
        share = f"{plan * 100:.0f}%"
        yield Sentence(
            _("On average they have come {share} of the way they should have by now.").format(share=share),
            source,
        )
    trend = r.signal("use_trend")
    if trend is not None and abs(trend - 1) > GROWN:
        yield Sentence(_used(trend), source)


def _used(trend: float) -> str:
    if trend >= 2:
        return _("They use it {times} times as much as before.").format(times=f"{trend:.1f}")
    said = (
        _("They use it {share} more than before.")
        if trend > 1
        else _("They use it {share} less than before.")
    )
    return said.format(share=f"{abs(trend - 1):.0%}")


PART = Part(
    "results",
    10,
    gettext_lazy("Results"),
    gettext_lazy("goals with readings, or use"),
    lambda r: list(_write(r)),
    frozenset({Audience.EXECUTIVE, Audience.MANAGER}),
    frozenset({Audience.EXECUTIVE}),
)


def _only_goal(*, well: bool, behind: bool) -> str:
    """How far the one goal is that was set."""
    if well:
        return _("They set one goal with us, and it is on track.")
    if behind:
        return _("They set one goal with us, and it is behind what was planned.")
    return _("They set one goal with us, and nobody has read lately how far it is.")
