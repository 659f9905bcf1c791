"""What is written of members: invite, join, change, deactivate."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import NOBODY, record
from keepwell.members.models import Invitation, Member, Portfolio, Role, Team
from keepwell.members.rights import may_invite
from keepwell.members.zones import company_zone

LASTS = timedelta(days=7)


def begin() -> None:
    """See to it that there is a portfolio of all accounts and a team that looks after it."""
    with transaction.atomic():
        if Portfolio.objects.exists() or Team.objects.exists():
            return
        everyone = Portfolio.objects.create(name=_("All accounts"), place=1000)
        team = Team.objects.create(name=_("Customer success"))
        team.portfolios.add(everyone)


# --- inviting -------------------------------------------------------------------------------------------------


def invite(
    *,
    role: Role,
    now: datetime,
    by: Member | None = None,
    email: str = "",
    teams: Iterable[Team] = (),
    lasts: timedelta = LASTS,
) -> str:
    """Invite somebody; returns the secret that their link ends in, which is not kept.

    Raises PermissionDenied where `by` may not invite such a one (None: the installation itself may), KeepwellError
    where the address is a member's, or has a link that still works.
    """
    secret, chosen = secrets.token_urlsafe(32), list(teams)
    if by is not None and not may_invite(by, role, chosen):
        raise PermissionDenied
    with transaction.atomic():
        if email:
            _refuse_known(email, now)
        made = Invitation.objects.create(
            hashed=_hashed(secret), email=email.lower(), role=role, invited_by=by, expires_at=now + lasts
        )
        made.teams.set(chosen)
        record("invite member", by=by, of=made, after={"role": role, "teams": _names(chosen)})
    return secret


def _refuse_known(email: str, now: datetime) -> None:
    """One address has one link that works; those of it that have expired are swept away."""
    _wait_for_others()
    if Member.objects.filter(email__iexact=email).exists():
        raise KeepwellError(_("There is a member with this address already."))
    before = Invitation.objects.filter(email__iexact=email, used_at=None)
    if before.filter(expires_at__gt=now).exists():
        raise KeepwellError(
            _("This address is invited already."),
            ways=[_("Make a new link for that invitation, or withdraw it first.")],
        )
    before.delete()


def invite_again(*, invitation: Invitation, by: Member, now: datetime) -> str:
    """A fresh link for an invitation, whose former one stops working; returns its secret."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        waiting = _waiting(invitation, by)
        waiting.hashed, waiting.expires_at = _hashed(secret), now + LASTS
        waiting.save(update_fields=["hashed", "expires_at"])
        record("invite member again", by=by, of=waiting)
    return secret


def withdraw(*, invitation: Invitation, by: Member) -> None:
    """Take an invitation back: its link stops working."""
    with transaction.atomic():
        waiting = _waiting(invitation, by)
        record("withdraw invitation", by=by, of=waiting, before={"role": waiting.role})
        waiting.delete()


def _waiting(invitation: Invitation, by: Member) -> Invitation:
    found = Invitation.objects.select_for_update().filter(pk=invitation.pk, used_at=None).first()
    if found is None:
        raise KeepwellError(_("This invitation has been used or withdrawn."))
    if not may_invite(by, Role(found.role), list(found.teams.all())):
        raise PermissionDenied
    return found


def mail_invitation(*, email: str, link: str, by: Member) -> bool:
    """Send the link of an invitation; whether the mail server took it."""
    text = _(
        "{name} invites you to Keepwell, where we look after our customers.\n\n"
        "Open this link to join. It works once, for seven days:\n\n{link}\n"
    ).format(name=by.name, link=link)
    try:
        return bool(send_mail(_("Join Keepwell"), text, None, [email]))
    except OSError:  # no server, or one that refuses: the link can be handed over another way
        return False


def invitation_of(secret: str, *, now: datetime) -> Invitation | None:
    """The invitation of a link, if it still stands."""
    found = Invitation.objects.filter(hashed=_hashed(secret), used_at=None, expires_at__gt=now)
    return found.first()


def join(
    *, secret: str, name: str, password: str, now: datetime, email: str = "", language: str = ""
) -> Member:
    """Become a member by an invitation. Raises KeepwellError where it does not stand, or the address is taken."""
    with transaction.atomic():
        stands = Invitation.objects.select_for_update().filter(
            hashed=_hashed(secret), used_at=None, expires_at__gt=now
        )
        invitation = stands.first()
        if invitation is None:
            raise KeepwellError(
                _("This invitation has been used or has expired."), ways=[_("Ask for a new one.")]
            )
        address = (invitation.email or email).lower()
        if Member.objects.filter(email__iexact=address).exists():
            raise KeepwellError(_("There is a member with this address already."), ways=[_("Sign in.")])
        member = Member.objects.create_user(
            address,
            password,
            name=name,
            role=invitation.role,
            language=language,
            time_zone=company_zone(),
        )
        Invitation.objects.filter(email__iexact=address, used_at=None).exclude(pk=invitation.pk).delete()
        member.teams.set(invitation.teams.all())
        invitation.used_at, invitation.member = now, member
        invitation.save(update_fields=["used_at", "member"])
        record("join", by=member, of=member, after={"role": member.role})
    return member


