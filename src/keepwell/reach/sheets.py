"""Who is held back, what is reserved and what passed all the same, as tables to take away."""

from collections.abc import Iterable
from typing import Any

from django.utils.timezone import localtime

from keepwell.lib.text import gettext as _
from keepwell.reach.models import Reservation, Touch
from keepwell.reach.queries import Held

Sheet = tuple[list[str], Iterable[list[Any]]]


def held(rows: Iterable[Held]) -> Sheet:
    """Each message that was held: whose, to whom, by which rule, for whose message, and until when."""
    heads = [_("Account"), _("Contact"), _("Who was held back"), _("By"), _("When"), _("By which rule")]
    heads += [_("For whose message"), _("Until")]
    return heads, (
        [
            *(one.hold.account, one.hold.contact or "", one.hold.member or "", one.channel),
            *(localtime(one.hold.at).date().isoformat(), one.said.why, one.said.because),
            _("free again") if one.free else one.said.until,
        ]
        for one in rows
    )


def reserved(rows: Iterable[Reservation]) -> Sheet:
    """Each day that is reserved ahead."""
    heads = [_("On"), _("Account"), _("Contact"), _("By whom"), _("Team"), _("By"), _("What about")]
    return heads, (
        [
            *(one.day.isoformat(), one.account, one.contact or "", one.member or ""),
            *(one.get_team_display(), one.get_channel_display(), one.about),
        ]
        for one in rows
    )


def passed(rows: Iterable[Touch]) -> Sheet:
    """Each message that went out although it was held, and why."""
    heads = [_("When"), _("Account"), _("Contact"), _("By whom"), _("Team"), _("By"), _("Why")]
    return heads, (
        [
            *(localtime(one.at).date().isoformat(), one.account, one.contact or "", one.member or ""),
            *(one.get_team_display(), one.get_channel_display()),
            " ".join(
                filter(
                    None,
                    [
                        _("Emergency") if one.passed.get("emergency") else _("over budget"),
                        one.passed.get("reason"),
                    ],
                )
            ),
        ]
        for one in rows
    )
