"""Making a follow-up, doing it, handing it over, talking about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Channel, Contact
from keepwell.accounts.queries import standing_of
from keepwell.alerts.actions.answering import close_alerts, note_action
from keepwell.alerts.models import Alert
from keepwell.followups.models import Comment, FollowUp, Mention, Run
from keepwell.followups.queries import watchers
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.reach.actions import HeldBack, Said, log
from keepwell.reach.models import Direction, Importance

YEARS = 10  # from today, within which something is due
LAST = 3  # touches that a follow-up remembers from when it was made


@dataclass(frozen=True)
class Plan:
    """What a follow-up is to be."""

    account: Account
    due: date
    what: str
    owner: Member | None = None
    team: str = ""
    kind: str = FollowUp.Kind.CONTACT
    channel: str = Channel.CALL
    contact: Contact | None = None
    alert: Alert | None = None
    run: Run | None = None


def make(*, plan: Plan, by: Member | None, now: datetime) -> FollowUp:
    """Make a follow-up, with what was known of the account. Who owns it must see the account."""
    if plan.owner is not None:
        _sees(plan.owner, plan.account)
    within_years(plan.due, timezone.localdate(now))
    with transaction.atomic():
        standing = standing_of(plan.account)
        made = FollowUp.objects.create(
            account=plan.account,
            due=plan.due,
            what=plan.what,
            owner=plan.owner,
            team=plan.team,
            kind=plan.kind,
            channel=plan.channel,
            contact=plan.contact,
            alert=plan.alert,
            run=plan.run,
            why=why_now(plan.account),
            worth=standing.worth if standing else None,
            made_by=by,
            made_at=now,
        )
        if plan.alert is not None:
            note_action(alert=plan.alert, at=now)
        record(
            "make follow-up", by=by, of=made, after={"account": plan.account.pk, "due": plan.due.isoformat()}
        )
        put_on_timeline(made, now)
    return made


def why_now(account: Account) -> dict[str, Any]:
    """What was known of an account when a follow-up was made: told later in the reader's words."""
    standing = standing_of(account)
    touches = account.entries.filter(kind="touch").order_by("-at", "-pk")[:LAST]
    said: dict[str, Any] = {
        "touches": [{"at": one.at.isoformat(), **one.data} for one in touches],
    }
    if standing is not None:
        said |= {"risk": standing.risk, "worth": standing.worth, "reasons": standing.reasons}
        said |= {"health": standing.health, "day": standing.day.isoformat()}
        said |= {"kept_by": standing.kept_by}
    return said


def change(*, follow_up: FollowUp, by: Member, **values: Any) -> FollowUp:
    """Change what is to be done of an open follow-up: due, what, channel, contact, kind."""
    with transaction.atomic():
        kept = _open(follow_up)
        if due := values.get("due"):
            within_years(due, timezone.localdate(kept.made_at))
        before = {name: _told(getattr(kept, name)) for name in values}
        for name, value in values.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(values))
        after = {name: _told(value) for name, value in values.items()}
        record("change follow-up", by=by, of=kept, before=before, after=after)
    return kept


def hand_over(*, follow_up: FollowUp, by: Member, to: Member, now: datetime, text: str = "") -> FollowUp:
    """Give an open follow-up to a team-mate, who must see the account; a word with it is a comment."""
    _sees(to, follow_up.account)
    with transaction.atomic():
        kept = _open(follow_up)
        before, kept.owner = kept.owner_id, to
        kept.save(update_fields=["owner"])
        record("hand over follow-up", by=by, of=kept, before={"owner": before}, after={"owner": to.pk})
        if text:
            comment(follow_up=kept, by=by, text=text, now=now)
    return kept


def do(
    *,
    follow_up: FollowUp,
    by: Member,
    outcome: str,
    now: datetime,
    note: str = "",
    direction: str = Direction.OUT,
    importance: str = Importance.NORMAL,
    anyway: str = "",
    close_alert: bool = False,
) -> FollowUp:
    """Say that a follow-up is done: the touch is logged in the same transaction, and its alert may be closed.

    Raises HeldBack where the contact budget holds it; then nothing is done, and who was held back is noted.
    """
    said = Said(
        account=follow_up.account,
        channel=follow_up.channel,
        contact=follow_up.contact,
        team=_team(by, follow_up),
        importance=importance,
        topic=follow_up.what[:200],
        note=note,
        direction=direction,
    )
    with transaction.atomic():
        done, held = _done(follow_up, said, by=by, outcome=outcome, now=now, anyway=anyway)
        if held is None and close_alert and done.alert_id is not None:
            alerts = Alert.objects.filter(pk=done.alert_id)
            close_alerts(alerts=alerts, by=by, outcome=Alert.Outcome.ACTED, now=now)
    if held is not None:  # outside: who was held back stays noted
        raise held
    return done


