"""Joining by an invitation, one's own settings; members and invitations, for those who manage them."""

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.lib.errors import KeepwellError
from keepwell.members import actions, queries
from keepwell.members.forms import Inviting, Joining, Placing, Profile
from keepwell.members.models import Member, Role
from keepwell.members.rights import Right, may, needs
from keepwell.members.wrongs import in_lines


@needs(Right.ANYONE)
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """The page that an invitation's link opens."""
    now = timezone.now()
    invitation = actions.invitation_of(secret, now=now)
    if invitation is None:
        return _unreferred(render(request, "members/expired.html", status=410))
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
            form.add_error(None, in_lines(wrong))
        else:
            login(request, member, backend="keepwell.members.backend.Backend")
            UserSession.objects.create_from_request(request)  # as whoever signs in has one, to see and to end
            return _unreferred(redirect("/"))
    return _unreferred(render(request, "members/join.html", {"form": form, "invitation": invitation}))


def _unreferred(answer: HttpResponse) -> HttpResponse:
    """The address holds a secret: no other page is told where its reader came from."""
    answer["Referrer-Policy"] = (
        "strict-origin"  # the secret stays here; without any origin a browser's form would be refused
    )
    return answer


@needs(Right.SEE)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """A member's own settings."""
    assert isinstance(request.user, Member)
    form = Profile(request.POST or None, instance=Member.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        actions.change_profile(member=request.user, said=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("members:profile")
    return render(request, "members/profile.html", {"form": form})


# --- those who manage -----------------------------------------------------------------------------------------


@needs(Right.MANAGE)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody, and who is invited."""
    assert isinstance(request.user, Member)
    return _people(request, Inviting(by=request.user))


def _people(request: HttpRequest, form: Inviting, status: int = 200) -> HttpResponse:
    assert isinstance(request.user, Member)
    shown = {
        "form": form,
        "people": queries.people_of(request.user),
        "administers": may(request.user, Right.ADMINISTER),
        "invitations": queries.invitations_of(request.user),
        "now": timezone.now(),
        "here": "people",
    }
    return render(request, "members/people.html", shown, status=status)


@needs(Right.MANAGE)
@never_cache
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody: the answer shows the link, once, and says whether it went by mail."""
    assert isinstance(request.user, Member)
    form = Inviting(request.POST, by=request.user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            secret = actions.invite(
                role=Role(said["role"]),
                now=timezone.now(),
                by=request.user,
                email=said["email"],
                teams=said["teams"],
            )
        except KeepwellError as wrong:
            form.add_error("email", in_lines(wrong))
        else:
            return _link(request, secret, said["email"])
    return _people(request, form, status=422)


@needs(Right.MANAGE)
@never_cache
@require_POST
def invite_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A fresh link for somebody invited."""
    assert isinstance(request.user, Member)
    invitation = get_object_or_404(queries.invitations_of(request.user), pk=pk)
    secret = actions.invite_again(invitation=invitation, by=request.user, now=timezone.now())
    return _link(request, secret, invitation.email)


def _link(request: HttpRequest, secret: str, email: str) -> HttpResponse:
    assert isinstance(request.user, Member)
    link = settings.ADDRESS + reverse("members:join", args=[secret])
    mailed = bool(email) and actions.mail_invitation(email=email, link=link, by=request.user)
    shown = {"link": link, "email": email, "mailed": mailed, "set_up": settings.MAIL_SET_UP}
    return render(request, "members/link.html", shown)


@needs(Right.MANAGE)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    assert isinstance(request.user, Member)
    invitation = get_object_or_404(queries.invitations_of(request.user), pk=pk)
    actions.withdraw(invitation=invitation, by=request.user)
    messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    return redirect("members:people")


@needs(Right.ADMINISTER)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: role, teams, whether they may sign in."""
    assert isinstance(request.user, Member)
    found = get_object_or_404(Member, pk=pk)
    form = Placing(request.POST or None, initial={"role": found.role, "teams": found.teams.all()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.place(member=found, by=request.user, role=Role(said["role"]), teams=said["teams"])
        except KeepwellError as wrong:
            form.add_error("role", in_lines(wrong))
        else:
            messages.success(request, _("Saved."))
            return redirect("members:people")
    return render(request, "members/person.html", {"form": form, "member": found})


@needs(Right.ADMINISTER)
@require_POST
def activity(request: HttpRequest, pk: int) -> HttpResponse:
    """Deactivate, reactivate, sign out everywhere, or take a lost second step away: as `do` says."""
    assert isinstance(request.user, Member)
    found, do = get_object_or_404(Member, pk=pk), request.POST.get("do")
    try:
        if do == "deactivate":
            actions.deactivate(member=found, by=request.user)
            messages.success(request, _("{name} can no longer sign in.").format(name=found.name))
        elif do == "reactivate":
            actions.reactivate(member=found, by=request.user)
            messages.success(request, _("{name} can sign in again.").format(name=found.name))
        elif do == "sign out":
            ended = actions.sign_out(member=found, by=request.user)
            said = ngettext("Signed out in {n} place.", "Signed out in {n} places.", ended)
            messages.success(request, said.format(n=ended))
        elif do == "forget second step":
            actions.forget_second_step(member=found, by=request.user)
            messages.success(request, _("{name} signs in with the password alone.").format(name=found.name))
    except KeepwellError as wrong:
        messages.error(request, in_lines(wrong))
    return redirect("members:person", pk=pk)


@needs(Right.ANYONE)
def closed(request: HttpRequest, *_parts: str) -> HttpResponse:
    """What others may offer and we do not: signing up, changing the address one was invited by."""
    return render(request, "404.html", status=404)
