"""The parts of the page, in its order."""

from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import kept_by_name, kind_name
from keepwell.metrics.page.markup import Markup, tag
from keepwell.metrics.page.sections import HALF, WIDE, chart, folded, sheet
from keepwell.metrics.page.tables import Cell, Head, table
from keepwell.risk.backtest import MODEL
from keepwell.risk.judging import top_name
from keepwell.risk.page.about import About
from keepwell.risk.page.cards import share
from keepwell.risk.page.charts import (
    calibration_chart,
    calibration_groups,
    precision_chart,
    profit_chart,
    right,
    warning_chart,
)
from keepwell.risk.page.found import CHANCE, SILENCE, Found, decimal, few, month, plain, when
from keepwell.risk.page.words import how, limits, list_name, way_name


def by_month(found: Found) -> Markup:
    """Precision at the top of the list, month by month."""
    panels = []
    for place, most in enumerate(found.tops):

        def draw(width: int, most: float = most) -> Any:
            return precision_chart(found, most, width)

        heading = tag("h3", _("Of {named}").format(named=list_name(most)))
        panels.append(tag("div", heading, chart(f"precision-{place}", draw, wide=HALF)))
    notes = [
        _("Bar: the share of those named that really left within {days} days.").format(days=found.horizon),
        _("Marks: what simpler ways would have found with lists as long."),
    ]
    halves = tag("div", panels, class_="halves")
    return sheet(
        "months", _("Was the list right, month by month?"), notes, halves,
        folded(_("The months in numbers"), _months_table(found)),
    )  # fmt: skip


def kinds(found: Found) -> Markup:
    """Contract accounts and irregular ones by themselves."""
    name = f"precision_{top_name(found.top)}"
    heads = [
        Head(_("Accounts")),
        Head(_("Chances said"), number=True, spare=True),
        Head(_("Left"), number=True),
    ]
    heads += [Head(_("AUC"), number=True, spare=True), Head(_("95% interval"), number=True, spare=True)]
    ways = [way for way in found.ways() if way != "logistic"]
    words = {SILENCE: _("by silence"), CHANCE: _("by chance")}
    right_of = _("Right, of {named}").format(named=list_name(found.top))
    heads += [Head(words.get(way, right_of), number=True) for way in ways]
    rows: list[list[Cell]] = []
    for one in found.kinds:
        ours = one.judged[MODEL]
        rank = ours["auc"]
        row: list[Cell] = [(kept_by_name(one.name), None), (numbers.count(ours.rows), ours.rows)]
        row += [(numbers.percent(ours.base_rate), ours.base_rate), (decimal(rank.value), plain(rank.value))]
        row.append((_between(rank.low, rank.high, decimal), plain(rank.low)))
        row += [
            (numbers.percent(one.judged[way][name].value, 0), plain(one.judged[way][name].value))
            for way in ways
        ]
        rows.append(row)
    left_by = ", ".join(f"{kind_name(kind)} {numbers.count(n)}" for kind, n in found.leaving_kinds().items())
    notes = [
        _("Each kind with lists of its own, as long."),
        _(
            "An irregular account counts as left once it has been silent past its limit, so silence tells much of it."
        ),
        _("How those named on the one list left: {ways}.").format(ways=left_by) if left_by else "",
    ]
    inside = table(heads, rows, caption=_("The kinds in numbers"), name="keepwell-backtest-kinds")
    return sheet("kinds", _("Contract and irregular accounts apart"), notes, inside)


def _of_list(name: str, most: float) -> str:
    named = list_name(most)
    if name == MODEL:
        return _("Right, of {named}").format(named=named)
    return _("{way}, of {named}").format(way=way_name(name), named=named)


def _months_table(found: Found) -> Markup:
    heads = [
        Head(_("Said on")),
        Head(_("In charge"), spare=True),
        Head(_("Accounts"), number=True, spare=True),
    ]
    heads += [Head(_("Left"), number=True), Head(_("Base rate"), number=True)]
    columns = [(name, most) for most in found.tops for name in found.ways() if name != CHANCE]
    heads += [Head(_of_list(name, most), number=True, spare=name != MODEL) for name, most in columns]
    rows: list[list[Cell]] = []
    for day, month_ in zip(found.days, found.months, strict=True):
        ours = month_[MODEL]
        row: list[Cell] = [(when(day), ours["day"]), (way_name(ours["champion"]), None)]
        row += [(numbers.count(ours[key]), ours[key]) for key in ("accounts", "left")]
        row.append((numbers.percent(ours["base_rate"]), ours["base_rate"]))
        for name, most in columns:
            share = right(month_, name, most)
            row.append((numbers.percent(share, 0), share))
        rows.append(row)
    return table(heads, rows, caption=_("The months in numbers"), name="keepwell-backtest-months")


