"""Who gets the pages of conversations: see `keepwell.site.tests.test_rights`."""

from typing import Any

from django.utils import timezone

from keepwell.conversations.models import Clip, Collection, Conversation, Turn

SIGNED, NONE, SEES, ACTS, ACTING = "amotvs", "", "amotv", "amot", "amots"


def conversation(office: Any) -> dict[str, Any]:
    return {"pk": _talk(office).pk}


def _talk(office: Any) -> Conversation:
    now = timezone.now()
    one = Conversation.objects.create(
        source="upload", key="1", kind="call", at=now, arrived_at=now, account=office.account, match="matched"
    )
    Turn.objects.create(conversation=one, no=1, side="them", text="We stay.")
    return one


def turn(office: Any) -> dict[str, Any]:
    return {**conversation(office), "no": 1}


def clip(office: Any) -> dict[str, Any]:
    by, now = office.people["owner"], timezone.now()
    return {
        "pk": Clip.objects.create(conversation=_talk(office), first=1, last=1, title="One", by=by, at=now).pk
    }


def collection(office: Any) -> dict[str, Any]:
    made = Collection.objects.create(name="Prices", by=office.people["owner"], at=timezone.now())
    return {"pk": made.pk}


NOTHING = {"pk": 0}
CLIPS: dict[str, Any] = {
    "conversations:conversations": (SIGNED, NONE),
    "conversations:conversation": (SEES, NONE, conversation),
    "conversations:sound": (NONE, NONE, conversation),  # there is none: its own tests
    "conversations:correct": (ACTS, ACTS, turn),
    "conversations:keep_clip": (NONE, ACTS, conversation),
    "conversations:clips": (SIGNED, NONE),
    "conversations:templates": (SIGNED, NONE),
    "conversations:clip": (SEES, NONE, clip),
    "conversations:change_clip": (ACTS, ACTS, clip),
    "conversations:remove_clip": (NONE, ACTS, clip),
    "conversations:put_clip_back": (NONE, NONE, NOTHING),
    "conversations:put_into": (NONE, NONE, clip),  # into one that is not there
    "conversations:take_from": (NONE, NONE, lambda office: clip(office) | {"collection_pk": 0}),
    "conversations:new_collection": (ACTING, ACTING),
    "conversations:collection": (SIGNED, NONE, collection),
    "conversations:change_collection": (ACTING, ACTING, collection),
    "conversations:drop_collection": (NONE, ACTING, collection),
    "conversations:restore_collection": (NONE, NONE, NOTHING),
    "conversations:topics": (SIGNED, NONE),
    "conversations:coaching": (SIGNED, NONE),  # who manages nobody gets their own page
    "conversations:coached": ("amt", NONE, lambda office: {"pk": office.people["mate"].pk}),
}
ADDRESSES: dict[str, Any] = {**CLIPS}
