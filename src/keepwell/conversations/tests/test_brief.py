"""The brief before a call: made for who is met, each sentence with its source, and nothing said without one."""

import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from keepwell.accounts.models import Account, Contact, Entry, Projection, Standing
from keepwell.conversations.brief import Audience, all_parts, brief_of
from keepwell.conversations.brief.paper import _chinese, left_out, pdf_of, text_of
from keepwell.conversations.brief.renewal import _leaving
from keepwell.conversations.brief.results import _only_goal
from keepwell.conversations.models import Clip, Conversation, Hit, Rule, Turn
from keepwell.lib.text import speaking
from keepwell.members.models import Change, Member, Role
from keepwell.reach.models import Reservation, Touch

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
PAST = NOW - timedelta(days=20)


def _member(name: str, role: Role = Role.MEMBER, language: str = "en") -> Member:
    return Member.objects.create_user(email=f"{name}@example.com", name=name, role=role, language=language)


@pytest.fixture
def ann(db: None) -> Member:
    return _member("ann")


@pytest.fixture
def account(ann: Member) -> Account:
    """An account of which everything is known."""
    Projection.objects.create(name="standings", said={"currency": "EUR", "day": "2026-03-09"})
    one = Account.objects.create(pk="A/1", name="Acme", owner=ann)
    boss = Contact.objects.create(pk="c1", account=one, name="Bea Boss", role="CFO", seniority="executive")
    user = Contact.objects.create(pk="c2", account=one, name="Uli User", seniority="staff")
    Standing.objects.create(
        account=one, day=date(2026, 3, 9), kept_by="contract", mrr=1_200_000, customer_since=date(2023, 3, 1),
        risk=0.31, low=0.2, high=0.4, coverage=0.9, change_30=0.1, health="concerning", worth=900_000, cost=1000,
        signals={
            "goals_on_track": 3, "goals_behind": 1, "goals_plan": 0.92, "days_to_renewal": 92, "mrr_change_365": 0.2,
        },
    )  # fmt: skip
    for n, (kind, data) in enumerate(
        [
            (
                "ticket",
                {"subject": "Export fails", "kind": "problem", "ticket_id": "t1", "resolved_at": None},
            ),
            ("answer", {"survey": "nps", "score": 7, "comment": "Slow support"}),
            ("touch", {"channel": "mail", "direction": "out", "topic": "Report"}),
            ("movement", {"kind": "expansion", "before": 1_000_000, "after": 1_200_000, "currency": "EUR"}),
        ]
    ):
        Entry.objects.create(
            account=one, at=PAST + timedelta(hours=n), kind=kind, key=f"{kind}:{n}", data=data, contact=user
        )
    talk = Conversation.objects.create(
        source="api",
        key="1",
        kind="call",
        account=one,
        at=PAST,
        arrived_at=PAST,
        language="en",
        match="matched",
    )
    said = [
        ("them", "Honestly, this is too expensive for us. We would like it otherwise.", boss),
        ("us", "We will send you an offer on Friday. How many seats do you need this year?", None),
        (
            "them",
            "Forty. It would be great if the export had a schedule. When does the new version come out?",
            user,
        ),
    ]
    turns = [
        Turn.objects.create(conversation=talk, no=no, side=side, text=text, contact=who)
        for no, (side, text, who) in enumerate(said, 1)
    ]
    rule = Rule.objects.create(name="Too expensive", theme="price", made_at=PAST, changed_at=PAST)
    Hit.objects.create(
        key="h", conversation=talk, turn=turns[0], account=one, rule=rule, version=1, theme="price", verdict="hit",
        spans=[[18, 31]], at=PAST, found_at=PAST,
    )  # fmt: skip
    Clip.objects.create(
        conversation=talk, first=2, last=2, title="Value before price", theme="price", audience="executive",
        template=True, by=ann, at=PAST,
    )  # fmt: skip
    other = _member("bob")
    Reservation.objects.create(
        account=one,
        member=other,
        channel="call",
        day=date(2026, 3, 12),
        topic="payment_reminder",
        importance="important",
    )
    Touch.objects.create(
        account=one, member=other, channel="mail", at=NOW, day=date(2026, 3, 9), topic="check_in_call"
    )
    return one


def _brief(member: Member, account: Account, audience: Audience, contact: Contact | None = None):
    return brief_of(member, account, audience=audience, contact=contact, now=NOW)


