"""Who gets the pages of conversations: see `keepwell.site.tests.test_rights`."""

from typing import Any

from django.utils import timezone

from keepwell.conversations.models import (
    Clip,
    Collection,
    Conversation,
    Correction,
    Folder,
    Hit,
    Incoming,
    Mailbox,
    Policy,
    Rule,
    Turn,
    Unplaced,
)

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


def unplaced(office: Any) -> dict[str, Any]:
    """A correction whose turn is in no transcript any more."""
    talk, now = _talk(office), timezone.now()
    made = Unplaced.objects.create(conversation=talk, no=1, side="them", at=now)
    Correction.objects.create(unplaced=made, before="We stray.", after="We stay!", at=now)
    return {"pk": talk.pk, "waits": made.pk}


NOTHING = {"pk": 0}
CLIPS: dict[str, Any] = {
    "conversations:conversations": (SIGNED, NONE),
    "conversations:conversation": (SEES, NONE, conversation),
    "conversations:sound": (NONE, NONE, conversation),  # there is none: its own tests
    "conversations:correct": (ACTS, ACTS, turn),
    "conversations:say_mood": (NONE, ACTS, turn),
    "conversations:place_correction": (NONE, ACTS, unplaced),
    "conversations:drop_correction": (NONE, ACTS, unplaced),
    "conversations:put_correction_back": (NONE, ACTS, unplaced),
    "conversations:say_ours": (NONE, ACTS, conversation),
    "conversations:keep_clip": (NONE, ACTS, conversation),
    "conversations:clips": (SIGNED, NONE),
    "conversations:templates": (SIGNED, NONE),
    "conversations:clip": (SEES, NONE, clip),
    "conversations:clip_sound": (NONE, NONE, clip),  # there is none: test_stretches.py
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


def rule(office: Any) -> dict[str, Any]:
    now = timezone.now()
    data = {"phrases": {"en": ["cancel"]}}
    return {"pk": Rule.objects.create(name="One", data=data, made_at=now, changed_at=now).pk}


def hit(office: Any) -> dict[str, Any]:
    talk, now = _talk(office), timezone.now()
    made = Hit.objects.create(
        key="h", conversation=talk, turn=talk.turns.get(), account=office.account, rule_id=rule(office)["pk"],
        version=1, verdict="hit", spans=[[0, 2]], at=now, found_at=now,
    )  # fmt: skip
    return {"pk": made.pk}


MANAGES = "am"
_CALLS = (
    "brief brief_pdf brief_mail heard run_over_past past "
    "rules rule make_rule change_rule rest_rule wake_rule restore_rule hits judge_hit "
    "export_rules import_rules starting_rules start_with_rules rule_versions word_languages words_of set_words "
    "conversation_sound sound_of_clip sound_of_hit"
)
RULES: dict[str, Any] = {
    "conversations:rules": (SIGNED, NONE),
    "conversations:rule": (SIGNED, NONE, rule),
    "conversations:new_rule": (MANAGES, MANAGES),
    "conversations:edit_rule": (MANAGES, MANAGES, rule),
    "conversations:rule_heard": (NONE, MANAGES),
    "conversations:past": (NONE, NONE, NOTHING),  # whoever asked sees it: its own tests
    "conversations:export_rules": (SIGNED, NONE),
    "conversations:bring_rules": (MANAGES, MANAGES),
    "conversations:start_rules": (NONE, MANAGES),
    "conversations:words": (SIGNED, MANAGES, {"language": "en"}),
    "conversations:turn_rule": (NONE, MANAGES, rule),
    "conversations:restore_rule": (NONE, MANAGES, lambda office: rule(office) | {"version": 1}),
    "conversations:hits": (SIGNED, NONE),
    "conversations:judge": (NONE, ACTS, hit),
    "conversations:hit_sound": (NONE, NONE, hit),  # there is none: test_stretches.py
    **dict.fromkeys((f"calls:{name}" for name in _CALLS.split()), None),  # tests/test_calls_{rules,words}.py
}


def brief(office: Any) -> dict[str, Any]:
    return {"account_id": office.account.pk}


FINDING: dict[str, Any] = {
    "conversations:search": (SIGNED, NONE),
    "conversations:brief": (SEES, NONE, brief),
    "conversations:brief_pdf": (SEES, NONE, brief),
    "conversations:brief_mail": (NONE, SEES, brief),
}


def waiting(office: Any) -> dict[str, Any]:
    """One that is nobody's yet, brought by the owner."""
    now = timezone.now()
    made = Conversation.objects.create(
        source="upload", key="w", kind="call", at=now, arrived_at=now, brought_by=office.people["owner"]
    )
    return {"pk": made.pk}


def incoming(office: Any) -> dict[str, Any]:
    by, now = office.people["owner"], timezone.now()
    made = Incoming.objects.create(name="a.vtt", file="", digest="", source="upload", by=by, came_at=now)
    return {"pk": made.pk}


def mailbox(_office: Any) -> dict[str, Any]:
    return {"pk": Mailbox.objects.create(name="Support", host="mail.example.com", user="keeper", on=False).pk}


def folder(_office: Any) -> dict[str, Any]:
    return {"pk": Folder.objects.create(path="/nowhere", on=False).pk}


def policy(_office: Any) -> dict[str, Any]:
    return {"pk": Policy.objects.create(country="HU").pk}


ARRIVAL: dict[str, Any] = {
    "conversations:add": (ACTING, ACTING),
    "conversations:incoming": (ACTING, NONE),
    "conversations:incoming_again": (NONE, "ao", incoming),
    "conversations:queue": (ACTING, NONE),  # each their own
    "conversations:match": ("amo", "amo", waiting),
    "conversations:aside": (NONE, "amo", waiting),
    "conversations:undo_match": (NONE, "amo", waiting),
    "conversations:delete": (NONE, MANAGES, conversation),
    "conversations:sources": ("a", NONE),
    "conversations:look": (NONE, "a"),
    "conversations:add_mailbox": ("a", "a"),
    "conversations:mailbox": ("a", "a", mailbox),
    "conversations:drop_mailbox": (NONE, "a", mailbox),
    "conversations:add_folder": ("a", "a"),
    "conversations:folder": ("a", "a", folder),
    "conversations:drop_folder": (NONE, "a", folder),
    "conversations:policies": ("a", NONE),
    "conversations:add_policy": ("a", "a"),
    "conversations:policy": ("a", "a", policy),
    "conversations:drop_policy": (NONE, "a", policy),
    **dict.fromkeys(
        ("calls:add_file", "calls:files", "calls:file", "calls:read_again"), None
    ),  # tests/test_sources.py
}
_SET_UP = (
    "mailboxes mailbox try_mailbox folders folder look_into_sources recording_policies recording_policy "
    "collections collection remove_collection put_collection_back clips_of_collection put_into_collection "
    "waiting_conversations match_conversation set_conversation_aside undo_match delete_conversation "
    "topics coached_members coached_member "
    "corrections correct_turn unplaced_corrections place_correction drop_correction put_correction_back"
)
SET_UP: dict[str, Any] = dict.fromkeys(
    (f"calls:{name}" for name in _SET_UP.split()), None
)  # test_calls_set_up.py
ADDRESSES: dict[str, Any] = {**FINDING, **CLIPS, **RULES, **ARRIVAL, **SET_UP}
