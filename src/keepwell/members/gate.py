"""The gate that every request passes: a view that does not say whom it is for is for nobody."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import RedirectView

from keepwell.members.pace import aside, held_up, wait
from keepwell.members.rights import Right, may

# Views that are not ours: signing in and one's own account, for whom they are.
OTHERS = {
    "allauth.account": Right.ANYONE,
    "allauth.mfa": Right.ANYONE,  # each asks for a member itself, or is part of signing in
    "allauth.socialaccount": Right.ANYONE,
    "allauth.usersessions": Right.SEE,
    "django.views.i18n": Right.ANYONE,
}


class Gate:
    """Refuses what a member may not open, sends whoever has not signed in to do so."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer: the view is looked at once it is known."""
        return self.answer(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Before a view is called."""
        if _null(request):
            raise BadRequest
        right = right_of(view)
        if right is None:
            raise PermissionDenied
        if request.user.is_authenticated and (seconds := held_up(request.user.pk, how=aside)):
            return wait(request, seconds)
        if may(request.user, right):
            signing_in = right == Right.ANYONE or view.__module__.startswith("allauth.")
            return redirect("mfa_activate_totp") if not signing_in and second_step_missing(request) else None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied


def _null(request: HttpRequest) -> bool:
    """Whether a null character stands in an address or a form: nobody types one, and PostgreSQL keeps none.

    What a program sends is looked at by the door of the API; forms of files are looked at as they are read.
    """
    if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return False
    return any("\0" in value for _name, values in request.POST.lists() for value in values)


def second_step_missing(request: HttpRequest) -> bool:
    """Whether the office asks a second step of all, and this member has none: they may go and make one.

    Who came in by the company's own sign-in has done what that asks.
    """
    if not settings.SECOND_STEP_ASKED or not request.user.is_authenticated:
        return False
    ways = {one.get("method") for one in get_authentication_records(request, request.user)}
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return (
        "socialaccount" not in ways
        and not Authenticator.objects.filter(user_id=request.user.pk, type__in=kinds).exists()
    )


def right_of(view: Callable[..., Any]) -> Right | None:
    """What a view asks; None where it does not say."""
    said = getattr(view, "needs", None)
    if said is not None:
        return Right(said)
    if getattr(view, "view_class", None) is RedirectView:  # leads on to an address that is asked itself
        return Right.ANYONE
    module = view.__module__
    return next((right for name, right in OTHERS.items() if module.startswith(name)), None)