def early(found: Found) -> Markup:
    """Days of warning: how many, and for how many."""
    panels = []
    for place, most in enumerate(found.tops):

        def draw(width: int, most: float = most) -> Any:
            return warning_chart(found, most, width)

        held = found.warnings[MODEL, most]
        words = _("With {named}").format(named=list_name(most))
        if held.median is not None:
            words = _("With {named}: half were named {days} days before or earlier").format(
                named=list_name(most), days=few(held.median)
            )
        panels.append(tag("div", tag("h3", words), chart(f"warning-{place}", draw, wide=HALF)))
    notes = [
        _("Departures by the days from the first list that named the account to the day it left."),
        _("Only lists of the {days} days before count; those never named are in the table.").format(
            days=found.horizon
        ),
    ]
    heads = [Head(_("Chosen by")), Head(_("List")), Head(_("Departures"), number=True, spare=True)]
    heads += [Head(_("Foreseen"), number=True), Head(_("Never named in time"), number=True, spare=True)]
    heads += [Head(_("Median days"), number=True), Head(_("Mean days"), number=True, spare=True)]
    rows: list[list[Cell]] = [
        [
            (way_name(name), None),
            (list_name(most), most),
            (numbers.count(held.warned.leavers), held.warned.leavers),
            (
                _("{n} ({share})").format(n=numbers.count(held.warned.caught), share=share(held.share)),
                held.warned.caught,
            ),
            (numbers.count(held.warned.missed), held.warned.missed),
            (few(held.median), plain(held.median)),
            (few(held.warned.days), plain(held.warned.days)),
        ]
        for (name, most), held in found.warnings.items()
        if name != CHANCE
    ]
    inside = table(heads, rows, caption=_("Days of warning in numbers"), name="keepwell-backtest-warning")
    return sheet("warning", _("How early?"), notes, tag("div", panels, class_="halves"), inside)


def calibration(found: Found) -> Markup:
    """What was said beside what happened."""
    notes = [
        _("The accounts of all months by the chance said of them, and those on the list."),
        _(
            "Where diamond and circle meet, what was said is what happened. The scale is drawn out at its low end."
        ),
    ]
    heads = [Head(_("Chance said")), Head(_("How often"), number=True), Head(_("Said, mean"), number=True)]
    heads += [Head(_("Happened"), number=True), Head(_("95% interval"), number=True, spare=True)]
    rows: list[list[Cell]] = [
        [
            (label, None),
            (numbers.count(row["rows"]), row["rows"]),
            (numbers.percent(row["said"]), row["said"]),
            (numbers.percent(row["left"]), row["left"]),
            (_between(row["low"], row["high"], numbers.percent), plain(row["low"])),
        ]
        for label, row in calibration_groups(found)
    ]

    def draw(width: int) -> Any:
        return calibration_chart(found, width)

    numbers_ = table(
        heads, rows, caption=_("Said and happened in numbers"), name="keepwell-backtest-calibration"
    )
    return sheet(
        "calibration", _("Did a said 20% mean 20%?"), notes,
        tag("div", tag("div", chart("calibration", draw, wide=HALF)), tag("div", numbers_), class_="halves"),
    )  # fmt: skip


def _between(low: float | None, high: float | None, say: Any) -> str:
    return "–" if low is None or high is None else f"{say(low)} – {say(high)}"


def beside(found: Found) -> Markup:
    """AUC, log-loss and calibration beside every simpler way, with intervals, and what the differences are."""
    heads = [Head(_("Said by")), Head(_("AUC, higher is better"), number=True)]
    heads += [
        Head(_("95% interval"), number=True, spare=True),
        Head(_("Log-loss, lower is better"), number=True),
    ]
    heads += [
        Head(_("95% interval"), number=True, spare=True),
        Head(_("Chances off by"), number=True, spare=True),
    ]
    rows: list[list[Cell]] = []
    for name in found.ways():
        row: list[Cell] = [
            (tag("strong", way_name(name)) if name == MODEL else _measured(found, name), way_name(name))
        ]
        for measure, digits in (("auc", 3), ("log_loss", 4)):
            one = found.judged[name][measure]
            row += [
                (decimal(one.value, digits), plain(one.value)),
                (_between(one.low, one.high, lambda v, d=digits: decimal(v, d)), plain(one.low)),
            ]
        off = found.judged[name]["calibration"].value
        row.append(("–" if off is None else numbers.points(off).lstrip("+"), plain(off)))
        rows.append(row)
    notes = [
        _(
            "AUC: of two accounts, one of which left, how often that one was given the higher chance; 0.5 is a coin."
        ),
        _("Log-loss: how far the chances were from what happened, the sure and wrong ones above all."),
    ]
    measures = table(heads, rows, caption=_("Each way in numbers"), name="keepwell-backtest-ways")
    lines = [tag("li", words) for words in _differences(found)]
    return sheet("beside", _("Beside simpler ways"), notes, measures, tag("ul", lines, class_="told"))


