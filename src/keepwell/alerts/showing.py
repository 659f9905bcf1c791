"""Alerts as pages show them: sentences, marks and numbers in the reader's language and units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from keepwell.accounts.models import Account, Standing
from keepwell.accounts.showing import Shown, money, per_cent, reporting
from keepwell.alerts.bounds import Bounds
from keepwell.alerts.delivering.message import names_in, sentence
from keepwell.alerts.models import Alert, Preview, Reason, Threshold
from keepwell.alerts.queries import Score
from keepwell.alerts.triggers import UNITS, Trigger, all_triggers
from keepwell.lib.money import exponent
from keepwell.lib.text import gettext
from keepwell.members.labels import day_said, labels
from keepwell.risk.features import all_features

MARKS = {"open": "poor", "acknowledged": "near", "snoozed": "held", "closed": "well"}
HEALTH = {"poor": "poor", "concerning": "near", "healthy": "well"}
# What a second condition may be about, and what its values are multiplied by for people.
SECOND = {
    "risk": 100.0,
    "mrr": 0.0,
    "tenure": 1.0,
    "days_to_renewal": 1.0,
    "use_90": 1.0,
    "response_share_90": 100.0,
}


@dataclass(frozen=True)
class ShownReason:
    """One reason of an alert."""

    reason: Reason
    trigger: Trigger | None
    said: str
    gone: str  # how it ended, "" where it has not

    @property
    def label(self) -> str:
        """What raised it."""
        return self.reason.trigger if self.trigger is None else str(self.trigger.label)

    @property
    def held(self) -> str:
        """The bounds it was held against; "" where it has none."""
        if self.trigger is None or not self.trigger.bounded:
            return ""
        seen = self.reason.crossed or self.reason.seen
        if seen.get("near") == seen.get("threshold"):
            return _("threshold {threshold}").format(threshold=number(self.trigger, seen.get("threshold")))
        return _("threshold {threshold}, near {near}").format(
            threshold=number(self.trigger, seen.get("threshold")), near=number(self.trigger, seen.get("near"))
        )


@dataclass(frozen=True)
class ShownAlert:
    """An alert with its reasons and how the account stands now."""

    alert: Alert
    reasons: list[ShownReason]
    now: Shown

    @property
    def why(self) -> str:
        """All its reasons."""
        return "; ".join(one.said for one in self.reasons)

    @property
    def state(self) -> str:
        """How it stands, in words."""
        return str(labels(Alert.State)[self.alert.state])

    @property
    def outcome(self) -> str:
        """What came of it, in words; "" before that is known."""
        return str(labels(Alert.Outcome)[self.alert.outcome]) if self.alert.outcome else ""

    @property
    def mark(self) -> str:
        """How its state is marked."""
        return MARKS[self.alert.state]

    @property
    def then_risk(self) -> str:
        """The chance of leaving as it was then."""
        return per_cent(self.alert.stood.get("risk"))

    @property
    def then_health(self) -> str:
        """The check-up as it was then."""
        health = self.alert.stood.get("health")
        return str(Standing.Health(health).label) if health else ""

    @property
    def then_health_mark(self) -> str:
        """How that is marked."""
        return HEALTH.get(self.alert.stood.get("health", ""), "held")

    @property
    def then_mrr(self) -> str:
        """What it paid a month then."""
        return money(self.alert.stood.get("mrr"), self.now.currency)

    @property
    def then_worth(self) -> str:
        """What acting was expected to bring then."""
        return money(self.alert.stood.get("worth"), self.now.currency)


def shown_alerts(alerts: Iterable[Alert]) -> list[ShownAlert]:
    """Alerts for a page."""
    found, currency = list(alerts), reporting()
    names, triggers = names_in(found), all_triggers()
    return [
        ShownAlert(
            alert,
            [_reason(one, triggers.get(one.trigger), names) for one in alert.reasons.all()],
            Shown(alert.account, getattr(alert.account, "standing", None), currency),
        )
        for alert in found
    ]


def _reason(one: Reason, trigger: Trigger | None, names: dict[str, str]) -> ShownReason:
    if trigger is None:
        return ShownReason(one, None, one.trigger, "")
    gone = ""
    if one.gone_at:
        gone = _("{how}, {day}").format(
            how=labels(Reason.Gone).get(one.gone, one.gone),
            day=day_said(timezone.localdate(one.gone_at)),
        )
    return ShownReason(one, trigger, sentence(one, names), gone)


def number(trigger: Trigger, value: Any) -> str:
    """A value of a trigger as people say it."""
    if value is None:
        return "–"
    rounded = round(float(value) * trigger.scale, 2)
    said = formats.localize(int(rounded) if rounded == int(rounded) else rounded, use_l10n=True)
    if trigger.unit in ("share", "times"):
        return f"{said}%" if trigger.unit == "share" else f"{said}×"
    return f"{said} {UNITS.get(trigger.unit, '')}".strip()


def second_label(name: str) -> str:
    """What a second condition is about."""
    if name == "risk":
        return _("risk of leaving (%)")
    feature = all_features()[name]
    unit = "%" if SECOND.get(name) == 100.0 else reporting() if name == "mrr" else gettext(feature.unit)
    return f"{gettext(feature.label)} ({unit})"


def second_scale(name: str) -> float:
    """What its value is multiplied by for people."""
    return SECOND.get(name, 1.0) or 1 / 10 ** exponent(reporting() or "EUR")


def bounds_said(trigger: Trigger, bounds: Bounds) -> str:
    """A setting in a sentence."""
    if not bounds.on:
        return _("is not raised")
    up = trigger.worse == "above"
    if not trigger.bounded:
        form = _("whenever it happens")
    elif bounds.near == bounds.threshold:
        form = _("from {threshold} up") if up else _("from {threshold} down")
    else:
        form = (
            _("from {threshold} up, near from {near}") if up else _("from {threshold} down, near from {near}")
        )
    said = [form.format(threshold=number(trigger, bounds.threshold), near=number(trigger, bounds.near))]
    if trigger.sample and bounds.minimum is not None:
        share = trigger.sample == "coverage"
        least = per_cent(bounds.minimum) if share else f"{bounds.minimum:g}"
        said.append(_("only if {what} is at least {n}").format(what=trigger.sampled, n=least))
    if bounds.also and bounds.also_bound is not None:
        form = (
            _("and {what} is at least {n}") if bounds.also_side == "above" else _("and {what} is at most {n}")
        )
        said.append(
            form.format(
                what=second_label(bounds.also), n=f"{bounds.also_bound * second_scale(bounds.also):g}"
            )
        )
    return ", ".join(said)


def whose(row: Threshold) -> str:
    """For whom a setting holds."""
    named = row.account or row.member or row.team or row.segment
    return f"{row.get_level_display()}: {named}" if named else str(row.get_level_display())


@dataclass(frozen=True)
class ShownScore:
    """A line of the score."""

    label: str
    score: Score

    @property
    def acted(self) -> str:
        """Share that led to action."""
        return per_cent(self.score.led_to_action) or "–"

    @property
    def right(self) -> str:
        """Share that was right."""
        return per_cent(self.score.was_right) or "–"

    @property
    def warning(self) -> str:
        """Median days of warning."""
        return "–" if self.score.warning is None else f"{self.score.warning:.0f}"


def shown_scores(found: Iterable[Score]) -> list[ShownScore]:
    """Scores for a page."""
    return [ShownScore(str(one.trigger.label) if one.trigger else _("All together"), one) for one in found]


def told_of_preview(one: Preview) -> list[str]:
    """What a preview found, in sentences."""
    f = one.found
    if not f.get("looked_at"):
        return [_("None of these accounts was there at a month-end of the last year: the past says nothing.")]
    said = [
        _("Looked at {months} month-ends, {first} to {last}.").format(
            months=f["months"], first=_day(f["first"]), last=_day(f["last"])
        ),
        _("It would have raised {alerts} alerts at {accounts} accounts.").format(
            alerts=f["alerts"], accounts=f["accounts"]
        ),
        _("Of those accounts, {left} left within {days} days.").format(left=f["left"], days=f["horizon"]),
    ]
    said += _by_model(f.get("model"))
    said += _read_said(all_triggers()[one.trigger], f.get("readings", {}))
    if not f["leavers"]:
        said.append(_("Nobody left in that time, so the past cannot say whether it would have warned."))
    elif f["warning"] is None:
        said.append(_("{n} left in all, and it would have warned of none of them.").format(n=f["leavers"]))
    else:
        said.append(
            _(
                "{n} left in all: it would have warned of {caught}, {days} days ahead in the middle case."
            ).format(n=f["leavers"], caught=f["caught"], days=round(f["warning"]))
        )
    if 0 < f["leavers"] < 10:
        said.append(_("So few left that this says little."))
    return said


def months_told(one: Preview) -> list[tuple[str, int]]:
    """How many alerts each month-end would have raised."""
    return [(_day(day), n) for day, n in one.found.get("by_month", [])]


def _by_model(model: Mapping[str, Any] | None) -> list[str]:
    """By which model the past was scored: it is seldom the one that was in use on those days."""
    if model is None:
        return []
    form = _(
        "Scored as model {number} scores ({kind}, learned on {day}), learned anew every three months from what was "
        "known by then. Another model may have been in use at the time: this is not what was said then."
    )
    from keepwell.risk.page.words import way_name

    kind, day = way_name(model["kind"]), _day(model["learnt"])
    return [form.format(number=model["number"], kind=kind, day=day)]


def _day(said: str) -> str:
    return str(formats.date_format(date.fromisoformat(said), "DATE_FORMAT"))


def _read_said(trigger: Trigger, readings: Mapping[str, Any]) -> list[str]:
    """How what was read lay, so that one sees what a threshold would catch."""
    said = []
    if readings.get("n"):
        told = {name: number(trigger, readings[name]) for name in ("usual", "twentieth", "hundredth")}
        form = _(
            "Of {n} readings the one in the middle was {usual}; one in 20 was {twentieth} or worse, "
            "one in 100 {hundredth} or worse."
        )
        said.append(form.format(n=readings["n"], **told))
    if readings.get("thin"):
        form = _("Of {n} more too little was known to go by: {what} below the least that is asked.")
        said.append(form.format(n=readings["thin"], what=trigger.sampled))
    return said


def account_named(pk: str) -> str:
    """The name of an account."""
    return Account.objects.filter(pk=pk).values_list("name", flat=True).first() or pk
