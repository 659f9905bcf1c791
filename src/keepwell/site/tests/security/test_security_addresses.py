"""Messages reach nobody in our own network, whatever an address says, and whatever its name says by then."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from keepwell.alerts.actions import setting
from keepwell.alerts.delivering.addresses import Refused, public, resolved
from keepwell.alerts.delivering.guarded import outward_only
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.models import Channel, Delivery
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member

pytestmark = pytest.mark.django_db

OURS = [
    "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0.0.0.0", "0",
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "localhost",
    "::1", "::", "fe80::1", "fe80::1%lo", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("host", OURS)
def test_no_way_of_writing_an_address_of_ours_gets_through(host: str) -> None:
    with pytest.raises((Refused, OSError)):
        resolved(host, 443, private=False)


def test_addresses_of_the_open_network_get_through() -> None:
    assert all(
        public(one) for one in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8")
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x", "https://[::1]/x", "https://2130706433/", "http://93.184.216.34/x",
        "https://93.184.216.34:pw@169.254.169.254/latest", "https://user@93.184.216.34/", "https://:@93.184.216.34/",
        "file:///etc/passwd", "gopher://93.184.216.34/", "ftp://93.184.216.34/", "//93.184.216.34/", "https:///x",
        "https://93.184.216.34:99999/", "https://93.184.216.34\\@127.0.0.1/",
    ],
)  # fmt: skip
def test_a_webhook_is_an_https_address_of_the_open_network_without_a_name_in_it(address: str) -> None:
    with pytest.raises(KeepwellError):
        setting.checked("webhook", address, private=False)


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:8000/", "jsons://[::1]/", "form://localhost/", "xml://169.254.169.254/latest/meta-data",
        "ntfy://10.0.0.1/topic", "mmost://192.168.1.1/abcdefghijklmnopqrst", "mailto://me:pw@127.0.0.1",
        "syslog://", "dbus://", "gnome://", "macosx://", "windows://", "kde://", "glib://",
        "workflows://host/w0rkfl0w/s1gnature?template=/etc/passwd",
        "vapid://me@example.com/?keyfile=/etc/passwd", "fcm://project?keyfile=/etc/passwd",
        "mailtos://me:pw@gmail.com?pgp=yes&PGPPUB=/etc/passwd",
    ],
)  # fmt: skip
def test_a_service_lies_elsewhere_and_reads_no_file_of_ours(address: str) -> None:
    with pytest.raises(KeepwellError):
        setting.checked("service", address, private=False)


# --- what only shows when something is sent -------------------------------------------------------------------


@pytest.fixture
def ours() -> Iterator[ThreadingHTTPServer]:
    """Something in our own network that nobody outside is to reach."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.server.reached = True
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *_said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.reached = False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def rebinding(monkeypatch: pytest.MonkeyPatch, ours: ThreadingHTTPServer) -> None:
    """A name server outside that says a harmless address when first asked, and ours ever after."""
    real, asked = socket.getaddrinfo, []

    def answers(host: Any, port: Any, *more: Any, **rest: Any) -> Any:
        if host != "rebinding.example":
            return real(host, port, *more, **rest)
        asked.append(host)
        ip, at = ("93.184.216.34", port) if len(asked) == 1 else ("127.0.0.1", ours.server_port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, at))]

    monkeypatch.setattr(socket, "getaddrinfo", answers)


def sent(kind: str, address: str) -> Delivery:
    member = Member.objects.create_user("eva@example.com", "x", name="Eva")
    secret = setting.PREFIX + "c2VjcmV0" if kind == "webhook" else ""
    channel = Channel.objects.create(kind=kind, name="X", address=address, secret=secret, member=member)
    from django.utils import timezone

    trial = setting.try_channel(channel=channel, by=member, now=timezone.now())
    deliver()
    trial.refresh_from_db()
    return trial


def test_a_name_that_answers_otherwise_the_second_time_leads_a_service_nowhere(
    ours: ThreadingHTTPServer, rebinding: None
) -> None:
    trial = sent("service", "json://rebinding.example/x")
    assert not ours.reached
    assert (trial.state, trial.said) == (Delivery.State.FAILED, "private network")


def test_a_name_that_answers_otherwise_the_second_time_leads_a_webhook_nowhere(
    ours: ThreadingHTTPServer, rebinding: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keepwell.alerts.delivering.webhook.PATIENCE", 0.2)
    trial = sent("webhook", "https://rebinding.example/x")
    assert not ours.reached
    assert trial.state != Delivery.State.SENT


def test_a_mail_service_whose_server_is_named_by_a_parameter_leads_nowhere(ours: ThreadingHTTPServer) -> None:
    address = f"mailto://me:pw@gmail.com?smtp=127.0.0.1&port={ours.server_port}&to=a@b.example"
    member = Member.objects.create_user("bo@example.com", "x", name="Bo")
    said = ""
    try:
        setting.add_channel(kind="service", name="X", address=address, by=member)
        said = sent("service", address).said
    except KeepwellError as refused:  # where its own host cannot be looked up, it is not even taken
        said = str(refused)
    assert said
    assert not ours.reached


def test_what_others_code_begins_is_watched_while_it_sends(tmp_path: Path, ours: ThreadingHTTPServer) -> None:
    (tmp_path / "secret.key").write_text("secret")
    attempts = {
        "connects": lambda: socket.create_connection(("127.0.0.1", ours.server_port), 1),
        "connects by name": lambda: socket.socket().connect(("localhost", ours.server_port)),
        "sends": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("169.254.169.254", 80)),
        "reads": (tmp_path / "secret.key").read_text,
        "writes": lambda: (tmp_path / "new").write_text("x"),
        "runs": lambda: __import__("subprocess").run(["true"], check=False),
        "asks a service of the machine": lambda: socket.socket(socket.AF_UNIX).connect("/run/dbus"),
    }
    for what, attempt in attempts.items():
        with outward_only() as stopped, pytest.raises(PermissionError):
            attempt()
        assert stopped, what
    with socket.create_connection(("127.0.0.1", ours.server_port), 1):
        pass  # and afterwards nobody is


def test_who_came_in_by_openid_connect_cannot_say_where_to_ask(client: Any, settings: Any) -> None:
    """The issuer is said by whoever runs the office; no address or field of a request names another."""
    for asked in ("/sign/oidc/evil/login/", "/sign/oidc/company/login/?server_url=http://127.0.0.1/"):
        answer = client.post(asked, {"server_url": "http://169.254.169.254/", "issuer": "http://127.0.0.1/"})
        assert answer.status_code == 404
    assert json.dumps(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]) == "[]"
