"""What was said and written, as it is kept: where it comes from, whose it is, how long it stays."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keepwell.accounts.models import Account, Contact
from keepwell.lib.text import kept_of, told_of
from keepwell.members.models import Member


class Conversation(models.Model):
    """A call, meeting, mail thread, chat, ticket or comment; what can be redacted was, before it came here.

    `version` rises whenever its words change, so that what was heard in older words is void. One whose account is
    not known waits in the queue and is seen by those who may match it only.
    """

    class Kind(models.TextChoices):
        """What it is: those of `keepwell.listening.said.Kind`."""

        CALL = "call", _("Call")
        MEETING = "meeting", _("Meeting")
        MAIL = "mail", _("Mail")
        CHAT = "chat", _("Chat")
        TICKET = "ticket", _("Ticket")
        SURVEY = "survey", _("Survey comment")

    class Source(models.TextChoices):
        """How it came in."""

        UPLOAD = "upload", _("Uploaded")
        FOLDER = "folder", pgettext_lazy("of a conversation", "From a folder")
        MAILBOX = "mailbox", _("From a mailbox")
        API = "api", _("By the API")
        BOOK = "book", _("From the book")

    class State(models.TextChoices):
        """How far it could be read: those of `keepwell.listening.said.State`."""

        READY = "ready", pgettext_lazy("of a conversation", "Read")
        PARTLY = "partly", _("Read in part")
        WAITING = "waiting", _("Waits for its transcript")
        EMPTY = "empty", _("Empty")
        UNREADABLE = "unreadable", _("Not readable")
        NO_SOUND = "no_sound", _("No sound")
        SILENT = "silent", _("Silent")
        NO_SPEECH = "no_speech", _("No speech")
        TOO_LARGE = "too_large", _("Too large")

    class Match(models.TextChoices):
        """How it is known whose it is."""

        MATCHED = "matched", pgettext_lazy("a conversation", "Found")
        CHOSEN = "chosen", _("Chosen by a person")
        AMBIGUOUS = "ambiguous", _("Could be several accounts'")
        UNMATCHED = "unmatched", _("Not known")
        ASIDE = "aside", pgettext_lazy("a conversation", "Nobody's")  # looked at, and no customer's

    class Ours(models.TextChoices):
        """Which of a recording's two channels is ours."""

        FIRST = "first", _("first channel")
        SECOND = "second", _("second channel")
        UNKNOWN = "unknown", _("not known")

    source = models.CharField(_("came in"), max_length=10, choices=Source)
    key = models.CharField(max_length=250)  # what the source calls it, or the digest of what came in
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, related_name="conversations", db_index=False
    )
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="conversations")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="conversations")  # ours in it
    match = models.CharField(max_length=10, choices=Match, default=Match.UNMATCHED)
    why = models.JSONField(
        default=dict
    )  # what told whose it is: {"said": sentence, "candidates": [account_id]}
    title = models.CharField(_("title"), max_length=300, blank=True)
    language = models.CharField(
        _("language"), max_length=10, blank=True
    )  # en, zh, hu, pl or "" where not told
    at = models.DateTimeField(_("when"))
    seconds = models.FloatField(null=True)  # of a recording
    ours = models.CharField(
        _("our side"), max_length=7, choices=Ours, blank=True
    )  # as a person said afterwards; "" where nobody did, and what came with the file holds
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READY)
    remark = models.CharField(
        max_length=500, blank=True
    )  # what could not be read, in the words of the reader
    remarked = models.JSONField(default=dict)  # what `keepwell.lib.text.told_of` says it from; {} of old ones
    version = models.PositiveIntegerField(default=1)
    heard = models.PositiveBigIntegerField(
        default=0
    )  # the rules' revision it was heard with last; 0 for never
    heard_version = models.PositiveIntegerField(default=0)  # its own version then
    measures = models.JSONField(default=dict)  # talk share, pauses and the like; see `showing`
    redacted = models.JSONField(default=dict)  # how many numbers of each kind were put out
    confidence = models.FloatField(null=True)  # of the transcript, 0 to 1
    transcribed_by = models.CharField(max_length=200, blank=True)  # the model, or "" where people wrote it
    sound = models.CharField(
        max_length=200, blank=True
    )  # file in the sound folder, "" without or once deleted
    sound_type = models.CharField(max_length=60, blank=True)
    keep_until = models.DateField(null=True, db_index=True)  # when words and sound are deleted; none: kept
    aside = models.JSONField(
        default=list
    )  # [file, line, why, text, what why is said from] of what is unreadable
    sound_until = models.DateField(null=True, db_index=True)  # when the sound alone is
    deleted_at = models.DateTimeField(
        null=True
    )  # its words are; the row stays so that it never comes in again
    arrived_at = models.DateTimeField()
    brought_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["account", "-at", "-id"]),
            models.Index(fields=["-at", "-id"]),
            models.Index(fields=["match", "-arrived_at"]),
            models.Index(fields=["heard", "heard_version"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "key"], name="a conversation comes in once")
        ]

    def __str__(self) -> str:
        return self.title or f"{self.kind} {self.at:%Y-%m-%d}"

    @property
    def remark_said(self) -> str:
        """The remark in the reader's language."""
        return told_of(self.remarked, self.remark) if self.remark else ""

    def remarks(self, text: str) -> None:
        """Write a remark on it, and how to say that in other languages."""
        self.remark, self.remarked = text[:500], kept_of(text)


