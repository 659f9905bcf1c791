"""Calls about recording policies: what may be recorded and kept, and on what consent that rests."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.conversations.actions import policies as keeping
from keepwell.conversations.api.clips import Number
from keepwell.conversations.arriving.forms import LONGEST_KEPT, Keeping
from keepwell.conversations.models import Policy
from keepwell.members.rights import Right

router = Router(tags=["recording policies"])
Days = Annotated[int, Field(ge=0, le=LONGEST_KEPT)]


class PolicyShape(Schema):
    """What may be kept of an account, of a country, or, with neither, of all others; days null for no end."""

    id: int
    account: str | None
    country: str
    recordings: bool
    words: bool
    sound_days: int | None
    word_days: int | None
    consent: str


class PolicySaid(Schema):
    """A policy. Where it deletes what is kept, it is refused (422) with how many, unless `sure` is sent."""

    account: Annotated[str, Field(max_length=200, description="its id, or words of its name")] = ""
    country: Annotated[str, Field(max_length=60, description="as accounts have it")] = ""
    recordings: bool = True
    words: bool = True
    sound_days: Days | None = None
    word_days: Days | None = None
    consent: Annotated[str, Field(max_length=300)] = ""
    sure: bool = False


@router.get(
    "/recording-policies",
    response=Page[PolicyShape],
    auth=asks(Right.ADMINISTER),
    summary="Recording policies",
)
def recording_policies(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """By country; those of an account have none."""
    return page(Policy.objects.all(), part, Order("country"), policy_shape)


@router.post(
    "/recording-policies",
    response={201: PolicyShape},
    auth=asks(Right.ADMINISTER),
    summary="Make a recording policy",
)
def make_policy(request: HttpRequest, said: PolicySaid) -> Any:
    """It holds for what is kept already too."""
    return Status(201, _keep(request, Policy(), said))


@router.get(
    "/recording-policies/{int:pk}",
    response=PolicyShape,
    auth=asks(Right.ADMINISTER),
    summary="One recording policy",
)
def recording_policy(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """What may be kept by it."""
    return policy_shape(_policy(pk))


@router.put(
    "/recording-policies/{int:pk}",
    response=PolicyShape,
    auth=asks(Right.ADMINISTER),
    summary="Change a recording policy",
)
def change_policy(request: HttpRequest, pk: Number, said: PolicySaid) -> Any:
    """It holds for what is kept already too."""
    found = _policy(pk, locked=True)
    unchanged(request, policy_shape(found))
    return _keep(request, found, said)


@router.delete(
    "/recording-policies/{int:pk}",
    response={204: None},
    auth=asks(Right.ADMINISTER),
    summary="Take a recording policy away",
)
def drop_policy(request: HttpRequest, pk: Number) -> Any:
    """The next wider one holds."""
    found = _policy(pk, locked=True)
    unchanged(request, policy_shape(found))
    keeping.drop_policy(policy=found, by=member_of(request), now=timezone.now())
    return Status(204, None)


def policy_shape(one: Policy) -> PolicyShape:
    """A policy as calls tell it."""
    names = ("country", "recordings", "words", "sound_days", "word_days", "consent")
    return PolicyShape(id=one.pk, account=one.account_id, **{name: getattr(one, name) for name in names})


def _keep(request: HttpRequest, one: Policy, said: PolicySaid) -> PolicyShape:
    member, now = member_of(request), timezone.now()
    form = filled(Keeping(said.dict(), instance=one, member=member))
    made = form.save(commit=False)
    deletes = keeping.would_delete(made, now=now)
    if deletes and not form.cleaned_data["sure"]:
        told = ngettext(
            "It deletes the words or the sound of {n} conversation at once. Send `sure` if it shall.",
            "It deletes the words or the sound of {n} conversations at once. Send `sure` if it shall.",
            deletes,
        )
        raise Problem(422, told.format(n=deletes), deletes=deletes)
    return policy_shape(keeping.set_policy(policy=made, by=member, now=now))


def _policy(pk: int, *, locked: bool = False) -> Policy:
    rows = Policy.objects.select_for_update() if locked else Policy.objects.all()
    found = (
        rows.filter(pk=pk).order_by().first()
    )  # in their order they are joined to accounts, and not locked
    if found is None:
        raise Http404
    return found
