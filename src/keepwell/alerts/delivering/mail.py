"""By mail."""

import smtplib
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from keepwell.alerts.delivering import Doubtful, Message, NotSent


def message_id(number: str) -> str:
    """The Message-ID of a message: the same however often it is sent."""
    return f"<{number}@{urlsplit(settings.ADDRESS).hostname or 'localhost'}>"


def send(message: Message, to: str) -> None:
    """Send to one address. Raises NotSent or Doubtful."""
    headers = {"Message-ID": message_id(message.number), "Auto-Submitted": "auto-generated"}
    if message.repeat:
        headers["X-Keepwell-Repeat"] = "1"
    mail = EmailMessage(message.subject, message.text, to=[to], headers=headers)
    try:
        mail.send()
    except (smtplib.SMTPServerDisconnected, TimeoutError) as lost:
        raise Doubtful(type(lost).__name__) from lost  # it may have gone before the line was cut
    except (smtplib.SMTPException, OSError) as refused:
        code = getattr(refused, "smtp_code", "")
        raise NotSent(f"{type(refused).__name__} {code}".strip()) from refused
