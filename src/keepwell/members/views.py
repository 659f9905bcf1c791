"""Joining by an invitation, and one's own settings."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from keepwell.lib.errors import KeepwellError
from keepwell.members import actions
from keepwell.members.forms import Joining, Profile
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs


@needs(Right.ANYONE)
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page that an invitation's link opens."""
    now = timezone.now()
    invitation = actions.invitation_of(secret, now=now)
    if invitation is None:
        return render(request, "members/expired.html", status=410)
    form = Joining(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            member = actions.join(
                secret=secret,
                name=said["name"],
                email=said["email"],
                password=said["password"],
                now=now,
                language=request.LANGUAGE_CODE if hasattr(request, "LANGUAGE_CODE") else "",
            )
        except KeepwellError as wrong:
            form.add_error(None, str(wrong))
        else:
            login(request, member, backend="allauth.account.auth_backends.AuthenticationBackend")
            return redirect("/")
    return render(request, "members/join.html", {"form": form, "invitation": invitation})


@needs(Right.SEE)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """A member's own settings."""
    assert isinstance(request.user, Member)
    form = Profile(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("members:profile")
    return render(request, "members/profile.html", {"form": form})
