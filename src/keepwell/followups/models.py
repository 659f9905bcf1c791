"""Follow-ups and what is said of them, playbooks and their runs, how often one should speak, and calendar feeds."""

import secrets
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from keepwell.accounts.models import Account, Channel, Contact
from keepwell.alerts.models import Alert
from keepwell.members.models import Member, Team
from keepwell.members.ordering import Downwards
from keepwell.reach.models import Touch


def _secret() -> str:
    return secrets.token_hex(32)


class Stage(models.TextChoices):
    """Where an account is on its journey; `keepwell.followups.stages` says by which rule."""

    ONBOARDING = "onboarding", _("Onboarding")
    ADOPTING = "adopting", _("Adopting")
    VALUE = "value", _("Getting value")
    RENEWING = "renewing", _("Renewing")


class Playbook(models.Model):
    """Follow-ups that belong together. Its name is the action that its effect is asked by, so it never changes."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    secret = models.CharField(
        max_length=64, default=_secret
    )  # who is held out is drawn by it: it must never change
    active = models.BooleanField(_("in use"), default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> "Version | None":
        """The version that is started now."""
        return self.versions.first()


class Version(models.Model):
    """A playbook as it was set down at a time: never changed, so that one knows what a run did."""

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    steps = models.JSONField()  # in order: day, team ("" is the owner), channel, what, review
    condition = models.CharField(_("for accounts where"), max_length=500, blank=True)
    stage = models.CharField(_("at the stage"), max_length=12, choices=Stage, blank=True)
    least_risk = models.FloatField(
        _("risk from"), null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    trigger = models.CharField(max_length=40, blank=True)  # an alert of it starts the playbook by itself
    held_out = models.FloatField(
        _("share held out"), default=0, validators=[MinValueValidator(0), MaxValueValidator(0.9)]
    )
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["playbook", "number"], name="one version of a number")
        ]

    def __str__(self) -> str:
        return f"{self.playbook} {self.number}"


class Run(models.Model):
    """A playbook at an account: started, or held out from it for ever so that its effect can be seen."""

    class Arm(models.TextChoices):
        """As the book's treatments call it."""

        TREATED = "treated", _("started")
        HELD_OUT = "held out", _("held out")

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="runs")
    version = models.ForeignKey(Version, models.CASCADE, related_name="runs")
    account = models.ForeignKey(Account, models.CASCADE, related_name="runs")
    arm = models.CharField(max_length=10, choices=Arm)
    alert = models.ForeignKey(
        Alert, models.SET_NULL, null=True, related_name="runs", db_index=False
    )  # that it was started for
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")  # none: the night
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["playbook", "account"]),
            models.Index(fields=["playbook", "arm"], name="followups_run_arm"),
            # Few were started for an alert: an index of all would seem to find most of them.
            models.Index(
                fields=["alert"], condition=models.Q(alert__isnull=False), name="followups_run_alert"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["playbook", "account"],
                condition=models.Q(arm="held out"),
                name="held out once from a playbook",
            )
        ]

    def __str__(self) -> str:
        return f"{self.playbook_id} {self.account_id} {self.arm}"


class Effect(models.Model):
    """What a playbook's doing is found to have done, or why nothing can be said: asked for as a job."""

    playbook = models.OneToOneField(Playbook, models.CASCADE, primary_key=True, related_name="effect")
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    rows = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    refused = models.TextField(blank=True)
    few = models.JSONField(null=True)  # where its groups are too small: how many were in each

    def __str__(self) -> str:
        return str(self.playbook_id)


