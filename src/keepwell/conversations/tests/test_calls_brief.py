"""The brief by programs: as the page tells it, to whoever sees the account."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from keepwell.accounts.models import Account
from keepwell.conversations.tests.test_brief import account, ann  # noqa: F401 - fixtures
from keepwell.members.models import Change, Member, Role

pytestmark = pytest.mark.django_db
BRIEF = "/api/accounts/A/1/brief"


def _of(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def test_every_sentence_bears_its_source_and_what_is_left_out_is_named(account: Account, ann: Member) -> None:  # noqa: F811
    told = _of(ann).get(BRIEF, {"audience": "executive"}).json()
    assert (told["account"], told["audience"]) == ("A/1", "executive")
    assert told["parts"][0]["told"] is True, "an executive is told a story first"
    sentences = [one for part in told["parts"] for one in part["sentences"]]
    assert sentences
    assert all(one["source"] and one["text"] for one in sentences)
    named = {one["name"] for one in told["parts"]} | {one["name"] for one in told["left_out"]}
    staff = _of(ann).get(BRIEF, {"contact": "c2"}).json()
    assert (staff["audience"], staff["contact"]) == ("staff", "c2")
    assert named != {one["name"] for one in staff["parts"] + staff["left_out"]}


def test_who_does_not_see_the_account_gets_no_brief_of_it(account: Account, ann: Member) -> None:  # noqa: F811
    other = _of(Member.objects.create_user("o@example.com", name="Other", role=Role.MEMBER))
    for method, address in (("get", ""), ("get", "/pdf"), ("post", "/mail")):
        assert getattr(other, method)(BRIEF + address, content_type="application/json").status_code == 404
    assert _of(ann).get(BRIEF, {"contact": "nobody"}).status_code == 404


def test_the_brief_goes_on_paper_and_to_ones_own_address(
    account: Account,  # noqa: F811
    ann: Member,  # noqa: F811
    django_capture_on_commit_callbacks: Any,
) -> None:
    paper = _of(ann).get(f"{BRIEF}/pdf")
    assert (paper["Content-Type"], paper.content[:4]) == ("application/pdf", b"%PDF")
    with django_capture_on_commit_callbacks(execute=True):
        assert _of(ann).post(f"{BRIEF}/mail", content_type="application/json").status_code == 202
    (letter,) = mail.outbox
    assert (letter.to, [name for name, *_rest in letter.attachments]) == ([ann.email], ["brief.pdf"])
    assert {"make brief", "mail brief"} <= set(Change.objects.values_list("what", flat=True))