def _done(
    follow_up: FollowUp, said: Said, *, by: Member, outcome: str, now: datetime, anyway: str
) -> tuple[FollowUp, HeldBack | None]:
    kept = _open(follow_up)
    try:
        touch, _new = log(
            said=said, by=by, at=now, now=now, key=f"follow-up-{kept.pk}-{by.pk}", anyway=anyway
        )
    except HeldBack as back:
        return kept, back
    kept.state, kept.outcome, kept.note = FollowUp.State.DONE, outcome, said.note
    kept.touch, kept.closed_by, kept.closed_at = touch, by, now
    kept.save()
    record(
        "do follow-up", by=by, of=kept, before={"state": "open"}, after={"state": "done", "outcome": outcome}
    )
    put_on_timeline(kept, now)
    return kept, None


def drop(*, follow_up: FollowUp, by: Member, now: datetime, note: str = "") -> FollowUp:
    """Close a follow-up without doing it."""
    with transaction.atomic():
        kept = _open(follow_up)
        kept.state, kept.note, kept.closed_by, kept.closed_at = FollowUp.State.DROPPED, note, by, now
        kept.save(update_fields=["state", "note", "closed_by", "closed_at"])
        record("drop follow-up", by=by, of=kept, before={"state": "open"}, after={"state": "dropped"})
        put_on_timeline(kept, now)
    return kept


def comment(*, follow_up: FollowUp, by: Member, text: str, now: datetime) -> Comment:
    """Say something of a follow-up; @Name tells a member who sees the account."""
    with transaction.atomic():
        made = Comment.objects.create(follow_up=follow_up, member=by, at=now, text=text)
        called = [one for one in watchers(follow_up.account) if one.pk != by.pk and _called(one, text)]
        Mention.objects.bulk_create(Mention(comment=made, member=one) for one in called)
        record("comment follow-up", by=by, of=follow_up, after={"mentions": [one.pk for one in called]})
    return made


def look(*, mentions: Sequence[int], by: Member, now: datetime) -> None:
    """Note that a member has seen where they were called by name."""
    Mention.objects.filter(pk__in=mentions, member=by, seen_at=None).update(seen_at=now)


def put_on_timeline(one: FollowUp, now: datetime) -> None:
    """Tell of a follow-up on its account's timeline, or tell it anew."""
    data = {"what": one.what, "state": one.state, "outcome": one.outcome, "due": one.due.isoformat()}
    data |= {"owner": one.owner.name if one.owner else ""}
    at = one.closed_at or one.made_at or now
    tell(account=one.account, kind="follow-up", key=str(one.pk), at=at, data=data, contact=one.contact)


def within_years(due: date, today: date) -> None:
    """Refuse a day that nobody means. Raises KeepwellError."""
    if abs(due.year - today.year) > YEARS:
        raise KeepwellError(
            _("Nothing is planned for that day: it is too far from today."),
            seen=due.isoformat(),
            ways=[_("Choose a nearer day.")],
        )


def _open(follow_up: FollowUp) -> FollowUp:
    kept = (
        FollowUp.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account")
        .get(pk=follow_up.pk)
    )
    if kept.state != FollowUp.State.OPEN:
        raise KeepwellError(_("This follow-up is closed already."), ways=[_("Make a new one.")])
    return kept


def _sees(member: Member, account: Account) -> None:
    if not watchers(account).filter(pk=member.pk).exists():
        raise KeepwellError(
            _("{name} does not see this account.").format(name=member.name),
            ways=[_("Choose somebody of a team that looks after it.")],
        )


def _team(by: Member, follow_up: FollowUp) -> str:
    kinds = list(by.teams.order_by("name").values_list("kind", flat=True))
    return follow_up.team if follow_up.team in kinds else kinds[0] if kinds else ""


def _told(value: Any) -> str:
    """A field for the trail; of a person it says no name."""
    return value.pk if isinstance(value, Contact) else str(value)


def _called(member: Member, text: str) -> bool:
    names = "|".join(re.escape(name) for name in (member.name, member.first_name))
    return re.search(rf"@(?:{names})(?!\w)", text, re.IGNORECASE) is not None