class Known(models.Model):
    """A digest of what a source calls a part of a conversation (a Message-ID): by it a thread goes on."""

    mark = models.CharField(max_length=32)
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="known")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mark", "conversation"], name="a mark is of a conversation once")
        ]

    def __str__(self) -> str:
        return self.mark


class Dialled(models.Model):
    """A contact's telephone as all the world calls it (+3612345678), by which a caller is known."""

    contact = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="dialled")
    written = models.CharField(max_length=60)  # as the book has it
    number = models.CharField(max_length=20, db_index=True)  # "" where it is none that can be called

    def __str__(self) -> str:
        return self.number


class Participant(models.Model):
    """Somebody who took part, as the source names them, and who that is where it is known."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="participants")
    side = models.CharField(max_length=7)  # us, them or unknown
    name = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="took_part")
    member = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="took_part")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name or self.address or self.phone


class Turn(models.Model):
    """What one speaker said before another spoke; of a mail thread one mail. See `keepwell.listening.said.Turn`."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="turns", db_index=False)
    no = models.PositiveIntegerField()
    side = models.CharField(max_length=7)
    speaker = models.CharField(max_length=300, blank=True)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")  # who spoke
    text = models.TextField(blank=True)
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    at = models.DateTimeField(null=True)
    pieces = models.JSONField(default=list)  # [kind, start, end] of what was quoted, signed, appended
    words = models.JSONField(default=list)  # [text, start, end, confidence] of a recording
    confidence = models.FloatField(null=True)
    channel = models.PositiveSmallIntegerField(null=True)
    source_id = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering: ClassVar = ["no"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "no"], name="one turn at a place")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id}.{self.no}"


class Unplaced(models.Model):
    """What people corrected in a turn that a newer transcript has no more: it waits to be placed or dropped.

    `no`, `start` and the rest say where that turn was; its corrections point here as long as they are at no turn.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="unplaced")
    no = models.PositiveIntegerField()
    side = models.CharField(max_length=7)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")  # who spoke
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    channel = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()  # since when it has had no place
    settled_at = models.DateTimeField(null=True)  # when somebody placed or dropped it; none: it waits
    settled_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    dropped = models.BooleanField(default=False)
    turn = models.ForeignKey(Turn, models.SET_NULL, null=True, related_name="placed")  # where it was placed

    class Meta:
        ordering: ClassVar = ["no", "pk"]

    def __str__(self) -> str:
        return f"{self.conversation_id}.{self.no}"


class Correction(models.Model):
    """A turn's words as somebody put them right by hand; kept, and put in again should it be transcribed anew."""

    turn = models.ForeignKey(Turn, models.CASCADE, null=True, related_name="corrections")
    unplaced = models.ForeignKey(
        Unplaced, models.CASCADE, null=True, related_name="corrections"
    )  # in place of a turn, where a newer transcript has none for it
    before = models.TextField()
    after = models.TextField()
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.turn_id or self.unplaced}"


