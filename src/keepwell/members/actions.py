"""What is written of members: invite, join."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Invitation, Member, Portfolio, Role, Team

LASTS = timedelta(days=7)


def begin() -> None:
    """See to it that there is a portfolio of all accounts and a team that looks after it."""
    with transaction.atomic():
        if Portfolio.objects.exists() or Team.objects.exists():
            return
        everyone = Portfolio.objects.create(name=_("All accounts"), place=1000)
        team = Team.objects.create(name=_("Customer success"))
        team.portfolios.add(everyone)


def invite(
    *,
    role: Role,
    now: datetime,
    by: Member | None = None,
    email: str = "",
    teams: Iterable[Team] = (),
    lasts: timedelta = LASTS,
) -> str:
    """Invite somebody; returns the secret that their link ends in, which is not kept."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        made = Invitation.objects.create(
            hashed=_hashed(secret), email=email.lower(), role=role, invited_by=by, expires_at=now + lasts
        )
        made.teams.set(teams)
        record("invite member", by=by, of=made, after={"role": role})
    return secret


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
            address, password, name=name, role=invitation.role, language=language
        )
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


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
