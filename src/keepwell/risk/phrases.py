"""What is said of a feature's value: the one place where reasons are put into words.

A phrase is a statement of fact that a manager would make, of a value that is known; what the model made of it stands
beside. A feature without a phrase of its own is told by its label: "Seats: 12 seats".
"""

from collections.abc import Callable

from keepwell.lib.money import to_decimal
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.risk.features import Feature

Phrase = Callable[[float], str]

_STEADY = 0.1  # a change of under a tenth is none


def phrase(feature: Feature, value: float | str | None, *, currency: str | None = None) -> str:
    """What is said of a feature's value: a number, a category's word, or None where it is not known."""
    label = _(feature.label)
    if value is None:
        return _("{label}: not known").format(label=label)
    if isinstance(value, str):
        return WORDS[feature.name](value) if feature.name in WORDS else f"{label}: {value}"
    if feature.name in PHRASES:
        return PHRASES[feature.name](value)
    if feature.unit == "minor units" and currency:
        amount = f"{to_decimal(round(value), currency):,} {currency}"
        return MONEY[feature.name](amount) if feature.name in MONEY else f"{label}: {amount}"
    if feature.unit.startswith("share"):
        return _("{label}: {value}").format(label=label, value=f"{value:.0%}")
    said = f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
    return _("{label}: {value} {unit}").format(label=label, value=said, unit=_(feature.unit)).rstrip()


def _use_trend(times: float) -> str:
    if times <= 1 - _STEADY:
        if abs(times - 0.5) <= 0.05:
            return _("use fell by half in 30 days")
        return _("use fell by {share:.0%} in 30 days").format(share=1 - times)
    if times < 1 + _STEADY:
        return _("use is as it was a month ago")
    if times >= 2:
        return _("use is {times:.1f} times what it was a month ago").format(times=times)
    return _("use rose by {share:.0%} in 30 days").format(share=times - 1)


def _spend_trend(times: float) -> str:
    if times <= 1 - _STEADY:
        return _("spend fell by {share:.0%} against half a year ago").format(share=1 - times)
    if times < 1 + _STEADY:
        return _("spend is as it was half a year ago")
    return _("spend rose by {share:.0%} against half a year ago").format(share=times - 1)


def _mrr_change(share: float) -> str:
    if share <= -0.005:
        return _("pays {share:.0%} less than 90 days ago").format(share=-share)
    if share < 0.005:
        return _("pays the same as 90 days ago")
    return _("pays {share:.0%} more than 90 days ago").format(share=share)


def _mrr_change_year(share: float) -> str:
    if share <= -0.005:
        return _("pays {share:.0%} less than a year ago").format(share=-share)
    if share < 0.005:
        return _("pays the same as a year ago")
    return _("pays {share:.0%} more than a year ago").format(share=share)


def _seats_change(share: float) -> str:
    if share <= -0.005:
        return _("{share:.0%} fewer seats than 90 days ago").format(share=-share)
    if share < 0.005:
        return _("as many seats as 90 days ago")
    return _("{share:.0%} more seats than 90 days ago").format(share=share)


def _survey_change(share: float) -> str:
    if share < 0:
        return _("the newest survey score is {share:.0%} of the scale lower than the one before").format(
            share=-share
        )
    if share == 0:
        return _("the newest survey score is the same as the one before")
    return _("the newest survey score is {share:.0%} of the scale higher than the one before").format(
        share=share
    )


def _days_late(days: float) -> str:
    n = round(abs(days))
    if not n:
        return _("pays on the day it is due")
    if days < 0:
        return ngettext("pays {n} day early on average", "pays {n} days early on average", n).format(n=n)
    return ngettext("pays {n} day late on average", "pays {n} days late on average", n).format(n=n)


def _days_late_change(days: float) -> str:
    n = round(abs(days))
    if not n:
        return _("pays no later than in the year before")
    if days < 0:
        return ngettext(
            "pays {n} day sooner than in the year before", "pays {n} days sooner than in the year before", n
        ).format(n=n)
    return ngettext(
        "pays {n} day later than in the year before", "pays {n} days later than in the year before", n
    ).format(n=n)


def _alive(share: float) -> str:
    if share < 0.5:
        return _("by its rhythm it has stopped buying, with a chance of {share:.0%}").format(share=1 - share)
    return _("by its rhythm it still buys, with a chance of {share:.0%}").format(share=share)


def _purchases_ahead(days: float) -> str:
    if days < 0.05:
        return _("no purchase is to be expected in the next 90 days")
    return _("about {days:.1f} purchases are to be expected in the next 90 days").format(days=days)


def _use_per_seat(times: float) -> str:
    if times < 0.05:
        return _("seats were hardly used in 90 days")
    return _("each seat was used {times:.1f} times in 90 days").format(times=times)


