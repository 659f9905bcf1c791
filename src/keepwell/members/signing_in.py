"""How people come in: by invitation only; a sign-in elsewhere must be of an address that is a member's."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from keepwell.lib.text import gettext as _
from keepwell.members.models import Member


class ByInvitation(DefaultAccountAdapter):
    """Nobody signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: see `keepwell.members.actions.join`."""
        return False


class KnownElsewhere(DefaultSocialAccountAdapter):
    """A company's own sign-in (OpenID Connect) opens the door to members only."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Who somebody says they are, in our fields: a member has one name."""
        sociallogin.user.email = str(data.get("email") or "").lower()
        sociallogin.user.name = str(data.get("name") or "")[:120]
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Connect the sign-in to the member of its verified address; refuse every other."""
        if sociallogin.is_existing:
            return
        verified = {one.email.lower() for one in sociallogin.email_addresses if _said(one.verified)}
        member = Member.objects.filter(email__in=verified, is_active=True).first()
        if member is None:
            messages.error(request, _("Nobody here has the address you signed in with. Ask to be invited."))
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, member)


def _said(verified: object) -> bool:
    """Whether a provider says an address is verified: some say it in words, and "false" is no yes."""
    return verified is True or str(verified).lower() == "true"
