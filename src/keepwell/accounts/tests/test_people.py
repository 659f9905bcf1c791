"""Finding accounts and people, and taking out or erasing what is known of a person."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keepwell.accounts import erasing, jobs
from keepwell.accounts.actions import tell
from keepwell.accounts.models import Account, Contact, Entry, Erasing, Outgoing
from keepwell.accounts.outbox import gather, send
from keepwell.accounts.projecting import Source
from keepwell.accounts.projecting.accounts import project_accounts
from keepwell.accounts.projecting.entries import project_entries
from keepwell.accounts.search import look_for
from keepwell.accounts.tests.conftest import NOW
from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.ledger.opening import open_ledger
from keepwell.lib.errors import BadBook
from keepwell.members.models import Change, Member, Portfolio

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(people: dict[str, Member]) -> Account:
    ours = Portfolio.objects.get(name="Ours")
    account = Account.objects.create(
        account_id="A1", name="Łódź Żeglarz", owner=people["owner"], portfolio=ours
    )
    Contact.objects.create(
        contact_id="c1", account=account, name="Éva Nagy", email="eva@x.hu", source_id="P1"
    )
    return account


def found(member: Member, words: str) -> list[str]:
    return [one.label for heap in look_for(member, words, most=9) for one in heap.found]


@pytest.mark.parametrize("words", ["łódź", "żegl łódź", "éva", "eva@x", "nagy ÉVA", "a1"])
def test_accounts_and_contacts_are_found_in_whatever_case_and_order(
    words: str, at: Account, people: dict[str, Member]
) -> None:
    assert found(people["mate"], words)


def test_nobody_finds_what_is_not_theirs(at: Account, people: dict[str, Member]) -> None:
    for name, member in people.items():
        assert bool(found(member, "nagy")) == (name != "stranger")
        assert bool(found(member, "łódź")) == (name != "stranger")


def test_a_search_works_as_a_page_and_as_one_types(at: Account, people: dict[str, Member]) -> None:
    client = Client()
    client.force_login(people["viewer"])
    assert "/accounts/A1" in client.get("/search", {"words": "nagy"}).content.decode()
    part = client.get("/search", {"words": "nagy"}, headers={"HX-Request": "true"}).content.decode()
    assert "/accounts/A1" in part
    assert "<html" not in part


# --- erasing --------------------------------------------------------------------------------------------------


@pytest.fixture
def own(company: Path, tmp_path: Path, duck: Engine, db: None) -> Source:
    """A copy of the company's book, for itself, and its accounts, contacts and timelines."""
    shutil.copytree(company, tmp_path / "book")
    source = Source.of(Book.open(tmp_path / "book"), duck, NOW)
    project_accounts(source)
    project_entries(source)
    return source


@pytest.fixture
def person(own: Source) -> Contact:
    entry = Entry.objects.filter(kind="ticket", contact__isnull=False).order_by("key").first()
    assert entry
    return entry.contact


def statement(source: Source) -> list[dict[str, Any]]:
    rows = source.engine.collect(open_ledger(source.book, source.engine).rows).to_pylist()
    return sorted(rows, key=lambda row: (row["account_id"], row["day"], row["currency"]))


def all_text() -> str:
    rows = [list(model.objects.values()) for model in (Contact, Entry, Outgoing, Change)]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_an_erased_person_is_gone_everywhere_for_good_and_figures_stay(own: Source, person: Contact) -> None:
    Outgoing.objects.create(table="touches", key="t", row={"contact_id": person.source_id})
    words = [word for word in (person.name, person.email, person.phone) if word]
    assert words
    assert all(word in all_text() for word in words)
    before, touched = statement(own), Entry.objects.count()
    erasing.erase_contact(contact=person, book=own.book, by=None)
    again = Source.of(own.book, own.engine, NOW)
    project_accounts(again)
    project_entries(again, anew=True)
    kept = all_text()
    assert not [word for word in words if word in kept]
    assert not Contact.objects.filter(pk=person.pk).exists()
    assert Entry.objects.count() == touched
    assert statement(again) == before


def touch(source: Source, contact: Contact) -> tuple[Account, dict[str, Any]]:
    """A contact logged in the office that names a person in passing, and has come to the book."""
    account = Account.objects.get(pk=contact.account_id)
    row = {
        "touch_id": "keepwell-x",
        "account_id": account.pk,
        "occurred_at": NOW.isoformat(),
        "direction": "out",
    }
    row |= {"channel": "mail", "team": "", "topic": f"what {contact.name} wants", "contact_id": None}
    tell(account=account, kind="touch", key="keepwell-x", at=NOW, data={"topic": row["topic"]})
    send("touches", "keepwell-x", row)
    gather(source.book, now=NOW)
    return account, row