def _kept_by(kind: str) -> str:
    return _("buys without a contract") if kind == "irregular" else _("pays by contract")


def _renewal(days: float) -> str:
    n = round(days)
    return ngettext("{n} day to the renewal", "{n} days to the renewal", n).format(n=n)


def _gap(cycles: float) -> str:
    return _("silent for {cycles:.1f} times its usual time between purchases").format(cycles=cycles)


def _response(times: float) -> str:
    if times <= 1:
        return _("first responses within the standard")
    return _("first responses take {times:.1f} times the standard").format(times=times)


def _resolution(times: float) -> str:
    if times <= 1:
        return _("tickets resolved within the standard")
    return _("tickets take {times:.1f} times the standard to resolve").format(times=times)


def _spell(stretch: float) -> str:
    n = round(stretch) - 1
    if n <= 0:
        return _("has never left before")
    return ngettext("has left {n} time before", "has left {n} times before", n).format(n=n)


def _counted(forms: Callable[[int], str], none: Callable[[], str] | None = None) -> Phrase:
    """A phrase of a whole number; texts are looked up when they are said."""

    def said(value: float) -> str:
        n = round(value)
        return none() if none is not None and n == 0 else forms(n).format(n=n)

    return said


PHRASES: dict[str, Phrase] = {
    "buying_alive": _alive,
    "claims_90": _counted(
        lambda n: ngettext("{n} claim in 90 days", "{n} claims in 90 days", n),
        lambda: _("no claim in 90 days"),
    ),
    "comment_length_180": _counted(
        lambda n: ngettext(
            "comments in surveys are {n} character long on average",
            "comments in surveys are {n} characters long on average",
            n,
        )
    ),
    "comment_score_180": lambda share: _(
        "answers with a comment stand at {share:.0%} of the scale on average"
    ).format(share=share),
    "comments_180": _counted(
        lambda n: ngettext("{n} comment in surveys in 180 days", "{n} comments in surveys in 180 days", n),
        lambda: _("no comment in a survey in 180 days"),
    ),
    "complaints_90": _counted(
        lambda n: ngettext("{n} complaint in 90 days", "{n} complaints in 90 days", n),
        lambda: _("no complaint in 90 days"),
    ),
    "contacts_active_30": lambda share: _("{share:.0%} of the contacts were active in 30 days").format(
        share=share
    ),
    "contacts_left_180": _counted(
        lambda n: ngettext("{n} contact has gone in 180 days", "{n} contacts have gone in 180 days", n),
        lambda: _("no contact has gone in 180 days"),
    ),
    "csat_180": lambda score: _("tickets were rated {score:.1f} on average in 180 days").format(score=score),
    "days_late_180": _days_late,
    "days_late_change": _days_late_change,
    "days_since_comment": _counted(
        lambda n: ngettext(
            "last wrote a comment in a survey {n} day ago", "last wrote a comment in a survey {n} days ago", n
        )
    ),
    "days_since_purchase": _counted(
        lambda n: ngettext("last bought {n} day ago", "last bought {n} days ago", n)
    ),
    "days_since_touch_in": _counted(
        lambda n: (
            ngettext(
                "they have not reached out for {n} day", "they have not reached out for {n} days or more", n
            )
            if n >= 180
            else ngettext("they last reached out {n} day ago", "they last reached out {n} days ago", n)
        )
    ),
    "days_since_use": _counted(
        lambda n: (
            ngettext("last use {n} day ago", "last use {n} days ago", n)
            if n <= 90
            else ngettext("no use for {n} day or more", "no use for {n} days or more", n)
        )
    ),
    "days_to_lapse": _counted(
        lambda n: ngettext(
            "{n} day of silence left until it counts as gone",
            "{n} days of silence left until it counts as gone",
            n,
        )
    ),
    "days_to_renewal": _renewal,
    "deciders": _counted(
        lambda n: ngettext(
            "{n} decision maker among the contacts", "{n} decision makers among the contacts", n
        ),
        lambda: _("no decision maker among the contacts"),
    ),
    "deciders_left_180": _counted(
        lambda n: ngettext(
            "{n} decision maker has gone in 180 days", "{n} decision makers have gone in 180 days", n
        ),
        lambda: _("no decision maker has gone in 180 days"),
    ),
    "first_response_90": _response,
    "goals_behind": _counted(
        lambda n: ngettext("{n} goal is behind", "{n} goals are behind", n), lambda: _("no goal is behind")
    ),
    "goals_on_track": _counted(
        lambda n: ngettext("{n} goal is on track", "{n} goals are on track", n),
        lambda: _("no goal is on track"),
    ),
    "goals_plan": lambda share: _("goals stand at {share:.0%} of where they should be").format(share=share),
    "goals_unknown": _counted(
        lambda n: ngettext("{n} goal has no recent reading", "{n} goals have no recent reading", n),
        lambda: _("every goal has a recent reading"),
    ),
    "mood_bad_90": lambda share: _("{share:.0%} of what they said in 90 days was in a bad mood").format(
        share=share
    ),
    "mood_good_90": lambda share: _("{share:.0%} of what they said in 90 days was in a good mood").format(
        share=share
    ),
    "mrr_change_365": _mrr_change_year,
    "mrr_change_90": _mrr_change,
    "notice_of_part": _counted(
        lambda n: ngettext(
            "notice was given of {n} subscription", "notice was given of {n} subscriptions", n
        ),
        lambda: _("no notice was given of any part"),
    ),
    "objections_90": _counted(
        lambda n: ngettext("{n} objection in 90 days", "{n} objections in 90 days", n),
        lambda: _("no objection in 90 days"),
    ),
    "onboarding_steps": _counted(
        lambda n: ngettext("{n} step of onboarding is done", "{n} steps of onboarding are done", n),
        lambda: _("no step of onboarding is done"),
    ),
    "problems_90": _counted(
        lambda n: ngettext("{n} problem in 90 days", "{n} problems in 90 days", n),
        lambda: _("no problem in 90 days"),
    ),
    "purchase_gap": _gap,
    "purchases_ahead_90": _purchases_ahead,
    "questions_90": _counted(
        lambda n: ngettext("{n} question in 90 days", "{n} questions in 90 days", n),
        lambda: _("no question in 90 days"),
    ),
    "reopened_90": _counted(
        lambda n: ngettext(
            "{n} ticket was opened again in 90 days", "{n} tickets were opened again in 90 days", n
        ),
        lambda: _("no ticket was opened again in 90 days"),
    ),
    "resolution_90": _resolution,
    "response_share_90": lambda share: _("they answered {share:.0%} of our touches in 90 days").format(
        share=share
    ),
    "said_champion_gone_90": _counted(
        lambda n: ngettext(
            "talk of a champion who has gone {n} time in 90 days",
            "talk of a champion who has gone {n} times in 90 days",
            n,
        ),
        lambda: _("no talk of a champion who has gone in 90 days"),
    ),
    "said_competitor_90": _counted(
        lambda n: ngettext(
            "talk of a competitor {n} time in 90 days", "talk of a competitor {n} times in 90 days", n
        ),
        lambda: _("no talk of a competitor in 90 days"),
    ),
    "said_complaint_90": _counted(
        lambda n: ngettext(
            "talk of a complaint {n} time in 90 days", "talk of a complaint {n} times in 90 days", n
        ),
        lambda: _("no talk of a complaint in 90 days"),
    ),
    "said_leaving_90": _counted(
        lambda n: ngettext("talk of leaving {n} time in 90 days", "talk of leaving {n} times in 90 days", n),
        lambda: _("no talk of leaving in 90 days"),
    ),
    "said_merger_90": _counted(
        lambda n: ngettext(
            "talk of a merger {n} time in 90 days", "talk of a merger {n} times in 90 days", n
        ),
        lambda: _("no talk of a merger in 90 days"),
    ),
    "said_no_results_90": _counted(
        lambda n: ngettext(
            "talk of missing results {n} time in 90 days", "talk of missing results {n} times in 90 days", n
        ),
        lambda: _("no talk of missing results in 90 days"),
    ),
    "said_payment_90": _counted(
        lambda n: ngettext("talk of payment {n} time in 90 days", "talk of payment {n} times in 90 days", n),
        lambda: _("no talk of payment in 90 days"),
    ),
    "said_praise_90": _counted(
        lambda n: ngettext("talk of praise {n} time in 90 days", "talk of praise {n} times in 90 days", n),
        lambda: _("no talk of praise in 90 days"),
    ),
    "said_price_90": _counted(
        lambda n: ngettext(
            "talk of the price {n} time in 90 days", "talk of the price {n} times in 90 days", n
        ),
        lambda: _("no talk of the price in 90 days"),
    ),
    "products": _counted(lambda n: ngettext("{n} product", "{n} products", n)),
    "purchases_365": _counted(
        lambda n: ngettext("bought on {n} day of the last year", "bought on {n} days of the last year", n),
        lambda: _("bought nothing in the last year"),
    ),
    "seats": _counted(lambda n: ngettext("{n} seat", "{n} seats", n)),
    "seats_change_90": _seats_change,
    "severe_90": _counted(
        lambda n: ngettext("{n} grave ticket in 90 days", "{n} grave tickets in 90 days", n),
        lambda: _("no grave ticket in 90 days"),
    ),
    "spell": _spell,
    "spend_trend": _spend_trend,
    "survey_answers_180": _counted(
        lambda n: ngettext("{n} survey answer in 180 days", "{n} survey answers in 180 days", n),
        lambda: _("no survey answer in 180 days"),
    ),
    "survey_change": _survey_change,
    "survey_score": lambda share: _("the newest survey score stands at {share:.0%} of the scale").format(
        share=share
    ),
    "tenure": _counted(lambda n: ngettext("a customer for {n} day", "a customer for {n} days", n)),
    "their_questions_90": lambda times: _("they ask {times:.1f} questions in a conversation").format(
        times=times
    ),
    "their_share_90": lambda share: _("{share:.0%} of the talking is theirs").format(share=share),
    "ticket_open_days": _counted(
        lambda n: ngettext(
            "the oldest open ticket has waited {n} day", "the oldest open ticket has waited {n} days", n
        ),
        lambda: _("no ticket is open"),
    ),
    "tickets_90": _counted(
        lambda n: ngettext("{n} ticket in 90 days", "{n} tickets in 90 days", n),
        lambda: _("no ticket in 90 days"),
    ),
    "tickets_open": _counted(
        lambda n: ngettext("{n} ticket is open", "{n} tickets are open", n), lambda: _("no ticket is open")
    ),
    "tickets_over_standard_90": _counted(
        lambda n: ngettext(
            "{n} ticket took or waits longer than the standard",
            "{n} tickets took or wait longer than the standard",
            n,
        ),
        lambda: _("no ticket took longer than the standard"),
    ),
    "touches_in_90": _counted(
        lambda n: ngettext(
            "they reached out {n} time in 90 days", "they reached out {n} times in 90 days", n
        ),
        lambda: _("they have not reached out in 90 days"),
    ),
    "touches_out_90": _counted(
        lambda n: ngettext("we reached out {n} time in 90 days", "we reached out {n} times in 90 days", n),
        lambda: _("we have not reached out in 90 days"),
    ),
    "unpaid": _counted(
        lambda n: ngettext("{n} invoice is past due", "{n} invoices are past due", n),
        lambda: _("no invoice is past due"),
    ),
    "unpaid_days": _counted(
        lambda n: ngettext(
            "an invoice has been past due for {n} day", "an invoice has been past due for {n} days", n
        ),
        lambda: _("no invoice is past due"),
    ),
    "use_7": _counted(
        lambda n: ngettext("{n} use in 7 days", "{n} uses in 7 days", n), lambda: _("no use in 7 days")
    ),
    "use_30": _counted(
        lambda n: ngettext("{n} use in 30 days", "{n} uses in 30 days", n), lambda: _("no use in 30 days")
    ),
    "use_90": _counted(
        lambda n: ngettext("{n} use in 90 days", "{n} uses in 90 days", n), lambda: _("no use in 90 days")
    ),
    "use_amount_30": _counted(
        lambda n: ngettext(
            "use in 30 days came to {n:,} unit in all", "use in 30 days came to {n:,} units in all", n
        ),
        lambda: _("no use in 30 days"),
    ),
    "use_amount_each_30": lambda units: _("each use in 30 days came to {units:.1f} units").format(
        units=units
    ),
    "use_amount_each_90": lambda units: _("each use in 90 days came to {units:.1f} units").format(
        units=units
    ),
    "use_breadth_30": _counted(
        lambda n: ngettext("{n} kind of use in 30 days", "{n} kinds of use in 30 days", n),
        lambda: _("no use in 30 days"),
    ),
    "use_per_seat_90": _use_per_seat,
    "use_trend": _use_trend,
}

# Of an amount of money with its currency, and of a category's word.
MONEY: dict[str, Callable[[str], str]] = {
    "mrr": lambda amount: _("pays {amount} a month").format(amount=amount),
    "spend_ahead_90": lambda amount: _("{amount} of purchases are to be expected in the next 90 days").format(
        amount=amount
    ),
}
WORDS: dict[str, Callable[[str], str]] = {
    "channel": lambda word: _("came to us by the channel “{word}”").format(word=word),
    "country": lambda word: _("is in {word}").format(word=word),
    "industry": lambda word: _("is in the industry “{word}”").format(word=word),
    "kept_by": _kept_by,
    "salesperson": lambda word: _("was sold by {word}").format(word=word),
    "segment": lambda word: _("is in the segment “{word}”").format(word=word),
}

# Of features that tell of one thing, those that say most to a person: changes and waiting rather than levels.
TELLING = frozenset(
    {
        "use_trend",
        "days_since_use",
        "spend_trend",
        "purchase_gap",
        "tickets_over_standard_90",
        "complaints_90",
        "survey_change",
        "deciders_left_180",
        "days_since_touch_in",
        "goals_behind",
        "unpaid_days",
    }
)
