"""Accounts and contacts as the office knows them, how they stand today, and what happened: projected from the book.

Everything here but `owner` and `portfolio` where a member chose them, and the outbox, can be made anew from the book.
"""

from functools import cache
from typing import Any, ClassVar
from urllib.parse import quote

from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from keepwell.members.labels import labels
from keepwell.members.models import Member, Portfolio
from keepwell.members.ordering import Downwards
from keepwell.members.ready import ready_by_keys

PLAIN = "/~:@!$&'()*+,;="  # what stands for itself in the path of an address, as `reverse` has it
PEOPLE = 100  # of an account that a page names
LATELY = 31  # entries of a timeline that are read at once: as many as a page shows, and one


class Channel(models.TextChoices):
    """By what a person is reached."""

    CALL = "call", _("call")
    MAIL = "mail", _("mail")
    MEETING = "meeting", _("meeting")
    CHAT = "chat", _("chat")
    LETTER = "letter", _("letter")

    @classmethod
    def said(cls, name: str | None) -> str:
        """What a channel of the book is called; one that is not among these by its own name."""
        return str(labels(cls).get(name or "", name or _("some way")))


@cache
def _before_account() -> str:
    """What stands before the id in the address of an account's page."""
    return reverse("accounts:account", args=["A"]).removesuffix("A")


