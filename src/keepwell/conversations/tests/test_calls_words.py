"""Rules as files, the words that say the same, and sound, asked for by programs as by their pages."""

import json
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.api.actions import make_token
from keepwell.conversations.arriving.incoming import keep_sound
from keepwell.conversations.models import Clip, Conversation, Hit, Rule, Turn, Words
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
ROLES = {"chief": Role.ADMINISTRATOR, "mo": Role.MANAGER, "ann": Role.MEMBER, "vic": Role.VIEWER}
FILE = "- name: dear\n  theme: price\n  phrases: {en: [too dear]}\n- name: go\n  phrases: {en: [we leave]}\n"
Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"
    settings.OFFICE.mkdir()


@pytest.fixture
def as_(db: None) -> Callable[[str], Call]:
    """A call by the token of somebody of a role; "sam" is a member who has no account."""

    def somebody(name: str) -> Call:
        member, _new = Member.objects.get_or_create(
            email=f"{name}@example.com", defaults={"name": name, "role": ROLES.get(name, Role.MEMBER)}
        )
        now, week = datetime.now(UTC), timedelta(days=7)
        secret = make_token(member=member, name="try", scope="manage", lasts=week, now=now)[1]

        def call(method: str, address: str, body: Any = None, **headers: str) -> Any:
            raw = isinstance(body, str | bytes)
            data = body if raw else json.dumps(body if body is not None else {}) if method != "GET" else ""
            return Client().generic(
                method,
                f"/api{address}",
                data=data,
                content_type="application/yaml" if raw else "application/json",
                headers={"Authorization": f"Bearer {secret}", **headers},
            )

        return call

    return somebody


@pytest.fixture
def talk(db: None, tmp_path: Path) -> Conversation:
    """A call of eight seconds of Ann's, with a clip and a hit of its second turn."""
    file = tmp_path / "call.wav"
    with wave.open(str(file), "wb") as opened:
        opened.setnchannels(1)
        opened.setsampwidth(2)
        opened.setframerate(8000)
        opened.writeframes(bytes(range(256)) * 500)
    ann = Member.objects.create_user("ann@example.com", name="ann", role=Role.MEMBER)
    account = Account.objects.create(pk="A1", name="Acme", owner=ann)
    (tmp_path / "office" / "sound").mkdir(exist_ok=True)
    one = Conversation.objects.create(
        source="upload", key="1", kind="call", at=NOW, arrived_at=NOW, account=account, match="matched",
        language="en", sound=keep_sound(file), sound_type="audio/wav", seconds=8,
    )  # fmt: skip
    turns = [
        Turn.objects.create(conversation=one, no=no, side="them", text=text, start=no * 2.0, end=no * 2.0 + 1)
        for no, text in ((1, "It is too dear."), (2, "We leave."))
    ]
    Clip.objects.create(conversation=one, first=2, last=2, start=4.0, end=5.0, title="x", by=ann, at=NOW)
    rule = Rule.objects.create(name="One", data={"phrases": {"en": ["leave"]}}, made_at=NOW, changed_at=NOW)
    Hit.objects.create(
        key="h", conversation=one, turn=turns[1], account=account, rule=rule, version=1, verdict="hit",
        spans=[[0, 2]], at=NOW, found_at=NOW,
    )  # fmt: skip
    return one


def test_rules_go_out_as_a_file_and_come_in_again(as_: Callable[[str], Call]) -> None:
    manager, member = as_("mo"), as_("ann")
    assert member("POST", "/rules/import", FILE).status_code == 403
    brought = manager("POST", "/rules/import", FILE)
    assert brought.json() == {"made": ["dear", "go"], "changed": [], "same": []}, brought.content
    out = member("GET", "/rules/export")
    assert (out.status_code, out["Content-Type"]) == (200, "application/yaml; charset=utf-8")
    assert Change.objects.filter(what="export rules").count() == 1
    assert manager("POST", "/rules/import", out.content).json()["same"] == ["go", "dear"]
    other = out.content.replace(b"too dear", b"too expensive")
    assert manager("POST", "/rules/import", other).json()["changed"] == ["dear"]
    dear = Rule.objects.get(name="dear")
    versions = member("GET", f"/rules/{dear.pk}/versions").json()["items"]
    assert [(one["version"], one["rule"]["phrases"]) for one in versions] == [
        (2, {"en": ["too expensive"]}), (1, {"en": ["too dear"]}),
    ]  # fmt: skip
    assert manager("POST", f"/rules/{dear.pk}/restore", {"version": 1}).json()["version"] == 3
    assert member("GET", "/rules/999/versions").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "a: 1", "- name: x\n  phrases: {en: [the]}", "- name: x\n  phrasess: {}", b"\xff\xfe", b"\0",
        "- name: go\n  phrases: {en: [we leave]}\n- name: y\n  pattern: a+", "[" * 100_000, "x" * 4_000_001,
    ],
    ids=["empty", "broken", "no list", "says nothing", "no field", "no text", "null", "pattern", "deep", "large"],
)  # fmt: skip
def test_a_file_in_which_something_cannot_be_brings_nothing(
    as_: Callable[[str], Call], body: str | bytes
) -> None:
    answer = as_("mo")("POST", "/rules/import", body)
    assert answer.status_code == 422, answer.content[:300]
    assert answer.json()["detail"]
    assert not Rule.objects.exists()


