"""What is written of tokens: make, revoke, and that one was used."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from keepwell.api.models import Token
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.members.audit import record
from keepwell.members.models import Member

PREFIX = "kw_"  # so that a token left lying about is recognised as one
MOST = 50  # that stand at once, of one member
SEEN = timedelta(minutes=1)  # how exactly it is known when a token was last used


def make_token(
    *, member: Member, name: str, scope: str, lasts: timedelta, now: datetime
) -> tuple[Token, str]:
    """Make a token; returns it and its secret, which is not kept."""
    secret = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        if member.tokens.filter(revoked_at=None, expires_at__gt=now).count() >= MOST:
            raise KeepwellError(
                _("There are {most} tokens already.").format(most=MOST), ways=[_("Revoke one first.")]
            )
        made = Token.objects.create(
            member=member,
            name=name,
            hashed=hashed(secret),
            scope=Token.Scope(scope),
            made_at=now,
            expires_at=now + lasts,
        )
        after = {"scope": made.scope, "expires": made.expires_at.isoformat()}
        record("make token", by=member, of=made, after=after)
    return made, secret


def revoke_token(*, token: Token, by: Member, now: datetime) -> None:
    """End a token at once. One that has ended stays as it is."""
    with transaction.atomic():
        if Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            record("revoke token", by=by, of=token)


def use_token(*, secret: str, now: datetime) -> Token | None:
    """The token of a secret, if it stands and its member may still sign in; notes that it was used."""
    token = Token.objects.select_related("member").filter(hashed=hashed(secret), revoked_at=None).first()
    if token is None or token.expires_at <= now or not token.member.is_active:
        return None
    if token.used_at is None or now - token.used_at >= SEEN:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return token


def hashed(secret: str) -> str:
    """What is kept of a secret: 256 random bits need no slower hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
