"""Touches that members log, the rules of the contact budget, what is reserved ahead, and who was held back."""

import uuid
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Channel, Contact
from keepwell.accounts.readable import topic_said
from keepwell.members.models import Member, Team


def new_key() -> str:
    """Names a touch before it is made, so that a form sent twice makes one."""
    return uuid.uuid4().hex


class Direction(models.TextChoices):
    """Who reached out."""

    OUT = "out", _("We reached out")
    IN = "in", _("They reached out")


class Importance(models.TextChoices):
    """How much a message matters to the customer. An emergency passes every rule, and is seen to."""

    NORMAL = "normal", _("Normal")
    IMPORTANT = "important", _("Important")
    EMERGENCY = "emergency", _("Emergency")


class Rule(models.Model):
    """At most so many contacts in so many days, to one contact or to one account.

    `channel` and `team` narrow what is counted and held back ("" is any); a rule for normal messages lets important
    ones pass, one that holds important ones holds normal ones too. Nothing holds an emergency.
    """

    class Of(models.TextChoices):
        """To whom."""

        CONTACT = "contact", _("one contact")
        ACCOUNT = "account", _("one account")

    most = models.PositiveSmallIntegerField(
        _("at most"), validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    days = models.PositiveSmallIntegerField(
        _("in so many days"), validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    of = models.CharField(_("to"), max_length=10, choices=Of, default=Of.CONTACT)
    channel = models.CharField(_("by"), max_length=10, choices=Channel, blank=True)
    team = models.CharField(_("by teams of"), max_length=20, choices=Team.Kind, blank=True)
    holds_important = models.BooleanField(_("holds important messages too"), default=False)
    active = models.BooleanField(_("in force"), default=True)

    class Meta:
        ordering: ClassVar = ["of", "days", "pk"]

    def __str__(self) -> str:
        from keepwell.reach.saying import rule_said

        return rule_said(self)


class Touch(models.Model):
    """One contact of ours with them, or of theirs with us, as a member logged it."""

    key = models.CharField(
        max_length=64, unique=True, default=new_key
    )  # of the form it came by: sent twice, it is one
    account = models.ForeignKey(Account, models.CASCADE, related_name="touches", db_index=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="touches")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="touches")
    team = models.CharField(max_length=20, choices=Team.Kind, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    direction = models.CharField(_("direction"), max_length=3, choices=Direction, default=Direction.OUT)
    importance = models.CharField(
        _("importance"), max_length=10, choices=Importance, default=Importance.NORMAL
    )
    at = models.DateTimeField(_("when"))
    day = models.DateField()  # of `at`: what the budget counts
    topic = models.CharField(_("what about"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5000)
    passed = models.JSONField(default=dict)  # why it went out although it was held; {} where it was not
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "-day"]),
            models.Index(fields=["-at"], condition=~models.Q(passed={}), name="reach_touch_passed"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.channel}"


class Reservation(models.Model):
    """A slot that a team holds with a contact or account on a day: it lapses when the day is over."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("Reserved")
        USED = "used", _("Used")
        GIVEN_BACK = "given back", _("Given back")

    account = models.ForeignKey(Account, models.CASCADE, related_name="reservations", db_index=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="reservations")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="reservations")
    team = models.CharField(max_length=20, choices=Team.Kind, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    importance = models.CharField(
        _("importance"), max_length=10, choices=Importance, default=Importance.NORMAL
    )
    day = models.DateField(_("on"))
    topic = models.CharField(_("what about"), max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    touch = models.OneToOneField(Touch, models.SET_NULL, null=True, related_name="reservation")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["day", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "state", "day"]),
            models.Index(fields=["state", "day", "id"]),
        ]

    @property
    def about(self) -> str:
        """What about, in the reader's words."""
        return topic_said(self.topic)

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.channel}"


class Hold(models.Model):
    """Somebody asked to reach a contact or account and was held back: by what, until when, for whose message."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="holds")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="holds")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="holds")
    team = models.CharField(max_length=20, choices=Team.Kind, blank=True)
    channel = models.CharField(max_length=10, choices=Channel)
    importance = models.CharField(max_length=10, choices=Importance)
    day = models.DateField()  # when they wanted to
    until = models.DateField(null=True)  # none: as long as the customer wishes it so
    why = models.JSONField(default=dict)  # as `keepwell.reach.budget.Answer` says it
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class LastTouch(models.Model):
    """When an account was last in contact with us, either way, from the book and from members."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="last_touch")
    at = models.DateTimeField(db_index=True)
    channel = models.CharField(max_length=60, blank=True)
    direction = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.at:%Y-%m-%d}"
