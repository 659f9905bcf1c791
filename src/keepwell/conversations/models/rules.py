"""What is listened for, every version of it, where it was heard, and whether that was right."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.accounts.models import Account
from keepwell.conversations.models.kept import Conversation, Turn
from keepwell.conversations.rules.names import called
from keepwell.members.models import Member


class Rule(models.Model):
    """What to listen for: `data` holds the fields of `keepwell.listening.rules.Rule` but name, version and owner.

    Never deleted while it has hits: it is put to rest, and says so.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    theme = models.CharField(_("theme"), max_length=40, blank=True)
    owner = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="rules")
    version = models.PositiveIntegerField(default=1)
    data = models.JSONField(default=dict)
    on = models.BooleanField(_("listens"), default=True)
    template = models.BooleanField(_("a good moment"), default=False)  # of ours, to learn from
    revision = models.PositiveBigIntegerField(default=0)  # the rules' when what it listens for last changed
    notice = models.CharField(max_length=10, blank=True)  # silent, falling or both: said to its owner
    noticed = models.JSONField(default=dict)  # the numbers behind it
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    rested_at = models.DateTimeField(null=True)
    rested_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["theme", "name"]
        indexes: ClassVar = [models.Index(fields=["owner", "notice"])]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What it is called, in the reader's words where it came with Keepwell."""
        return called(self.name)


class RuleVersion(models.Model):
    """A rule as it was from a moment on, so that a hit can say by what it was found."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=120, blank=True)
    data = models.JSONField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "version"], name="one text a version of a rule")
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.version}"


class Hit(models.Model):
    """A rule heard in a turn. A void one was heard in other words, or by an older version: kept, and not counted.

    `key` names it in the book too, so that what is found again is there once.
    """

    class Verdict(models.TextChoices):
        """What was heard."""

        HIT = "hit", pgettext_lazy("of a rule", "Said")
        NEGATED = "negated", pgettext_lazy("of a rule", "Denied")

    class Judged(models.TextChoices):
        """What a person said of it."""

        RIGHT = "right", pgettext_lazy("of a hit", "Right")
        WRONG = "wrong", pgettext_lazy("of a hit", "Wrong")
        UNSURE = "unsure", pgettext_lazy("of a hit", "Not sure")

    class Void(models.TextChoices):
        """Why it counts no more."""

        RULE = "rule", _("the rule changed")
        WORDS = "words", _("the words changed")
        ERASED = "erased", _("the words were deleted")

    key = models.CharField(max_length=64, unique=True)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="hits", db_index=False)
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="hits")
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="hits", db_index=False
    )  # the conversation's, for lists
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="hits", db_index=False)
    version = models.PositiveIntegerField()  # of the rule
    theme = models.CharField(max_length=40, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict)
    spans = models.JSONField()  # [[start, end]] in the turn's text
    cue = models.CharField(max_length=80, blank=True)  # the denying word
    labels = models.JSONField(default=list)  # question, condition, reported...
    at = models.DateTimeField()  # when it was said
    found_at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)
    void = models.CharField(max_length=8, choices=Void, blank=True)
    judged = models.CharField(max_length=8, choices=Judged, blank=True)
    judged_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    then = models.JSONField(default=dict)  # what was done because of it: {"follow_up": its key}

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["rule", "-at", "-id"]),
            models.Index(fields=["account", "-at", "-id"]),
            models.Index(fields=["conversation", "turn"]),
            models.Index(fields=["theme", "at"]),
            models.Index(fields=["-at", "-id"]),
            models.Index(
                fields=["rule", "-at"], condition=Q(judged="", void_at=None), name="hits_to_be_judged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.turn_id}"


class Words(models.Model):
    """The company's own words of a language, in the form of the shipped lists: theme: {idea: "word, other, -not"}."""

    language = models.CharField(max_length=10, primary_key=True)
    data = models.JSONField(default=dict)
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.language


class Ruling(models.Model):
    """Which rules hold now: one row. `revision` rises with every change of a rule or of the words."""

    revision = models.PositiveBigIntegerField(default=1)
    words = models.PositiveBigIntegerField(default=0)  # the revision that the words last changed with
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.revision)


class Past(models.Model):
    """What a rule would have heard in all that was said so far: worked out once, as a job where that is much.

    `found` holds places and counts, never words: those are read where they lie, by whoever may see them.
    """

    data = models.JSONField()  # the rule as it was asked: as `Rule.data`, with its name
    asked_by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # when whoever works it out was last heard of
    ended_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True)
    found = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return str(self.data.get("name", ""))
