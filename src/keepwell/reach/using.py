"""What counts of an account: every contact of ours, as the book tells it, as it was logged here, or reserved ahead.

All of it is read with one statement, written out by hand: every page that lists accounts asks it, and for a statement
of three parts Django takes longer than either database.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from keepwell.accounts.models import LATELY, Entry
from keepwell.accounts.queries import company_day
from keepwell.members.planned import rows_of
from keepwell.reach.models import Reservation, Rule

OURS = "keepwell-"  # what the ids of touches logged here begin with, in the book
_TOLD = """
SELECT account_id, CAST(NULL AS date), at, data, '', '', contact_id, '', '', 0
FROM accounts_entry
WHERE account_id {accounts} AND at >= %s AND kind = 'touch' AND key NOT LIKE %s
UNION ALL"""
_MADE = """
SELECT made.account_id, made.day, CAST(NULL AS timestamp with time zone), CAST(NULL AS jsonb), made.channel,
    made.team, made.contact_id, member.name, made.topic, 0
FROM reach_touch made LEFT JOIN members_member member ON member.id = made.member_id
WHERE made.account_id {accounts} AND made.day > %s AND made.direction = 'out'
UNION ALL"""
_AHEAD = """
SELECT ahead.account_id, ahead.day, CAST(NULL AS timestamp with time zone), CAST(NULL AS jsonb), ahead.channel,
    ahead.team, ahead.contact_id, member.name, ahead.topic, 1
FROM reach_reservation ahead LEFT JOIN members_member member ON member.id = ahead.member_id
WHERE ahead.account_id {accounts} AND ahead.day >= %s AND ahead.state = 'open' AND ahead.id <> %s"""


@dataclass(frozen=True)
class Use:
    """A contact of ours that counts: on which day, with whom, by what and whose."""

    day: date
    channel: str
    team: str = ""
    contact: str | None = None
    who: str = ""
    topic: str = ""
    ahead: bool = False  # reserved, not yet made


def uses_of(
    accounts: Iterable[str],
    rules: Sequence[Rule],
    *,
    on: date,
    today: date,
    without: Reservation | None = None,
    lately: Sequence[Entry] | None = None,
) -> dict[str, list[Use]]:
    """What counts of each account, as far back as any rule looks from `on`, and all that lies ahead.

    `without` is a reservation that does not count. `lately` are the newest entries of the one account asked for,
    where they have been read already.
    """
    found: dict[str, list[Use]] = defaultdict(list)
    ids = list(accounts)
    if not rules or not ids:
        return found
    since = on - timedelta(days=max(rule.days for rule in rules))
    begin = datetime.combine(since, time(), UTC)  # wherever the company's day begins
    if enough := lately is not None and (len(lately) < LATELY or lately[-1].at < begin):
        for one in lately or ():
            if one.at >= begin and one.kind == "touch" and not one.key.startswith(f"touch:{OURS}"):
                _add_told(found[one.account_id], one.at, one.data, one.contact_id)
    for account, day, at, data, *said in _rows(ids, None if enough else begin, since, today, without):
        if data is not None:
            _add_told(found[account], _moment(at), json.loads(data), said[2])
        else:
            channel, team, contact, who, topic, ahead = said
            on_day = date.fromisoformat(day) if isinstance(day, str) else day
            found[account].append(Use(on_day, channel, team, contact, who or "", topic, ahead=bool(ahead)))
    return found


def _rows(
    ids: list[str], begin: datetime | None, since: date, today: date, without: Reservation | None
) -> list[tuple[Any, ...]]:
    day, moment = connection.ops.adapt_datefield_value, connection.ops.adapt_datetimefield_value
    # PostgreSQL takes all accounts as one value: the question is the same for however many, and planned once.
    listed = connection.vendor == "postgresql"
    these = [ids] if listed else ids
    told = [] if begin is None else [*these, moment(begin), f"touch:{OURS}%"]
    made, ahead = [*these, day(since)], [*these, day(today), without.pk if without is not None else 0]
    statement = (_TOLD if told else "") + _MADE + _AHEAD
    among = "= ANY(%s)" if listed else f"IN ({', '.join(['%s'] * len(ids))})"
    return rows_of(statement.format(accounts=among), [*told, *made, *ahead])


def _moment(at: datetime | str) -> datetime:
    read = parse_datetime(at) if isinstance(at, str) else at
    assert read is not None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _add_told(found: list[Use], at: datetime, said: Mapping[str, Any], contact: str | None) -> None:
    """What the book tells, where it was we who reached out."""
    if said.get("direction") == "out":
        team = str(said.get("team") or "").replace(" ", "_")
        found.append(
            Use(_day_told(at), said.get("channel") or "", team, contact, topic=said.get("topic") or "")
        )


def _day_told(at: datetime) -> date:
    """The day of what the book tells: what it knows by its day alone stands at its beginning, in UTC."""
    at = at.astimezone(UTC)
    return at.date() if at.time() == time() else company_day(at)
