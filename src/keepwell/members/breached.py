"""Passwords that are known from breaches, looked up on this machine: nothing is asked over the network.

Without a file, the most common ones of breaches stand for all: alone and in pairs, in capitals, with figures and
signs in the place of letters or around them, which is what most long passwords of breaches are made of.

The file is that of Pwned Passwords (https://haveibeenpwned.com/Passwords), SHA-1 in hexadecimal with a count, a line
each, in the order of the hashes. It is tens of gigabytes, so it is sought through by halves and never read whole.
"""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from keepwell.lib.text import gettext as _

_LONGEST = 64  # bytes of a line and its end
_SHORTEST = 4  # letters of one of a pair: of shorter ones whole sentences could be put together
_AROUND = "0123456789 .,;:!?@#$%&*+-_=()'\""
_MEANT = str.maketrans("0134578@$!", "oieastbasi")  # p4$$w0rd


class NotBreached:
    """A password is in no breach that the office's file knows, and not made of the most common ones of all."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - whoever's it is
        """Raises ValidationError where it is known."""
        place = getattr(settings, "BREACHED_PASSWORDS", "")
        if made_of_common(password) or (place and known(password, Path(place))):
            raise ValidationError(self.get_help_text(), code="breached")

    def get_help_text(self) -> str:
        """What is asked."""
        return _("A password is not one that was stolen elsewhere: those are tried first.")


def made_of_common(password: str) -> bool:
    """Whether a password is one of the most common or two of them, whatever signs are in them or around them."""
    low, bare = password.lower(), password.lower().strip(_AROUND)
    for said in {low, low.translate(_MEANT), bare.translate(_MEANT)}:
        pairs = range(_SHORTEST, len(said) - _SHORTEST + 1)
        if _known_to_all(said) or any(_known_to_all(said[:at]) and _known_to_all(said[at:]) for at in pairs):
            return True
    return False


def _known_to_all(word: str) -> bool:
    return word in _common() or word.strip(_AROUND) in _common()


@cache
def _common() -> frozenset[str]:
    return frozenset(one for one in CommonPasswordValidator().passwords if len(one) >= _SHORTEST)


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
