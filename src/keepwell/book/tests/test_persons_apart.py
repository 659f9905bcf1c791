# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""Persons lie apart from the facts, and can be erased for good."""

import json
from datetime import date, datetime
from pathlib import Path

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.book.book import Book
from keepwell.book.erasing import distinctive
from keepwell.book.importing import import_files
from keepwell.book.kept import QUARANTINE
from keepwell.book.tables import BOOKKEEPING

MONDAY = datetime(2026, 1, 5, 8)
TUESDAY = datetime(2026, 1, 6, 8)

CONTACTS = pa.table(
    {
        "contact_id": ["P-0017", "P-0018"],
        "account_id": ["a", "a"],
        "name": ["Zdeňka Nováková", "Bob Stone"],
        "email": ["zdenka@example.cz", "bob@example.cz"],
        "phone": ["+420 777 123 456", None],
        "role": ["buyer", "boss"],
        "nickname": ["Zdenicka", None],
    }
)
TICKETS = pa.table(
    {
        "ticket_id": ["t1", "t2", "t3"],
        "account_id": ["a", "a", "a"],
        "contact_id": ["P-0017", "P-0018", None],
        "opened_at": [datetime(2026, 1, 2)] * 3,
        "opened_on": [date(2026, 1, 2)] * 3,
        "subject": ["It fails", "Call back", "Other"],
        "text": ["for me", "please ask zdenka@example.cz", "nothing"],
    }
)
CONVERSATIONS = pa.table(
    {
        "conversation_id": ["c1", "c2"],
        "account_id": ["a", "a"],
        "occurred_at": [datetime(2026, 1, 2)] * 2,
        "occurred_on": [date(2026, 1, 2)] * 2,
        "participants": ["Zdeňka Nováková; Jan", "Bob Stone"],
    }
)
TURNS = pa.table(
    {
        "conversation_id": ["c1", "c1", "c2"],
        "turn_no": [1, 2, 1],
        "side": ["us", "them", "them"],
        "speaker": ["Jan", "Zdeňka Nováková", "Bob Stone"],
        "text": ["how is it", "I am unhappy", "all is well"],
    }
)
TOUCHES = pa.table(
    {
        "touch_id": ["x1", "x2", "x3"],
        "account_id": ["a", "a", "a"],
        "contact_id": ["P-0017", "P-0018", None],
        "occurred_at": [datetime(2026, 1, 2)] * 3,
        "occurred_on": [date(2026, 1, 2)] * 3,
        "direction": ["out", "out", "in"],
        "topic": ["her move", "what Zdeňka Nováková wants", "renewal"],
    }
)
QUARANTINED = pa.Table.from_pylist(
    [
        {
            "id": str(n),
            "load": 1,
            "at": MONDAY,
            "table": "contacts",
            "file": "contacts.csv",
            "line": n,
            "column": "email",
            "value": value,
            "reason": "unknown account",
            "row": json.dumps({"contact_id": value, "name": "?"}, ensure_ascii=False),
        }
        for n, value in ((2, "P-0017"), (3, "P-0099"), (4, "zdenka@example.cz"))
    ],
    schema=QUARANTINE,
)
EVERYTHING = {
    "contacts": CONTACTS,
    "tickets": TICKETS,
    "conversations": CONVERSATIONS,
    "turns": TURNS,
    "touches": TOUCHES,
}
TRACES = (
    "Nováková", "zdenka@example.cz", "777 123 456", "P-0017", "Zdenicka", "unhappy", "It fails", "how is it",
    "her move",
)  # fmt: skip


def load(book, at=MONDAY):
    counts = {}
    with book.writer() as writer:
        for table, rows in EVERYTHING.items():
            counts[table] = writer.put(table, rows, known_at=at, unique=True)
        writer.quarantine(QUARANTINED)
        writer.commit()
    return counts


def traces(home: Path) -> list[tuple[str, str]]:
    """Where anything of the person is found in any file of the book, Parquet read out as well."""
    found = []
    for path in (p for p in home.rglob("*") if p.is_file()):
        content = path.read_bytes()
        if ".parquet" in path.name:
            table = pq.read_table(path)
            content += json.dumps(table.to_pylist(), default=str, ensure_ascii=False).encode()
        found += [(str(path), trace) for trace in TRACES if trace.encode() in content]
    return found


