"""Mails as they come: well made, badly made, large, and twice."""

import io
import mailbox
import resource
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.lib.errors import BadInput
from keepwell.listening.mail.reading import read_mail, read_mail_file
from keepwell.listening.mail.stores import read_mails
from keepwell.listening.mail.threads import Ours, conversations_of
from keepwell.listening.said import Side, State

HEAD = (
    b"From: Anna <anna@acme.example>\r\nTo: ben@us.example\r\nMessage-ID: <1@acme.example>\r\n"
    b"Date: Mon, 4 May 2026 10:00:00 +0200\r\nSubject: Hello\r\n"
)


def mail(text="We leave.", *, message_id="1@acme.example", answers="", subject="Renewal", day=4, page=""):
    made = EmailMessage()
    made["From"] = "Kovács Anna <Anna@Acme.example>"
    made["To"] = "Ben <ben@us.example>, cc@acme.example"
    made["Date"] = f"Mon, {day} May 2026 10:00:00 +0200"
    made["Message-ID"] = f"<{message_id}>"
    made["Subject"] = subject
    if answers:
        made["References"] = " ".join(f"<{one}>" for one in answers.split())
    made.set_content(text)
    if page:
        made.add_alternative(page, subtype="html")
    return made


def read(made):
    return read_mail(io.BytesIO(made if isinstance(made, bytes) else made.as_bytes()), "one.eml")


def body(content, charset, *, way="8bit", kind="plain"):
    head = f'Content-Type: text/{kind}; charset="{charset}"\r\nContent-Transfer-Encoding: {way}\r\n\r\n'
    return HEAD + head.encode() + content


def test_a_mail_says_who_wrote_to_whom_when_and_what():
    found = read(mail("Köszönjük, de felmondjuk.\n\n-- \nAnna"))
    assert (found.sender.name, found.sender.address) == ("Kovács Anna", "anna@acme.example")
    assert [one.address for one in found.to] == ["ben@us.example", "cc@acme.example"]
    assert found.sent_at.isoformat() == "2026-05-04T08:00:00+00:00"
    assert found.text.startswith("Köszönjük, de felmondjuk.")
    assert [piece.kind for piece in found.pieces] == ["signature"]
    assert (found.mail_id, found.state) == ("1@acme.example", State.READY)


def test_of_two_ways_to_say_it_one_is_read():
    assert read(mail("plain", page="<p>page</p>")).text == "plain"
    assert read(mail(" ", page="<p>We <b>leave</b>.<p>Anna")).text == "We leave.\n\nAnna"


def test_attachments_are_listed_and_not_read():
    made = mail()
    made.add_attachment(b"MZ" * 1000, maintype="application", subtype="x-msdownload", filename="számla.exe")
    made.add_attachment("cancel the contract", filename="notes.txt")
    found = read(made)
    assert found.text == "We leave."
    assert [(one.name, one.kind) for one in found.attachments] == [
        ("számla.exe", "application/x-msdownload"),
        ("notes.txt", "text/plain"),
    ]
    assert found.attachments[0].size == pytest.approx(2000, abs=2)


def test_a_mail_within_a_mail_is_kept_and_set_apart():
    inner, outer = (
        mail("We want to cancel.", message_id="2@acme.example", subject="Inner"),
        mail("See below."),
    )
    inner.add_attachment(b"x", maintype="image", subtype="png", filename="x.png")
    outer.add_attachment(inner)
    found = read(outer)
    turn = conversations_of([found])[0].turns[0]
    assert turn.said == "See below."
    assert "We want to cancel." in turn.text
    assert "Inner" in turn.text
    assert [one.name for one in found.attachments] == ["x.png"]
    assert found.mail_id == "1@acme.example"


def test_thirty_mails_within_each_other_and_a_hundred_end_somewhere():
    for depth in (30, 100):
        made = (
            b"".join(HEAD + b"Content-Type: message/rfc822\r\n\r\n" for _ in range(depth))
            + HEAD
            + b"\r\ninnermost"
        )
        assert read(made).state in (State.READY, State.EMPTY)


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("iso-8859-1", "utf-8", "Őszintén szólva felmondjuk."),
        ("utf-8", "cp1250", "Szeretnénk felmondani, őszintén sajnáljuk, hűséggel."),
        ("us-ascii", "utf-8", "我们不想续约了。"),
        ("gb2312", "gb18030", "我们不想续约了，镕。"),
        ("x-unknown", "utf-8", "Zażółć gęślą jaźń."),
        ("iso-8859-1", "cp1250", "Őszintén szólva felmondjuk, a hűséget köszönjük."),
        ("", "utf-8", "Köszönjük."),
    ],
)
def test_an_encoding_that_lies_is_seen_through(charset, codec, text):
    found = read(body(text.encode(codec), charset))
    assert found.text == text
    assert found.state is State.READY
    if charset and charset != "gb2312":
        assert charset in found.reason


def test_headers_that_say_no_encoding_are_read():
    raw = (
        b"From: =?utf-8?B?S292w6FjcyBBbm5h?= <a@b.example>\n"
        b"Subject: Sz\xc3\xa1mla =?x-none?Q?=E9?= \nDate: nonsense\n\nhi"
    )
    found = read(raw)
    assert found.sender.name == "Kovács Anna"
    assert found.subject.startswith("Számla")
    assert found.sent_at is None
    assert found.mail_id.startswith("made-")
    assert read(raw).mail_id == found.mail_id


