"""What the book knows that customers said."""

from keepwell.book.engines import engine_named
from keepwell.book.tests.importing_kit import Desk
from keepwell.listening.from_book import said_in_book
from keepwell.listening.said import Kind, Side, State


def heard(desk, **how):
    engine = engine_named("duckdb", {"threads": "1"})
    try:
        return list(said_in_book(desk.book.moment(engine), **how))
    finally:
        engine.close()


def test_tickets_comments_and_turns_are_heard_with_whose_they_are(tmp_path):
    desk = Desk(tmp_path)
    desk.load("contacts", "contact_id,account_id,name\nC1,A1,Anna\n", name="contacts.csv")
    desk.load(
        "tickets",
        "ticket_id,account_id,contact_id,opened_at,subject,text\n"
        'T1,A1,C1,2026-03-01T10:00:00Z,Slow,"We leave.\n\nBest regards,\nAnna"\nT2,A2,,2026-03-02T10:00:00Z,,\n',
        name="tickets.csv",
    )
    desk.load(
        "answers",
        "answer_id,account_id,answered_at,survey,score,comment\n"
        "S1,A1,2026-03-03,nps,3,Too dear\nS2,A1,2026-03-03,nps,9,\n",
        name="answers.csv",
    )
    before = len(heard(desk))
    desk.load(
        "conversations",
        "conversation_id,account_id,occurred_at,channel,participants,language\n"
        'K1,A2,2026-03-04T09:00:00Z,Meeting,"Ben, Zoe",hu\n',
        name="conversations.csv",
    )
    desk.load(
        "turns",
        "conversation_id,turn_no,side,speaker,starts_s,ends_s,text\n"
        "K1,2,them,Zoe,3.5,5,Felmondjuk.\nK1,1,us,Ben,0,3,Hogy van?\n",
        name="turns.csv",
    )
    found = heard(desk)
    by_kind = {(one.conversation.kind, one.conversation.source_ids[0]): one for one in found}
    ticket = by_kind[Kind.TICKET, "T1"]
    assert (ticket.account_id, len(ticket.contact_id)) == ("A1", 32)
    assert ticket.conversation.turns[0].said == "We leave."
    assert ticket.conversation.started_at.isoformat() == "2026-03-01T10:00:00+00:00"
    assert by_kind[Kind.TICKET, "T2"].conversation.state is State.EMPTY
    assert by_kind[Kind.SURVEY, "S1"].conversation.turns[0].side is Side.THEM
    assert (Kind.SURVEY, "S2") not in by_kind
    call = by_kind[Kind.MEETING, "K1"].conversation
    assert [(turn.side, turn.speaker, turn.text, turn.start) for turn in call.turns] == [
        (Side.US, "Ben", "Hogy van?", 0),
        (Side.THEM, "Zoe", "Felmondjuk.", 3.5),
    ]
    assert [one.name for one in call.participants] == ["Ben", "Zoe"]
    assert len(found) == before + 1


def test_who_took_part_is_read_as_mail_writes_it(tmp_path):
    desk = Desk(tmp_path)
    desk.load(
        "conversations",
        "conversation_id,account_id,occurred_at,channel,participants\n"
        "K1,A1,2026-03-04T09:00:00Z,call,Ann Hill <Ann@Example.com>; zoe@acme.example; Ben; <x>; a@b <y>\n",
        name="conversations.csv",
    )
    desk.load("turns", "conversation_id,turn_no,side,text\nK1,1,us,Hello.\n", name="turns.csv")
    (one,) = heard(desk)
    assert [(who.name, who.address) for who in one.conversation.participants] == [
        ("Ann Hill", "ann@example.com"), ("", "zoe@acme.example"), ("Ben", ""), ("<x>", ""), ("a@b <y>", ""),
    ]  # fmt: skip


def test_what_was_heard_before_is_not_told_again(tmp_path):
    desk = Desk(tmp_path)
    head = "ticket_id,account_id,opened_at,text\n"
    desk.load("tickets", head + "T1,A1,2026-03-01,one\n", name="a.csv")
    engine = engine_named("duckdb", {"threads": "1"})
    last = desk.book.moment(engine).last_load
    engine.close()
    desk.load("tickets", head + "T1,A1,2026-03-01,one\nT2,A1,2026-03-02,two\n", name="b.csv")
    assert [one.conversation.turns[0].text for one in heard(desk, since_load=last)] == ["two"]


def test_a_book_in_which_nobody_speaks_says_nothing(tmp_path):
    assert heard(Desk(tmp_path)) == []