@pytest.fixture
def book(tmp_path):
    made = Book.create(tmp_path / "book")
    load(made)
    return made


def rows(duck, frame, *by):
    return duck.collect(frame.sort(*by)).to_pylist()


def test_facts_know_a_person_only_by_a_surrogate(book, duck):
    moment = book.moment(duck)
    facts = rows(duck, moment.frame("contacts"), "role")
    assert {"name", "email", "phone", "nickname", "source_id"}.isdisjoint(moment.columns("contacts"))
    assert [len(row["contact_id"]) for row in facts] == [32, 32]
    assert moment.columns("tickets")[:4] == ["ticket_id", "account_id", "contact_id", "opened_at"]
    of_tickets = {r["contact_id"] for r in rows(duck, moment.frame("tickets"), "ticket_id")}
    assert of_tickets == {None, *(row["contact_id"] for row in facts)}


def test_the_personal_part_leads_back_to_the_person(book, duck):
    moment = book.moment(duck)
    apart = rows(duck, moment.personal("contacts"), "source_id")
    assert apart[0]["source_id"] == "P-0017"
    assert apart[0]["email"] == "zdenka@example.cz"
    assert apart[0]["nickname"] == "Zdenicka"
    assert rows(duck, moment.personal("tickets"), "ticket_id")[0]["subject"] == "It fails"


def test_no_file_of_facts_holds_a_word_of_a_person(book):
    homes = {Path(path).parent.name for path, _ in traces(Path(book.home))}
    assert homes == {
        "contacts_personal", "tickets_personal", "conversations_personal", "touches_personal", "turns_personal",
        "quarantine",
    }  # fmt: skip


def test_the_log_of_a_personal_table_keeps_no_values(book):
    for log in Path(book.home).glob("tables/*_personal/_delta_log/*.json"):
        assert "minValues" not in log.read_text()
        assert not any(trace in log.read_text() for trace in TRACES)


def test_a_new_mail_address_is_an_update_that_leaves_no_trace_of_the_old(book, duck):
    moved = CONTACTS.set_column(3, "email", pa.array(["z@new.example", "bob@example.cz"]))
    with book.writer() as writer:
        counts = writer.put("contacts", moved, known_at=TUESDAY)
        writer.commit()
    assert (counts.loaded, counts.updated, counts.unchanged) == (0, 1, 1)
    assert not book.moment(duck).has("contacts_history")
    apart = rows(duck, book.moment(duck).personal("contacts"), "source_id")
    assert [row["email"] for row in apart] == ["z@new.example", "bob@example.cz"]


def test_what_was_known_of_a_person_earlier_does_not_replace_what_is_known_now(book, duck):
    older = CONTACTS.set_column(3, "email", pa.array(["z@old.example", None]))
    with book.writer() as writer:
        writer.put("contacts", older, known_at=datetime(2020, 1, 1))
        writer.commit()
    apart = rows(duck, book.moment(duck).personal("contacts"), "source_id")
    assert [row["email"] for row in apart] == ["zdenka@example.cz", "bob@example.cz"]


def test_loading_persons_twice_changes_nothing(book):
    for counts in load(book, TUESDAY).values():
        assert (counts.loaded, counts.updated) == (0, 0)


def test_a_person_erased_is_in_no_byte_of_the_book(book):
    assert traces(Path(book.home))
    erased = book.erase_person("P-0017")
    assert erased.rows == {"contacts": 1, "conversations": 1, "tickets": 2, "touches": 2, "turns": 2}
    assert erased.quarantined == 2
    assert traces(Path(book.home)) == []


def test_erasing_somebody_the_book_does_not_know_is_remembered_for_when_they_come(book, duck):
    erased = book.erase_person(" P-0050 ")
    assert (erased.known, erased.before, erased.rows, erased.quarantined) == (False, False, {}, 0)
    with book.writer() as writer:
        late = CONTACTS.slice(0, 1).set_column(0, "contact_id", pa.array(["P-0050"]))
        writer.put("contacts", late, known_at=TUESDAY)
        writer.commit()
    apart = rows(duck, book.moment(duck).personal("contacts"), "source_id")
    assert [row["source_id"] for row in apart] == ["P-0017", "P-0018"]
    assert book.erase_person("P-0050").before


