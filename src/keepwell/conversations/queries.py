"""What pages ask of conversations, always as somebody: one is seen by whoever sees its account."""

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.expressions import BaseExpression
from django.http import Http404

from keepwell.conversations.models import Clip, Conversation, Incoming, Turn, Unplaced
from keepwell.members.models import Member
from keepwell.members.rights import Right, may, seen_by


def seen(member: Member) -> QuerySet[Conversation]:
    """The conversations that a member may see.

    One that is nobody's yet is seen by whoever brought it, and by managers and administrators, who match it.
    """
    every = Conversation.objects.all()
    if may(member, Right.ADMINISTER) or not may(member, Right.SEE):
        return seen_by(every, member, account="account")
    theirs = seen_by(every.filter(account__isnull=False), member, account="account")
    unknown = Q(account=None) if may(member, Right.MANAGE) else Q(account=None, brought_by=member)
    return every.filter(Q(pk__in=theirs.values("pk")) | unknown)


def conversation_of(member: Member, pk: int, **also: BaseExpression) -> Conversation:
    """One conversation with its account; Http404 where there is none, or it is not theirs to see.

    `also` is asked in the same question, and stands on it under its name.
    """
    found = seen(member).select_related("account", "contact", "member").filter(pk=pk).annotate(**also).first()
    if found is None:
        raise Http404
    return found


def files_of(member: Member) -> QuerySet[Incoming]:
    """The files that came in, of which a member is told: those they brought, an administrator all."""
    rows = Incoming.objects.all()
    return rows if may(member, Right.ADMINISTER) else rows.filter(by=member)


QUEUES = {
    "waiting": (Conversation.Match.UNMATCHED, Conversation.Match.AMBIGUOUS),
    "aside": (Conversation.Match.ASIDE,),
    "chosen": (Conversation.Match.CHOSEN,),
}


def queued(member: Member, which: str) -> QuerySet[Conversation]:
    """Those that wait to be somebody's, were set aside, or were placed by a person, of those a member sees."""
    return seen(member).filter(match__in=QUEUES[which], deleted_at=None).select_related("account")


def with_unplaced(member: Member) -> QuerySet[Conversation]:
    """Those a member sees in which corrections wait for a place, `strays` of each, the longest wait first."""
    waits = Count("unplaced", filter=Q(unplaced__settled_at=None))
    some = Unplaced.objects.filter(settled_at=None).values("conversation")
    found = seen(member).filter(pk__in=some).select_related("account")
    return found.annotate(strays=waits, since=Min("unplaced__at")).order_by("since", "pk")


def to_place(member: Member, pk: int) -> Conversation:
    """One whose account a member may say; what the book says of its own is not chosen. Http404 where none is."""
    found = seen(member).exclude(source=Conversation.Source.BOOK).filter(pk=pk, deleted_at=None)
    one = found.select_related("account", "contact").prefetch_related("participants").first()
    if one is None:
        raise Http404
    return one


def turns_of(conversation: Conversation) -> QuerySet[Turn]:
    """Its turns in order."""
    return conversation.turns.select_related("contact").order_by("no")


SPOKEN = (
    Conversation.Kind.CALL,
    Conversation.Kind.MEETING,
)  # whose words were heard, and may be heard wrongly


def clips_of(conversation: Conversation) -> QuerySet[Clip]:
    """The clips of a conversation, from its beginning on."""
    return conversation.clips.filter(removed_at=None).select_related("by").order_by("first", "pk")