class Failing(models.Model):
    """Something that may not go well: what is wrong, kept so that each reader is told it in their own language."""

    wrong = models.CharField(max_length=500, blank=True)  # in the language of whoever it was said to first
    reason = models.JSONField(default=dict)  # what `keepwell.lib.text.told_of` says it from; {} of old ones

    class Meta:
        abstract = True

    @property
    def wrong_said(self) -> str:
        """What is wrong, in the reader's language; "" where nothing is."""
        return told_of(self.reason, self.wrong) if self.wrong else ""

    @staticmethod
    def failing(wrong: str) -> dict[str, Any]:
        """The fields that say what is wrong; "" for nothing."""
        return {"wrong": wrong[:500], "reason": kept_of(wrong)}


class Incoming(Failing):
    """A file on its way to being a conversation: kept in the incoming folder until it is read or given up."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("Waits")
        WORKING = "working", _("Being worked on")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused")
        FAILED = "failed", _("Failed, will be tried again")

    name = models.CharField(_("file"), max_length=255)
    file = models.CharField(max_length=200)  # in the incoming folder
    digest = models.CharField(max_length=64, db_index=True)
    source = models.CharField(max_length=10, choices=Conversation.Source)
    said = models.JSONField(
        default=dict
    )  # what was said along with it: account, kind, language, which side is ours
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    doing = models.CharField(max_length=40, blank=True)  # reading, listening for voices, transcribing
    done = models.PositiveIntegerField(default=0)
    of = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)  # when whoever works on it was last heard of
    real_time = models.FloatField(null=True)  # seconds of work for each second of sound
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="incoming")
    by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    came_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-came_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "came_at"])]

    def __str__(self) -> str:
        return self.name


class Mailbox(Failing):
    """A mailbox that is read, never written: where, as whom, and up to which message."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=993)
    starttls = models.BooleanField(_("begins plainly, then goes over to TLS"), default=False)
    user = models.CharField(_("user"), max_length=254)
    secret = models.TextField(blank=True)  # sealed with the office's key
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    ours = models.CharField(_("our addresses and domains"), max_length=500, blank=True)
    on = models.BooleanField(_("read it"), default=True)
    validity = models.BigIntegerField(null=True)
    last = models.BigIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)  # mails read from it so far
    beat_at = models.DateTimeField(null=True)  # when whoever reads it now was last heard of
    looked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Folder(Failing):
    """A folder on this machine whose files are taken in as they appear; they are left where they are."""

    path = models.CharField(_("folder"), max_length=500, unique=True)
    kind = models.CharField(
        _("kind"), max_length=10, choices=Conversation.Kind, default=Conversation.Kind.CALL
    )
    said = models.JSONField(default=dict)  # language, which channel is ours
    on = models.BooleanField(_("read it"), default=True)
    taken = models.PositiveIntegerField(default=0)  # files taken in from it so far
    beat_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.path


class InFolder(models.Model):
    """A file of a folder as it was when it was taken in: as long as it stays so, it is not looked at again."""

    folder = models.ForeignKey(Folder, models.CASCADE, related_name="files")
    path = models.CharField(max_length=700)  # below the folder
    size = models.BigIntegerField()
    changed = models.BigIntegerField()  # nanoseconds, as the file system says

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "path"], name="a file of a folder is known once")
        ]

    def __str__(self) -> str:
        return self.path


class Policy(models.Model):
    """Whether talk with customers may be recorded and kept, and how long: of an account, a country, or for all."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    country = models.CharField(_("country"), max_length=60, blank=True)
    recordings = models.BooleanField(_("recordings may be kept"), default=True)
    words = models.BooleanField(_("words may be kept"), default=True)
    sound_days = models.PositiveIntegerField(_("days that sound is kept"), null=True, blank=True)
    word_days = models.PositiveIntegerField(_("days that words are kept"), null=True, blank=True)
    consent = models.CharField(_("on what consent it rests"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["country", "account"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account"], name="one recording policy an account"),
            models.UniqueConstraint(
                fields=["country"], condition=Q(account=None), name="one recording policy a country"
            ),
        ]

    def __str__(self) -> str:
        return str(self.account or self.country or "")
