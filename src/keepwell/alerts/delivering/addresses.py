"""Where a message may go: an address in our own network only where an administrator said so."""

import ipaddress
import socket

from django.conf import settings

from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _


class Refused(KeepwellError):
    """An address that messages must not go to."""


def resolved(host: str, port: int, *, private: bool) -> str:
    """The IP address to connect to. Raises Refused where any address of the host lies in a private network, or the
    office lists whom it reaches and the host is not among them.

    The caller connects to exactly this address: a name that answers otherwise the next time leads nowhere else.
    Raises OSError where the name cannot be resolved.
    """
    if not private and not listed(host):
        raise Refused(
            _("This address is not among those that messages may go to."),
            seen=host,
            ways=[_("Whoever runs the office lists them in KEEPWELL_MAY_REACH.")],
        )
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = [str(one[4][0]) for one in found]
    if not private and not all(public(ip) for ip in ips):
        raise Refused(
            _("This address lies in a private network."),
            seen=host,
            ways=[_("Use a public address, or ask an administrator to allow this one.")],
        )
    return ips[0]


def listed(host: str) -> bool:
    """Whether messages may go to a host: to any, unless the office lists them; "*.x.com" is all below x.com."""
    may_reach: tuple[str, ...] = getattr(settings, "MAY_REACH", ())
    name = host.rstrip(".").lower()
    return not may_reach or any(
        name.endswith(one[1:]) if one.startswith("*.") else name == one for one in map(str.lower, may_reach)
    )


def public(ip: str) -> bool:
    """Whether an IP address, however it is wrapped in another, is one of the open network."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _behind(address)
        if inner is not None:
            return public(str(inner))
        if address.is_site_local:  # fec0::/10, deprecated, and still a network of one's own
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _behind(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address behind one that is translated (64:ff9b::/96)."""
    if address in ipaddress.IPv6Network("64:ff9b::/96"):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