class Account(models.Model):
    """A customer organisation; its id is the book's."""

    account_id = models.CharField(_("account"), max_length=200, primary_key=True)
    name = models.CharField(_("name"), max_length=300)
    segment = models.CharField(_("segment"), max_length=120, blank=True, db_index=True)
    industry = models.CharField(_("industry"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=60, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    salesperson = models.CharField(_("salesperson"), max_length=120, blank=True)
    channel = models.CharField(_("channel"), max_length=120, blank=True)
    domain = models.CharField(max_length=200, blank=True, db_index=True)  # without www and the like
    attributes = models.JSONField(default=dict)  # the company's own columns, each as text, "" where not known
    owner_email = models.CharField(max_length=254, blank=True)  # as the book says it
    owner = models.ForeignKey(
        Member, models.SET_NULL, null=True, blank=True, related_name="accounts", db_index=False
    )
    portfolio = models.ForeignKey(
        Portfolio, models.SET_NULL, null=True, blank=True, related_name="accounts", db_index=False
    )
    chosen = models.BooleanField(default=False)  # a member chose owner or portfolio; the night leaves them be
    # The book has it no more, or merged it into another. It stays here for what people did with it.
    gone = models.BooleanField(_("no longer in the book"), default=False)
    cut = models.BigIntegerField(default=0)  # the book's version it was made from

    class Meta:
        ordering: ClassVar = ["name", "account_id"]
        # Whose an account is is asked of every row of every list: these answer without the account's own row.
        indexes: ClassVar = [
            models.Index(fields=["portfolio", "segment", "account_id"], name="accounts_account_of_portfolio"),
            models.Index(fields=["owner", "segment", "account_id"], name="accounts_account_of_owner"),
            models.Index(
                fields=["name", "account_id", "portfolio", "owner"], name="accounts_account_by_name"
            ),
            models.Index(
                fields=["account_id", "portfolio", "owner", "segment"], name="accounts_account_whose"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.account_id

    @property
    def address(self) -> str:
        """Of its page: made by hand, for a list names many."""
        return _before_account() + quote(self.account_id, safe=PLAIN)

    @cached_property
    def everybody(self) -> "list[Contact]":
        """Who is or was there, those that are first: read once, whoever of the page's parts asks."""
        return _theirs(self, _everybody(account=self.pk).rows())

    @property
    def people(self) -> "list[Contact]":
        """Who is there now, at most so many as a page names."""
        return [one for one in self.everybody if one.left_on is None]

    @cached_property
    def lately(self) -> "list[Entry]":
        """What happened last, newest first, at most LATELY: read once, whoever of the page's parts asks."""
        return _theirs(self, _lately(account=self.pk).rows())


@ready_by_keys
def _everybody(*, account: str) -> "models.QuerySet[Contact]":
    newest = models.F("left_on").desc(nulls_first=True)
    return Contact.objects.filter(account=account).order_by(newest, "name")[:PEOPLE]


@ready_by_keys
def _lately(*, account: str) -> "models.QuerySet[Entry]":
    found = Entry.objects.filter(account=account).select_related("contact")
    return found.order_by("-at", "-pk")[:LATELY]


def _theirs(account: Account, rows: list[Any]) -> list[Any]:
    """Rows of an account, which is known already."""
    for one in rows:
        one.account = account
    return rows


class Contact(models.Model):
    """A person at an account. The id is the book's surrogate; names are the person's and can be erased."""

    contact_id = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=300, blank=True)
    email = models.CharField(_("mail address"), max_length=254, blank=True, db_index=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    role = models.CharField(_("role"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    source_id = models.CharField(
        max_length=200, blank=True
    )  # what the source calls the person, for rows that go back
    seniority = models.CharField(_("seniority"), max_length=20, blank=True)  # executive, manager or staff
    channel = models.CharField(_("likes to be reached by"), max_length=60, blank=True)
    opted_out = models.BooleanField(_("wants no contact"), default=False)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    cut = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["name"]

    @property
    def way(self) -> str:
        """By what they like to be reached, in words."""
        return Channel.said(self.channel) if self.channel else ""

    def __str__(self) -> str:
        return self.name or self.role or self.contact_id


class Erasing(models.Model):
    """That a person is being erased, and how far that is. Of the person it holds the book's surrogate alone."""

    contact_id = models.CharField(max_length=64, primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # when whoever erases was last heard of
    wrong = models.CharField(max_length=300, blank=True)  # why it has to be tried again
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.contact_id} {self.state}"

    @property
    def state(self) -> str:
        """How far it is: waiting, running or done."""
        return "done" if self.ended_at else "running" if self.beat_at else "waiting"


class AccountWord(models.Model):
    """A word of an account's name or id, without case and accents: see `keepwell.accounts.words`."""

    word = models.CharField(max_length=40)
    account = models.ForeignKey(Account, models.CASCADE, related_name="words")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["word", "account"],
                name="accounts_word_account",
                opclasses=["varchar_pattern_ops", "varchar_ops"],  # PostgreSQL's for how a word begins
            )
        ]

    def __str__(self) -> str:
        return self.word


class ContactWord(models.Model):
    """A word of a contact's name or address."""

    word = models.CharField(max_length=40)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="words")

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["word", "contact"],
                name="accounts_word_contact",
                opclasses=["varchar_pattern_ops", "varchar_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.word


class Standing(models.Model):
    """How an account stands on the last night. Money is minor units of the reporting currency."""

    class Health(models.TextChoices):
        """The check-up as a whole."""

        POOR = "poor", _("Poor")
        CONCERNING = "concerning", _("Concerning")
        HEALTHY = "healthy", _("Healthy")
        UNKNOWN = "unknown", _("Not known")

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="standing")
    day = models.DateField()
    kept_by = models.CharField(max_length=10)  # "contract" or "irregular"
    mrr = models.BigIntegerField(default=0)
    customer_since = models.DateField(null=True)
    risk = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    model = models.BigIntegerField(null=True)  # the number of the model that said it
    reasons = models.JSONField(default=list)  # as the book keeps them; words are found when shown
    health = models.CharField(max_length=12, choices=Health, default=Health.UNKNOWN, db_index=True)
    score = models.FloatField(null=True)
    known = models.FloatField(default=0)
    steps = models.JSONField(default=dict)  # step: how it stands
    worth = models.BigIntegerField(null=True)
    cost = models.BigIntegerField(null=True)
    loses_money = models.BooleanField(default=False)
    signals = models.JSONField(default=dict)  # what triggers and pages ask of the features, by name
    past = models.JSONField(default=list)  # [day, risk] of the last nights, oldest first
    glance = models.JSONField(default=dict)  # what lists show of the two: see `keepwell.accounts.glance`
    history = models.JSONField(default=list)  # how it stood, as `keepwell.accounts.stood` has it
    change_7 = models.FloatField(null=True)
    change_30 = models.FloatField(null=True)
    cut = models.BigIntegerField(default=0)

    class Meta:
        # Lists are walked in their order, worst or worthiest first; the account beside saves reading the wide row.
        indexes: ClassVar = [
            Downwards(fields=["-worth", "account", "health"], name="accounts_standing_by_worth"),
            Downwards(fields=["-risk", "account", "health"], name="accounts_standing_by_risk"),
            Downwards(fields=["-change_30", "account", "health"], name="accounts_standing_by_change"),
            Downwards(fields=["-mrr", "account", "health"], name="accounts_standing_by_mrr"),
            models.Index(fields=["score", "account", "health"], name="accounts_standing_by_score"),
            # Of accounts sought otherwise: what they are sorted by, without the wide row.
            models.Index(
                fields=["account", "health", "worth", "risk", "change_30", "mrr", "score"],
                name="accounts_standing_sorted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class Entry(models.Model):
    """One thing that happened at an account, on its timeline. `data` is told in the reader's words when shown."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="entries", db_index=False)
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=250, unique=True)  # of the row it tells of, so that it is there once
    hot = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="entries")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["account", "-at", "-id"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.kind}"


class Inherited(models.Model):
    """A row that went to the heir of an account that was merged: whose it was, so that it can go back."""

    what = models.CharField(max_length=60)  # the model's label
    key = models.CharField(max_length=64)
    of = models.CharField(max_length=200, db_index=True)
    heir = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["what", "key"], name="a row was one account's")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.key}: {self.of}"


class Projection(models.Model):
    """Up to which load of the book each projection has been made."""

    name = models.CharField(max_length=60, primary_key=True)
    load = models.BigIntegerField(default=0)
    cut = models.BigIntegerField(default=0)
    covered = models.DateField(null=True)
    made_at = models.DateTimeField(null=True)
    said = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Outgoing(models.Model):
    """A row on its way to the book: written in the transaction of what it tells, marked after the book's commit.

    `key` is the row's key in the book, so that a row handed over twice is there once.
    """

    table = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    row = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)
    load = models.BigIntegerField(null=True, db_index=True)  # of the book, once it is there

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
