# ruff: noqa: DTZ001 - moments in the book are naive UTC
"""Whoever bears the name or the number of an erased person is somebody else, and stays."""

import json
from datetime import date, datetime

import pyarrow as pa
import pytest

from keepwell.book.book import Book
from keepwell.book.kept import QUARANTINE

NOW = datetime(2026, 1, 5, 8)
ANN, CALL = "Ann Lee", "+420 777 123 456"


def put(book, **tables):
    with book.writer() as writer:
        for name, rows in tables.items():
            writer.put(name, pa.Table.from_pylist(rows), known_at=NOW)
        writer.commit()


def contact(contact_id, account, name, email=None, phone=None):
    return {"contact_id": contact_id, "account_id": account, "name": name, "email": email, "phone": phone}


def talk(conversation_id, account):
    day = {"occurred_at": NOW, "occurred_on": date(2026, 1, 5)}
    return {
        "conversation_id": conversation_id,
        "account_id": account,
        "participants": f"{ANN}; Jan",
        **day,
    }


def turn(conversation_id):
    said = {"turn_no": 1, "side": "them", "speaker": ANN, "text": f"said in {conversation_id}"}
    return {"conversation_id": conversation_id, **said}


def touch(touch_id, account, topic):
    day = {"occurred_at": NOW, "occurred_on": date(2026, 1, 5)}
    return {"touch_id": touch_id, "account_id": account, "direction": "out", "topic": topic, **day}


@pytest.fixture
def book(tmp_path):
    made = Book.create(tmp_path / "book")
    put(
        made,
        contacts=[
            contact("P1", "a", ANN, "ann@a.example", CALL),
            contact("P2", "b", ANN, "lee@b.example"),
            contact("P3", "b", "Eva Kiss", None, CALL),
        ],
        conversations=[talk("at a", "a"), talk("at b", "b")],
        turns=[turn("at a"), turn("at b")],
        touches=[
            touch("x1", "a", f"{ANN} called"),
            touch("x2", "b", f"{ANN}, {CALL}"),
            touch("x3", "b", "ask ann@a.example"),
        ],
    )
    return made


def kept(book, duck, table, column):
    rows = duck.collect(book.moment(duck).personal(table).select(column)).to_pylist()
    return sorted(row[column] for row in rows if row[column] is not None)


def test_at_another_account_a_name_means_the_namesake_and_at_their_own_it_means_them(book, duck):
    book.erase_person("P1")
    assert kept(book, duck, "contacts", "source_id") == ["P2", "P3"]
    assert kept(book, duck, "turns", "text") == ["said in at b"]
    assert kept(book, duck, "touches", "topic") == [f"{ANN}, {CALL}"], "what is theirs alone goes everywhere"


def test_a_namesake_is_taken_in_by_later_loads(book, duck):
    book.erase_person("P1")
    put(book, contacts=[contact("P1", "a", ANN), contact("P2", "b", ANN), contact("P4", "c", ANN)])
    assert kept(book, duck, "contacts", "source_id") == ["P2", "P3", "P4"]


def test_the_same_person_under_another_id_goes_along(book, duck):
    put(book, contacts=[contact("P5", "c", ANN.upper(), "ann@a.example")])
    book.erase_person("P1")
    assert kept(book, duck, "contacts", "source_id") == ["P2", "P3"]


def test_rows_put_aside_go_unless_they_tell_that_they_are_a_namesakes(book, duck):
    aside = {
        "theirs": {"contact_id": "P1", "email": "not one"},
        "at their account": {"account_id": "a", "topic": f"{ANN} called"},
        "nobody knows whose": {"account_id": "?", "topic": f"{ANN} called"},
        "the namesake": {"contact_id": "P2", "name": ANN},
        "at the namesake's": {"account_id": "b", "topic": f"{ANN} called"},
        "of the same number": {"contact_id": "P3", "phone": CALL},
    }
    put_aside = {
        "load": 1,
        "at": NOW,
        "table": "touches",
        "file": "x.csv",
        "line": 2,
        "column": "at",
        "value": "?",
    }
    rows = [
        {"id": name, **put_aside, "reason": "no day", "row": json.dumps(row)} for name, row in aside.items()
    ]
    with book.writer() as writer:
        writer.quarantine(pa.Table.from_pylist(rows, schema=QUARANTINE))
        writer.commit()
    book.erase_person("P1")
    left = duck.collect(book.moment(duck).frame("quarantine").select("id")).column("id").to_pylist()
    assert sorted(left) == ["at the namesake's", "of the same number", "the namesake"]