def test_a_mail_of_fifty_megabytes_is_read_in_the_memory_of_a_small_one(tmp_path):
    path = tmp_path / "large.eml"
    line = b"QUJD" * 19 + b"\r\n"
    with path.open("wb") as file:
        file.write(
            HEAD + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n\r\nWe leave.\r\n--x\r\n'
        )
        file.write(b"Content-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(650):
            file.write(line * 1000)
        file.write(b"\r\n--x--\r\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read_mail_file(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30_000  # kilobytes
    assert found.text == "We leave."
    assert found.size > 50_000_000
    assert found.attachments[0].size == 650_000 * 57
    assert found.state is State.READY


def test_fifty_megabytes_of_words_are_kept_in_part_and_said():
    found = read_mail((HEAD + b"\r\n" if n == 0 else b"we leave " * 7000 for n in range(100)), "words.eml")
    assert found.state is State.TOO_LARGE
    assert len(found.text) < 5_000_000


def test_a_mail_that_breaks_off_says_so_and_keeps_what_it_has():
    whole = mail("We leave.", page="<p>We leave.")
    found = read(whole.as_bytes()[:-30])
    assert (found.state, found.text) == (State.PARTLY, "We leave.")


def test_what_is_no_mail_is_said_to_be_none():
    assert read(b"").state is State.EMPTY
    assert read(b"\x89PNG\r\n" + bytes(range(256)) * 10).state is State.UNREADABLE
    assert read(HEAD + b"\r\n").state is State.EMPTY


def test_a_thread_is_one_conversation_whatever_order_it_comes_in():
    first = read(mail("We may leave.", message_id="1@a", day=4))
    answer = read(mail("Why?", message_id="2@b", answers="1@a", day=5))
    third = read(mail("Price.", message_id="3@a", answers="1@a 2@b", day=6))
    other = read(mail("Else", message_id="9@a", day=1))
    whole = conversations_of([third, other, first, answer, first], Ours(domains=frozenset({"us.example"})))
    assert [[turn.text for turn in one.turns] for one in whole] == [
        ["Else"],
        ["We may leave.", "Why?", "Price."],
    ]
    assert whole[1].turns[0].side is Side.THEM
    assert {one.address: one.side for one in whole[1].participants}["ben@us.example"] is Side.US
    alone = conversations_of([third])[0]
    assert alone.conversation_id == whole[1].conversation_id


def test_a_thread_goes_on_under_the_id_it_has():
    late = read(mail("Any news?", message_id="5@a", answers="4@b"))
    assert conversations_of([late], known={"4@b": "kept"})[0].conversation_id == "kept"


def test_mailboxes_and_folders_are_read_and_reading_twice_adds_nothing(tmp_path):
    box = mailbox.mbox(tmp_path / "all.mbox")
    for n in range(3):
        made = mail(f"From here on\nFrom now 2026\nmail {n}", message_id=f"{n}@a")
        box.add(made)
    box.close()
    maildir = mailbox.Maildir(tmp_path / "dir", create=True)
    for n in range(2, 5):
        maildir.add(mail(f"mail {n}", message_id=f"{n}@a"))
    (tmp_path / "one.eml").write_bytes(mail("mail 9", message_id="9@a").as_bytes())
    mails = list(read_mails(tmp_path / "all.mbox"))
    assert [one.text for one in mails] == [f"From here on\nFrom now 2026\nmail {n}" for n in range(3)]
    assert len(list(read_mails(tmp_path / "dir"))) == 3
    every = [*read_mails(tmp_path), *read_mails(tmp_path / "dir")]
    assert len(conversations_of([*every, *every])) == 6
    with pytest.raises(BadInput, match="not there"):
        list(read_mails(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no mail"):
        list(read_mails(tmp_path / "empty"))


HOSTILE = (
    HEAD.replace(b"ben@us.example", b"(" * 100_000),
    HEAD.replace(b"ben@us.example", b'<"a,' * 20_000),
    HEAD + b"Content-Type: text/plain; " + b"a=b;" * 20_000,
    b"".join(b"Content-Type: multipart/mixed; boundary=x%d\n\n--x%d\n" % (n, n) for n in range(1000)),
    HEAD + b"\n" + b"Best regards,\n" * 20_000 + b"?",
    HEAD + b"\n" + b"confidential recipient\n\n" * 10_000,
    HEAD + b"Content-Type: text/html\n\n" + b"<blockquote>" * 20_000 + b"</p>" * 20_000,
)


@pytest.mark.parametrize("made", HOSTILE)
def test_mail_made_to_break_readers_breaks_none(made):
    started = time.process_time()
    assert read(made + b"\n\nhi").state in State
    assert time.process_time() - started < 8


BITS = (
    b"--x", b"--x--", b"", b"From: a@b", b"From a 2026", b"Content-Type: multipart/mixed; boundary=x", b" folded",
    b"Content-Type: text/html", b"Content-Type: message/rfc822", b"Content-Transfer-Encoding: base64", b"QUJD",
    b"=E9=",
    b"Content-Type: text/plain; charset=\"utf-16\"", b"Subject: =?utf-8?B?!?=", b"Date: 99", b"Message-ID: <a>",
    b"Content-Type: multipart/alternative; boundary*=%%'", b"Content-Transfer-Encoding: quoted-printable", b"hello",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(BITS), st.binary(max_size=20)), max_size=25))
def test_no_bytes_break_the_reading_of_mail(lines):
    found = read(b"\n".join(lines))
    assert found.state in State
    assert conversations_of([found])[0].turns[0].text == found.text
