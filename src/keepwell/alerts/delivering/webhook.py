"""By signed webhook, as Standard Webhooks says: id, timestamp and a signature over both and the body."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
import ssl
import threading
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from keepwell.alerts.delivering import Doubtful, Message, NotSent
from keepwell.alerts.delivering.addresses import Refused, resolved

PATIENCE = 20.0  # seconds that all of it may take
PREFIX = "whsec_"
LONGEST_WAIT = 24 * 3600


def send(message: Message, url: str, secret: str, *, private: bool, now: datetime) -> None:
    """Post to an address. Raises NotSent or Doubtful. Redirects are not followed: they could lead anywhere."""
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    try:
        port = parts.port or (443 if secure else 80)
        ip = resolved(host, port, private=private)
    except Refused as refused:
        raise NotSent("private network", hopeless=True) from refused
    except (OSError, ValueError) as unknown:
        raise NotSent(type(unknown).__name__) from unknown
    body = json.dumps({**message.data, "repeat": message.repeat}, ensure_ascii=False).encode()
    headers = signed(message.number, body, secret, now) | {
        "Content-Type": "application/json",
        "User-Agent": "Keepwell",
        "Idempotency-Key": message.number,
        "Connection": "close",
    }
    if message.repeat:
        headers["Keepwell-Repeat"] = "1"
    line = _Pinned(host, port, ip, secure)
    try:
        line.connect()
    except OSError as unreachable:  # nothing was sent
        raise NotSent(type(unreachable).__name__) from unreachable
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    _judge(*_asked(line, path, body, headers))


def signed(number: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The headers that say who sent it, and when."""
    at = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.new(key, b".".join([number.encode(), at.encode(), body]), hashlib.sha256).digest()
    return {
        "webhook-id": number,
        "webhook-timestamp": at,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, whatever its name says by now."""

    def __init__(self, host: str, port: int, ip: str, secure: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._ip, self._secure = ip, secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        """To the address itself; its certificate is checked against the name."""
        line: Any = socket.create_connection((self._ip, self.port), PATIENCE)
        if self._secure:
            line = ssl.create_default_context().wrap_socket(line, server_hostname=self.host)
        self.sock = line


def _asked(line: _Pinned, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """The status of the first answer, and what it says of trying again. A line that dawdles is cut."""
    held = line.sock

    def cut() -> None:
        with suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)

    clock = threading.Timer(PATIENCE, cut)
    clock.daemon = True
    clock.start()
    try:
        line.request("POST", path, body, headers)
        answer = line.getresponse()
    except (OSError, http.client.HTTPException) as lost:
        raise Doubtful(type(lost).__name__) from lost
    finally:
        clock.cancel()
        line.close()
    return answer.status, answer.getheader("Retry-After", "") or ""


def _judge(status: int, wait: str) -> None:
    if 200 <= status < 300:
        return
    gone = status == http.client.GONE
    seconds = min(float(wait), LONGEST_WAIT) if wait.isdigit() else 0.0
    raise NotSent(f"HTTP {status}", wait=seconds, hopeless=gone)
