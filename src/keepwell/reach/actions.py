"""What is written of touches and the contact budget.

Whoever decides holds the account's row until they have written: two at once cannot overdraw it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Contact
from keepwell.accounts.outbox import send
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.reach.budget import Answer, Message, day_of, may_reach
from keepwell.reach.models import Direction, Hold, Importance, LastTouch, Reservation, Rule, Touch
from keepwell.reach.using import OURS

AHEAD = timedelta(days=180)  # as far as one may reserve


class HeldBack(KeepwellError):
    """The contact budget holds a message back; `answer` says by what and until when."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            _("The contact budget holds this back."),
            ways=[_("Wait until it allows it, or choose another day or channel.")],
        )
        self.answer = answer


@dataclass(frozen=True)
class Said:
    """What a member says of a contact: with whom, by what, about what."""

    account: Account
    channel: str
    contact: Contact | None = None
    team: str = ""
    importance: str = Importance.NORMAL
    topic: str = ""
    note: str = ""
    direction: str = Direction.OUT

    def __post_init__(self) -> None:
        if self.contact is not None and self.contact.account_id != self.account.pk:
            raise KeepwellError(_("This person is not at this account."))

    @property
    def message(self) -> Message:
        """What the budget is asked about."""
        return Message(self.account, self.contact, self.channel, self.team, self.importance)


def log(
    *, said: Said, by: Member, at: datetime, now: datetime, key: str = "", anyway: str = ""
) -> tuple[Touch, bool]:
    """Log a touch; returns it, and whether it is new: a `key` that was logged before changes nothing.

    One of ours that the budget holds is refused with HeldBack, and noted; with `anyway`, a reason, it is logged as
    what has happened all the same, and both are on the trail. An emergency passes, and is on the trail.
    """
    answer: Answer | None = None
    with transaction.atomic():
        _lock(said.account)
        if key and (known := Touch.objects.filter(key=key).first()):
            if known.member_id != by.pk:
                raise KeepwellError(_("This form has been used."))
            return known, False
        if at > now + timedelta(minutes=5):
            raise KeepwellError(
                _("What has not happened yet cannot be logged."), ways=[_("Reserve the day instead.")]
            )
        own = _own_reservation(said, day_of(at)) if said.direction == Direction.OUT else None
        if said.direction == Direction.OUT and said.importance != Importance.EMERGENCY:
            answer = may_reach(said.message, on=day_of(at), today=day_of(now), without=own)
        if answer is None or answer.allowed or anyway:
            passed = _passed(said, answer, anyway)
            return _logged(said, by=by, at=at, key=key, own=own, passed=passed), True
        _hold(said, by, day_of(at), answer, now)
    raise HeldBack(answer)  # outside: who was held back stays noted


def reserve(*, said: Said, by: Member, day: date, now: datetime) -> Reservation:
    """Hold a slot with a contact or account on a day. Raises HeldBack, and notes it, where the budget has none."""
    today = day_of(now)
    if not today <= day <= today + AHEAD:
        raise KeepwellError(
            _("A day can be reserved from today up to {days} days ahead.").format(days=AHEAD.days)
        )
    with transaction.atomic():
        _lock(said.account)
        answer = may_reach(said.message, on=day, today=today)
        if answer.allowed:
            made = Reservation.objects.create(
                account=said.account,
                contact=said.contact,
                member=by,
                team=said.team,
                channel=said.channel,
                importance=said.importance,
                topic=said.topic,
                day=day,
            )
            record(
                "reserve contact", by=by, of=made, after={"account": said.account.pk, "day": day.isoformat()}
            )
            return made
        _hold(said, by, day, answer, now)
    raise HeldBack(answer)


def give_back(*, reservation: Reservation, by: Member) -> None:
    """Give a reserved slot back. One that is used or given back already stays as it is."""
    with transaction.atomic():
        _lock(reservation.account)
        found = Reservation.objects.filter(pk=reservation.pk, state=Reservation.State.OPEN)
        if found.update(state=Reservation.State.GIVEN_BACK):
            record("give back contact", by=by, of=reservation, before={"day": reservation.day.isoformat()})