def test_an_id_that_may_be_mistyped_is_told_with_near_ones_and_nothing_changes_unless_it_is_meant(book):
    def files():
        return {
            p: p.stat().st_mtime_ns for p in Path(book.home).rglob("*") if p.is_file() and p.name != "lock"
        }

    before = files()
    mistyped = book.erase_person("P-001", even_unknown=False)
    assert (mistyped.remembered, mistyped.near) == (False, ("P-0018", "P-0017"))
    assert files() == before
    assert book.erase_person("P-0017", even_unknown=False).remembered


def test_an_id_that_nobody_was_known_by_can_be_let_in_again_and_nobody_elses(book, duck):
    assert book.erase_person("P-0500").nobody
    assert book.let_in_again("P-0500")
    assert not book.let_in_again("P-0500")
    with book.writer() as writer:
        late = CONTACTS.slice(0, 1).set_column(0, "contact_id", pa.array(["P-0500"]))
        writer.put("contacts", late, known_at=TUESDAY)
        writer.commit()
    apart = rows(duck, book.moment(duck).personal("contacts"), "source_id")
    assert "P-0500" in [row["source_id"] for row in apart]
    book.erase_person("P-0500")
    assert not book.let_in_again("P-0500"), "whoever was known is erased for good"


def test_an_id_under_which_somebody_came_and_was_erased_is_not_let_in_again(book):
    book.erase_person("P-0500")
    with book.writer() as writer:
        late = TICKETS.slice(0, 1).set_column(2, "contact_id", pa.array(["P-0500"]))
        writer.put("tickets", late, known_at=TUESDAY)
        writer.commit()
    assert book.erase_person("P-0500").known
    assert not book.let_in_again("P-0500")


def test_erasing_and_cleaning_tell_how_many_tables_are_done_of_how_many(book):
    told = []
    book.erase_person("P-0017", progress=lambda *said: told.append(said))
    assert [done for done, _of, _doing in told] == list(range(told[0][1]))
    assert "looking through tickets" in {doing for _done, _of, doing in told}
    told.clear()
    book.clean(progress=lambda *said: told.append(said))
    assert [done for done, _of, _doing in told] == list(range(told[0][1]))
    assert "putting together contacts" in {doing for _done, _of, doing in told}


def test_somebody_known_by_facts_alone_is_erased_before_the_contact_is_loaded(book, duck):
    ticket = TICKETS.slice(0, 1).set_column(2, "contact_id", pa.array(["P-0050"]))
    ticket = ticket.set_column(0, "ticket_id", pa.array(["t9"])).drop_columns(["subject", "text"])
    with book.writer() as writer:
        writer.put("tickets", ticket, known_at=MONDAY)
        writer.commit()
    assert book.erase_person("P-0050").known
    with book.writer() as writer:
        late = CONTACTS.slice(0, 1).set_column(0, "contact_id", pa.array(["P-0050"]))
        writer.put("contacts", late, known_at=TUESDAY)
        writer.commit()
    assert "P-0050" not in {
        r["source_id"] for r in rows(duck, book.moment(duck).personal("contacts"), "source_id")
    }


def test_a_person_erased_does_not_come_back_with_the_same_file(book, duck):
    book.erase_person("P-0017")
    before = rows(duck, book.moment(duck).frame("contacts"), "contact_id")
    with book.writer() as writer:
        for table, again in EVERYTHING.items():
            counts = writer.put(table, again, known_at=TUESDAY)
            assert (counts.loaded, counts.updated) == (0, 0)
        writer.commit()
    assert traces(Path(book.home)) == []
    assert rows(duck, book.moment(duck).frame("contacts"), "contact_id") == before


def test_a_person_erased_does_not_come_back_into_an_emptied_table(tmp_path):
    book = Book.create(tmp_path / "book")
    with book.writer() as writer:
        writer.put("contacts", CONTACTS.slice(0, 1), known_at=MONDAY, unique=True)
        writer.commit()
    book.erase_person("P-0017")
    with book.writer() as writer:
        writer.put("contacts", CONTACTS.slice(0, 1), known_at=TUESDAY, unique=True)
        writer.commit()
    assert traces(tmp_path / "book") == []


def test_erasing_a_person_changes_no_figure(book, duck):
    def facts():
        moment = book.moment(duck)
        return {t: rows(duck, moment.frame(t), *moment.columns(t)[:2]) for t in EVERYTHING}

    before = facts()
    book.erase_person("P-0017")
    assert facts() == before


