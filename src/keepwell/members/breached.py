"""Passwords that are known from breaches, looked up in a file on this machine: nothing is asked over the network.

The file is that of Pwned Passwords (https://haveibeenpwned.com/Passwords), SHA-1 in hexadecimal with a count, a line
each, in the order of the hashes. It is tens of gigabytes, so it is sought through by halves and never read whole.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from keepwell.lib.text import gettext as _

_LONGEST = 64  # bytes of a line and its end


class NotBreached:
    """A password is in no breach that the office's file knows; where there is no file nothing is asked."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - whoever's it is
        """Raises ValidationError where it is known."""
        place = getattr(settings, "BREACHED_PASSWORDS", "")
        if place and known(password, Path(place)):
            raise ValidationError(self.get_help_text(), code="breached")

    def get_help_text(self) -> str:
        """What is asked."""
        return _("A password is not one that was stolen elsewhere: those are tried first.")


def known(password: str, file: Path) -> bool:
    """Whether a file of hashes in their order knows a password. Raises OSError where it cannot be read."""
    asked = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, os.SEEK_END)
        while low < high:  # the line sought begins in [low, high)
            middle = (low + high) // 2
            lines.seek(max(middle - 1, 0))
            if middle:
                lines.readline(_LONGEST)  # to where the next line begins
            begin = lines.tell()
            found = lines.readline(_LONGEST)[:40].upper() if begin < high else b""
            if found == asked:
                return True
            if found and found < asked:
                low = lines.tell()
            else:
                high = middle
    return False
