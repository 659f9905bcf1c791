"""How people come in: by invitation only; a sign-in elsewhere must be of an address that is a member's."""

import base64
import hashlib
import logging
import os
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from keepwell.lib.text import gettext as _
from keepwell.members.company_sign_in import CompanySignIn, answers
from keepwell.members.models import Member

_log = logging.getLogger(__name__)


class ByInvitation(DefaultAccountAdapter):
    """Nobody signs up by themselves."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy(
            "Too many failed attempts to sign in. Wait five minutes, or set a new password by mail."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see `keepwell.members.actions.join`."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it; that none went out is logged, and nothing of to whom: who asked is told what anybody is told."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            _log.error("a mail about signing in could not be sent", extra={"error": type(error).__name__})

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse whoever has guessed too often; that somebody was refused is logged, and nothing of whom."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            _log.warning("signing in is held up after too many failures")
            raise


class KnownElsewhere(DefaultSocialAccountAdapter):
    """A company's own sign-in (OpenID Connect) opens the door to members only."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> CompanySignIn:
        """The company's, which is all there is."""
        found = super().get_provider(request, provider, client_id)
        return CompanySignIn(request, app=found.app)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Who somebody says they are, in our fields: a member has one name."""
        sociallogin.user.email = str(data.get("email") or "").lower()
        sociallogin.user.name = str(data.get("name") or "")[:120]
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Connect a sign-in that was asked for to the member of its verified address; refuse every other."""
        if not answers(sociallogin):
            _log.warning("a sign-in by the company's provider answered nothing that was asked")
            messages.error(request, _("The sign-in did not come from here. Try again."))
            raise ImmediateHttpResponse(redirect("account_login"))
        if sociallogin.is_existing:
            return
        verified = {one.email.lower() for one in sociallogin.email_addresses if _said(one.verified)}
        member = Member.objects.filter(email__in=verified, is_active=True).first()
        if member is None:
            if sociallogin.email_addresses and not verified:
                messages.error(
                    request, _("Your company's sign-in does not vouch for your address: ask whoever runs it.")
                )
            else:
                messages.error(
                    request, _("Nobody here has the address you signed in with. Ask to be invited.")
                )
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, member)


class Sealed(DefaultMFAAdapter):
    """The secrets of second steps are kept sealed: a copy of the database alone makes nobody's codes."""

    def encrypt(self, text: str) -> str:
        """As it is kept."""
        once = os.urandom(12)
        return base64.b64encode(once + _seal().encrypt(once, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """As it was; sealed under another key it is void, and what stands for it matches nothing."""
        try:
            kept = base64.b64decode(encrypted_text)
            return _seal().decrypt(kept[:12], kept[12:], None).decode()
        except (InvalidTag, ValueError):
            return str(generate_totp_secret())


def _seal() -> AESGCM:
    return AESGCM(hashlib.sha256(f"second step {settings.SECRET_KEY}".encode()).digest())


def _said(verified: object) -> bool:
    """Whether a provider says an address is verified: some say it in words, and "false" is no yes."""
    return verified is True or str(verified).lower() == "true"
