"""What members fill in about alerts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.bounds import Bounds
from keepwell.alerts.models import Channel, Manner, Threshold
from keepwell.alerts.queries import teams_of, whom
from keepwell.alerts.showing import SECOND, account_named, second_label, second_scale
from keepwell.alerts.triggers import UNITS, Trigger
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]


class Setting(forms.Form):
    """The bounds of a trigger, in the units that people speak of, and for whom they hold."""

    whom = forms.ChoiceField(label=gettext_lazy("Holds for"))
    on = forms.BooleanField(label=gettext_lazy("Raise it"), required=False)
    threshold = forms.FloatField(label=gettext_lazy("Raise it from"))
    near = forms.FloatField(
        label=gettext_lazy("Near from"),
        help_text=gettext_lazy("An alert goes away by itself only once the account is better than this."),
    )
    tell_near = forms.BooleanField(label=gettext_lazy("Raise it when near as well"), required=False)
    minimum = forms.FloatField(required=False, min_value=0)
    also = forms.ChoiceField(label=gettext_lazy("And only if"), required=False)
    also_side = forms.ChoiceField(
        label=gettext_lazy("is"),
        required=False,
        choices=[("above", gettext_lazy("at least")), ("below", gettext_lazy("at most"))],
    )
    also_bound = forms.FloatField(label=gettext_lazy("so much"), required=False)
    quiet_days = forms.IntegerField(
        label=gettext_lazy("Days of quiet after closing"), min_value=0, max_value=365
    )

    def __init__(
        self, *args: Any, trigger: Trigger, member: Member, account: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.trigger = trigger
        level = dict(Threshold.Level.choices)
        choices = [
            (key, f"{level[Threshold.Level(key.partition(':')[0])]}{': ' + name if name else ''}")
            for key, name in whom(member)
        ]
        if account:
            choices.insert(0, (f"account:{account}", account_named(account)))
        unit = "%" if trigger.unit == "share" else str(UNITS.get(trigger.unit, ""))
        for name in ("threshold", "near"):
            field = self.fields[name]
            field.label = f"{field.label} ({unit})" if unit else field.label
            field.widget.attrs["step"] = "any"
        if not trigger.bounded:  # it happens or not: nothing lies near
            for name in ("threshold", "near", "tell_near"):
                del self.fields[name]
        self._chosen("whom", choices)
        self._chosen(
            "also", [("", _("nothing else is asked")), *((name, second_label(name)) for name in SECOND)]
        )
        if trigger.sample:
            self.fields["minimum"].label = _("Only if at least: {what}").format(what=trigger.sampled)
        else:
            del self.fields["minimum"]

    def _chosen(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A second condition needs its bound; near lies on the mild side."""
        said = super().clean() or {}
        if said.get("also") and said.get("also_bound") is None:
            self.add_error("also_bound", _("Say how much."))
        side = 1 if self.trigger.worse == "above" else -1
        near, threshold = said.get("near"), said.get("threshold")
        if near is not None and threshold is not None and side * near > side * threshold:
            self.add_error("near", _("Near must come before the threshold: it is the milder of the two."))
        return said

    def bounds(self) -> Bounds:
        """What was filled in, in the units that signals have."""
        said, scale = self.cleaned_data, self.trigger.scale
        minimum, also = said.get("minimum"), said["also"]
        if minimum is not None and self.trigger.sample == "coverage":
            minimum /= 100
        return Bounds(
            threshold=said.get("threshold", self.trigger.threshold * scale) / scale,
            near=said.get("near", self.trigger.near * scale) / scale,
            on=said["on"],
            tell_near=said.get("tell_near", False),
            minimum=minimum,
            also=also,
            also_side=(said["also_side"] or "above") if also else "",
            also_bound=said["also_bound"] / second_scale(also) if also else None,
            quiet_days=said["quiet_days"],
        )

    @staticmethod
    def filled(trigger: Trigger, bounds: Bounds) -> dict[str, Any]:
        """A setting as the form shows it."""
        minimum = bounds.minimum
        if minimum is not None and trigger.sample == "coverage":
            minimum *= 100
        also_bound = None
        if bounds.also and bounds.also_bound is not None:
            also_bound = round(bounds.also_bound * second_scale(bounds.also), 4)
        return {
            **bounds.to_json(),
            "threshold": _whole(bounds.threshold * trigger.scale),
            "near": _whole(bounds.near * trigger.scale),
            "minimum": None if minimum is None else _whole(minimum),
            "also_bound": also_bound,
        }


def _whole(number: float) -> float | int:
    """40 and not 40.0, which nobody would write."""
    rounded = round(number, 4)
    return int(rounded) if rounded == int(rounded) else rounded


LONGEST = 365 * 24  # hours that an alert can wait for an answer


class Telling(forms.ModelForm):
    """How a member wants to be told."""

    class Meta:
        model = Manner
        fields = ("how", "digest_at", "quiet_from", "quiet_to", "quiet_weekend", "escalate_hours")

    def __init__(self, *args: Any, company: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("digest_at", "quiet_from", "quiet_to"):
            label = self.fields[name].label
            self.fields[name] = forms.TypedChoiceField(label=label, choices=HOURS, coerce=int)
        if company:
            label = self.fields["escalate_hours"].label
            self.fields["escalate_hours"] = forms.IntegerField(label=label, min_value=1, max_value=LONGEST)
        else:
            del self.fields["escalate_hours"]


class NewChannel(forms.Form):
    """A place that alerts go to."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Channel.Kind.choices)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        help_text=gettext_lazy(
            "A webhook's https address, or the address of a service as https://appriseit.com/services/ says it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    whose = forms.ChoiceField(label=gettext_lazy("For the alerts of"))
    private = forms.BooleanField(label=gettext_lazy("It may lie in our own network"), required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("member", _("my accounts"))]
        if may(member, Right.MANAGE):
            choices += [(f"team:{one.pk}", one.name) for one in teams_of(member)]
        if may(member, Right.ADMINISTER):
            choices.append(("company", _("all accounts")))
        else:
            del self.fields["private"]
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class Answering(forms.Form):
    """What is done to the alerts that were ticked."""

    do = forms.ChoiceField(choices=[("acknowledge", ""), ("snooze", ""), ("close", "")])
    until = forms.DateField(required=False)
    days = forms.IntegerField(label=gettext_lazy("Days"), required=False, min_value=1, max_value=365)
    outcome = forms.CharField(required=False, max_length=10)
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
