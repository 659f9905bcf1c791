"""Stretches of conversations that are kept to learn from."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.conversations.models.kept import Conversation
from keepwell.members.models import Member


class Clip(models.Model):
    """A stretch of a conversation, whole turns from one to another: its words and sound are read where they lie.

    So it is seen by whoever may see its account, goes when they are deleted, and holds no copy.
    """

    class Kind(models.TextChoices):
        """Why it is kept."""

        GOOD = "good", pgettext_lazy("of a clip", "Well done")
        WARNING = "warning", pgettext_lazy("of a clip", "A warning")

    class Audience(models.TextChoices):
        """Who was spoken to."""

        EXECUTIVE = "executive", _("An executive")
        MANAGER = "manager", _("A manager")
        STAFF = "staff", _("A daily contact")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="clips")
    first = models.PositiveIntegerField()  # no of its first turn
    last = models.PositiveIntegerField()
    start = models.FloatField(null=True)  # seconds
    end = models.FloatField(null=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.GOOD)
    title = models.CharField(_("title"), max_length=200)
    why = models.CharField(pgettext_lazy("of a clip", "why it is kept"), max_length=1000, blank=True)
    theme = models.CharField(_("theme"), max_length=40, blank=True)
    audience = models.CharField(_("spoken to"), max_length=10, choices=Audience, blank=True)
    tags = models.JSONField(default=list)
    template = models.BooleanField(_("a template to speak by"), default=False)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="clips")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)  # taken out, and can be put back for a while
    removed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["theme", "-at"]), models.Index(fields=["-at", "-id"])]

    def __str__(self) -> str:
        return self.title


class Collection(models.Model):
    """Clips put together under a name, for everyone or for who made it."""

    name = models.CharField(_("name"), max_length=120)
    detail = models.CharField(_("what it is for"), max_length=500, blank=True)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="collections")
    shared = models.BooleanField(_("others see it"), default=True)
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    clips = models.ManyToManyField(Clip, through="Collected", related_name="collections")

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Collected(models.Model):
    """A clip's place in a collection."""

    collection = models.ForeignKey(Collection, models.CASCADE)
    clip = models.ForeignKey(Clip, models.CASCADE)
    place = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["place", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "clip"], name="a clip is in a collection once")
        ]

    def __str__(self) -> str:
        return f"{self.collection_id} {self.clip_id}"
