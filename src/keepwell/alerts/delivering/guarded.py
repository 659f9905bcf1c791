"""Others' code that speaks for us: it reaches nobody but the open network, and reads no file but its own.

What sends to the many services looks names up by itself, takes hosts and files out of an address's parameters, and
may be told one address when we ask and another when it does. So it is watched where that happens: Python tells of
every connection, file and process before it is made (PEP 578), and what is not allowed fails there as if the
machine had refused it.
"""

import ipaddress
import mimetypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keepwell.alerts.delivering.addresses import listed, public

_OUTWARD = ("socket.connect", "socket.sendto", "socket.sendmsg")
_PROCESSES = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork")
_OWN = tuple(
    f"{Path(place).resolve()}{os.sep}"
    for place in (sys.prefix, sys.base_prefix, Path(__file__).parents[2], "/usr/share/zoneinfo")
)
_KNOWN = ("/etc/resolv.conf", "/etc/hosts", "/etc/localtime", os.devnull, *mimetypes.knownfiles)


class _Guard:
    """Whether somebody is watched now, and what they were kept from."""

    installed = False
    on = False
    stopped: list[str]
    turn = threading.Lock()  # one at a time: what they begin in other threads is watched too


@contextmanager
def outward_only() -> Iterator[list[str]]:
    """Watch all of this process until the block ends; what was stopped is in the list."""
    with _Guard.turn:
        if not _Guard.installed:
            sys.addaudithook(_watch)
            _Guard.installed = True
        _Guard.stopped, _Guard.on = [], True
        try:
            yield _Guard.stopped
        finally:
            _Guard.on = False


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if not _Guard.on:
        return
    if event in _OUTWARD:
        allowed = args[1] is None or _outward(args[1])
    elif event == "socket.getaddrinfo":
        allowed = listed(os.fsdecode(args[0] or ""))
    elif event == "open":
        allowed = _readable(*args)
    else:
        allowed = event not in _PROCESSES
    if not allowed:
        _Guard.stopped.append(event)
        raise PermissionError(event)


def _outward(address: Any) -> bool:
    """A name would be looked up once more, to whatever it says by then; a socket's file is on this machine."""
    try:
        host = str(address[0])
        ipaddress.ip_address(host.partition("%")[0])
    except (ValueError, TypeError, IndexError):
        return False
    return isinstance(address, tuple) and public(host)


def _readable(path: Any, _mode: Any, flags: Any) -> bool:
    if not isinstance(path, str | bytes | os.PathLike):
        return True  # what is open already
    if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
        return False
    said = os.path.realpath(os.fsdecode(path))
    return said.startswith(_OWN) or said in _KNOWN