def test_who_begins_takes_the_rules_that_come_with_keepwell_by_theme(as_: Callable[[str], Call]) -> None:
    manager = as_("mo")
    themes = {one["theme"]: one["rules"] for one in as_("vic")("GET", "/rules/starting").json()["items"]}
    assert themes["price"] > 0
    done = manager("POST", "/rules/starting", {"themes": ["price"]}).json()
    assert len(done["made"]) == themes["price"] == Rule.objects.count()
    assert len(manager("POST", "/rules/starting", {"themes": ["price"]}).json()["same"]) == themes["price"]
    assert manager("POST", "/rules/starting", {"themes": []}).status_code == 422
    assert as_("ann")("POST", "/rules/starting", {"themes": ["price"]}).status_code == 403


def test_the_words_of_a_language_are_read_and_set(as_: Callable[[str], Call]) -> None:
    manager, viewer = as_("mo"), as_("vic")
    assert {one["language"] for one in viewer("GET", "/words").json()["items"]} == {"en", "hu", "pl", "zh"}
    read = viewer("GET", "/words/en")
    leaving = next(one for one in read.json()["themes"] if one["theme"] == "leaving")
    assert any("cancel" in idea["shipped"] for idea in leaving["ideas"])
    body = {"own": {"leaving": {"cancel": "pull the  plug, -terminate"}, "competitor": {"Rival": "Globex"}}}
    assert viewer("PUT", "/words/en", body).status_code == 403
    done = manager("PUT", "/words/en", body, **{"If-Match": read["ETag"]})
    assert done.status_code == 200, done.content
    assert Words.objects.get(pk="en").data == {
        "leaving": {"cancel": "pull the plug, -terminate"}, "competitor": {"rival": "Globex"},
    }  # fmt: skip
    own = {idea["idea"]: idea["own"] for one in done.json()["themes"] for idea in one["ideas"] if idea["own"]}
    assert own == {"cancel": "pull the plug, -terminate", "rival": "Globex"}
    assert manager("PUT", "/words/en", body, **{"If-Match": read["ETag"]}).status_code == 412
    assert manager("PUT", "/words/en", {"own": {"weather": {"a": "b"}}}).status_code == 422
    assert manager("PUT", "/words/de", body).status_code == viewer("GET", "/words/de").status_code == 404
    assert Change.objects.filter(what="change words").count() == 1
    assert manager("PUT", "/words/en", {}).status_code == 200
    assert Words.objects.get(pk="en").data == {}


def test_slots_without_words_are_no_slots_and_null_characters_are_no_words(
    as_: Callable[[str], Call],
) -> None:
    manager = as_("mo")
    client = Client()
    client.force_login(Member.objects.get(name="mo"))
    rule = {
        "name": "x",
        "language": "en",
        "then": ["alert"],
        "side": "them",
        "denial": "apart",
        "weight": "1",
    }
    page = client.post("/conversations/rules/new", rule | {"slots_en": ",,,,\n,"})
    assert "listens for nothing" in page.content.decode()
    assert manager("POST", "/rules", {"name": "x", "slots": {"en": [[]]}}).status_code == 422
    client.post("/conversations/rules/words/en", {"own:leaving:cancel": "a\0b"})
    assert Words.objects.get(pk="en").data == {"leaving": {"cancel": "a b"}}


def test_sound_is_sent_whole_and_in_stretches_to_who_sees_the_account(
    as_: Callable[[str], Call], talk: Conversation
) -> None:
    address = f"/conversations/{talk.pk}/sound"
    for name in ("chief", "ann"):
        whole = as_(name)("GET", address)
        assert (whole.status_code, whole["Content-Type"]) == (200, "audio/wav")
        body = b"".join(whole)
        part = as_(name)("GET", address, Range="bytes=100-299")
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-299/{len(body)}")
        assert b"".join(part) == body[100:300]
        assert as_(name)("GET", address, Range=f"bytes={len(body)}-").status_code == 416
        assert as_(name)("GET", address, **{"If-None-Match": whole["ETag"]}).status_code == 304
        head = as_(name)("HEAD", address)
        assert (head.status_code, int(head["Content-Length"]), b"".join(head)) == (200, len(body), b"")
    for stranger in ("sam", "vic"):
        assert as_(stranger)("GET", address).status_code == 404
    assert Client().get(f"/api{address}").status_code == 401
    Conversation.objects.filter(pk=talk.pk).update(sound="")
    assert as_("ann")("GET", address).status_code == 404


def test_a_clips_and_a_hits_sound_is_their_own_stretch(
    as_: Callable[[str], Call], talk: Conversation
) -> None:
    clip, hit = Clip.objects.get(), Hit.objects.get()
    whole = b"".join(as_("ann")("GET", f"/conversations/{talk.pk}/sound"))
    for address in (f"/clips/{clip.pk}/sound", f"/hits/{hit.pk}/sound"):
        answer = as_("ann")("GET", address)
        assert answer.status_code == 200, address
        assert 0 < len(b"".join(answer)) < len(whole) / 2
        assert as_("sam")("GET", address).status_code == 404
    assert as_("ann")("GET", "/hits/999/sound").status_code == 404
