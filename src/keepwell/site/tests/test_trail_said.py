"""The trail is read in words: every deed of the code is known, and fields tell names and not numbers."""

import re
from pathlib import Path

import pytest
from django.test import Client

from keepwell.accounts.actions import assign
from keepwell.accounts.models import Account
from keepwell.members.audit import record
from keepwell.members.deeds import DEEDS, deed_said, fields_said, value_said
from keepwell.members.models import Member, Role

SRC = Path(__file__).parents[2]


def test_every_deed_that_the_code_writes_is_known() -> None:
    said = re.compile(r"\b_?record(?:ed)?\(\s*\"([a-z][a-z -]+)\"")
    files = [one for one in SRC.rglob("*.py") if "tests" not in one.parts]
    found = {deed for one in files for deed in said.findall(one.read_text(encoding="utf-8"))}
    assert len(found) > 60
    assert found - {str(one) for one in DEEDS} == set()


@pytest.mark.django_db
def test_an_administrator_reads_who_has_an_account_now() -> None:
    ada = Member.objects.create_user("ada@example.com", "x", name="Ada", role=Role.ADMINISTRATOR)
    eva = Member.objects.create_user("eva@example.com", "x", name="Eva")
    account = Account.objects.create(account_id="A1", name="Arden")
    assign(account=account, by=ada, owner=eva)
    record("make follow-up", by=ada, of=account, after={"steps": [{"day": 0, "team": "", "what": "Call"}]})
    client = Client()
    client.force_login(ada)
    page = client.get("/members/trail").content.decode()
    assert "account A1" in page
    assert "owner: Eva" in page
    assert "owner: –" in page
    assert "steps: day 0, what Call" in page
    assert "accounts.account A1" not in page


def test_values_are_read_as_people_write_them() -> None:
    assert [value_said(one) for one in (None, "", [], True, False, 0.2, ["a", "b"])] == [
        "–", "–", "–", "yes", "no", "0.2", "a; b",
    ]  # fmt: skip
    assert deed_said("a deed of another day") == "a deed of another day"
    assert list(fields_said("gone.room", {"some_thing": 1}, {})) == [("some thing", "1")]