def first_administrator(*, now: datetime) -> str | None:
    """A secret that makes the first administrator; None where there is one. The one before stops working."""
    if Member.objects.filter(role=Role.ADMINISTRATOR).exists():
        return None
    Invitation.objects.filter(role=Role.ADMINISTRATOR, used_at=None, invited_by=None).delete()
    return invite(role=Role.ADMINISTRATOR, now=now, teams=Team.objects.all(), lasts=timedelta(days=1))


def password_link(*, email: str) -> str:
    """The path of a link to a new password, good once and for an hour, for whoever runs the machine to hand over.

    Raises KeepwellError where no member who may sign in has the address.
    """
    member = Member.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if member is None:
        raise KeepwellError(
            _("No member who may sign in has the address {email}.").format(email=email),
            ways=[_("Look at the addresses: Settings, Members.")],
        )
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(member)
    record("give password link", by=None, of=member, otherwise=NOBODY)
    return reverse("account_reset_password_from_key", args=(user_pk_to_url_str(member), key))


# --- members --------------------------------------------------------------------------------------------------


def change_profile(*, member: Member, said: dict[str, Any]) -> None:
    """Keep what a member says of themselves; nothing but name, language, time zone and colours."""
    fields = ("name", "language", "time_zone", "theme")
    with transaction.atomic():
        locked = Member.objects.select_for_update().get(pk=member.pk)
        before = {name: getattr(locked, name) for name in fields}
        for name in fields:
            setattr(locked, name, said[name])
        locked.save(update_fields=fields)
        record("change profile", by=locked, of=locked, before=before, after={n: said[n] for n in fields})


def place(*, member: Member, by: Member, role: Role, teams: Iterable[Team]) -> None:
    """Give a member a role and teams. Raises KeepwellError where no administrator would be left."""
    with transaction.atomic():
        locked, chosen = hold_still(member), list(teams)
        if role != Role.ADMINISTRATOR:
            _leave_an_administrator(locked)
        before = {"role": locked.role, "teams": _names(locked.teams.all())}
        locked.role = role
        locked.save(update_fields=["role"])
        locked.teams.set(chosen)
        record(
            "change member", by=by, of=locked, before=before, after={"role": role, "teams": _names(chosen)}
        )


def deactivate(*, member: Member, by: Member) -> None:
    """Let a member in no more, and end where they are signed in. What they did stays theirs."""
    with transaction.atomic():
        locked = hold_still(member)
        _leave_an_administrator(locked)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        ended = _end_sessions(locked)
        record("deactivate member", by=by, of=locked, after={"sessions ended": ended})


def reactivate(*, member: Member, by: Member) -> None:
    """Let a member in again."""
    with transaction.atomic():
        locked = hold_still(member)
        locked.is_active = True
        locked.save(update_fields=["is_active"])
        record("reactivate member", by=by, of=locked)


def sign_out(*, member: Member, by: Member) -> int:
    """End everywhere a member is signed in; returns in how many places."""
    with transaction.atomic():
        ended = _end_sessions(member)
        record("sign member out", by=by, of=member, after={"sessions ended": ended})
    return ended


def forget_second_step(*, member: Member, by: Member) -> None:
    """Take a member's second step, passkeys and recovery codes away: for one who has lost them."""
    with transaction.atomic():
        gone, _kinds = Authenticator.objects.filter(user_id=member.pk).delete()
        ended = _end_sessions(member)
        record("forget second step", by=by, of=member, after={"taken away": gone, "sessions ended": ended})


def hold_still(member: Member) -> Member:
    """The member as they are now, all administrators held still: of two who leave at once, one stays.

    Call it within the transaction that changes them.
    """
    _wait_for_others()
    return Member.objects.select_for_update().get(pk=member.pk)


def _wait_for_others() -> None:
    """Decide about members one after another: whoever comes second sees what the first has done."""
    administrators = Member.objects.select_for_update().filter(role=Role.ADMINISTRATOR)
    list(administrators.order_by("pk").values_list("pk"))


def _leave_an_administrator(member: Member) -> None:
    others = Member.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(pk=member.pk)
    if member.role == Role.ADMINISTRATOR and member.is_active and not others.exists():
        raise KeepwellError(
            _("{name} is the last administrator.").format(name=member.name),
            ways=[_("Make somebody else an administrator first.")],
        )


def _end_sessions(member: Member) -> int:
    sessions = list(UserSession.objects.filter(user_id=member.pk))
    for session in sessions:
        session.end()
    return len(sessions)


def _names(teams: Iterable[Team]) -> Sequence[str]:
    return sorted(team.name for team in teams)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