def topics(source: Source) -> list[str | None]:
    touches = source.book.moment(source.engine).personal("touches")
    return [row["topic"] for row in source.engine.collect(touches).to_pylist()]


def test_what_a_contact_was_about_names_an_erased_person_neither_in_the_book_nor_on_a_timeline(
    own: Source, person: Contact
) -> None:
    _account, row = touch(own, person)
    project_entries(Source.of(own.book, own.engine, NOW))
    assert Entry.objects.get(key="touch:keepwell-x").data["topic"] == row["topic"]
    assert row["topic"] in topics(own)
    moment = own.book.moment(own.engine)
    assert "topic" not in moment.columns("touches")
    before = own.engine.collect(moment.frame("touches").sort("touch_id")).to_pylist()
    erasing.erase_contact(contact=person, book=own.book, by=None)
    again = Source.of(own.book, own.engine, NOW)
    assert row["topic"] not in topics(again)
    facts = again.engine.collect(again.moment.frame("touches").sort("touch_id")).to_pylist()
    assert facts == before
    assert not Entry.objects.get(key="touch:keepwell-x").data["topic"]
    project_entries(again, anew=True)
    assert not Entry.objects.get(key="touch:keepwell-x").data["topic"]


def test_what_is_on_its_way_to_the_book_keeps_its_topic_while_somebody_else_is_erased(
    own: Source, person: Contact
) -> None:
    account, row = touch(own, person)
    tell(account=account, kind="touch", key="keepwell-y", at=NOW, data={"topic": "renewal"})
    send("touches", "keepwell-y", row | {"touch_id": "keepwell-y", "topic": "renewal"})
    erasing.erase_contact(contact=person, book=own.book, by=None)
    assert Entry.objects.get(key="touch:keepwell-y").data["topic"] == "renewal"
    gather(own.book, now=NOW)
    assert "renewal" in topics(own)


def test_the_trail_says_that_somebody_was_erased_and_not_who(own: Source, person: Contact) -> None:
    erasing.erase_contact(contact=person, book=own.book, by=None)
    told = Change.objects.get(what="erase contact")
    assert told.key == person.pk
    assert person.name not in str(told.after) + str(told.before) + told.key
    assert told.after["rows"]["contacts"] == 1


def test_what_is_known_of_a_person_is_taken_out_whole(own: Source, person: Contact) -> None:
    by = Member.objects.create_user("a@example.com", None, name="A", role="administrator")
    said = erasing.export(contact=person, book=own.book, engine=own.engine, by=by)
    assert said["contact"]["name"] == person.name
    assert said["book"]["contacts (personal)"][0]["source_id"] == person.source_id
    assert said["book"]["tickets"]
    assert len(said["timeline"]) == person.entries.count()
    assert json.dumps(said)
    assert Change.objects.filter(what="export contact", key=person.pk).exists()


def test_erasing_is_for_managers_who_mean_it(
    own: Source, person: Contact, people: dict[str, Member], settings: Any
) -> None:
    settings.HOME = own.book.home
    Account.objects.filter(pk=person.account_id).update(
        portfolio=Portfolio.objects.get(name="Ours"), owner=people["owner"]
    )
    page = f"/accounts/contacts/{person.pk}"
    for name, status in (("mate", 403), ("owner", 403), ("stranger", 403), ("manager", 302)):
        client = Client()
        client.force_login(people[name])
        assert client.post(f"{page}/erase").status_code == status
        assert client.get(f"{page}/export").status_code == (403 if status == 403 else 200)
    assert Contact.objects.filter(pk=person.pk).exists()
    client.post(f"{page}/erase", {"sure": "yes"})
    assert Erasing.objects.get().state == "waiting"
    assert "every 1s" in client.get(page).content.decode(), "the page looks again"
    client.post(f"{page}/erase", {"sure": "yes"})
    assert Change.objects.filter(what="ask to erase contact", key=person.pk).count() == 1
    assert jobs.erase(person.pk) == "done"
    assert not Contact.objects.filter(pk=person.pk).exists()
    shown = client.get(page).content.decode()
    assert "Erased everywhere" in shown
    assert person.name not in shown
    stranger = Client()
    stranger.force_login(people["stranger"])
    assert stranger.get(page).status_code == 403
    assert jobs.erase(person.pk) != "done", "a job that the queue hands out again finds nothing to do"


