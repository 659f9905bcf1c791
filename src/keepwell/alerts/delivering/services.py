"""By a service that apprise knows: Slack, Teams and many others, each by its address."""

from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import apprise

from keepwell.alerts.delivering import Doubtful, Message, NotSent
from keepwell.alerts.delivering.addresses import Refused, resolved
from keepwell.alerts.delivering.guarded import outward_only
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

# What speaks to the machine it runs on, and not to anybody.
LOCAL = {"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"}
# Parameters by which an address has a file of this machine read.
FILES = {"template", "keyfile", "subfile", "pgp", "pgpkey", "pgppub", "pgpprv", "attach", "file_url"}


def service_of(address: str, *, private: bool) -> Any:
    """The service of an address. Raises KeepwellError where there is none, or it lies in our own network."""
    asset = apprise.AppriseAsset(
        app_id="Keepwell", app_desc="Keepwell", http_redirects=False, secure_logging=True, async_mode=False
    )
    parts = urlsplit(address)
    files = FILES & {
        name.lstrip("+-:").lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)
    }
    found = (
        None
        if parts.scheme.lower() in LOCAL or files
        else apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
    )
    if found is None:
        raise KeepwellError(
            _("No service is known by this address."),
            ways=[_("Look the service up at https://appriseit.com/services/ and paste its address.")],
        )
    templates: tuple[str, ...] = found.templates
    if any("{host}" in one for one in templates):  # a host of one's own choosing
        try:
            resolved(found.host, found.port or 443, private=private)
        except (OSError, ValueError) as unknown:
            raise KeepwellError(
                _("The host of this address is not known."), seen=str(found.host)
            ) from unknown
    return found


def send(message: Message, address: str, *, private: bool) -> None:
    """Send to the service. Raises NotSent or Doubtful: apprise says only that it went, or did not."""
    try:
        service = service_of(address, private=private)
    except Refused as refused:
        raise NotSent("private network", hopeless=True) from refused
    except KeepwellError as wrong:
        raise NotSent("not an address") from wrong
    services = apprise.Apprise()
    if not services.add(service):
        raise NotSent("not an address", hopeless=True)
    with nullcontext(list[str]()) if private else outward_only() as stopped:
        went = services.notify(title=message.subject, body=message.text)
    if not went and stopped:
        raise NotSent("private network", hopeless=True)
    if not went:
        raise Doubtful("not confirmed")
