"""The mood of what customers say: which model tells it in each language, what it told, and what members say of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.conversations.models.kept import Conversation, Turn
from keepwell.members.models import Member


class MoodModel(models.Model):
    """What a language's labels gave, version by version; the newest one holds. It keeps no words of anybody.

    `weights` are those of `keepwell.listening.mood.model`, kept of the newest version only. `revision` rises over
    all languages with every version that tells moods another way.
    """

    class State(models.TextChoices):
        """What became of learning: those of `keepwell.listening.mood.learning.State`."""

        READY = "ready", pgettext_lazy("of a model of mood", "In use")
        FEW = "few", _("Too few comments")
        UNPROVEN = "unproven", _("Not clearly better than chance")

    language = models.CharField(max_length=10)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State)
    kind = models.CharField(max_length=10, blank=True)  # own, vader, or "" where nothing tells the mood
    counts = models.JSONField(default=dict)  # `labels.Counts`
    quality = models.JSONField(default=dict)  # by kind, all that were measured: `quality.Quality`
    weights = models.BinaryField(null=True)
    digest = models.CharField(max_length=32)  # of the labels
    known_until = models.DateTimeField(null=True)  # what the book knew then
    at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["language", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["language", "version"], name="a version of a mood is there once")
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.version}"


class Felt(models.Model):
    """The mood of the customer's turns in a conversation, as it was told last; what members say goes before.

    `turns` are [no, chance of a good mood, language] of those that a model could read.
    """

    conversation = models.OneToOneField(Conversation, models.CASCADE, primary_key=True, related_name="felt")
    turns = models.JSONField(default=list)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    neutral = models.PositiveIntegerField(default=0)  # as members say
    unsure = models.PositiveIntegerField(default=0)
    model = models.CharField(max_length=100, blank=True)  # what told it: "hu 3"
    version = models.PositiveIntegerField(default=0)  # of the conversation
    revision = models.PositiveIntegerField(default=0, db_index=True)  # of the models
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.conversation_id}"


class MoodSaid(models.Model):
    """What a member says the mood of a turn is: it goes before what a model tells, and teaches the next one.

    It holds for the words that were said: when they are others, or deleted, it goes.
    """

    class Mood(models.TextChoices):
        """How the customer felt: those of `keepwell.listening.mood.labels.Mood`."""

        GOOD = "good", pgettext_lazy("a mood", "Good")
        NEUTRAL = "neutral", pgettext_lazy("a mood", "Neutral")
        BAD = "bad", pgettext_lazy("a mood", "Bad")

    turn = models.OneToOneField(Turn, models.CASCADE, primary_key=True, related_name="mood_said")
    mood = models.CharField(max_length=8, choices=Mood)
    words = models.CharField(max_length=32)  # a digest of the turn's text
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.turn_id}"
