"""What a mail's writer did not say: in five languages, and nothing of what they did say."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.listening.mail.pieces import pieces_of
from keepwell.listening.said import PieceKind, Turn


def said(text):
    return Turn(1, text, pieces=pieces_of(text)).said


def kinds(text):
    return [piece.kind.value for piece in pieces_of(text)]


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 3 May 2026 at 10:12, Anna Kovács <anna@acme.example> wrote:",
        "On Mon, 3 May 2026 at 10:12, Anna Kovács\n<anna@acme.example> wrote:",
        "Kovács Anna <anna@acme.example> ezt írta (időpont: 2026. máj. 3., H, 10:12):",
        "2026. 05. 03. 10:12 keltezéssel, Kovács Anna írta:",
        "W dniu 3.05.2026 o 10:12, Anna Kowalska pisze:",
        "pon., 3 maj 2026 o 10:12 Anna Kowalska <anna@acme.example> napisał(a):",
        "Am 03.05.2026 um 10:12 schrieb Anna Schmidt <anna@acme.example>:",
        "在 2026年5月3日 10:12，王芳 <anna@acme.example> 写道：",
        "王芳 <anna@acme.example> 於 2026年5月3日 週一 上午10:12寫道：",
    ],
)
@pytest.mark.parametrize("marked", [True, False])
def test_a_reply_is_told_from_what_it_answers(attribution, marked):
    quoted = "> Please renew.\n>\n> Anna" if marked else "Please renew.\n\nAnna"
    text = f"We will not renew.\n\n{attribution}\n\n{quoted}\n"
    assert said(text) == "We will not renew."
    assert kinds(text) == ["quoted"]


def test_answers_between_quoted_lines_are_said():
    text = "On 3 May 2026 Anna wrote:\n> Is it fine?\nNo.\n\n> Will you stay?\n\nNo, we leave."
    assert said(text).split() == ["No.", "No,", "we", "leave."]
    assert kinds(text) == ["quoted", "quoted"]


@pytest.mark.parametrize(
    "block",
    [
        "From: Anna <a@b.example>\nSent: Monday, 3 May 2026\nTo: Ben\nSubject: Renewal",
        "Feladó: Anna <a@b.example>\nElküldve: 2026. május 3.\nCímzett: Béla\nTárgy: Hosszabbítás",
        "Od: Anna <a@b.example>\nWysłano: 3 maja 2026\nDo: Ben\nTemat: Odnowienie",
        "Von: Anna <a@b.example>\nGesendet: 3. Mai 2026\nAn: Ben\nBetreff: Verlängerung",
        "发件人: 王芳 <a@b.example>\n发送时间: 2026年5月3日\n收件人: Ben\n主题: 续约",
        "-----Original Message-----\nFrom: Anna",
        "-------- Weitergeleitete Nachricht --------\nfoo",
        "---------- Forwarded message ---------\nFrom: Anna",
    ],
)
def test_a_block_of_headers_quotes_all_below_it(block):
    text = f"We leave.\n\n________________________________\n{block}\n\nDear Ben,\nwill you renew?\n"
    assert said(text) == "We leave."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnna Kovács\nCFO, Acme\n+36 1 234 5678",
        "Best regards,\nAnna Kovács\nCFO",
        "Üdvözlettel:\nKovács Anna",
        "Üdvözlettel,\n\nKovács Anna\npénzügyi igazgató",
        "Z poważaniem\nAnna Kowalska",
        "Mit freundlichen Grüßen\n\nAnna Schmidt\nGeschäftsführerin",
        "此致\n敬礼\n王芳",
        "谢谢！\n王芳",
        "Sent from my iPhone",
        "Wysłane z iPhone'a",
        "Von meinem iPhone gesendet",
        "发自我的iPhone",
    ],
)
def test_a_signature_is_no_part_of_what_is_said(signature):
    text = f"Thanks, that was quick. We still leave.\n\n{signature}\n\nOn 3 May 2026, Ben wrote:\n> Hello"
    assert said(text) == "Thanks, that was quick. We still leave."
    assert kinds(text) == ["signature", "quoted"]


@pytest.mark.parametrize(
    "footer",
    [
        "This e-mail is confidential and only for the intended recipient.",
        "Ez az üzenet bizalmas, kizárólag a címzett használhatja fel.",
        "Wiadomość jest poufna i przeznaczona wyłącznie dla adresata.",
        "Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt.",
        "本邮件内容保密，仅供收件人使用。",
        "To unsubscribe click https://list.example/u",
        "Please consider the environment before you print this mail.",
    ],
)
def test_what_is_appended_to_every_mail_is_a_footer(footer):
    text = f"We leave.\n\nBest regards,\nAnna\n\n{footer}\n"
    assert said(text) == "We leave."
    assert kinds(text) == ["signature", "footer"]
    assert kinds(f"We leave.\n\n{footer}") == ["footer"]


@pytest.mark.parametrize(
    "text",
    [
        "Please unsubscribe us from the service.\n\nWe want to unsubscribe by June.",
        "This is confidential: we are leaving.",
        "Thanks for the call. On Monday Anna wrote: we leave.",
        "Thank you\n\nWhat will it cost to leave, and when can we?",
        "From: our side nothing new.\nTo: be honest, we leave.",
        "5 > 3\nwe leave",
        "Best regards to Anna, and we leave.",
        "Od: jutra odchodzimy.",
    ],
)
def test_words_that_look_like_it_stay_said(text):
    assert said(text) == text


_LINES = "> a||-- |On 3 May x wrote:|From: a|To: b|Subject: c|Best regards,|_______|confidential recipient"
WRITTEN = st.sampled_from(_LINES.split("|"))
HOSTILE = ("On 3 " + "a " * 900, "a 1 " * 500 + "írta (", "在" * 2000, "- " * 3000, "From:" * 1000)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), WRITTEN), max_size=20))
def test_pieces_lie_in_the_text_one_behind_the_other(lines):
    text = "\n".join(lines)
    at = 0
    for piece in pieces_of(text):
        assert at <= piece.start < piece.end <= len(text)
        assert isinstance(piece.kind, PieceKind)
        at = piece.end


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_lines_take_no_time(line):
    started = time.process_time()
    pieces_of("\n".join([line] * 300))
    assert time.process_time() - started < 5
