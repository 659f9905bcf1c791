"""Four figures that answer a sceptic’s first questions."""

from collections.abc import Mapping
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.page.markup import Markup, tag
from keepwell.risk.backtest import MODEL
from keepwell.risk.judging import Estimate
from keepwell.risk.page.found import CHANCE, SILENCE, Found, few
from keepwell.risk.page.words import list_name


def cards(found: Found) -> Markup:
    """Four figures that answer a sceptic's first questions."""
    made = [_right(found), _in_time(found), _early(found), _as_said(found)]
    head = tag("h2", _("The figures"), class_="unseen", id="figures-head")
    return tag(
        "section", head, tag("div", made, class_="cards"), aria_labelledby="figures-head", id="figures"
    )


def _card(label: str, value: str, way: str, beside: list[str]) -> Markup:
    return tag(
        "section",
        tag("h3", label),
        tag("div", tag("p", value, class_="value"), tag("p", way, class_="way"), class_="row whole"),
        tag("p", [tag("span", words) for words in beside if words], class_="small muted parts"),
        class_="sheet figure",
    )


def _right(found: Found) -> Markup:
    ours = found.precision(MODEL)
    named, _accounts = found.named()
    right = round((ours.value or 0.0) * named)
    beside = [
        _("{part} of {whole} namings").format(part=numbers.count(right), whole=numbers.count(named)),
        around(ours),
        *_others({name: numbers.percent(found.precision(name).value) for name in _simple(found)}),
    ]
    label = _("Right, of {named}").format(named=list_name(found.top))
    return _card(label, numbers.percent(ours.value), _("higher is better"), beside)


def _in_time(found: Found) -> Markup:
    ours = found.warnings[MODEL, found.top]
    beside = [
        _("{part} of {whole} departures").format(
            part=numbers.count(ours.warned.caught), whole=numbers.count(ours.warned.leavers)
        ),
        *_others({name: share(found.warnings[name, found.top].share) for name in _simple(found)[:1]}),
    ]
    if len(found.tops) > 1:
        longer = found.warnings[MODEL, found.tops[1]]
        beside.append(_("{named}: {share}").format(named=list_name(found.tops[1]), share=share(longer.share)))
    return _card(_("Departures foreseen"), share(ours.share), _("higher is better"), beside)


def _early(found: Found) -> Markup:
    ours = found.warnings[MODEL, found.top]
    beside = [
        _("median, of the departures foreseen"),
        *_others({name: few(found.warnings[name, found.top].median) for name in _simple(found)[:1]}),
        _("at most {days}: a list looks no further").format(days=found.horizon),
    ]
    return _card(_("Days of warning"), few(ours.median), _("higher is better"), beside)


def _as_said(found: Found) -> Markup:
    every, off = found.judged[MODEL], found.judged[MODEL]["calibration"]
    said = float(found.chances[MODEL].mean())
    beside = [
        _("on average, over tenths of the accounts"),
        around(off, numbers.points),
        _("in all {said} said, {left} left").format(
            said=numbers.percent(said), left=numbers.percent(every.base_rate)
        ),
    ]
    value = "–" if off.value is None else numbers.points(off.value).lstrip("+")
    return _card(_("Chances off by"), value, _("lower is better"), beside)


def _simple(found: Found) -> list[str]:
    return [name for name in (SILENCE, CHANCE) if name in found.ways()]


def _others(values: Mapping[str, str]) -> list[str]:
    words = {SILENCE: _("silence alone: {value}"), CHANCE: _("chance: {value}")}
    return [words[name].format(value=value) for name, value in values.items()]


def share(value: float | None) -> str:
    """A share in whole per cent; a dash where there is none."""
    return "–" if value is None else numbers.percent(value, 0)


def around(estimate: Estimate, say: Any = numbers.percent) -> str:
    """An estimate's interval in words; nothing where it has none."""
    if estimate.low is None or estimate.high is None:
        return ""
    low, high = (say(one).lstrip("+") for one in (estimate.low, estimate.high))
    return _("95%: {low} to {high}").format(low=low, high=high)