def asked(person: Contact, people: dict[str, Member]) -> Erasing:
    return jobs.ask_to_erase(contact=person, by=people["manager"], now=NOW)


def test_while_somebody_writes_the_book_an_erasing_waits_and_goes_on_by_itself(
    own: Source, person: Contact, people: dict[str, Member], settings: Any
) -> None:
    settings.HOME = own.book.home
    one = asked(person, people)
    with own.book.writer():
        assert jobs.look() == 0
    one.refresh_from_db()
    assert one.state == "waiting"
    assert one.wrong
    assert jobs.look() == 1
    one.refresh_from_db()
    assert (one.state, one.wrong, one.asked_by) == ("done", "", people["manager"])
    assert one.done
    assert Change.objects.get(what="erase contact").member == people["manager"]


def test_a_night_before_an_erasing_does_not_lose_whom_to_erase(
    own: Source, person: Contact, people: dict[str, Member], settings: Any
) -> None:
    settings.HOME = own.book.home
    gone = Contact.objects.create(contact_id="K9", account=person.account, source_id="k-9", cut=own.cut - 1)
    asked(gone, people)
    project_accounts(own)
    assert Contact.objects.filter(pk="K9").exists(), "the source has them no more, the book's past has"
    assert jobs.look() == 1
    project_accounts(own)
    assert not Contact.objects.filter(pk="K9").exists()


def test_one_who_cannot_be_erased_holds_up_no_other(
    own: Source, person: Contact, people: dict[str, Member], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = own.book.home
    first = Contact.objects.create(contact_id="K0", account=person.account, source_id="k-0", cut=own.cut)
    jobs.ask_to_erase(contact=first, by=people["manager"], now=NOW - timedelta(hours=1))
    asked(person, people)

    def torn(contact: Contact) -> None:
        if contact.pk == "K0":
            raise OSError("the disk is full")

    monkeypatch.setattr(erasing, "unname", torn)
    assert jobs.look() == 1
    assert not Contact.objects.filter(pk=person.pk).exists()
    assert Contact.objects.filter(pk="K0").exists()


def test_an_erasing_whose_worker_died_is_taken_up_once_it_has_been_silent(
    own: Source, person: Contact, people: dict[str, Member], settings: Any
) -> None:
    settings.HOME = own.book.home
    one = asked(person, people)
    Erasing.objects.update(beat_at=timezone.now())
    assert jobs.look() == 0, "somebody is at it"
    Erasing.objects.update(beat_at=timezone.now() - jobs.SILENT * 2)
    assert jobs.look() == 1
    one.refresh_from_db()
    assert one.state == "done"


def test_who_finds_a_silent_one_still_at_it_leaves_it_its_work(
    own: Source, person: Contact, people: dict[str, Member], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = own.book.home
    one, heard = asked(person, people), timezone.now() + timedelta(seconds=5)
    Erasing.objects.update(beat_at=timezone.now() - jobs.SILENT * 2)

    def written(**_said: Any) -> None:
        Erasing.objects.update(beat_at=heard)  # the other one is heard of again just now
        raise BadBook("Somebody else is writing the book.")

    monkeypatch.setattr(jobs, "erase_contact", written)
    assert jobs.look() == 0
    one.refresh_from_db()
    assert (one.state, one.beat_at) == ("running", heard)


@pytest.mark.parametrize("goes_on", ["the job", "the night"])
def test_who_was_erased_from_the_book_alone_is_erased_from_the_office_too(
    goes_on: str, own: Source, person: Contact, people: dict[str, Member], settings: Any
) -> None:
    """As by the command line, or by a process that was killed after the book and before the office."""
    settings.HOME = own.book.home
    asked(person, people)
    touch(own, person)
    tell(account=person.account, kind="note", key="note", at=NOW, data={"text": f"{person.name} called"})
    project_entries(Source.of(own.book, own.engine, NOW))
    own.book.erase_person(person.source_id)
    if goes_on == "the night":
        project_accounts(Source.of(own.book, own.engine, NOW))
    assert jobs.look() == 1
    assert not Contact.objects.filter(pk=person.pk).exists()
    kept = all_text()
    assert not [word for word in (person.name, person.email, person.phone) if word and word in kept]
    assert not Entry.objects.get(key="touch:keepwell-x").data["topic"], "the book took these words away"
    assert Change.objects.filter(what="erase contact", key=person.pk).count() == 1
