"""Whoever was erased is named nowhere in the office: not in a row, and not in what lies in its database's file."""

import json
from pathlib import Path

import pytest

from keepwell.site.tests import empty_office
from keepwell.site.tests.conftest import make_book
from keepwell.site.tests.office_kit import READY, of_its_own, run

NAME, MAIL, PHONE = "Éva O'Nagy", "eva.onagy@example.com", "+36 30 999 1234"

# People did and said much of one person: about her, and in passing.
SAID = """
import datetime
from django.utils import timezone
from keepwell.accounts.models import Account, Contact, Outgoing
from keepwell.accounts.actions import tell
from keepwell.alerts.models import Alert, Reason
from keepwell.api.models import Kept
from keepwell.followups.actions import handling
from keepwell.followups.actions.handling import Plan
from keepwell.followups.models import FollowUp
from keepwell.members.audit import record
from keepwell.members.models import Member
from keepwell.reach.actions import Said, log, reserve
NAME, MAIL, PHONE = {names}
now = timezone.now()
account = Account.objects.create(account_id="a1", name="Company 1")
she = Contact.objects.create(
    contact_id="c" * 32, account=account, name=NAME, email=MAIL, phone=PHONE, source_id="k999"
)
ada = Member.objects.create_user("ada@example.com", "x", name="Ada", role="administrator")
made = handling.make(
    plan=Plan(account=account, due=now.date(), what=f"Call {{NAME}}", owner=ada, contact=she), by=ada, now=now
)
handling.change(follow_up=made, by=ada, what=f"Ring {{NAME}} at {{PHONE}}", contact=she)
handling.comment(follow_up=made, by=ada, text=f"{{NAME}} is ill", now=now)
handling.do(follow_up=made, by=ada, outcome="better", note=f"{{NAME.upper()}} was glad", now=now)
other = handling.make(plan=Plan(account=account, due=now.date(), what=f"Thank {{NAME}}", owner=ada), by=ada, now=now)
handling.comment(follow_up=other, by=ada, text=f"or write to {{MAIL}}", now=now)
alert = Alert.objects.create(
    account=account, day=now.date(), opened_at=now, note=f"{{NAME}} says so", stood={{"why": f"{{NAME}} left"}}
)
Reason.objects.create(
    alert=alert, account=account, trigger="champion_gone", began_at=now, seen={{"contact": she.pk, "who": NAME}}
)
said = Said(account, "call", contact=she, direction="in", topic=f"{{NAME}} called", note=MAIL)
log(said=said, by=ada, at=now, now=now)
reserve(said=Said(account, "call", topic=f"for {{NAME}}", importance="important"), by=ada, day=now.date(), now=now)
tell(account=account, kind="note", key="n", at=now, data={{"text": f"met {{NAME}}"}})
Kept.objects.create(member=ada, key="k", asked="x", body='{{"name": "' + NAME + '"}}', made_at=now)
record("export list", by=ada, after={{"rows": [NAME, PHONE]}})
Outgoing.objects.create(table="touches", key="z", row={{"contact_id": "k999", "topic": NAME}})
"""

ERASE = """
from keepwell.accounts.erasing import erase_contact
from keepwell.accounts.models import Contact
from keepwell.book.book import Book
she = Contact.objects.get(source_id="k999")
erase_contact(contact=she, book=Book.open(sys.argv[1]), by=None)
"""

AGAIN = """
from keepwell.book.book import Book
from keepwell.site.backing.erased import erase_again
book = Book.open(sys.argv[1])
print(erase_again(book, {("contacts", "f" * 32)}), erase_again(book, {("contacts", "f" * 32)}))
"""


def forms() -> list[bytes]:
    said = [NAME, NAME.upper(), MAIL, PHONE]
    return [form.encode() for one in said for form in (one, json.dumps(one)[1:-1])]


def named_in(home: Path) -> list[tuple[str, bytes]]:
    files = [one for one in (home / "office").iterdir() if one.name.startswith("office.sqlite3")]
    assert files
    return [(one.name, form) for one in files for form in forms() if form in one.read_bytes()]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """A home with an office of its own in a file."""
    make_book(tmp_path / "home")
    return empty_office.placed(tmp_path / "home")


def test_an_erased_person_is_in_no_byte_of_the_offices_database(alone: Path) -> None:
    with of_its_own():
        run(alone, READY + SAID.format(names=repr((NAME, MAIL, PHONE))))
        assert named_in(alone)
        run(alone, READY + ERASE)
    assert not named_in(alone)


def test_whom_a_restored_backup_never_knew_stays_erased_all_the_same(alone: Path) -> None:
    with of_its_own():
        assert run(alone, READY + AGAIN).split() == ["1", "0"]
