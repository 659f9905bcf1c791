"""Which passwords are refused beside short and common ones: those made of words that everybody here would try."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from keepwell.lib.text import gettext as _

OURS = ("keepwell", "customer success", "customersuccess", "administrator", "password", "welcome")
LEFT = 8  # letters that must remain without them


class NotOurWords:
    """A password is more than the product's, the office's or the company's name with something added."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError where little remains without those words."""
        rest = password.lower()
        for word in sorted({*OURS, *_of_here(user)}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < min(LEFT, len(password)) and rest != password.lower():
            raise ValidationError(self.get_help_text(), code="our_words")

    def get_help_text(self) -> str:
        """What is asked."""
        return _("A password is not made of the name of the company or of Keepwell.")


def _of_here(user: Any) -> set[str]:
    """The names that addresses hold: acme, of acme.example and eva@acme.example."""
    hosts = [
        settings.ADDRESS.split("//")[-1].split(":")[0],
        str(getattr(user, "email", "")).rpartition("@")[2],
    ]
    return {part for host in hosts for part in host.lower().split(".") if len(part) > 3}
