"""Calls about where conversations come from: mailboxes and folders that are read. Passwords are never told."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.marks import unchanged
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.conversations.actions import sources as setting
from keepwell.conversations.api.clips import Number
from keepwell.conversations.arriving.forms import Box, Place
from keepwell.conversations.models import Folder, Mailbox
from keepwell.members.rights import Right

router = Router(tags=["sources"])
Kind = Literal["call", "meeting", "mail", "chat", "ticket", "survey"]


class MailboxShape(Schema):
    """A mailbox that is read. `wrong` is what failed when it was looked into last; "" where nothing did."""

    id: int
    name: str
    host: str
    port: int
    starttls: bool
    user: str
    folder: str
    ours: str
    on: bool
    taken: int
    looked_at: datetime | None
    wrong: str


class MailboxSaid(Schema):
    """How a mailbox is read. `secret` is its password: left out, it stays as it is."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    starttls: bool = False
    user: Annotated[str, Field(min_length=1, max_length=254)]
    secret: Annotated[str, Field(max_length=1000)] = ""
    folder: Annotated[str, Field(min_length=1, max_length=200)] = "INBOX"
    ours: Annotated[str, Field(max_length=500)] = ""
    on: bool = True


class FolderShape(Schema):
    """A folder that is looked into. `wrong` is what failed when it was looked into last; "" where nothing did."""

    id: int
    path: str
    kind: str
    language: str
    ours: str
    on: bool
    taken: int
    looked_at: datetime | None
    wrong: str


class FolderSaid(Schema):
    """A folder of the machine that Keepwell runs on; `ours` is the channel of two that is ours."""

    path: Annotated[str, Field(min_length=1, max_length=500)]
    kind: Kind = "call"
    language: Literal["", "en", "zh", "hu", "pl"] = ""
    ours: Literal["", "0", "1"] = ""
    on: bool = True


class Waiting(Schema):
    """What a mailbox holds that was not read yet."""

    waiting: int


class Looking(Schema):
    """How many sources are being looked into."""

    sources: int


