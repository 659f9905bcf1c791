"""A moment is played by its own address: whoever gets it is sent that stretch of the sound and nothing around it."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

pytest.importorskip("av", reason="the extra keepwell[speech] is not installed")

from keepwell.conversations.actions.deleting import delete_sound, delete_words
from keepwell.conversations.arriving.incoming import keep_sound, sound_of
from keepwell.conversations.arriving.muting import mute_redacted
from keepwell.conversations.models import Clip, Collection, Conversation, Hit, Rule
from keepwell.conversations.nightly import sweep
from keepwell.listening.audio.sound import RATE, opened
from keepwell.listening.audio.tests import recordings as kit
from keepwell.members.models import Member, Role

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _office(settings: Any, tmp_path: Path) -> None:
    settings.OFFICE = tmp_path / "office"


@pytest.fixture
def call(call: Conversation, tmp_path: Path) -> Conversation:
    """The call about the price, with 33 seconds of a man speaking: its turns are 10 to 15 and 20 to 25."""
    call.sound = keep_sound(kit.write(tmp_path / "call.wav", np.tile(kit.speech(), 3)))
    call.sound_type = "audio/wav"
    call.save()
    return call


@pytest.fixture
def clip(owner: Member, call: Conversation) -> Clip:
    return Clip.objects.create(
        conversation=call, first=1, last=2, start=10, end=25, title="Price answered", by=owner, at=NOW
    )


@pytest.fixture
def hit(call: Conversation) -> Hit:
    rule = Rule.objects.create(name="Dear", theme="price", made_at=NOW, changed_at=NOW)
    return Hit.objects.create(
        key="h", conversation=call, turn=call.turns.get(no=1), account=call.account, rule=rule, version=1,
        theme="price", verdict="hit", spans=[[6, 14]], at=NOW, found_at=NOW,
    )  # fmt: skip


def _as(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _samples(file: Path) -> np.ndarray:
    with opened(file) as stream:
        return np.concatenate(list(stream.chunks()), axis=1)


def _sent(member: Member, address: str, tmp_path: Path) -> np.ndarray:
    answer = _as(member).get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/flac")
    file = tmp_path / "sent.flac"
    file.write_bytes(b"".join(answer))
    return _samples(file)


def test_a_clips_sound_is_the_clip_and_no_more(
    owner: Member, call: Conversation, clip: Clip, tmp_path: Path
) -> None:
    address = f"/conversations/clips/{clip.pk}/sound"
    for page in ("clips/", f"clips/{clip.pk}", "clips/templates"):
        Clip.objects.update(template=True)
        html = _as(owner).get(f"/conversations/{page}").content.decode()
        assert f'src="{address}"' in html
        assert f"/conversations/{call.pk}/sound" not in html
    shared = Collection.objects.create(name="Prices", by=owner, at=NOW)
    shared.clips.add(clip)
    assert f'src="{address}"' in _as(owner).get(f"/conversations/collections/{shared.pk}").content.decode()
    sent = _sent(owner, address, tmp_path)
    whole = _samples(sound_of(call))
    assert sent.shape[1] == 15 * RATE
    assert abs(sent - whole[:, 10 * RATE : 25 * RATE]).max() < 2 / 32768


def test_a_hits_sound_is_its_turn_and_no_more(owner: Member, hit: Hit, tmp_path: Path) -> None:
    address = f"/conversations/hits/{hit.pk}/sound"
    assert f'src="{address}"' in _as(owner).get("/conversations/hits/").content.decode()
    assert _sent(owner, address, tmp_path).shape[1] == 5 * RATE


def test_a_turn_that_has_no_end_ends_where_the_next_begins(owner: Member, hit: Hit, tmp_path: Path) -> None:
    hit.turn.end = None
    hit.turn.save()
    assert _sent(owner, f"/conversations/hits/{hit.pk}/sound", tmp_path).shape[1] == 10 * RATE


def test_players_get_any_part_of_a_clip_that_they_ask_for(owner: Member, clip: Clip) -> None:
    client, address = _as(owner), f"/conversations/clips/{clip.pk}/sound"
    whole = b"".join(client.get(address))
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, b"".join(part)) == (206, whole[100:200])
    assert part["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert client.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    head = client.head(address)
    assert (head.status_code, int(head["Content-Length"])) == (200, len(whole))


def test_a_moments_sound_is_for_those_who_see_its_account(
    owner: Member, call: Conversation, clip: Clip, hit: Hit
) -> None:
    stranger = Member.objects.create_user("sam@example.com", name="Sam", role=Role.MEMBER)
    viewer = Member.objects.create_user("vic@example.com", name="Vic", role=Role.VIEWER)
    addresses = f"/conversations/clips/{clip.pk}/sound", f"/conversations/hits/{hit.pk}/sound"
    for address in addresses:
        assert _as(stranger).get(address).status_code == 404
        assert Client().get(address).status_code == 302
        assert _as(owner).get(address).status_code == 200
        assert _as(owner).post(address).status_code == 405
    call.account.owner = viewer
    call.account.save()
    assert [_as(viewer).get(address).status_code for address in addresses] == [200, 200]
    Clip.objects.update(removed_at=NOW)
    assert _as(viewer).get(addresses[0]).status_code == 404


def _cuts(settings: Any) -> list[str]:
    return [file.name for file in (settings.OFFICE / "cuts").iterdir()]


@pytest.mark.parametrize("words", [False, True])
def test_what_was_cut_goes_with_the_sound_it_is_of(
    owner: Member, call: Conversation, clip: Clip, settings: Any, django_capture_on_commit_callbacks: Any,
    *, words: bool,
) -> None:  # fmt: skip
    address = f"/conversations/clips/{clip.pk}/sound"
    for _twice in range(2):
        assert _as(owner).get(address).status_code == 200
    assert len(_cuts(settings)) == 1  # the second time it is there
    with django_capture_on_commit_callbacks(execute=True):
        if words:
            delete_words(call, now=NOW, why="Its time was over.")
        else:
            delete_sound(call)
    assert _cuts(settings) == []
    assert _as(owner).get(address).status_code == 404


def test_what_is_put_out_of_the_sound_is_put_out_of_its_stretches(
    owner: Member, call: Conversation, clip: Clip, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    address = f"/conversations/clips/{clip.pk}/sound"
    assert abs(_sent(owner, address, tmp_path)[:, 2 * RATE : 4 * RATE]).max() > 0.05
    call.turns.filter(no=1).update(words=[["[card]", 12.0, 14.0, 0.9]])
    with django_capture_on_commit_callbacks(execute=True):
        assert mute_redacted(call)
    assert abs(_sent(owner, address, tmp_path)[:, 2 * RATE : 4 * RATE]).max() == 0


def test_the_night_deletes_stretches_that_nobody_plays_and_those_of_sounds_that_are_gone(
    owner: Member, clip: Clip, hit: Hit, settings: Any
) -> None:
    addresses = f"/conversations/clips/{clip.pk}/sound", f"/conversations/hits/{hit.pk}/sound"
    for address in addresses:
        _as(owner).get(address)
    stray = settings.OFFICE / "cuts" / "nobodys@0-1000.flac"
    stray.write_bytes(b"left behind")
    assert sweep(now=NOW) == 0
    assert sweep(now=NOW + timedelta(days=2)) == 1
    assert not stray.exists()
    old = (NOW - timedelta(days=31)).timestamp()
    for file in (settings.OFFICE / "cuts").iterdir():
        os.utime(file, (old, old))
    assert _as(owner).get(addresses[0]).status_code == 200  # played today
    assert sweep(now=NOW) == 1
    assert len(_cuts(settings)) == 1