def set_rule(*, by: Member, values: Mapping[str, Any], rule: Rule | None = None) -> Rule:
    """Make a rule of the budget, or change one."""
    with transaction.atomic():
        kept = Rule.objects.select_for_update().get(pk=rule.pk) if rule else Rule()
        before = _plain(kept) if rule else {}
        for name, value in values.items():
            setattr(kept, name, value)
        kept.full_clean()
        kept.save()
        record("set budget rule", by=by, of=kept, before=before, after=_plain(kept))
    return kept


def drop_rule(*, by: Member, rule: Rule) -> None:
    """Take a rule out of the budget."""
    with transaction.atomic():
        record("drop budget rule", by=by, of=rule, before=_plain(rule))
        rule.delete()


def _lock(account: Account) -> None:
    """From here on nobody else decides about this account until the transaction ends."""
    Account.objects.select_for_update(no_key=True).filter(pk=account.pk).order_by().first()


def _own_reservation(said: Said, day: date) -> Reservation | None:
    """The slot that a team reserved for this, which it then uses."""
    return Reservation.objects.filter(
        account=said.account, contact=said.contact, team=said.team, day=day, state=Reservation.State.OPEN
    ).first()


def _passed(said: Said, answer: Answer | None, anyway: str) -> dict[str, Any]:
    if said.direction == Direction.OUT and said.importance == Importance.EMERGENCY:
        return {"emergency": True, "reason": said.topic}
    if answer is not None and not answer.allowed:
        return {"reason": anyway, "answer": answer.to_json()}
    return {}


def _logged(
    said: Said, *, by: Member, at: datetime, key: str, own: Reservation | None, passed: dict[str, Any]
) -> Touch:
    touch = Touch.objects.create(
        **({"key": key} if key else {}),
        account=said.account,
        contact=said.contact,
        member=by,
        team=said.team,
        channel=said.channel,
        direction=said.direction,
        importance=said.importance,
        at=at,
        day=day_of(at),
        topic=said.topic,
        note=said.note,
        passed=passed,
    )
    if own is not None:
        own.state, own.touch = Reservation.State.USED, touch
        own.save(update_fields=["state", "touch"])
    what = "contact over budget" if passed.get("answer") else "emergency contact" if passed else "log contact"
    after = {"account": said.account.pk, "channel": said.channel, "direction": said.direction}
    record(what, by=by, of=touch, after=after | ({"reason": passed["reason"]} if passed else {}))
    _tell_the_book(touch)
    _remember_last(touch)
    return touch


def _tell_the_book(touch: Touch) -> None:
    """To the book as a row, and at once onto the timeline under the key that the night will find it by."""
    touch_id = f"{OURS}{touch.key}"
    row = {
        "touch_id": touch_id,
        "account_id": touch.account_id,
        "contact_id": touch.contact.source_id or None if touch.contact else None,
        "occurred_at": touch.at.isoformat(),
        "channel": touch.channel,
        "direction": touch.direction,
        "team": touch.team.replace("_", " "),
        "topic": touch.topic,
    }
    send("touches", touch_id, row)
    data = {name: row[name] for name in ("channel", "direction", "team", "topic")}
    tell(
        account=touch.account,
        kind="touch",
        key=touch_id,
        at=touch.at,
        data=data,
        contact=touch.contact,
    )


def _remember_last(touch: Touch) -> None:
    last = LastTouch.objects.filter(pk=touch.account_id).first()
    if last is None or last.at < touch.at:
        LastTouch.objects.update_or_create(
            account=touch.account,
            defaults={"at": touch.at, "channel": touch.channel, "direction": touch.direction},
        )


def _hold(said: Said, by: Member, day: date, answer: Answer, now: datetime) -> None:
    Hold.objects.create(
        account=said.account,
        contact=said.contact,
        member=by,
        team=said.team,
        channel=said.channel,
        importance=said.importance,
        day=day,
        until=answer.until,
        why=answer.to_json(),
        at=now,
    )
    record("held back", by=by, of=said.account, after={"by": answer.by, "day": day.isoformat()})


def _plain(rule: Rule) -> dict[str, Any]:
    return model_to_dict(rule, exclude=["id"])