def test_topics_that_an_older_book_held_among_its_facts_are_moved_apart_and_erased(tmp_path, duck):
    book = Book.create(tmp_path / "book")
    with book.writer() as writer:
        writer.put("contacts", CONTACTS, known_at=MONDAY)
        bookkeeping = {"known_at": [MONDAY] * 3, "load": [1] * 3, "gone": [False] * 3}
        held = TOUCHES.drop_columns("contact_id")
        for name, values in bookkeeping.items():
            held = held.append_column(name, pa.array(values, BOOKKEEPING.field(name).type))
        writer.append("touches", held)
        writer.append("touches_history", held.slice(1, 1))
        writer.commit()
    facts = ["touch_id", "account_id", "occurred_on", "direction", "known_at", "load"]
    before = rows(duck, book.moment(duck).frame("touches").select(facts), "touch_id")
    book.erase_person("P-0017")
    assert not [found for found in traces(Path(book.home)) if found[1] == "Nováková"]
    moment = book.moment(duck)
    assert "topic" not in [*moment.columns("touches"), *moment.columns("touches_history")]
    assert [r["topic"] for r in rows(duck, moment.personal("touches"), "topic")] == ["her move", "renewal"]
    assert rows(duck, moment.frame("touches").select(facts), "touch_id") == before
    with book.writer() as writer:
        again = writer.put("touches", TOUCHES.drop_columns("contact_id"), known_at=TUESDAY)
        writer.commit()
    assert (again.loaded, again.updated, again.unchanged) == (0, 0, 3)
    assert not [found for found in traces(Path(book.home)) if found[1] == "Nováková"]


def test_other_persons_stay_as_they_are(book, duck):
    book.erase_person("P-0017")
    moment = book.moment(duck)
    assert [r["name"] for r in rows(duck, moment.personal("contacts"), "source_id")] == ["Bob Stone"]
    assert [r["text"] for r in rows(duck, moment.personal("tickets"), "ticket_id")] == ["nothing"]
    assert [r["text"] for r in rows(duck, moment.personal("turns"), "text")] == ["all is well"]
    assert [r["topic"] for r in rows(duck, moment.personal("touches"), "topic")] == ["renewal"]
    assert moment.quarantined() == {("contacts", "unknown account"): 1}


def test_words_at_their_account_that_call_a_person_by_the_first_name_alone_go_too(book, duck):
    def put(name, rows):
        foreseen = {c: [None] * len(rows["ticket_id"]) for c in ("kind", "severity")}
        with book.writer() as writer:
            writer.put(name, pa.table(rows | foreseen), known_at=TUESDAY, source="csv")
            writer.commit()

    at = {
        "opened_at": [datetime(2026, 1, 3)] * 4,
        "opened_on": [date(2026, 1, 3)] * 4,
        "contact_id": [None] * 4,
    }
    texts = ["Zdeňka asked again", "the stone is heavy", "Bob and Stone", "Zdeňka of ours"]
    said = {"ticket_id": ["u1", "u2", "u3", "u4"], "account_id": ["a", "a", "a", "b"], "text": texts}
    put("tickets", said | {"subject": [None] * 4} | at)
    book.erase_person("P-0017")
    assert kept_texts(book, duck) >= {"the stone is heavy", "Bob and Stone", "Zdeňka of ours"}
    assert "Zdeňka asked again" not in kept_texts(book, duck)
    book.erase_person("P-0018")
    assert kept_texts(book, duck) >= {"the stone is heavy", "Zdeňka of ours"}
    assert "Bob and Stone" not in kept_texts(book, duck)


def kept_texts(book, duck):
    rows = duck.collect(book.moment(duck).personal("tickets").select("text")).to_pylist()
    return {row["text"] for row in rows}


def test_a_contact_gone_from_a_snapshot_takes_its_personal_part_along(book, duck):
    with book.writer() as writer:
        writer.put("contacts", CONTACTS.slice(1), known_at=TUESDAY, snapshot=True, confirmed=True)
        writer.commit()
    apart = rows(duck, book.moment(duck).personal("contacts"), "source_id")
    assert [row["source_id"] for row in apart] == ["P-0018"]