@router.get(
    "/sources/mailboxes", response=Page[MailboxShape], auth=asks(Right.ADMINISTER), summary="Mailboxes"
)
def mailboxes(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """Those that are read, by name, and how each was when it was looked into last."""
    return page(Mailbox.objects.all(), part, Order("name"), mailbox_shape)


@router.post(
    "/sources/mailboxes",
    response={201: MailboxShape},
    auth=asks(Right.ADMINISTER),
    summary="Read a mailbox",
)
def add_mailbox(request: HttpRequest, said: MailboxSaid) -> Any:
    """It is kept as it is said, and looked into at once by a worker; `try` tells whether it can be read."""
    return Status(201, _keep_mailbox(request, Mailbox(), said))


@router.get(
    "/sources/mailboxes/{int:pk}",
    response=MailboxShape,
    auth=asks(Right.ADMINISTER),
    summary="One mailbox",
)
def mailbox(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """How it is read, without its password."""
    return mailbox_shape(_mailbox(pk))


@router.put(
    "/sources/mailboxes/{int:pk}",
    response=MailboxShape,
    auth=asks(Right.ADMINISTER),
    summary="Change a mailbox",
)
def change_mailbox(request: HttpRequest, pk: Number, said: MailboxSaid) -> Any:
    """Another name, server or user asks for the password once more."""
    found = _mailbox(pk, locked=True)
    unchanged(request, mailbox_shape(found))
    return _keep_mailbox(request, found, said)


@router.delete(
    "/sources/mailboxes/{int:pk}",
    response={204: None},
    auth=asks(Right.ADMINISTER),
    summary="Read a mailbox no more",
)
def drop_mailbox(request: HttpRequest, pk: Number) -> Any:
    """Its password is forgotten; what came from it stays."""
    found = _mailbox(pk, locked=True)
    unchanged(request, mailbox_shape(found))
    setting.drop_mailbox(mailbox=found, by=member_of(request))
    return Status(204, None)


# Read, so that nothing is held while a server lets us wait: a write is one transaction.
@router.get(
    "/sources/mailboxes/{int:pk}/try",
    response=Waiting,
    auth=asks(Right.ADMINISTER),
    summary="Try a mailbox",
)
def try_mailbox(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """Looked into now, nothing taken: how many mails wait in it, or (422) why it cannot be read."""
    return Waiting(waiting=setting.try_mailbox(mailbox=_mailbox(pk), secret=""))


@router.get("/sources/folders", response=Page[FolderShape], auth=asks(Right.ADMINISTER), summary="Folders")
def folders(request: HttpRequest, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """Those that are looked into, by path, and how each was when it was looked into last."""
    return page(Folder.objects.all(), part, Order("path"), folder_shape)


@router.post(
    "/sources/folders", response={201: FolderShape}, auth=asks(Right.ADMINISTER), summary="Look into a folder"
)
def add_folder(request: HttpRequest, said: FolderSaid) -> Any:
    """What lies in it is taken in, and what will."""
    return Status(201, _keep_folder(request, Folder(), said))


@router.get(
    "/sources/folders/{int:pk}", response=FolderShape, auth=asks(Right.ADMINISTER), summary="One folder"
)
def folder(request: HttpRequest, pk: Number) -> Any:  # noqa: ARG001 - the API calls it so
    """What is taken from it, and how it was last."""
    return folder_shape(_folder(pk))


@router.put(
    "/sources/folders/{int:pk}", response=FolderShape, auth=asks(Right.ADMINISTER), summary="Change a folder"
)
def change_folder(request: HttpRequest, pk: Number, said: FolderSaid) -> Any:
    """What was taken in already stays as it is."""
    found = _folder(pk, locked=True)
    unchanged(request, folder_shape(found))
    return _keep_folder(request, found, said)


@router.delete(
    "/sources/folders/{int:pk}",
    response={204: None},
    auth=asks(Right.ADMINISTER),
    summary="Look into a folder no more",
)
def drop_folder(request: HttpRequest, pk: Number) -> Any:
    """What came from it stays."""
    found = _folder(pk, locked=True)
    unchanged(request, folder_shape(found))
    setting.drop_folder(folder=found, by=member_of(request))
    return Status(204, None)


@router.post(
    "/sources/look", response={202: Looking}, auth=asks(Right.ADMINISTER), summary="Look into all sources now"
)
def look_into_sources(request: HttpRequest) -> Any:  # noqa: ARG001 - the API calls it so
    """By a worker: `looked_at` and `wrong` of each tell how it went."""
    setting.look_now()
    some = Mailbox.objects.filter(on=True).count() + Folder.objects.filter(on=True).count()
    return Status(202, Looking(sources=some))


def mailbox_shape(one: Mailbox) -> MailboxShape:
    """A mailbox as calls tell it: without its password."""
    names = ("name", "host", "port", "starttls", "user", "folder", "ours", "on", "taken", "looked_at")
    return MailboxShape(id=one.pk, wrong=one.wrong_said, **{name: getattr(one, name) for name in names})


def folder_shape(one: Folder) -> FolderShape:
    """A folder as calls tell it."""
    return FolderShape(
        id=one.pk,
        path=one.path,
        kind=one.kind,
        language=one.said.get("language", ""),
        ours=one.said.get("ours", ""),
        on=one.on,
        taken=one.taken,
        looked_at=one.looked_at,
        wrong=one.wrong_said,
    )


def _keep_mailbox(request: HttpRequest, one: Mailbox, said: MailboxSaid) -> MailboxShape:
    form = filled(Box(said.dict(), instance=one))
    secret = form.cleaned_data["secret"]
    kept = setting.set_mailbox(mailbox=form.save(commit=False), secret=secret, by=member_of(request))
    return mailbox_shape(kept)


def _keep_folder(request: HttpRequest, one: Folder, said: FolderSaid) -> FolderShape:
    form = filled(Place(said.dict() | {"channel": said.ours}, instance=one))
    return folder_shape(setting.set_folder(folder=form.folder(), by=member_of(request)))


def _mailbox(pk: int, *, locked: bool = False) -> Mailbox:
    rows = Mailbox.objects.select_for_update() if locked else Mailbox.objects.all()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _folder(pk: int, *, locked: bool = False) -> Folder:
    rows = Folder.objects.select_for_update() if locked else Folder.objects.all()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
