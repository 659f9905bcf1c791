"""Mails that belong together, as conversations: by the ids they answer, whatever order they come in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from keepwell.listening.mail.reading import Mail
from keepwell.listening.said import (
    Conversation,
    Kind,
    Participant,
    Side,
    State,
    Turn,
    aside,
    id_of,
    numbered,
)

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Ours:
    """Which addresses are ours: whole ones, and the domains behind the @."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def side(self, address: str) -> Side:
        """The side an address is on."""
        if not address:
            return Side.UNKNOWN
        domain = address.rpartition("@")[2]
        within = any(domain == own or domain.endswith(f".{own}") for own in self.domains)
        return Side.US if within or address in self.addresses else Side.THEM


def conversations_of(
    mails: Iterable[Mail], ours: Ours | None = None, known: Mapping[str, str] | None = None
) -> list[Conversation]:
    """The mails as conversations, a turn a mail, by the time they were sent; a mail that comes twice is one turn.

    `known` says of the ids of mails that were read before (and of those they answer) which conversation they are in,
    so that a thread goes on under its id. Each conversation's `source_ids` are the ids to remember.
    """
    single = list({mail.mail_id: mail for mail in reversed(list(mails))}.values())
    threads = _threads(single, known or {})
    found = [_conversation(name, thread, ours or Ours()) for name, thread in threads.items()]
    return sorted(found, key=lambda one: (one.started_at or _FIRST, one.conversation_id))


def _threads(mails: Sequence[Mail], known: Mapping[str, str]) -> dict[str, list[Mail]]:
    """Mails by the conversation they are in: those that share an id, directly or through another."""
    leader: dict[str, str] = {}

    def lead(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for mail in mails:
        for other in mail.answers:
            leader[lead(other)] = lead(mail.mail_id)
    together: dict[str, list[Mail]] = {}
    for mail in sorted(mails, key=_order):
        together.setdefault(lead(mail.mail_id), []).append(mail)
    by_name: dict[str, list[Mail]] = {}
    for thread in together.values():
        by_name.setdefault(_name(thread, known), []).extend(thread)
    return {name: sorted(thread, key=_order) for name, thread in by_name.items()}


def _order(mail: Mail) -> tuple[datetime, str]:
    return mail.sent_at or _FIRST, mail.mail_id


def _name(thread: Sequence[Mail], known: Mapping[str, str]) -> str:
    """The id a thread had before, or one made of the first mail that any of its mails answers."""
    ids = [one for mail in thread for one in (mail.mail_id, *mail.answers)]
    before = sorted({known[one] for one in ids if one in known})
    if before:
        return before[0]
    first = next((mail.answers[0] for mail in thread if mail.answers), thread[0].mail_id)
    return id_of("mail", first)


def _conversation(name: str, thread: Sequence[Mail], ours: Ours) -> Conversation:
    people: dict[str, Participant] = {}
    for one in (one for mail in thread for one in ([mail.sender] if mail.sender else []) + list(mail.to)):
        held = people.get(one.address)
        if not held or (one.name and not held.name):
            people[one.address] = Participant(one.name, one.address, side=ours.side(one.address))
    states = {mail.state for mail in thread}
    state = next(
        (one for one in _WORST if one in states and (one is not State.EMPTY or len(states) == 1)), State.READY
    )
    dated = [mail.sent_at for mail in thread if mail.sent_at]
    return Conversation(
        conversation_id=name,
        kind=Kind.MAIL,
        started_at=min(dated, default=None),
        participants=tuple(people.values()),
        subject=next((mail.subject for mail in thread if mail.subject), ""),
        turns=tuple(numbered(_turn(mail, ours.side) for mail in thread)),
        state=state,
        reason=" ".join(dict.fromkeys(mail.reason for mail in thread if mail.reason)),
        aside=tuple(aside(mail.source, 0, mail.reason) for mail in thread if mail.state in _BROKEN),
        source=thread[0].source,
        source_ids=tuple(dict.fromkeys(one for mail in thread for one in (mail.mail_id, *mail.answers))),
    )


_WORST = (State.UNREADABLE, State.TOO_LARGE, State.PARTLY, State.EMPTY)
_BROKEN = frozenset({State.UNREADABLE, State.TOO_LARGE, State.PARTLY})


def _turn(mail: Mail, side: Callable[[str], Side]) -> Turn:
    sender = mail.sender
    return Turn(
        no=0,
        text=mail.text,
        side=side(sender.address) if sender else Side.UNKNOWN,
        speaker=(sender.name or sender.address) if sender else "",
        at=mail.sent_at,
        pieces=mail.pieces,
        source_id=mail.mail_id,
    )