class FollowUp(models.Model):
    """A task at an account: one owner, one due day, what to say and why."""

    class Kind(models.TextChoices):
        """What it is."""

        CONTACT = "contact", _("Contact")
        REVIEW = "review", _("Review")

    class State(models.TextChoices):
        """Where it stands."""

        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Outcome(models.TextChoices):
        """What came of it."""

        STAYS = "stays", _("They stay with us")
        BETTER = "better", _("Talked, and it is better")
        WAITS = "waits", _("Talked, and it is open")
        NOBODY = "nobody", _("Nobody answered")
        LEAVES = "leaves", _("They are leaving")

    account = models.ForeignKey(Account, models.CASCADE, related_name="follow_ups", db_index=False)
    alert = models.ForeignKey(Alert, models.SET_NULL, null=True, blank=True, related_name="follow_ups")
    run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="follow_ups")
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="follow_ups", db_index=False
    )
    team = models.CharField(
        _("team"), max_length=20, choices=Team.Kind, blank=True
    )  # who may take it, of no owner
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CONTACT)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="follow_ups")
    channel = models.CharField(_("by"), max_length=10, choices=Channel, default=Channel.CALL)
    due = models.DateField(_("due"))
    what = models.CharField(_("what to say"), max_length=300)
    why = models.JSONField(default=dict)  # risk, reasons, worth and last touches when it was made
    worth = models.BigIntegerField(null=True)  # of the account's standing; of open ones the night renews it
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    note = models.TextField(_("note"), max_length=5000, blank=True)
    touch = models.OneToOneField(Touch, models.SET_NULL, null=True, related_name="follow_up")
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    closed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["due", "pk"]
        indexes: ClassVar = [
            # In the order of the lists, with the account, by which one knows who may see the row.
            models.Index(fields=["owner", "state", "due", "id", "account"], name="followups_owner_due"),
            Downwards(
                fields=["owner", "state", "-worth", "due", "id", "account"], name="followups_owner_worth"
            ),
            models.Index(fields=["state", "due", "id", "account"], name="followups_due"),
            Downwards(fields=["state", "-worth", "due", "id", "account"], name="followups_worth"),
            models.Index(fields=["account", "state", "due"]),
        ]

    def __str__(self) -> str:
        return self.what


class Comment(models.Model):
    """Something said of a follow-up."""

    follow_up = models.ForeignKey(FollowUp, models.CASCADE, related_name="comments")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=5000)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Mention(models.Model):
    """A member who was called by name in a comment, until they have looked."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="mentions")
    member = models.ForeignKey(Member, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "seen_at"])]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.member_id}"


class Batch(models.Model):
    """Something done to several follow-ups at once, with how they were, so that it can be taken back."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=20)
    before = models.JSONField()  # follow-up: field: value
    after = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at"]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"


class Feed(models.Model):
    """A secret address that a calendar reads a member's follow-ups from. Only a hash of it is kept."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, related_name="feed")
    hashed = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.member_id)


class Standard(models.Model):
    """How often an account should be spoken to and reviewed; the most particular one that fits holds."""

    segment = models.CharField(_("segment"), max_length=120, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    days = models.PositiveSmallIntegerField(
        _("speak at least every so many days"), validators=[MinValueValidator(1)]
    )
    review_days = models.PositiveSmallIntegerField(
        _("review every so many days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    class Meta:
        ordering: ClassVar = ["segment", "stage"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["segment", "stage"], name="one standard of a segment and stage")
        ]

    def __str__(self) -> str:
        return f"{self.segment} {self.stage}"


class Rhythm(models.Model):
    """Where an account is on its journey, and by when one should speak to it and review it: made by the night."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="rhythm")
    stage = models.CharField(max_length=12, choices=Stage)
    spoken_at = models.DateTimeField(null=True)
    speak_by = models.DateField(null=True)
    reviewed_on = models.DateField(null=True)
    review_by = models.DateField(null=True)
    worth = models.BigIntegerField(null=True)  # of the account's standing then: what lists are ordered by

    class Meta:
        indexes: ClassVar = [
            Downwards(
                fields=["-worth", "account", "speak_by", "review_by", "stage", "spoken_at"],
                name="followups_rhythm_worth",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.stage}"
