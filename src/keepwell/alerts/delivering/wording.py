"""Why a message did not go, as people say it; what is kept with it is what the machine called it."""

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

_CUT = _("the line was cut")
_LATE = _("it did not answer in time")
_SEALED = _("its certificate cannot be trusted")
_REFUSED = _("the mail server refused it")
_WORDS: dict[str, str | Promise] = {
    "ConnectionRefusedError": _("nobody answers at that address"),
    "gaierror": _("there is no host of that name"),
    "TimeoutError": _LATE,
    "SSLError": _SEALED,
    "SSLCertVerificationError": _SEALED,
    "ConnectionResetError": _CUT,
    "BrokenPipeError": _CUT,
    "RemoteDisconnected": _CUT,
    "IncompleteRead": _CUT,
    "SMTPServerDisconnected": _CUT,
    "SMTPAuthenticationError": _("the mail server does not take our name and password"),
    "SMTPRecipientsRefused": _("the mail server does not take this address"),
    "SMTPSenderRefused": _("the mail server does not take ours as the sender"),
    "SMTPConnectError": _("the mail server cannot be reached"),
    "SMTPHeloError": _REFUSED,
    "SMTPDataError": _REFUSED,
    "SMTPResponseException": _REFUSED,
    "SMTPNotSupportedError": _REFUSED,
    "private network": _("it lies in a private network, where nothing is sent"),
    "member may not sign in": _("this member may not sign in any more"),
    "channel not in use": _("this place is not in use any more"),
    "not an address": _("its address is none that a message can be sent to"),
    "not confirmed": _("the service did not say that it arrived"),
    "left behind": _("whatever sent it died each time"),
}


def in_words(said: str) -> str:
    """What was kept of a message that did not go, in the reader's words; of what nobody foresaw, that it did not."""
    name, _space, number = said.partition(" ")
    if name == "HTTP" and number.isdigit():
        return str(format_lazy(_("it was answered with {number}"), number=number))
    known = _WORDS.get(said) or _WORDS.get(name)
    return str(known or _("it could not be sent")) if said else ""
