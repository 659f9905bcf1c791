"""What comes in to the simulated office by itself: one mail is matched, a call and a chat wait in the queue."""

from datetime import datetime, timedelta

from keepwell.accounts.models import Contact
from keepwell.conversations.actions.receiving import receive
from keepwell.conversations.jobs import read_in
from keepwell.conversations.models import Conversation

_CALL = """WEBVTT

00:01.000 --> 00:06.000
<v Simulated caller>Good morning. We are thinking about cancelling the contract at the end of the year.

00:07.000 --> 00:09.500
<v Simulated colleague>I am sorry to hear that. May I ask what happened?

00:10.000 --> 00:16.000
<v Simulated caller>The price went up twice, and another supplier has made us an offer.
"""
_CHAT = """Simulated guest: Can somebody show us the new reports?
Simulated colleague: With pleasure. Would Thursday suit you?
Simulated guest: Thursday is fine. Thank you, that was quick!
"""
_MAIL = """From: {name} <{email}>
To: support@example.com
Subject: Simulated: our renewal
Date: {date}
Message-ID: <simulated-renewal@example.com>

Hello,

we would like to renew, but not at this price. Could you call me this week?

Best regards
{name}
"""


def bring(*, now: datetime) -> int:
    """Bring them in as uploads; once brought, nothing is added. Returns how many files there were."""
    hour = timedelta(hours=1)
    files = {
        "simulated call.vtt": (_CALL, {"kind": "call", "language": "en", "ours": "Simulated colleague"}),
        "simulated chat.txt": (_CHAT, {"kind": "chat", "language": "en", "ours": "Simulated colleague"}),
    }
    contact = Contact.objects.exclude(email="").exclude(name="").filter(left_on=None).order_by("pk").first()
    if contact is not None:
        date = f"{now - 3 * hour:%a, %d %b %Y %H:%M:%S} +0000"
        files["simulated mail.eml"] = (_MAIL.format(name=contact.name, email=contact.email, date=date), {})
    for name, (text, said) in files.items():
        one = receive(
            chunks=[text.encode()],
            name=name,
            source=Conversation.Source.UPLOAD,
            said={**said, "at": (now - 2 * hour).isoformat()},
            now=now,
            ask=False,
        )
        read_in(one.pk)
    return len(files)