def _measured(found: Found, name: str) -> str:
    return _("Base rate of each kind") if name == CHANCE and found.kinds else way_name(name)


def _differences(found: Found) -> list[str]:
    said = []
    for name in found.ways():
        if name == MODEL:
            continue
        loss, rank = found.against[name]
        if loss.value is None or loss.low is None or loss.high is None:
            continue
        if loss.below_zero:
            text = _("Better than {way}, more than luck explains: {by}.")
        elif loss.above_zero:
            text = _("Worse than {way}, more than luck explains: {by}.")
        else:
            text = _("Luck may explain the difference from {way}: {by}.")
        by = _("log-loss {by} ({low} to {high})").format(
            by=_signed(loss.value, 4), low=_signed(loss.low, 4), high=_signed(loss.high, 4)
        )
        if rank.value is not None and rank.low is not None and rank.high is not None:
            by += _(", AUC {by} ({low} to {high})").format(
                by=_signed(rank.value, 3), low=_signed(rank.low, 3), high=_signed(rank.high, 3)
            )
        said.append(text.format(way=_measured(found, name).lower(), by=by))
    if not found.silence_known:
        said.append(
            _("Nothing in the book tells of silence, so choosing by it would have been choosing by lot.")
        )
    return said


def _signed(value: float, digits: int) -> str:
    return ("+" if value > 0 else "") + decimal(value, digits)


def profit(found: Found, about: About) -> Markup:
    """What acting on the chances would have earned."""
    heads = [Head(_("Chosen by")), Head(_("Earned in all"), number=True), Head(_("A month"), number=True)]
    heads.append(Head(_("Months at a loss"), number=True))
    rows: list[list[Cell]] = [
        [
            (way_name(name), None),
            (about.money(sum(every)), sum(every)),
            (about.money(sum(every) / len(every)), sum(every) / len(every)),
            (numbers.count(sum(one < 0 for one in every)), sum(one < 0 for one in every)),
        ]
        for name, every in found.profits().items()
    ]

    def draw(width: int) -> Any:
        return profit_chart(found, about, width)

    notes = [
        _("What acting on the chances would have earned under the costs and effects assumed, summed up.")
    ]
    numbers_ = table(heads, rows, caption=_("Profit in numbers"), name="keepwell-backtest-profit")
    return sheet("profit", _("What would it have earned?"), notes, chart("profit", draw, wide=WIDE), numbers_)


def silent(found: Found) -> Markup:
    """Months in which nothing would have been said, and why."""
    every = found.back.silent
    days = [one.day for one in every]
    notes = [
        ngettext(
            "In {n} month there was too little to go on, and Keepwell would have kept silent.",
            "In {n} months there was too little to go on, and Keepwell would have kept silent.",
            len(every),
        ).format(n=len(every))
    ]
    lines = [tag("div", tag("dt", month(one.day, days)), tag("dd", one.why)) for one in every]
    return sheet("silent", _("When nothing would have been said"), notes, tag("dl", lines, class_="terms"))


def how_done(found: Found) -> Markup:
    """How the page came about, and which model was in charge when."""
    sentences = tag("ol", [tag("li", words) for words in how(found)], class_="told")
    heads = [Head(_("In charge from")), Head(_("Model")), Head(_("Outcomes “left” known then"), number=True)]
    heads.append(Head(_("Chances set right")))
    right = {"none": _("no"), "line": _("by a line"), "steps": _("by steps")}
    rows: list[list[Cell]] = [
        [
            (when(choice.day), choice.day),
            (way_name(choice.kind.name), None),
            (numbers.count(choice.leavers), choice.leavers),
            (right.get(choice.calibration.kind, choice.calibration.kind), None),
        ]
        for choice in found.back.choices
    ]
    chosen = table(heads, rows, caption=_("Which model was in charge"), name="keepwell-backtest-models")
    return sheet("how", _("How this was done"), [], sentences, folded(_("Which model was in charge"), chosen))


def limits_sheet(found: Found, about: About) -> Markup:
    """What a look back cannot show."""
    lines = [tag("li", words) for words in limits(found, about)]
    return sheet("limits", _("What this cannot show"), [], tag("ul", lines, class_="told"))
