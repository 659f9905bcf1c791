"""Members, teams, portfolios, invitations, and the trail of what was changed."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from keepwell.members.labels import labels


class Role(models.TextChoices):
    """What a member is trusted with; each does all that those after it do."""

    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")


class Portfolio(models.Model):
    """Accounts that belong together for those who look after them. An account is in one of them."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    # Which accounts come into it by themselves, as people type conditions: segment = Enterprise. Asked in order.
    condition = models.CharField(_("accounts where"), max_length=500, blank=True)
    place = models.PositiveIntegerField(_("asked"), default=100)

    class Meta:
        ordering: ClassVar = ["place", "name"]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Members who work together, and the portfolios they look after."""

    class Kind(models.TextChoices):
        """What a team is for."""

        CUSTOMER_SUCCESS = "customer_success", _("Customer success")
        SALES = "sales", _("Sales")
        MARKETING = "marketing", _("Marketing")
        SUPPORT = "support", _("Support")

    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CUSTOMER_SUCCESS)
    portfolios = models.ManyToManyField(
        Portfolio, related_name="teams", blank=True, verbose_name=_("portfolios")
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Members(BaseUserManager["Member"]):
    """Members, found by their address whatever its case."""

    def create_user(self, email: str, password: str | None = None, **rest: Any) -> "Member":
        """A member with a password, or with none and so unable to sign in by one."""
        member = self.model(email=self.normalize_email(email).lower(), **rest)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def get_by_natural_key(self, username: str | None) -> "Member":
        """The member of an address."""
        return self.get(email__iexact=username)


class Member(AbstractBaseUser):
    """A person of ours who signs in."""

    class Theme(models.TextChoices):
        """Light or dark."""

        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    email = models.EmailField(_("mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MEMBER)
    teams = models.ManyToManyField(Team, related_name="members", blank=True, verbose_name=_("teams"))
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    theme = models.CharField(_("colours"), max_length=10, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    # Whether this is who a request is from: what it may see is then asked once. Set by `keepwell.site.middleware`.
    of_request = False
    seen_teams: list[tuple[str, int | None]] | None = None  # kind and portfolio

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = Members()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def role_said(self) -> str:
        """What they may do, in words."""
        return str(labels(Role)[self.role])

    @property
    def is_staff(self) -> bool:
        """Nobody: there is no other way in than the screens."""
        return False

    @property
    def first_name(self) -> str:
        """The name a greeting uses."""
        return self.name.split(" ")[0]

    def get_full_name(self) -> str:
        """The whole name."""
        return self.name


class Invitation(models.Model):
    """A link that makes one member, once, until it expires. Only a hash of it is kept."""

    hashed = models.CharField(max_length=64, unique=True)
    email = models.EmailField(_("mail address"), blank=True)  # none: whoever holds the link says it
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.MEMBER)
    teams = models.ManyToManyField(Team, blank=True, verbose_name=_("teams"))
    invited_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="invitations")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    member = models.OneToOneField(Member, models.SET_NULL, null=True, related_name="invitation")

    class Meta:
        ordering: ClassVar = ["-made_at"]

    def __str__(self) -> str:
        return self.email or str(self.made_at)


class Change(models.Model):
    """Who did what to what, and when: never changed, never deleted.

    `before` and `after` hold the fields that differ; personal ones say only that they changed.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="changes")
    by = models.CharField(max_length=120)  # as they were called then; "night" where nobody did it
    what = models.CharField(max_length=60, db_index=True)  # a verb and a thing: "export accounts"
    kind = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"{self.by}: {self.what} {self.key}"
