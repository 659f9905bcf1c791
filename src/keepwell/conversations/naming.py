"""What a conversation is called where people see it: by its subject, else by whom it was with, else by its day."""

from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from keepwell.accounts.readable import survey_said
from keepwell.conversations.models import Conversation, Participant

_NAME = Coalesce("contact__name", F("name"))


def heading(one: Conversation) -> str:
    """Its name. Whom it was with is said where it was asked for before: see `meet` and `with_whom`."""
    if one.title:
        return survey_said(one.title) if one.kind == Conversation.Kind.SURVEY else one.title
    if who := _contact(one) or getattr(one, "with_whom", None):
        return _("{kind}: {title}").format(kind=one.get_kind_display(), title=who)
    return _("{kind}, {day}").format(
        kind=one.get_kind_display(), day=formats.date_format(timezone.localtime(one.at))
    )


def meet(conversations: Iterable[Conversation]) -> None:
    """Look up whom those without a subject were with, all in one question."""
    bare = {one.pk: one for one in conversations if not one.title and not _contact(one)}
    if not bare:
        return
    met = _theirs().filter(conversation__in=bare).order_by("-pk")
    for pk, name in met.values_list("conversation", _NAME):
        vars(bare[pk])["with_whom"] = name  # the first comes last, and stays


def meet_one(one: Conversation, people: Iterable[Participant]) -> None:
    """Say whom it was with from those who took part, where they are known already."""
    theirs = (who for who in people if who.name and (who.contact_id or who.side == "them"))
    if first := min(theirs, key=lambda who: who.pk, default=None):
        vars(one)["with_whom"] = str(first.contact or first.name)


def with_whom() -> Subquery:
    """Whom a conversation was with, to be asked together with few of them."""
    return Subquery(_theirs().filter(conversation=OuterRef("pk")).order_by("pk").values_list(_NAME)[:1])


def _theirs() -> QuerySet[Participant]:
    """Those of the customer's side who took part."""
    return Participant.objects.filter(Q(contact__isnull=False) | Q(side="them")).exclude(name="")


def _contact(one: Conversation) -> str:
    """The contact it is known to be with, where that was read with it."""
    known = one._state.fields_cache.get("contact")
    return str(known) if known else ""
