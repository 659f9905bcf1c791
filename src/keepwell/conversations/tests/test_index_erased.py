"""Deleted words are in no byte of the office's database, nor is what they mean, and the index never held one."""

from pathlib import Path

import pytest

from keepwell.conversations.index.analysing import tokens
from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, keepwell, of_its_own, run

pytestmark = pytest.mark.slow
WORDS = "Marzipanfabrik verschimmelt zwetschkenknödel"

SAID = f"""
from datetime import UTC, datetime
from keepwell.conversations.actions.changing import going, touched
from keepwell.conversations.models import Conversation, Turn
now = datetime(2026, 3, 1, tzinfo=UTC)
for n, text in enumerate(["{WORDS}", "We stay."]):
    one = Conversation(source="api", key=str(n), kind="call", at=now, arrived_at=now, version=0, language="en")
    one.save()
    Turn.objects.create(conversation=one, no=1, side="them", text=text)
    touched(one, now=now)
from keepwell.conversations.index import meanings
meanings.read()
"""
MEANS = """
from keepwell.conversations.models import Meaning
for one in Meaning.objects.order_by("pk"):
    print(bytes(one.vector).hex(), bytes(one.signs).hex())
"""
FOUND = """
from keepwell.conversations.index.digests import digest
from keepwell.conversations.index.searching import Asked, search
from keepwell.members.models import Member, Role
ada = Member.objects.create_user("ada@example.com", "x", name="Ada", role=Role.ADMINISTRATOR)
print(len(search(ada, Asked("marzipanfabrik")).rows), digest("marzipanfabrik"))
"""
DELETED = """
from keepwell.conversations.actions.changing import going
from keepwell.conversations.models import Conversation
one = Conversation.objects.get(key="0")
going(one)
one.delete()
"""
CHECKPOINT = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
"""


def _bytes(home: Path) -> bytes:
    files = [one for one in (home / "office").iterdir() if one.name.startswith("office.sqlite3")]
    assert files
    return b"".join(one.read_bytes() for one in files)


def test_deleted_words_leave_no_byte_in_the_database(tmp_path: Path):
    home = tmp_path / "home"
    make_book(home)
    empty_office.placed(home)
    with of_its_own():
        run(home, READY + SAID)
        count, digest = run(home, READY + FOUND).split()
        assert count == "1"
        means = [
            [bytes.fromhex(part) for part in line.split()] for line in run(home, READY + MEANS).splitlines()
        ]
        assert len(means) == 2
        there = _bytes(home)
        assert all(part in there for one in means for part in one)
        assert digest.encode() in there
        assert WORDS.encode() in there  # the turn itself
        assert b"marzipanfabrik" not in there  # as an index would hold it
        run(home, READY + DELETED + CHECKPOINT)
        gone = _bytes(home)
        assert not any(part in gone for part in means[1])  # the newest is read first
        assert all(part in gone for part in means[0])
        for word in tokens(WORDS):
            assert WORDS[word.start : word.end].encode() not in gone
            assert word.head.encode() not in gone
        said = keepwell("--home", home, "conversations", "index", "--anew")
        assert "1 conversations indexed." in said
        run(home, READY + CHECKPOINT)
        assert digest.encode() not in _bytes(home)  # nor what stood for it
