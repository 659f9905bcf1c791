"""What comes in to the simulated office, and from where: files, a queue, sources and recording policies."""

from datetime import datetime


def arrive(folder: str, *, now: datetime) -> dict[str, str]:
    """Files come in, and a mailbox, a folder and policies are set: what their addresses are made of."""
    from keepwell.conversations.models import Conversation, Folder, Mailbox, Policy
    from keepwell.demo.arriving import bring

    bring(now=now)
    waiting = Conversation.objects.filter(account=None, deleted_at=None).order_by("pk")[0]
    mailbox = Mailbox.objects.create(  # nobody answers there: it is not read
        name="Support", host="mail.example.com", user="keeper@example.com", on=False
    )
    watched = Folder.objects.create(path=folder, on=False)
    Policy.objects.create(sound_days=365)
    policy = Policy.objects.create(
        country="DE", recordings=False, word_days=730, consent="Contract, clause 9"
    )
    return {
        "waiting": str(waiting.pk),
        "mailbox": str(mailbox.pk),
        "folder": str(watched.pk),
        "policy": str(policy.pk),
    }
