"""Who signed in, out, in vain, or changed how they sign in: written on the trail as it happens.

What was typed in vain is never kept: people type passwords where their address belongs.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.signals import password_changed, password_reset
from allauth.mfa import signals as second_step
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest

from keepwell.members.audit import NOBODY, record
from keepwell.members.models import Member

_OWN = {
    password_changed: "change password",
    password_reset: "reset password by mail",
    second_step.authenticator_added: "add way to sign in",
    second_step.authenticator_removed: "remove way to sign in",
    second_step.authenticator_reset: "renew recovery codes",
    second_step.authentication_failed: "fail second step",
}


def begin() -> None:
    """Listen. Called once, when the site starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="trail")
    user_logged_out.connect(_signed_out, dispatch_uid="trail")
    user_login_failed.connect(_failed, dispatch_uid="trail")
    for signal, what in _OWN.items():
        _listen(signal, what)


def _listen(signal: Signal, what: str) -> None:
    def happened(user: Any, request: HttpRequest | None = None, **rest: Any) -> None:
        way = getattr(rest.get("authenticator"), "type", "")
        record(what, by=_member(user), of=user, after=_where(request) | ({"way": str(way)} if way else {}))

    signal.connect(happened, weak=False, dispatch_uid="trail")


def _signed_in(user: Member, request: HttpRequest | None = None, **_rest: Any) -> None:
    record("sign in", by=_member(user), of=user, after=_where(request))


def _signed_out(user: Member | None, request: HttpRequest | None = None, **_rest: Any) -> None:
    if user is not None:
        record("sign out", by=_member(user), of=user, after=_where(request))


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any) -> None:
    address = str(credentials.get("email") or credentials.get("login") or credentials.get("username") or "")
    meant = Member.objects.filter(email__iexact=address).first() if address else None
    record("fail to sign in", by=None, of=meant, after=_where(request), otherwise=NOBODY)


def _member(user: Any) -> Member | None:
    return user if isinstance(user, Member) else None


def _where(request: HttpRequest | None) -> dict[str, str]:
    if request is None or not request.META.get("REMOTE_ADDR"):
        return {}
    return {"from": get_adapter().get_client_ip(request)}
