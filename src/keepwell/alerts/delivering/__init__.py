"""Messages about alerts, from their stored rows to where they go. Each way of sending says how it went.

Returning is sent. `NotSent` is known not to have arrived; `Doubtful` may have: it goes again, marked as a repeat.
"""

from dataclasses import dataclass, field
from typing import Any


class NotSent(Exception):
    """It did not arrive. `wait`: seconds after which the other side asked to be tried again; hopeless: never."""

    def __init__(self, said: str, *, wait: float = 0, hopeless: bool = False) -> None:
        super().__init__(said)
        self.wait, self.hopeless = wait, hopeless


class Doubtful(Exception):
    """It may have arrived, and nobody said so."""


@dataclass(frozen=True)
class Message:
    """What is sent, in the reader's language. `number` names it wherever it goes and however often.

    repeat: it may have been sent before. data: the same for machines.
    """

    number: str
    subject: str
    text: str
    repeat: bool
    data: dict[str, Any] = field(default_factory=dict)
