"""What a conversation is called: by its subject, else by whom it was with, else by its file or its day."""

from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from keepwell.accounts.readable import survey_said
from keepwell.accounts.unnaming import BLANK
from keepwell.conversations.models import Conversation, Incoming, Participant

Source = Conversation.Source
_NAME = Coalesce("contact__name", F("name"))


def heading(one: Conversation) -> str:
    """Its name. Whom it was with, or its file, is said where it was asked for: `meet`, `with_whom`, `came_as`."""
    if one.title:
        return survey_said(one.title) if one.kind == Conversation.Kind.SURVEY else one.title
    if who := _contact(one) or getattr(one, "with_whom", None) or _file(one):
        return _("{kind}: {title}").format(kind=one.get_kind_display(), title=who)
    return _("{kind}, {day}").format(
        kind=one.get_kind_display(), day=formats.date_format(timezone.localtime(one.at))
    )


def meet(conversations: Iterable[Conversation]) -> None:
    """Look up whom those without a subject were with, and as which files the others came: a question each."""
    bare: dict[int, list[Conversation]] = {}  # hits of one conversation each bring it along
    for one in conversations:
        if not one.title and not _contact(one):
            bare.setdefault(one.pk, []).append(one)
    if not bare:
        return
    met = _theirs().filter(conversation__in=bare).order_by("-pk").values_list("conversation", _NAME)
    who = dict(met)  # the first comes last, and stays
    came = {pk for pk, (one, *_rest) in bare.items() if pk not in who and one.source != Source.BOOK}
    file = dict(_files().filter(conversation__in=came).values_list("conversation", "name")) if came else {}
    for pk, some in bare.items():
        for one in some:
            vars(one).update(with_whom=who.get(pk), came_as=file.get(pk))


def meet_one(one: Conversation, people: Iterable[Participant]) -> None:
    """Say whom it was with from those who took part, where they are known already."""
    theirs = (who for who in people if who.name and (who.contact_id or who.side == "them"))
    if first := min(theirs, key=lambda who: who.pk, default=None):
        vars(one)["with_whom"] = str(first.contact or first.name)


def with_whom() -> Subquery:
    """Whom a conversation was with, to be asked together with few of them."""
    return Subquery(_theirs().filter(conversation=OuterRef("pk")).order_by("pk").values_list(_NAME)[:1])


def came_as() -> Subquery:
    """As which file a conversation came in, to be asked together with it."""
    return Subquery(_files().reverse().filter(conversation=OuterRef("pk")).values_list("name")[:1])


def _files() -> QuerySet[Incoming]:
    """Files that were brought in, the latest first; an erased name is no name."""
    return Incoming.objects.exclude(name__in=("", BLANK)).order_by("-came_at", "-pk")


def _file(one: Conversation) -> str | None:
    """As which file it came in, where that was asked and its words are kept."""
    return getattr(one, "came_as", None) if one.deleted_at is None else None


def _theirs() -> QuerySet[Participant]:
    """Those of the customer's side who took part."""
    return Participant.objects.filter(Q(contact__isnull=False) | Q(side="them")).exclude(name="")


def _contact(one: Conversation) -> str:
    """The contact it is known to be with, where that was read with it."""
    known = one._state.fields_cache.get("contact")
    return str(known) if known else ""
