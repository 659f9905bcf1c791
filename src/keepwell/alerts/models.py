"""Alerts and why they were raised, the bounds people set, how they are told, and every attempt to tell them."""

from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.accounts.models import Account
from keepwell.alerts.delivering.wording import in_words
from keepwell.members.models import Member, Portfolio, Team

SILENT = timedelta(minutes=9)  # a preview that was not heard of for so long has lost its worker


class Alert(models.Model):
    """What one night saw at one account that wants attention: stored once, with its reasons, open until closed."""

    class State(models.TextChoices):
        """Where it stands with those who are to answer it."""

        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("of an alert", "Seen")
        SNOOZED = "snoozed", _("Put off")
        CLOSED = "closed", _("Closed")

    class Outcome(models.TextChoices):
        """What came of it, said by whoever closed it; the last two are the night's."""

        ACTED = "acted", _("It was right, and we acted")
        RIGHT = "right", _("It was right, nothing could be done")
        WRONG = "wrong", _("It was a false alarm")
        PASSED = "passed", _("It went away by itself")
        LEFT = "left", _("They left or gave notice")

    account = models.ForeignKey(Account, models.CASCADE, related_name="alerts", db_index=False)
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, related_name="alerts"
    )  # who was to answer it then
    day = models.DateField()  # the day of the standing that it was seen in
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    stood = models.JSONField(default=dict)  # how the account stood then: risk, health, what it paid
    after = models.ForeignKey("self", models.SET_NULL, null=True, related_name="later", db_index=False)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    snoozed_until = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")  # none: the night
    to_tell = models.CharField(
        max_length=10, default="raised", blank=True, db_index=True
    )  # why; "" once planned
    rounds = models.PositiveSmallIntegerField(default=0)  # how often it has been told
    awaited_at = models.DateTimeField(null=True)  # from when somebody knows of it who can answer
    escalated_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)  # the first thing done about it
    left_on = models.DateField(null=True)  # the account left after it, within the days that count

    class Meta:
        ordering: ClassVar = ["-opened_at", "-pk"]
        indexes: ClassVar = [
            # In the order of the inbox, with the account, by which one knows who may see the row.
            models.Index(fields=["state", "-opened_at", "-id", "account"], name="alerts_alert_state"),
            models.Index(fields=["account", "state", "-opened_at"]),
            models.Index(fields=["owner", "state", "-opened_at", "-id"]),
            models.Index(fields=["-opened_at", "-id", "account"], name="alerts_alert_newest"),
            # Few come after another: an index of all would seem to find most of them.
            models.Index(fields=["after"], condition=Q(after__isnull=False), name="alerts_alert_after"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class Reason(models.Model):
    """One trigger that raised an alert: what it saw then, and when that was gone again."""

    class Gone(models.TextChoices):
        """How a reason ended."""

        CLOSED = "closed", _("closed")
        CALM = "calm", _("went away by itself")
        LEFT = "left", _("the account is no longer a customer")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="reasons")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", db_index=False)
    trigger = models.CharField(max_length=40)
    mark = models.CharField(max_length=200, blank=True)  # of several things one trigger can see, which
    event = models.CharField(max_length=250, blank=True)  # a thing that is told of once, and never again
    near = models.BooleanField(default=False)  # within the near band only
    seen = models.JSONField(default=dict)  # what was seen, and the bounds it was held against
    began_at = models.DateTimeField()
    crossed_at = models.DateTimeField(null=True)  # was near, and is over since
    crossed = models.JSONField(default=dict)  # what was seen then
    gone_at = models.DateTimeField(null=True)
    gone = models.CharField(max_length=10, choices=Gone, blank=True)
    gone_with = models.JSONField(default=dict)  # what was seen when it went away by itself

    class Meta:
        ordering: ClassVar = ["near", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "trigger", "mark"]),
            models.Index(fields=["trigger", "alert"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "trigger", "mark"],
                condition=Q(gone_at=None),
                name="one open reason of a trigger an account",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.mark}".strip()


