"""Where conversations come from, set by administrators: mailboxes and folders."""

from django.db import transaction
from django_q.tasks import async_task

from keepwell.conversations.arriving.mailboxes import box_of
from keepwell.conversations.arriving.sealing import seal
from keepwell.conversations.jobs import FETCH, SCAN
from keepwell.conversations.models import Folder, Mailbox
from keepwell.listening.mail.imap import Place, count
from keepwell.members.audit import record
from keepwell.members.models import Member

_BOX = ("name", "host", "port", "starttls", "user", "folder", "ours", "on")


def try_mailbox(*, mailbox: Mailbox, secret: str) -> int:
    """Look into a mailbox as it would be read; how many mails wait in it. Raises KeepwellError with what is wrong."""
    return count(box_of(mailbox, secret=secret), Place(mailbox.validity or 0, mailbox.last))


def set_mailbox(*, mailbox: Mailbox, secret: str, by: Member) -> Mailbox:
    """Keep a mailbox; its password is sealed, and left as it is where none was typed."""
    with transaction.atomic():
        was = Mailbox.objects.filter(pk=mailbox.pk).first()
        before = {name: getattr(was, name) for name in _BOX} if was else {}
        if secret:
            mailbox.secret = seal(secret, of=mailbox.name)
        if was and (was.host, was.user, was.folder) != (mailbox.host, mailbox.user, mailbox.folder):
            mailbox.validity, mailbox.last = None, 0
        mailbox.wrong, mailbox.reason = "", {}
        mailbox.save()
        after = {name: getattr(mailbox, name) for name in _BOX}
        record("set mailbox", by=by, of=mailbox, before=before, after=after)
        pk = mailbox.pk
        transaction.on_commit(lambda: _ask(FETCH, pk) if mailbox.on else None)
    return mailbox


def drop_mailbox(*, mailbox: Mailbox, by: Member) -> None:
    """Read a mailbox no more, and forget its password; what came from it stays."""
    with transaction.atomic():
        record("drop mailbox", by=by, of=mailbox, before={"name": mailbox.name})
        Mailbox.objects.filter(pk=mailbox.pk).delete()


def set_folder(*, folder: Folder, by: Member) -> Folder:
    """Take in what lies in a folder, and what will."""
    with transaction.atomic():
        folder.save()
        after = {"path": folder.path, "kind": folder.kind, "on": folder.on, **folder.said}
        record("set folder", by=by, of=folder, after=after)
        transaction.on_commit(lambda: _ask(SCAN, folder.pk) if folder.on else None)
    return folder


def drop_folder(*, folder: Folder, by: Member) -> None:
    """Look into a folder no more; what came from it stays."""
    with transaction.atomic():
        record("drop folder", by=by, of=folder, before={"path": folder.path})
        Folder.objects.filter(pk=folder.pk).delete()


def look_now() -> None:
    """Look into all of them at once, not in a minute."""
    for job, rows in ((FETCH, Mailbox.objects), (SCAN, Folder.objects)):
        for pk in rows.filter(on=True).values_list("pk", flat=True):
            _ask(job, pk)


def _ask(job: str, pk: int) -> None:
    async_task(job, pk, group="read")
