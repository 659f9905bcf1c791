"""A member's open follow-ups as a calendar reads them (RFC 5545)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from keepwell.followups.models import FollowUp

TYPE = "text/calendar; charset=utf-8"


def calendar(follow_ups: Iterable[FollowUp], *, name: str, address: str, now: datetime) -> bytes:
    """All of them as days' events, in one calendar; `address` is where the site is."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Keepwell//Follow-ups//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for one in follow_ups:
        lines += _event(one, address, now)
    lines.append("END:VCALENDAR")
    return b"".join(part for line in lines for part in _folded(line))


def _event(one: FollowUp, address: str, now: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:follow-up-{one.pk}@{address.rsplit('//', maxsplit=1)[-1]}",
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{_day(one.due)}",  # one day long, as it says no end
        f"SUMMARY:{_text(f'{one.account}: {one.what}')}",
        f"URL:{address}/followups/{one.pk}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _day(day: date) -> str:
    """A day in eight digits, in any year."""
    return day.isoformat().replace("-", "")


def _text(said: str) -> str:
    """A value with what would end it or part it made harmless."""
    for sign in ("\\", ";", ","):
        said = said.replace(sign, f"\\{sign}")
    return "\\n".join(said.splitlines())


def _folded(line: str) -> Iterator[bytes]:
    """A line in parts of at most 75 bytes, never within a letter; each after the first begins with a space."""
    part, room = b"", 75
    for letter in line:
        coded = letter.encode()
        if len(part) + len(coded) > room:
            yield part + b"\r\n "
            part, room = b"", 74
        part += coded
    yield part + b"\r\n"
