"""Figures as they were worked out from a cut of the book, the accounts behind them, and segments people named."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from keepwell.members.models import Member


class Figure(models.Model):
    """One answer of the library: asked for once a cut, worked out by a job, shown to everybody.

    `result` is the answer's documented JSON form. All of it can be worked out anew from the book.
    """

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)  # of `params`: what two that ask the same have in common
    params = models.JSONField(default=dict)
    cut = models.CharField(max_length=64, db_index=True)  # see `keepwell.retention.cut`
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)
    label = models.CharField(max_length=120, blank=True)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)  # wrong, seen, ways: as people are told it
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key", "cut"], name="one figure a question and cut")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]} {self.state}"


class Behind(models.Model):
    """An account behind a figure. Money is minor units of the reporting currency.

    `line` is the one line of a statement the account is on, the definition it counts otherwise in, or where it stands
    in its cycle. `also` says what else is asked of it there: interrupted, leaving, or the days of its cycle.
    """

    figure = models.ForeignKey(Figure, models.CASCADE, related_name="behind", db_index=False)
    account_id = models.CharField(max_length=200)
    name = models.CharField(max_length=300)
    line = models.CharField(max_length=40)
    segment = models.CharField(max_length=200, blank=True)
    kept_by = models.CharField(max_length=10, blank=True)
    leaving_kind = models.CharField(max_length=20, blank=True)
    opening = models.BigIntegerField(default=0)
    closing = models.BigIntegerField(default=0)
    change = models.BigIntegerField(default=0)
    interrupted = models.BooleanField(default=False)
    leaving = models.BooleanField(default=False)
    also = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["figure", "line", "account_id"], name="an account once a line of a figure"
            )
        ]
        indexes: ClassVar = [  # the orders that a line is first shown in
            models.Index(fields=["figure", "opening", "account_id"], name="behind_opening"),
            models.Index(fields=["figure", "closing", "account_id"], name="behind_closing"),
            models.Index(fields=["figure", "line", "change", "account_id"], name="behind_change"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.line}"


class Segment(models.Model):
    """Accounts that people speak of together: a condition with a name."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    where = models.CharField(_("accounts where"), max_length=500)
    made_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="segments")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
