"""The company's own sign-in by OpenID Connect, held to what it must say beside what allauth asks of it.

The provider must be the one that is set: its metadata name the address they were read from as their issuer. A token
must answer the sign-in that asked for it (its nonce), and be of the person whom the provider then tells of.
"""

import hmac
import secrets
from typing import Any

from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse
from requests import RequestException

from keepwell.members.rights import Right, needs

_METADATA = "/.well-known/"  # an address may be said with it or without


class Checked(OpenIDConnectOAuth2Adapter):
    """Believes metadata of the issuer that is set, and no other's."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's metadata. Raises OAuth2Error where they are of another issuer."""
        said: dict[str, Any] = super().openid_config
        asked = self.get_provider().app.settings["server_url"].partition(_METADATA)[0]
        if str(said.get("issuer")).rstrip("/") != asked.rstrip("/"):
            raise OAuth2Error("the metadata are of another issuer than the one that is set")
        return said


class CompanySignIn(OpenIDConnectProvider):
    """Sends a number along that the token must bear."""

    oauth2_adapter_class = Checked

    def redirect(self, request: HttpRequest, process: str, *said: Any, **kwargs: Any) -> HttpResponse:
        """To the provider's page; an error page where it cannot be reached or is another."""
        nonce = secrets.token_urlsafe(32)
        asked = {**(kwargs.pop("auth_params", None) or self.get_auth_params()), "nonce": nonce}
        try:
            answer: HttpResponse = super().redirect(
                request, process, *said, auth_params=asked, nonce=nonce, **kwargs
            )
        except (OAuth2Error, RequestException) as wrong:
            return _refused(request, self, wrong)
        return answer


@needs(Right.ANYONE)
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Where the provider leads back to. Raises Http404 where the office has no such provider."""
    adapter = Checked(request, provider_id)
    try:
        provider = adapter.get_provider()
    except SocialApp.DoesNotExist as unknown:
        raise Http404 from unknown
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except (OAuth2Error, RequestException) as wrong:
        return _refused(request, provider, wrong)
    return answer


def answers(sign_in: Any) -> bool:
    """Whether what a provider said answers the sign-in that asked: by its nonce, and of one person throughout."""
    said = sign_in.account.extra_data
    token, asked = said.get("id_token") or {}, (sign_in.state or {}).get("nonce") or ""
    if not asked or not hmac.compare_digest(str(token.get("nonce") or ""), asked):
        return False
    return (said.get("userinfo") or token).get("sub") == token.get("sub")


def _refused(request: HttpRequest, provider: OpenIDConnectProvider, wrong: Exception) -> HttpResponse:
    answer: HttpResponse = render_authentication_error(request, provider, exception=wrong)
    return answer