def _client(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def _text(brief) -> str:
    return " ".join(f"{one.text} {one.quote}" for one in brief.sentences)


def test_one_goal_is_told_in_one_sentence_and_no_risk_as_less_than_one_account():
    assert _only_goal(well=True, behind=False) == "They set one goal with us, and it is on track."
    assert _only_goal(well=False, behind=True).endswith("is behind what was planned.")
    assert "nobody has read" in _only_goal(well=False, behind=False)
    assert "fewer than one leaves" in _leaving(0)
    assert "about 3 leave" in _leaving(3)


def test_an_executive_is_told_results_value_renewal_and_risk_as_a_story(ann: Member, account: Account):
    brief = _brief(ann, account, Audience.EXECUTIVE)
    assert [written.part.name for written in brief.story] == ["results", "value", "renewal"]
    text = _text(brief)
    assert "Of the 4 goals they set with us, 3 are on track. 1 is behind what was planned." in " ".join(
        text.split()
    )
    assert "Acme pays €12,000 a month, customer for 3 years." in text
    assert "20% more than a year ago" in text
    assert "renews on 9 Jun 2026" in text
    assert "about 31 leave within 90 days" in text
    assert "Export fails" not in text
    assert "would be great" not in text


def test_a_daily_contact_is_told_tickets_questions_wishes_and_promises(ann: Member, account: Account):
    text = _text(_brief(ann, account, Audience.STAFF))
    assert "Problem: Export fails" in text
    assert "Uli User asked on 18 Feb 2026: When does the new version come out?" in text
    assert "It would be great if the export had a schedule." in text
    assert "We will send you an offer on Friday." in text
    assert "After it, on 18 Feb 2026: We reached out: mail." in text
    assert "pays" not in text


def test_everybody_is_told_cares_objections_with_answers_and_who_else_talks_to_them(
    ann: Member, account: Account
):
    for audience in Audience:
        text = _text(_brief(ann, account, audience))
        assert "Price: in 1 conversation of the last year" in text
        assert "Bea Boss objected on 18 Feb 2026 (Price): Honestly, this is too expensive for us." in text
        assert "Answered well: Value before price." in text
        assert "Uli User answered on 18 Feb 2026: Would they recommend us, 0 to 10: 7. Slow support" in text
        assert "How many seats do you need this year?" in text
        assert "bob has reserved 12 Mar 2026 (call): payment reminder" in text
        assert "check-in call" in text
        assert "bob was in contact with Acme on 9 Mar 2026 (mail)." in text
        assert "Who decides there: Bea Boss (CFO)." in text


def test_every_sentence_leads_to_a_page_that_is_there(ann: Member, account: Account):
    client = _client(ann)
    for audience in Audience:
        for sentence in _brief(ann, account, audience).sentences:
            assert client.get(sentence.source.url).status_code == 200, sentence


def test_what_is_not_known_is_left_out_and_said_to_be(ann: Member):
    empty = Account.objects.create(pk="A2", name="Empty", owner=ann)
    brief = _brief(ann, empty, Audience.MANAGER)
    assert brief.sentences == []
    page = _client(ann).get("/conversations/brief/A2").content.decode()
    for part in all_parts():
        if Audience.MANAGER in part.audiences:
            assert str(part.label) in page
    assert "Left out" in page


def test_a_denied_or_wrong_hit_is_no_objection(ann: Member, account: Account):
    Hit.objects.update(judged="wrong")
    assert "objected" not in _text(_brief(ann, account, Audience.STAFF))
    Hit.objects.update(judged="", verdict="negated")
    assert "objected" not in _text(_brief(ann, account, Audience.STAFF))


def test_the_brief_is_seen_by_whoever_sees_the_account(ann: Member, account: Account):
    stranger, viewer = _member("sam"), _member("vi", Role.VIEWER)
    for name in ("brief", "brief-pdf"):
        assert _client(ann).get(f"/conversations/{name}/A/1").status_code == 200
        assert _client(stranger).get(f"/conversations/{name}/A/1").status_code == 404
        assert _client(viewer).get(f"/conversations/{name}/A/1").status_code == 404
    assert _client(stranger).post("/conversations/brief-mail/A/1").status_code == 404
    assert mail.outbox == []


def test_a_clip_of_an_account_that_the_reader_does_not_see_is_not_named(ann: Member, account: Account):
    hidden = Account.objects.create(pk="A9", name="Hidden")
    talk = Conversation.objects.create(
        source="api", key="9", kind="call", account=hidden, at=PAST, arrived_at=PAST, match="matched"
    )
    Clip.objects.create(
        conversation=talk, first=1, last=1, title="Secret answer", theme="price", by=None, at=PAST
    )
    assert "Secret answer" not in _text(_brief(ann, account, Audience.STAFF))


def test_the_contact_says_for_whom_it_is_made(ann: Member, account: Account):
    page = _client(ann).get("/conversations/brief/A/1?contact=c1").content.decode()
    assert "Before you meet Bea Boss of Acme" in page
    assert "In short" in page
    page = _client(ann).get("/conversations/brief/A/1?contact=c1&for=staff").content.decode()
    assert "In short" not in page


def test_a_page_asks_little(ann: Member, account: Account, django_assert_max_num_queries):
    client = _client(ann)
    with django_assert_max_num_queries(16):
        client.get("/conversations/brief/A/1?for=manager")


def _read(pdf: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed: apt install poppler-utils")
    file = folder / "brief.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.parametrize("audience", Audience)
def test_the_paper_says_what_the_page_says(ann: Member, account: Account, tmp_path: Path, audience: Audience):
    brief = _brief(ann, account, audience)
    said = _read(pdf_of(brief), tmp_path).replace(" ", "")
    for sentence in brief.sentences:
        assert sentence.text.replace(" ", "") in said
        assert sentence.quote.replace(" ", "").replace("'", "’") in said


@pytest.mark.parametrize("before", [0, 200_000])
def test_each_amount_stands_in_its_own_currency_and_none_are_added(
    ann: Member, account: Account, tmp_path: Path, before: int
):
    """They went over from dollars to forints, of which the statement counts all in euros."""
    Entry.objects.filter(kind="movement").delete()
    for n, data in enumerate((
        {"kind": "contraction", "before": 1_234_567, "after": before, "currency": "USD"},
        {"kind": "expansion", "before": 0, "after": 450_000_000, "currency": "HUF"},
    )):  # fmt: skip
        Entry.objects.create(account=account, at=PAST, kind="movement", key=f"movement:{n}", data=data)
    brief = _brief(ann, account, Audience.EXECUTIVE)
    said = " ".join(sentence.text for sentence in brief.sentences)
    assert "Acme pays €12,000 a month" in said
    assert "worth about €9,000" in said
    assert f"$12,346 to ${before // 100:,} a month" in said
    assert "HUF\u00a00 to HUF\u00a04,500,000 a month" in said
    theirs = "HUF, USD" if before else "HUF"
    assert f"They pay in {theirs}; what is said in EUR is converted." in said
    page = _client(ann).get("/conversations/brief/A/1?for=executive").content.decode()
    paper = _read(pdf_of(brief), tmp_path).replace(" ", "")
    letter = text_of(brief)
    for amount in ("€12,000", "€9,000", f"${before // 100:,}", "HUF\u00a04,500,000", theirs):
        assert amount in page
        assert amount in letter
        assert "".join(amount.split()) in paper
    with translation.override("hu"), speaking("hu"):
        theirs = " ".join(one.text for one in _brief(ann, account, Audience.EXECUTIVE).sentences)
    assert "4\u00a0500\u00a0000" in theirs


def test_where_they_pay_as_we_count_nothing_is_converted(ann: Member, account: Account):
    said = " ".join(one.text for one in _brief(ann, account, Audience.EXECUTIVE).sentences)
    assert "€10,000 to €12,000 a month" in said
    assert "converted" not in said


def test_markup_in_what_was_said_stays_what_was_said(ann: Member, account: Account, tmp_path: Path):
    evil = '#read("/etc/passwd") *bold* $x$ <a> `c` @b \\ is too expensive?'
    Turn.objects.filter(no=3).update(text=evil)
    said = _read(pdf_of(_brief(ann, account, Audience.STAFF)), tmp_path)
    assert '#read("/etc/passwd") *bold* $x$ <a> `c` @b \\ is too expensive?' in said


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "hu", "pl"])
def test_paper_in_every_language_has_its_letters(
    ann: Member, account: Account, tmp_path: Path, language: str
):
    Turn.objects.filter(no=3).update(text="Mikor jön az új verzió, őszre, żółć, 这个太贵了？")
    with translation.override(language), speaking(language):
        if _chinese(language) is None:
            pytest.skip("no font for Chinese is installed: apt install fonts-noto-cjk")
        made = pdf_of(_brief(ann, account, Audience.STAFF))
    said = _read(made, tmp_path).replace(" ", "")
    assert "Mikorjönazújverzió,őszre,żółć,这个太贵了？" in said
    fonts = subprocess.run(
        ["pdffonts", str(tmp_path / "brief.pdf")], capture_output=True, check=True
    ).stdout.decode()
    assert "cjkjp" not in fonts.lower()  # the letters before the plus are drawn at random
    if language.startswith("zh"):
        assert ("cjksc" if language == "zh-hans" else "cjktc") in fonts.lower()


