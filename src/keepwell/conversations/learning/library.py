"""The library of clips as pages and programs ask for it, always as somebody: a clip is seen with its conversation."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404

from keepwell.conversations import naming
from keepwell.conversations.models import Clip, Collection, Hit, Turn
from keepwell.conversations.queries import seen
from keepwell.conversations.rules import themes
from keepwell.conversations.transcript.showing import SIDES, clock
from keepwell.conversations.transcript.sounding import clip_address
from keepwell.members.models import Member
from keepwell.members.rights import Right, may

WORDS = 40  # turns of a clip that a page shows at most; the whole is in its conversation


@dataclass(frozen=True)
class Asked:
    """Which clips are asked for; "" for all."""

    words: str = ""
    kind: str = ""
    theme: str = ""
    audience: str = ""
    tag: str = ""
    account: str = ""
    template: bool = False
    mine: bool = False

    @classmethod
    def read(cls, said: Mapping[str, str]) -> "Asked":
        """What an address asks for; what cannot be is not asked for."""
        return cls(
            words=said.get("words", "").strip(),
            kind=said.get("kind", "") if said.get("kind") in Clip.Kind.values else "",
            theme=said.get("theme", "") if said.get("theme") in themes.LABELS else "",
            audience=said.get("audience", "") if said.get("audience") in Clip.Audience.values else "",
            tag=said.get("tag", "").strip().lower(),
            account=said.get("account", ""),
            template=said.get("template") == "1",
            mine=said.get("whose") == "mine",
        )


def clips_seen(member: Member) -> QuerySet[Clip]:
    """The clips that a member may see, each with its conversation, the newest first."""
    rows = Clip.objects.filter(removed_at=None, conversation__deleted_at=None)
    if not may(member, Right.ADMINISTER):
        rows = rows.filter(conversation__in=seen(member).order_by().values("pk"))
    return rows.select_related("conversation", "conversation__account", "by").order_by("-at", "-pk")


def clip_of(member: Member, pk: int, *, removed: bool = False) -> Clip:
    """One clip; Http404 where there is none, or it is not theirs to see. `removed`: one that was taken out."""
    if removed:
        rows = Clip.objects.filter(conversation__in=seen(member).order_by().values("pk"))
        found = rows.exclude(removed_at=None).filter(pk=pk).first()
    else:
        found = clips_seen(member).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def listed(member: Member, asked: Asked) -> QuerySet[Clip]:
    """The clips that are asked for."""
    found = clips_seen(member)
    if asked.words:
        found = found.filter(Q(title__icontains=asked.words) | Q(why__icontains=asked.words))
    if asked.tag:
        found = found.annotate(tagged=Cast("tags", TextField())).filter(
            Q(tagged__contains=json.dumps(asked.tag))
            | Q(tagged__contains=json.dumps(asked.tag, ensure_ascii=False))
        )
    if asked.mine:
        found = found.filter(by=member)
    if asked.template:
        found = found.filter(template=True)
    plain = {
        "kind": asked.kind,
        "theme": asked.theme,
        "audience": asked.audience,
        "conversation__account": asked.account,
    }
    return found.filter(**{name: value for name, value in plain.items() if value})


def collections_seen(member: Member) -> QuerySet[Collection]:
    """The collections that a member may see: those that are shared, and their own."""
    rows = Collection.objects.filter(removed_at=None)
    return rows.filter(Q(shared=True) | Q(by=member)).select_related("by").order_by("name", "pk")


def collection_of(member: Member, pk: int, *, removed: bool = False) -> Collection:
    """One collection; Http404 where there is none, or it is not theirs to see."""
    rows = (
        Collection.objects.exclude(removed_at=None).filter(by=member) if removed else collections_seen(member)
    )
    if removed and may(member, Right.MANAGE):
        rows = Collection.objects.exclude(removed_at=None)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def counted(member: Member, collections: Iterable[Collection]) -> dict[int, int]:
    """How many clips that a member may see each collection has."""
    rows = clips_seen(member).order_by().filter(collections__in=list(collections))
    return dict(rows.values_list("collections").annotate(n=Count("pk")))


def clips_in(member: Member, collection: Collection) -> QuerySet[Clip]:
    """The clips of a collection that a member may see, in its order."""
    return (
        clips_seen(member)
        .filter(collected__collection=collection)
        .order_by("collected__place", "collected__pk")
    )


@dataclass(frozen=True)
class Spoken:
    """A turn of a clip."""

    side: str
    label: str
    who: str
    text: str


@dataclass(frozen=True)
class ShownClip:
    """A clip as pages show it: its words, and where its sound is."""

    clip: Clip
    turns: Sequence[Spoken]
    sound: str  # the address of its sound, which has nothing else in it; "" where there is none
    more: int  # turns that are not shown

    @property
    def theme(self) -> str:
        """What it is about, in words."""
        return themes.label(self.clip.theme) if self.clip.theme else ""

    @property
    def time(self) -> str:
        """How long it is."""
        if self.clip.start is None or self.clip.end is None:
            return ""
        return clock(self.clip.end - self.clip.start)


def shown_clips(clips: Iterable[Clip]) -> list[ShownClip]:
    """Clips for a page: their words read where they lie, at once."""
    some = list(clips)
    naming.meet(clip.conversation for clip in some)
    found = []
    by_clip = _turns(some)
    for clip in some:
        turns = by_clip[clip.pk]
        spoken = [
            Spoken(
                turn.side,
                str(SIDES.get(turn.side, SIDES["unknown"])),
                str(turn.contact or turn.speaker),
                _said(turn),
            )
            for turn in turns[:WORDS]
        ]
        found.append(
            ShownClip(
                clip,
                spoken,
                clip_address(clip),
                max(len(turns) - WORDS, 0),
            )
        )
    return found


def _said(turn: Turn) -> str:
    """A turn without what was quoted, signed or appended."""
    parts, at = [], 0
    for _kind, start, end in sorted(turn.pieces, key=lambda piece: piece[1]):
        parts.append(turn.text[at : max(start, at)])
        at = max(at, end)
    return "".join([*parts, turn.text[at:]]).strip()


def _turns(clips: Sequence[Clip]) -> dict[int, list[Turn]]:
    """The turns of each clip: of a recording those in its time, as their numbers change when it is transcribed."""
    found: dict[int, list[Turn]] = defaultdict(list)
    if not clips:
        return found
    asked = Q()
    for clip in clips:
        asked |= Q(conversation=clip.conversation_id) & _within(clip)
    by_conversation: dict[int, list[Turn]] = defaultdict(list)
    for turn in Turn.objects.filter(asked).select_related("contact").order_by("conversation", "no"):
        by_conversation[turn.conversation_id].append(turn)
    for clip in clips:
        found[clip.pk] = [turn for turn in by_conversation[clip.conversation_id] if _is_in(clip, turn)]
    return found


def _within(clip: Clip) -> Q:
    if clip.start is not None and clip.end is not None:
        return Q(start__gte=clip.start - 0.5, start__lt=clip.end)
    return Q(no__gte=clip.first, no__lte=clip.last)


def _is_in(clip: Clip, turn: Turn) -> bool:
    if clip.start is not None and clip.end is not None:
        return turn.start is not None and clip.start - 0.5 <= turn.start < clip.end
    return clip.first <= turn.no <= clip.last


def moments(member: Member, *, theme: str = "", most: int = 10) -> list[Hit]:
    """Good moments of ours that rules heard and nobody has kept yet, newest first."""
    rows = Hit.objects.filter(
        rule__template=True, void_at=None, verdict=Hit.Verdict.HIT, conversation__clips=None
    )
    rows = rows.exclude(judged=Hit.Judged.WRONG).filter(conversation__in=seen(member).order_by().values("pk"))
    if theme:
        rows = rows.filter(theme=theme)
    return list(rows.select_related("turn", "rule", "conversation", "account").order_by("-at", "-pk")[:most])
