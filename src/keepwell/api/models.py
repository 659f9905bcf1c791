"""Tokens that programs show, and answers kept so that a call made twice is done once."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from keepwell.members.models import Member
from keepwell.members.rights import Right


class Token(models.Model):
    """Lets a program call as a member, within a scope, until it expires. Only a hash of it is kept."""

    class Scope(models.TextChoices):
        """What it may be used for; each includes those before it, and none goes beyond its member's role."""

        READ = "read", _("Read")
        ACT = "act", _("Read and act")
        MANAGE = "manage", _("Read, act and manage")

    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(_("what it is for"), max_length=120)
    hashed = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("it may"), max_length=10, choices=Scope, default=Scope.READ)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # to the minute: a read does not write each time
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def reaches(self) -> Right:
        """The highest right it can be used for."""
        return {"read": Right.SEE, "act": Right.ACT, "manage": Right.ADMINISTER}[self.scope]


class Kept(models.Model):
    """The answer to a write that bore a key, for a day: the same call again is answered by it and does nothing."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)  # a hash of method, address and body
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "key"], name="one answer a member and key")
        ]

    def __str__(self) -> str:
        return self.key