def test_sentences_end_and_part_as_the_readers_language_does(ann: Member, account: Account):
    Standing.objects.filter(account=account).update(
        risk=0.4,
        reasons=[["days_since_use", 40, 0.9], ["complaints_90", 2, 0.4]],
    )
    account = Account.objects.get()  # with the standing as it is now
    for language, parted in (("hu", "; "), ("zh-hans", "；")):
        with translation.override(language), speaking(language):
            brief = _brief(ann, account, Audience.EXECUTIVE)
            told = [one.text for one in brief.sentences]
            assert not [one for one in told if one.endswith("..")], "a Hungarian day brings its own full stop"
            assert parted in " ".join([*told, left_out(brief)])
    english = [one.text for one in _brief(ann, account, Audience.EXECUTIVE).sentences]
    assert [one for one in english if one.startswith("What speaks for leaving: last use")], english


def test_it_comes_by_mail_to_oneself_with_the_paper(ann: Member, account: Account):
    answer = _client(ann).post("/conversations/brief-mail/A/1?for=executive")
    assert answer.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == ["ann@example.com"]
    assert "Acme pays €12,000 a month" in letter.body
    assert "http://localhost:8000/accounts/A/1" in letter.body
    ((name, made, kind),) = letter.attachments
    assert (name, made[:5], kind) == ("brief.pdf", b"%PDF-", "application/pdf")