@pytest.mark.parametrize(
    ("word", "found_inside_texts"),
    [
        ("Ann", False),
        ("17", False),
        ("123456789", False),
        ("Ann Lee", True),
        ("a@b.cz", True),
        ("王伟", True),
    ],
)
def test_a_short_plain_word_is_not_hunted_through_texts(word, found_inside_texts):
    assert distinctive(word) is found_inside_texts


def test_quarantine_counts_rows_by_table_and_reason(book, duck):
    assert book.moment(duck).quarantined() == {("contacts", "unknown account"): 3}
    with book.writer() as writer:
        writer.release(pa.table({"id": ["2", "3"]}))
        writer.commit()
    assert book.moment(duck).quarantined() == {("contacts", "unknown account"): 1}
    left = duck.collect(book.moment(duck).frame("quarantine").select(nw.col("id")))
    assert left["id"].to_pylist() == ["4"]


BAD_AGAIN = {
    "contacts": "contact_id,account_id,name,email,phone\n"
    "P-0017,nobody,Zdeňka Nováková,zdenka@example.cz,+420 777 123 456\n"
    "P-0018,nobody,Bob Stone,bob@example.cz,\n"
    "P-0017,Zdeňka Nováková\n",
    "tickets": "ticket_id,account_id,contact_id,opened_at,subject\n"
    "t1,a,P-0017,2026-13-40,It fails\nt9,nobody,P-0017,2026-01-02,It fails\n",
    "conversations": "conversation_id,account_id,occurred_at,participants\n"
    "c1,nobody,2026-01-02,Zdeňka Nováková\n",
    "turns": "conversation_id,turn_no,side,speaker,text\n"
    "c1,1,nowhere,Jan,how is it\nc1,7,nowhere,Jan,I am unhappy\n",
    "events": "event_id,account_id,contact_id,occurred_at,kind\ne1,nobody,P-0017,2026-01-02,login\n",
}  # fmt: skip


def import_bad_again(book, folder):
    """How many rows each file put aside, all of them counted."""
    put_aside = {}
    for table, content in BAD_AGAIN.items():
        (folder / f"{table}.csv").write_text(content)
        report = import_files(book, table, [folder / f"{table}.csv"])
        assert report.reconciles
        assert report.read == report.quarantined == sum(report.reasons.values())
        put_aside[table] = report.quarantined, len(report.warnings)
    return put_aside


@pytest.mark.parametrize("times", [1, 2])
def test_a_person_erased_does_not_come_back_as_a_row_put_aside(book, duck, tmp_path, times):
    with book.writer() as writer:
        writer.put("accounts", pa.table({"account_id": ["a"]}), known_at=MONDAY)
        writer.commit()
    book.erase_person("P-0017")
    for _again in range(times):
        found = import_bad_again(book, tmp_path)
        assert found == {
            "contacts": (3, 1), "tickets": (2, 1), "conversations": (1, 1), "turns": (2, 1), "events": (1, 1),
        }  # fmt: skip
    assert traces(Path(book.home)) == []
    kept = rows(duck, book.moment(duck).frame("quarantine"), "id")
    assert {json.loads(row["row"])["contact_id"] for row in kept} == {"P-0018", "P-0099"}


def test_rows_put_aside_of_a_person_not_erased_keep_their_values(book, duck, tmp_path):
    import_bad_again(book, tmp_path)
    assert book.moment(duck).quarantined()["events", "unknown_account"] == 1
    book.erase_person("P-0017")
    assert traces(Path(book.home)) == []


def test_a_turn_added_later_to_an_erased_conversation_is_not_kept(book, duck):
    book.erase_person("P-0017")
    more = TURNS.slice(0, 2).set_column(1, "turn_no", pa.array([3, 4]))
    with book.writer() as writer:
        writer.put("turns", more, known_at=TUESDAY)
        writer.commit()
    assert traces(Path(book.home)) == []


def test_a_row_the_very_first_import_put_aside_goes_with_its_person(tmp_path):
    book = Book.create(str(tmp_path / "fresh"), reporting_currency="EUR")
    with book.writer() as writer:
        for table, content in EVERYTHING.items():
            writer.put(table, content, known_at=MONDAY, unique=True)
        writer.commit()
    import_bad_again(book, tmp_path)
    assert book.erase_person("P-0017").quarantined > 0
    assert traces(Path(book.home)) == []
