"""The night as it runs: which steps are done, what each is doing, so that it can be watched and taken up again."""

from typing import ClassVar

from django.db import models


class Run(models.Model):
    """One night's work. `day` is the company's covered day it was begun for; unfinished runs are taken up again."""

    class State(models.TextChoices):
        """How far it is."""

        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    on_demand = models.BooleanField(default=False)

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
