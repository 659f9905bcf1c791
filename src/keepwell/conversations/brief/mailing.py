"""The brief by mail, to whoever asks and to nobody else."""

from django.core.mail import EmailMessage

from keepwell.conversations.brief import Brief
from keepwell.conversations.brief.paper import pdf_of, text_of, title_of
from keepwell.lib.errors import KeepwellError
from keepwell.members.audit import record
from keepwell.members.models import Member


def mailed(brief: Brief, member: Member) -> tuple[bool, KeepwellError | None]:
    """Whether the mail server took it, and why the PDF is not with it, where it is not."""
    letter = EmailMessage(" ".join(title_of(brief).split())[:200], text_of(brief), to=[member.email])
    without: KeepwellError | None = None
    try:
        letter.attach("brief.pdf", pdf_of(brief), "application/pdf")
    except KeepwellError as wrong:
        without = wrong
    try:
        sent = bool(letter.send())
    except OSError:  # no server, or one that refuses
        sent = False
    if sent:
        record("mail brief", by=member, of=brief.account)
    return sent, without
