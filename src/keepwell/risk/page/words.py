"""What the page says in sentences: the answer first, how it was come by, and what it cannot show."""

from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.risk.backtest import MODEL
from keepwell.risk.judging import top_name
from keepwell.risk.page.about import About
from keepwell.risk.page.found import CHANCE, SILENCE, Found, few, when
from keepwell.risk.reasons import caveat

FEW_LEAVERS = 100  # accounts that left, under which the intervals need a word


def way_name(name: str) -> str:
    """A way of choosing whom to name."""
    return {
        MODEL: _("What would have been said"),
        SILENCE: _("Silence alone"),
        "logistic": _("Logistic regression"),
        CHANCE: _("Base rate"),
        "boosted": _("Boosted trees"),
        "apart": _("Boosted trees by kind of account"),
    }.get(name, name.replace("_", " ").capitalize())


def list_name(most: float) -> str:
    """A list of each month by its length."""
    if most >= 1:
        return _("the {n} named").format(n=numbers.count(most))
    return _("the top {share}").format(share=top_name(most))


def answer(found: Found) -> str:
    """The whole page in a sentence."""
    most, horizon = found.top, found.horizon
    ours, silence, chance = (found.precision(name).value or 0.0 for name in (MODEL, SILENCE, CHANCE))
    if most >= 1:
        said = _("Of the {n} accounts named each month, {right} really left within {days} days").format(
            n=numbers.count(most), right=few(ours * most), days=horizon
        )
        other, lot = few(silence * most), few(chance * most)
    else:
        said = _(
            "Of the {share} of accounts named each month, {right} really left within {days} days"
        ).format(share=top_name(most), right=numbers.percent(ours), days=horizon)
        other, lot = numbers.percent(silence), numbers.percent(chance)
    if not found.silence_known:
        return _("{said}; chance would have found {chance}.").format(said=said, chance=lot)
    return _("{said}; choosing by silence alone would have found {silence}; chance {chance}.").format(
        said=said, silence=other, chance=lot
    )


def verdict(found: Found) -> str:
    """Whether that is more than the simpler way finds, beyond chance."""
    other = SILENCE if found.silence_known else CHANCE
    gap = found.more_than(other)
    if gap.value is None or gap.low is None or gap.high is None:
        return ""
    size = found.top if found.top >= 1 else None

    def told(share: float) -> str:
        return few(share * size) if size else numbers.points(share)

    between = _("{low} to {high}").format(low=told(gap.low), high=told(gap.high))
    against = _("silence") if other == SILENCE else _("chance")
    if gap.above_zero:
        text = _("That is {by} more than {other} finds, and more than luck explains (95%: {between}).")
    elif gap.below_zero:
        text = _("That is less than {other} finds, and luck does not explain it: by {by} (95%: {between}).")
    else:
        text = _("Luck may explain the difference from {other}: {by} (95%: {between}).")
    return text.format(by=told(gap.value), other=against, between=between)


def kinds_apart(found: Found) -> str:
    """The answer for contract accounts by themselves, where there are others too: those are easier to foresee."""
    held = next((one for one in found.kinds if one.name == "contract"), None)
    if held is None or found.top < 1:
        return ""
    name, most = f"precision_{top_name(found.top)}", found.top
    ours, silence, chance = (held.judged.get(way) for way in (MODEL, SILENCE, CHANCE))
    if ours is None or chance is None:
        return ""
    said = _("Contract accounts by themselves: of the {n} named of them each month {right} left").format(
        n=numbers.count(most), right=few((ours[name].value or 0.0) * most)
    )
    lot = few((chance[name].value or 0.0) * most)
    if silence is None or not found.silence_known:
        return _("{said}; chance would have found {chance}.").format(said=said, chance=lot)
    return _("{said}; silence alone would have found {silence}; chance {chance}.").format(
        said=said, silence=few((silence[name].value or 0.0) * most), chance=lot
    )


def eyebrow(found: Found) -> str:
    """What the page is about: which months, which horizon, how many accounts."""
    days, every = found.days, found.judged[MODEL]
    parts = [
        ngettext("{n} month-end, {day}", "{n} month-ends, {first} to {last}", len(days)).format(
            n=len(days), day=when(days[0]), first=when(days[0]), last=when(days[-1])
        ),
        ngettext("{n} account", "{n} accounts", every.accounts).format(n=numbers.count(every.accounts)),
        ngettext("{n} of them left", "{n} of them left", every.leavers).format(
            n=numbers.count(every.leavers)
        ),
        _("looking {days} days ahead").format(days=found.horizon),
    ]
    return " · ".join(parts)


def how(found: Found) -> list[str]:
    """How it was done, in three sentences."""
    return [
        _(
            "For each month the model was learnt anew, and said its chances, from what had happened and was "
            "known by that day; its kind and settings were chosen in the same way."
        ),
        _(
            "An account’s outcome could be learnt from only once all its {days} days had passed, so between "
            "what was learnt from and what was said lies a gap as long as the horizon."
        ).format(days=found.horizon),
        _(
            "Leavers and stayers were taken as they came, none weighted, copied or left out, and every chance "
            "was then set beside what the ledger says happened."
        ),
    ]


def limits(found: Found, about: About) -> list[str]:
    """What this look back cannot show."""
    named, accounts = found.named()
    leavers = found.judged[MODEL].leavers
    said = []
    if about.simulated:
        said.append(_("The company is simulated. Real ones are messier; expect less of them."))
    if leavers < FEW_LEAVERS:
        said.append(
            ngettext(
                "Only {n} account left in these months, so every figure is rough; see the intervals.",
                "Only {n} accounts left in these months, so every figure is rough; see the intervals.",
                leavers,
            ).format(n=leavers)
        )
    return [
        *said,
        _(
            "An account may be named in several months and counts in each: the {named} namings here "
            "are {accounts} different accounts."
        ).format(named=numbers.count(named), accounts=numbers.count(accounts)),
        _(
            "The {days} days after one month-end reach into those after the next, so months are no "
            "independent trials. The 95% intervals allow for it by drawing whole accounts; they do not cover "
            "that the years to come may be unlike these."
        ).format(days=found.horizon),
        _(
            "What your team did then is part of what happened: an account that was rightly feared for, and "
            "saved, counts here as wrongly named."
        ),
        _(
            "The book decides since when each row was known. Where the past was loaded later, as if known when "
            "it happened, corrections made since may make this look better than it was."
        ),
        _(
            "Departures are dated as the ledger tells today: one that was entered or corrected late is learnt "
            "from as if its day had been known at once."
        ),
        _(
            "{last} is the newest month-end here: of later ones it is not yet known what became of them."
        ).format(last=when(found.days[-1])),
        _("Reasons: {caveat}").format(caveat=caveat()),
        _(
            "This is a look back. What is said from now on is kept unchanged and can be judged as it was said: "
            "keepwell risk said."
        ),
    ]
