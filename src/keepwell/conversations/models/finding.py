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


class Index(models.Model):
    """What the index was made by, and how far a new one is: one row."""

    mark = models.CharField(max_length=40, blank=True)
    making = models.CharField(max_length=40, blank=True)  # the mark of the one that is being made
    last = models.BigIntegerField(default=0)  # conversation up to which that is done
    made_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.mark
