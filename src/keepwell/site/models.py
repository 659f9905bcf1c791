"""The night as it runs, so that it can be watched and taken up again; what the office is set to; slow pages."""

from datetime import time
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Run(models.Model):
    """One night's work; one that was left off is taken up again."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    on_demand = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=1)  # how often it was begun or taken up

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} {self.state}"


class Step(models.Model):
    """One step of a night: told while it runs, kept when it is over."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    name = models.CharField(max_length=30)
    place = models.PositiveIntegerField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    of = models.BigIntegerField(default=0)
    said = models.CharField(max_length=300, blank=True)  # what it found, or what went wrong; nothing personal
    failed = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "name"], name="one step of a name a run")
        ]

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """What the whole office is set to: one row, made when it is first asked for."""

    night_at = models.TimeField(_("The night begins at"), default=time(2))  # in the book's time zone

    def __str__(self) -> str:
        return f"{self.night_at:%H:%M}"

    @classmethod
    def the(cls) -> "Office":
        """The one row."""
        return cls.objects.get_or_create(pk=1)[0]


class Slow(models.Model):
    """A page that took long: which, when, how long. Nobody's address and nobody's name."""

    page = models.CharField(max_length=120)  # the name of its address, never the address itself
    at = models.DateTimeField(auto_now_add=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.page} {self.milliseconds} ms"


class Counted(models.Model):
    """What a limit has counted, or that a one-time code is used, until it expires: see `keepwell.site.counting`."""

    key = models.CharField(max_length=255, primary_key=True)
    value = models.JSONField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
