"""A step of the check-up has turned Poor."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keepwell.alerts.triggers import Case, Reading, Seen, Trigger
from keepwell.lib.text import gettext
from keepwell.risk.health.checkup import STEPS

_STANDS = {"poor": 2.0, "concerning": 1.0, "healthy": 0.0}


def reads(case: Case) -> list[Reading]:
    """How each known step stands: 2 Poor, 1 Concerning, 0 Healthy. Only one known to be better has turned."""
    before = case.steps_before or {}
    return [
        Reading(
            _STANDS[how],
            mark=step,
            news=before.get(step) in ("healthy", "concerning"),
            more={"step": step, "before": before.get(step)},
        )
        for step, how in case.steps.items()
        if how in _STANDS
    ]


def told(seen: Seen) -> str:
    """In a sentence."""
    step = str(seen.get("step", ""))
    return _("{step} has turned Poor in the check-up").format(
        step=gettext(STEPS[step]) if step in STEPS else step
    )


TRIGGER = Trigger(
    name="step_poor",
    place=30,
    label=gettext_lazy("A step turned Poor"),
    meaning=gettext_lazy(
        "A step of the check-up was Healthy or Concerning and is Poor: 2 is Poor, 1 Concerning."
    ),
    reads=reads,
    told=told,
    threshold=2,
    near=1,
    also=("risk", "above", 0.1),
    past="steps",
)
