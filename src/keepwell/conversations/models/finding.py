"""Where the words of turns are found: the rows of the index, and what it was made by."""

from typing import ClassVar

from django.db import models

from keepwell.conversations.models.kept import Conversation, Turn


class Indexed(models.Model):
    """A turn in the index, or a part of a long one. Its words lie beside it, as `conversations.index` puts them.

    `place` tells the moment first, so that the newest is found first: see `index.place_of`. What is said here of
    account and language is the index's own; who may see a turn is asked of its conversation.
    """

    place = models.BigIntegerField(primary_key=True)
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="indexed")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="indexed")
    account = models.CharField(max_length=200, blank=True)  # its id when it was indexed
    language = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering: ClassVar = ["-place"]

    def __str__(self) -> str:
        return f"{self.turn_id}"


class Meaning(models.Model):
    """What a stretch of a turn means, as numbers: see `listening.meaning`. Keys rise in the order of their coming.

    What is said here of account, kind, side and language is the index's own, to narrow by before the database is
    asked; who may see a turn is asked of its conversation.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="meanings")
    turn = models.ForeignKey(Turn, models.CASCADE, related_name="meanings")
    place = models.BigIntegerField()  # of its turn among all: see `index.place_of`
    account = models.CharField(max_length=200, blank=True)  # its id when this was made
    kind = models.CharField(max_length=10)
    side = models.CharField(max_length=7)
    language = models.CharField(max_length=10)
    start = models.PositiveIntegerField()  # in the turn's text, in characters
    end = models.PositiveIntegerField()
    signs = models.BinaryField()  # 64 bytes
    vector = models.BinaryField()  # 512

    def __str__(self) -> str:
        return f"{self.turn_id}"


class ToMean(models.Model):
    """A conversation whose words nobody has read for their meaning yet; the newest is read first."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="to_mean")

    def __str__(self) -> str:
        return f"{self.conversation_id}"


class Meanings(models.Model):
    """What all meanings were made by, and who is at it: one row."""

    mark = models.CharField(max_length=80, blank=True)
    making = models.PositiveIntegerField(default=0)  # rises when they are made anew
    beat_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.mark


class Index(models.Model):
    """What the index was made by, and how far a new one is: one row."""

    mark = models.CharField(max_length=40, blank=True)
    making = models.CharField(max_length=40, blank=True)  # the mark of the one that is being made
    last = models.BigIntegerField(default=0)  # conversation up to which that is done
    made_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.mark