class Threshold(models.Model):
    """Bounds that somebody set for a trigger: for an account, a member's accounts, a segment, a team, or all."""

    class Level(models.TextChoices):
        """For whom; the first that says something holds."""

        ACCOUNT = "account", _("One account")
        MEMBER = "member", _("A member's accounts")
        SAVED = "saved", _("A saved segment")
        SEGMENT = "segment", _("A segment")
        TEAM = "team", _("A team")
        COMPANY = "company", _("The company")

    trigger = models.CharField(max_length=40)
    whom = models.CharField(max_length=240)  # level and whose, so that there is one for each
    level = models.CharField(_("holds for"), max_length=10, choices=Level)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    member = models.ForeignKey(Member, models.CASCADE, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    segment = models.CharField(_("segment"), max_length=120, blank=True)
    on = models.BooleanField(_("raise it"), default=True)
    threshold = models.FloatField(_("raised from"))
    near = models.FloatField(_("near from"))
    tell_near = models.BooleanField(_("raise it when near as well"), default=False)
    minimum = models.FloatField(_("only if at least"), null=True, blank=True)
    also = models.CharField(_("and only if"), max_length=60, blank=True)
    also_side = models.CharField(max_length=5, blank=True)
    also_bound = models.FloatField(_("bound"), null=True, blank=True)
    quiet_days = models.PositiveIntegerField(_("days of quiet after closing"), default=30)

    class Meta:
        ordering: ClassVar = ["trigger", "level", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trigger", "whom"], name="one threshold of a trigger for whom")
        ]

    def __str__(self) -> str:
        return f"{self.trigger} {self.level}"


class Before(models.Model):
    """How the steps of an account's check-up stood when they were last looked at, so that turning is seen."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    day = models.DateField()
    steps = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class Manner(models.Model):
    """How a member wants to be told: at once or once a day, and when not. Without a member: unless they say."""

    class How(models.TextChoices):
        """When."""

        AT_ONCE = "at_once", _("At once")
        DIGEST = "digest", _("Once a day, together")
        NEVER = "never", _("Not by mail")

    member = models.OneToOneField(Member, models.CASCADE, null=True, related_name="manner")
    how = models.CharField(_("mail me"), max_length=10, choices=How, default=How.AT_ONCE)
    digest_at = models.PositiveSmallIntegerField(_("the daily mail comes at"), default=8)
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), default=19)
    quiet_to = models.PositiveSmallIntegerField(_("quiet until"), default=7)
    quiet_weekend = models.BooleanField(_("quiet at weekends"), default=True)
    escalate_hours = models.PositiveIntegerField(
        _("tell the manager when nobody answered for so many hours"), default=48
    )  # of the company's alone

    def __str__(self) -> str:
        return str(self.member or "company")


class Channel(models.Model):
    """Where alerts go besides mail: a service by its address, or a signed webhook; of a member, a team, or all."""

    class Kind(models.TextChoices):
        """What is there."""

        SERVICE = "service", _("Slack, Teams or another service")
        WEBHOOK = "webhook", _("Webhook")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=2000)  # a secret: never shown whole, never logged
    secret = models.CharField(max_length=100, blank=True)  # what a webhook's signatures are made with
    private = models.BooleanField(_("may lie in our own network"), default=False)  # an administrator's word
    member = models.ForeignKey(Member, models.CASCADE, null=True, blank=True, related_name="channels")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="channels")
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one place, about one alert or, in a digest, several. Sent from this row and no other way.

    `key` names the message wherever it goes: a mail's Message-ID, a webhook's id. A row found in `sending` by
    another worker was left by one that died: it is not known whether the message went, so it goes again, marked.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DOUBTFUL = "doubtful", _("perhaps sent, goes again")
        FAILED = "failed", _("given up")
        OVER = "over", _("not needed any more")

    key = models.CharField(max_length=120, unique=True)
    number = models.UUIDField(default=uuid4, unique=True)
    alerts = models.ManyToManyField(Alert, related_name="deliveries")
    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="deliveries")  # by mail
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="deliveries")
    why = models.CharField(max_length=12, default="raised")  # raised, crossed, back, escalated, digest, trial
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    doubted = models.BooleanField(default=False)  # may have gone more than once
    said = models.CharField(max_length=200, blank=True)  # what went wrong last; nothing personal
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return self.key

    @property
    def said_in_words(self) -> str:
        """Why it did not go, as people say it."""
        return in_words(self.said)


class Deed(models.Model):
    """What a member did to an alert, with how it was before, so that it can be taken back."""

    batch = models.UUIDField(db_index=True)
    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deeds")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    to = models.CharField(max_length=12)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    @property
    def said(self) -> str:
        """What it was made, in words."""
        return str(Alert.State(self.to).label)

    def __str__(self) -> str:
        return f"{self.alert_id} {self.to}"


class Tally(models.Model):
    """How the alerts of a year did: of a trigger (all of them: ""), at the accounts of a portfolio and owner.

    Counted by the night; can be counted anew at any time.
    """

    trigger = models.CharField(max_length=40, blank=True)
    portfolio = models.ForeignKey(Portfolio, models.CASCADE, null=True, related_name="+")
    owner = models.ForeignKey(Member, models.CASCADE, null=True, related_name="+")
    raised = models.PositiveIntegerField(default=0)
    acted = models.PositiveIntegerField(default=0)  # something was done about them
    judged = models.PositiveIntegerField(default=0)  # closed with a verdict by somebody, or the account left
    right = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    warnings = models.JSONField(default=list)  # days from the alert to leaving

    def __str__(self) -> str:
        return f"{self.trigger} {self.raised}"


class Preview(models.Model):
    """What a setting would have done in the past: worked out as a job, kept for the cut it was made from."""

    trigger = models.CharField(max_length=40)
    setting = models.JSONField()
    scope = models.JSONField(default=dict)  # whose accounts
    cut = models.BigIntegerField()
    key = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(Member, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # when whoever works it out was last heard of
    ended_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True)  # why nothing can be said
    found = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-asked_at"]

    def __str__(self) -> str:
        return f"{self.trigger} {self.cut}"