def test_each_sentence_of_the_mail_has_its_address(ann: Member, account: Account):
    brief = _brief(ann, account, Audience.MANAGER)
    assert len(re.findall(r"^  http://localhost:8000/", text_of(brief), re.M)) == len(brief.sentences)


def test_what_is_quoted_from_others_is_neither_question_nor_wish(ann: Member, account: Account):
    text = "Thanks.\n> It would be great if it had more. When is that?"
    Turn.objects.filter(no=3).update(text=text, pieces=[["quoted", 8, len(text)]])
    said = _text(_brief(ann, account, Audience.STAFF))
    assert "When is that?" not in said
    assert "would be great" not in said


def test_an_account_s_page_leads_to_the_brief(ann: Member, account: Account):
    page = _client(ann).get("/accounts/A/1").content.decode()
    assert 'href="/conversations/brief/A/1"' in page
    assert 'href="/conversations/brief/A/1?contact=c1"' in page


def test_a_promise_is_more_than_one_of_its_words(ann: Member, account: Account):
    Turn.objects.filter(no=2).update(text="We like the weather. They will see.")
    assert "promised" not in _text(_brief(ann, account, Audience.STAFF))


# --- by programs ----------------------------------------------------------------------------------------------

BRIEF = "/api/accounts/A/1/brief"


def _of(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def test_every_sentence_bears_its_source_and_what_is_left_out_is_named(account: Account, ann: Member) -> None:
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


def test_who_does_not_see_the_account_gets_no_brief_of_it(account: Account, ann: Member) -> None:
    other = _of(Member.objects.create_user("o@example.com", name="Other", role=Role.MEMBER))
    for method, address in (("get", ""), ("get", "/pdf"), ("post", "/mail")):
        assert getattr(other, method)(BRIEF + address, content_type="application/json").status_code == 404
    assert _of(ann).get(BRIEF, {"contact": "nobody"}).status_code == 404


def test_the_brief_goes_on_paper_and_to_ones_own_address(
    account: Account,
    ann: Member,
    django_capture_on_commit_callbacks: Any,
) -> None:
    paper = _of(ann).get(f"{BRIEF}/pdf")
    assert (paper["Content-Type"], paper.content[:4]) == ("application/pdf", b"%PDF")
    with django_capture_on_commit_callbacks(execute=True):
        assert _of(ann).post(f"{BRIEF}/mail", content_type="application/json").status_code == 202
    (letter,) = mail.outbox
    assert (letter.to, [name for name, *_rest in letter.attachments]) == ([ann.email], ["brief.pdf"])
    assert {"make brief", "mail brief"} <= set(Change.objects.values_list("what", flat=True))
