"""Secrets kept sealed with the office's key: a copy of the database alone opens nobody's mailbox."""

import base64
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _


def seal(secret: str, *, of: str) -> str:
    """A secret as it is kept; `of` names what it opens, and it can be opened as that only."""
    once = os.urandom(12)
    return base64.b64encode(once + _key().encrypt(once, secret.encode(), of.encode())).decode()


def unseal(kept: str, *, of: str) -> str:
    """A secret as it was. Raises KeepwellError where it was sealed with another key."""
    try:
        whole = base64.b64decode(kept)
        return _key().decrypt(whole[:12], whole[12:], of.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise KeepwellError(
            _("The password of “{name}” was sealed with another key of the office.").format(name=of),
            ways=[_("Type it again.")],
        ) from error


def _key() -> AESGCM:
    return AESGCM(hashlib.sha256(f"mailbox {settings.SECRET_KEY}".encode()).digest())
