"""Calls about collections of clips: which there are, making one, and what is in it."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations.actions import clipping
from keepwell.conversations.api.clips import ClipShape, Number, clip_shape
from keepwell.conversations.learning import library
from keepwell.conversations.learning.forms import Collecting
from keepwell.conversations.models import Collected, Collection
from keepwell.members.models import Member
from keepwell.members.rights import Right

router = Router(tags=["clips"])


class CollectionShape(Schema):
    """Clips put together under a name. `clips` are those in it that the caller sees; not `shared`: one's own."""

    id: int
    name: str
    detail: str
    shared: bool
    by: int | None
    at: datetime
    clips: int


class CollectionSaid(Schema):
    """What a collection is called and for, and whether others see it."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    detail: Annotated[str, Field(max_length=500)] = ""
    shared: bool = True


@router.get("/collections", response=Page[CollectionShape], auth=asks(Right.SEE), summary="Collections")
def collections(request: HttpRequest, part: Asked) -> Any:
    """Those that are shared, and the caller's own, by name."""
    member = member_of(request)
    said = page(library.collections_seen(member), part, Order("name"), lambda one: one)
    return said | {"items": _shapes(member, said["items"])}


@router.post(
    "/collections", response={201: CollectionShape}, auth=asks(Right.ACT), summary="Make a collection"
)
def make_collection(request: HttpRequest, said: CollectionSaid) -> Any:
    """With nothing in it yet."""
    return Status(201, _keep(request, None, said))


@router.get("/collections/{int:pk}", response=CollectionShape, auth=asks(Right.SEE), summary="One collection")
def collection(request: HttpRequest, pk: Number) -> Any:
    """What it is called; what is in it are its clips."""
    member = member_of(request)
    return _shape(member, library.collection_of(member, pk))


@router.put(
    "/collections/{int:pk}", response=CollectionShape, auth=asks(Right.ACT), summary="Change a collection"
)
def change_collection(request: HttpRequest, pk: Number, said: CollectionSaid) -> Any:
    """By whoever made it, or a manager."""
    return _keep(request, _to_write(request, pk), said)


@router.post(
    "/collections/{int:pk}/remove",
    response=CollectionShape,
    auth=asks(Right.ACT),
    summary="Take a collection out",
)
def remove_collection(request: HttpRequest, pk: Number) -> Any:
    """Its clips stay. It can be put back for thirty days."""
    member, found = member_of(request), _to_write(request, pk)
    clipping.drop(collection=found, by=member, now=timezone.now())
    return _shape(member, found)


@router.post(
    "/collections/{int:pk}/back",
    response=CollectionShape,
    auth=asks(Right.ACT),
    summary="Put a collection back",
)
def put_collection_back(request: HttpRequest, pk: Number) -> Any:
    """One that was taken out."""
    member = member_of(request)
    found = library.collection_of(member, pk, removed=True)
    clipping.restore(collection=found, by=member)
    return _shape(member, found)


@router.get(
    "/collections/{int:pk}/clips",
    response=Page[ClipShape],
    auth=asks(Right.SEE),
    summary="Clips of a collection",
)
def clips_of_collection(request: HttpRequest, pk: Number, part: Asked) -> Any:
    """Those that the caller sees, in their order."""
    member = member_of(request)
    one = library.collection_of(member, pk)
    seen = library.clips_seen(member).order_by().values("pk")
    rows = Collected.objects.filter(collection=one, clip__in=seen).select_related(
        "clip__conversation__account", "clip__by"
    )
    said = page(rows, part, Order("place"), lambda row: row.clip)
    return said | {"items": [clip_shape(shown) for shown in library.shown_clips(said["items"])]}


@router.put(
    "/collections/{int:pk}/clips/{int:clip_pk}",
    response=CollectionShape,
    auth=asks(Right.ACT),
    summary="Put a clip into a collection",
)
def put_into_collection(request: HttpRequest, pk: Number, clip_pk: Number) -> Any:
    """At its end; one that is in it stays where it is."""
    member, found = member_of(request), _to_write(request, pk)
    clipping.put_into(clip=library.clip_of(member, clip_pk), collection=found, by=member)
    return _shape(member, found)


@router.delete(
    "/collections/{int:pk}/clips/{int:clip_pk}",
    response=CollectionShape,
    auth=asks(Right.ACT),
    summary="Take a clip out of a collection",
)
def take_from_collection(request: HttpRequest, pk: Number, clip_pk: Number) -> Any:
    """The clip stays."""
    member, found = member_of(request), _to_write(request, pk)
    clipping.take_from(clip=library.clip_of(member, clip_pk), collection=found, by=member)
    return _shape(member, found)


def _keep(request: HttpRequest, one: Collection | None, said: CollectionSaid) -> CollectionShape:
    member = member_of(request)
    # Validated apart from the row: a form writes on the one that it is given.
    checked = filled(Collecting(said.dict())).cleaned_data
    kept = clipping.collect(said=checked, by=member, now=timezone.now(), collection=one)
    return _shape(member, kept)


def _to_write(request: HttpRequest, pk: int) -> Collection:
    """One that the caller sees, locked, and as they read it."""
    member = member_of(request)
    if Collection.objects.select_for_update().filter(pk=pk).first() is None:
        raise Http404
    found = library.collection_of(member, pk)
    unchanged(request, _shape(member, found))
    return found


def _shape(member: Member, one: Collection) -> CollectionShape:
    return _shapes(member, [one])[0]


def _shapes(member: Member, some: list[Collection]) -> list[CollectionShape]:
    counts = library.counted(member, some) if some else {}
    return [
        CollectionShape(
            id=one.pk,
            name=one.name,
            detail=one.detail,
            shared=one.shared,
            by=one.by_id,
            at=one.at,
            clips=counts.get(one.pk, 0),
        )
        for one in some
    ]
