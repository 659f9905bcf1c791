"""A file that came in, read into conversations: a transcript, mail, or a recording that waits to be heard."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from keepwell.accounts.models import Account, Contact
from keepwell.conversations.actions.receiving import path_of
from keepwell.conversations.actions.taking import marked, take
from keepwell.conversations.arriving.kinds import Form, form_of
from keepwell.conversations.models import Conversation, Incoming, Mailbox
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.listening.audio.sound import probe
from keepwell.listening.belonging import FREE_MAIL, address_of, domain_of
from keepwell.listening.mail.reading import Mail
from keepwell.listening.mail.stores import read_mails
from keepwell.listening.mail.threads import Ours, conversations_of
from keepwell.listening.recordings import digest_of, recorded
from keepwell.listening.said import Conversation as Said
from keepwell.listening.said import Kind, Participant, Side, State, id_of
from keepwell.listening.transcripts import About, read_file
from keepwell.members.models import Member

AT_ONCE = 50  # mails that are put together to threads at once
_NUMBER = re.compile(r"(?<!\d)(?:\+|00)\d{8,14}(?!\d)")
_MADE = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?:[-_T. ]?([0-2]\d)[-_.:h]?([0-5]\d))?(?!\d)"
)


@dataclass(frozen=True)
class Read:
    """What was in a file: the first conversation, how many there were, and whether it waits for a transcript."""

    first: Conversation | None
    count: int = 1
    to_hear: bool = False


def read(one: Incoming, *, now: datetime) -> Read:
    """Read a file and take in what is in it. Raises KeepwellError where it cannot be read now."""
    file = path_of(one)
    try:
        form = form_of(file)
    except OSError as error:
        raise BadInput(_("The file is not there."), seen=error.strerror or type(error).__name__) from error
    if form is Form.MAIL:
        return _mail(one, file, now)
    if form is Form.RECORDING:
        return _recording(one, file, now)
    return _transcript(one, file, now)


def _transcript(one: Incoming, file: Path, now: datetime) -> Read:
    names = [name.strip() for name in str(one.said.get("ours", "")).split(",") if name.strip()]
    about = About(kind_of(one), started_at(one, file), str(one.said.get("language", "")), ours=names)
    said = read_file(file, about)
    account, contact = whose(one)
    people = (*said.participants, *named_in(one, file))
    found = take(
        replace(said, participants=people),
        source=one.source,
        now=now,
        account=account,
        contact=contact,
        by=one.by,
    )
    return Read(found)


def _mail(one: Incoming, file: Path, now: datetime) -> Read:
    first, count = None, 0
    account, contact = whose(one)
    for said in threads(read_mails(file), ours()):
        found = take(said, source=one.source, now=now, account=account, contact=contact, by=one.by)
        first, count = first or found, count + 1
    return Read(first, count)


def threads(mails: Iterable[Mail], of_us: Ours) -> Iterator[Said]:
    """Mails as conversations, some at a time; a thread that is known goes on."""
    coming = iter(mails)
    while batch := list(islice(coming, AT_ONCE)):
        ids = {name for mail in batch for name in (mail.mail_id, *mail.answers)}
        yield from conversations_of(batch, of_us, marked(ids))


def ours() -> Ours:
    """Which addresses are ours: members', those of their companies' domains, and what mailboxes say."""
    said = [address_of(one) for one in Member.objects.values_list("email", flat=True)]
    for listed in Mailbox.objects.values_list("ours", flat=True):
        said += [one.strip().lower() for one in re.split(r"[\s,;]+", listed) if one.strip()]
    addresses = {one for one in said if "@" in one}
    domains = {domain_of(one) for one in said} - FREE_MAIL - {""}
    return Ours(frozenset(addresses), frozenset(domains))


def _recording(one: Incoming, file: Path, now: datetime) -> Read:
    said, seconds = recording_of(one, file)
    account, contact = whose(one)
    found = take(
        said,
        source=one.source,
        now=now,
        account=account,
        contact=contact,
        by=one.by,
        sound=file,
        seconds=seconds,
    )
    waits = found.state == Conversation.State.WAITING and found.deleted_at is None
    return Read(found, to_hear=waits)


def recording_of(one: Incoming, file: Path) -> tuple[Said, float | None]:
    """The conversation a recording is of before it is heard, and its length in seconds where that is known.

    Where what listens is not installed, it is kept until that is, and its remark says so.
    """
    kind, at, people = kind_of(one), started_at(one, file), named_in(one, file)
    language = str(one.said.get("language", ""))
    try:
        said = recorded(file, kind=kind, started_at=at, participants=people, language=language)
        return said, probe(file).seconds
    except BadInput:
        raise
    except KeepwellError as missing:
        digest = digest_of(file)
        return Said(
            id_of("recording", digest), kind, at, people, language, state=State.WAITING, reason=missing.wrong,
            source=file.name, source_ids=(digest,),
        ), None  # fmt: skip


def whose(one: Incoming) -> tuple[Account | None, Contact | None]:
    """The account and contact that were said along with a file."""
    account = Account.objects.filter(pk=one.said.get("account") or "", gone=False).first()
    contact = Contact.objects.filter(pk=one.said.get("contact") or "", account=account).first()
    return account, contact if account else None


def kind_of(one: Incoming) -> Kind:
    """What kind of conversation it was said to be; a call where nothing was said."""
    said = str(one.said.get("kind", ""))
    return Kind(said) if said in Kind._value2member_map_ else Kind.CALL


def started_at(one: Incoming, file: Path) -> datetime | None:
    """When it was held: as said, else as recorders write it into the file's name (in UTC)."""
    if said := str(one.said.get("at") or ""):
        moment = datetime.fromisoformat(said)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if made := _MADE.search(file.stem):
        year, month, day, hour, minute = (int(part or 0) for part in made.groups())
        try:
            return datetime(year, month, day, hour, minute, tzinfo=UTC)
        except ValueError:
            return None
    return None


def named_in(one: Incoming, file: Path) -> tuple[Participant, ...]:
    """Who took part, as said along with the file, or by the telephone number that stands in its name."""
    said = str(one.said.get("who", "")).strip()
    if "@" in said:
        return (Participant(address=said, side=Side.THEM),)
    if said:
        phone = sum(letter.isdigit() for letter in said) >= 6
        return (Participant(phone=said, side=Side.THEM) if phone else Participant(name=said, side=Side.THEM),)
    found = _NUMBER.search(file.stem)
    return (Participant(phone=re.sub("^00", "+", found[0]), side=Side.THEM),) if found else ()
