"""What happens to every request: what a browser may load, and the language and time zone it is answered in."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from keepwell.accounts.remembering import remembering
from keepwell.lib.text import speaking
from keepwell.members.models import Member
from keepwell.members.zones import zone_of

Answer = Callable[[HttpRequest], HttpResponse]

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action "
        + " ".join(["'self'", *settings.OIDC_ORIGINS]),  # a form may lead on to the company's sign-in
        "manifest-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


ONLY_HTTPS = "max-age=31536000; includeSubDomains"
SIGN_OUT = "account_logout"


def policy(answer: Answer) -> Answer:
    """Let pages load what this server gives them and nothing else, and let nobody keep them."""

    def answered(request: HttpRequest) -> HttpResponse:
        response = answer(request)
        response.setdefault("Content-Security-Policy", POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cache-Control", "private, no-store")
        if settings.SECURE:
            response.setdefault("Strict-Transport-Security", ONLY_HTTPS)
        match = request.resolver_match
        if match is not None and match.view_name == SIGN_OUT and request.method == "POST":
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return answered


def language(answer: Answer) -> Answer:
    """Answer in the member's language and by their clock; before they sign in, in the browser's and in UTC."""

    def answered(request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        if isinstance(request.user, Member):
            request.user.of_request = True
        clock = timezone.override(zone_of(getattr(request.user, "time_zone", "")))
        with translation.override(chosen), speaking(chosen), clock, remembering():
            response = answer(request)
            response.headers.setdefault("Content-Language", chosen)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response.render()
        return response

    return answered
