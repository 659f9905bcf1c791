"""Messages go out from their rows: at least once, never lost, a second time marked as one. Real servers answer."""

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from keepwell.accounts.models import Standing
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.telling import escalate, plan
from keepwell.alerts.delivering import webhook
from keepwell.alerts.delivering.addresses import Refused, resolved
from keepwell.alerts.delivering.sending import LEFT_BEHIND, WAITS, claim, deliver
from keepwell.alerts.models import Alert, Channel, Delivery, Manner
from keepwell.alerts.tests.conftest import NOW, Office
from keepwell.site.tests import empty_office

pytestmark = pytest.mark.django_db
Stands = Callable[..., Standing]
MORNING = NOW + timedelta(hours=6)  # nine o'clock on Monday
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes....").decode()


class Post:
    """A mail server that keeps what comes, and may refuse it or hang up after it has."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.answer = "250 kept"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content))
        if self.answer == "250 and gone":
            session.transport = None
            server.transport.close()
        return self.answer


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    kept = Post()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(kept, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 2
    yield kept
    server.stop()


class Hook:
    """A web server that answers as it is told, one answer a request, and keeps what it was sent."""

    def __init__(self) -> None:
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[str] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
                answer = hook.answers.pop(0) if hook.answers else "200"
                if answer == "stall":
                    time.sleep(3)
                elif answer == "drip":
                    with suppress(OSError):
                        for letter in b"HTTP/1.1 200 OK" + b" " * 100:
                            self.wfile.write(bytes([letter]))
                            self.wfile.flush()
                            time.sleep(0.1)
                elif answer == "hang up":
                    self.connection.shutdown(socket.SHUT_RDWR)
                else:
                    status, _, wait = answer.partition(" after ")
                    for _time in range(2 if status == "twice" else 1):
                        code = "200" if status == "twice" else status
                        extra = f"Retry-After: {wait}\r\n" if wait else ""
                        extra += "Location: http://127.0.0.1:1/\r\n" if code == "302" else ""
                        self.wfile.write(f"HTTP/1.1 {code} So\r\n{extra}Content-Length: 2\r\n\r\nok".encode())
                self.close_connection = True

            def log_message(self, *_said: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()


def channel(hook: Hook, **fields: Any) -> Channel:
    return Channel.objects.create(
        **{
            "kind": "webhook",
            "name": "Hook",
            "address": hook.address,
            "secret": SECRET,
            "private": True,
            **fields,
        }
    )


@pytest.fixture
def alert(office: Office, stands: Stands) -> Alert:
    stands(office.account("A"), risk=0.6, low=0.5, high=0.7)
    raise_alerts(now=NOW)
    return Alert.objects.get()


def planned(now: datetime = MORNING) -> None:
    plan(now=now)


def sent(now: datetime = MORNING) -> int:
    return deliver(clock=lambda: now)


def test_an_alert_comes_by_mail_with_an_id_of_its_own(office: Office, alert: Alert, post: Post) -> None:
    planned()
    assert sent() == 1
    assert sent() == 0
    mail, row = post.mails[0], Delivery.objects.get()
    assert mail["To"] == "owner@example.com"
    assert mail["Message-ID"] == f"<{row.number}@localhost>"
    assert (
        mail["Subject"] == "A: Risk of leaving within 90 days is 60% (50–70%)"
        or "=?utf-8?" in mail["Subject"]
    )
    assert f"/alerts/{alert.pk}" in mail.get_payload(decode=True).decode()
    assert (row.state, row.doubted) == ("sent", False)


def test_planning_again_adds_no_message(office: Office, alert: Alert) -> None:
    planned()
    planned()
    assert Delivery.objects.count() == 1


def test_a_refused_mail_is_tried_again_and_not_marked(office: Office, alert: Alert, post: Post) -> None:
    planned()
    post.answer = "451 later"
    assert sent() == 0
    row = Delivery.objects.get()
    assert (row.state, row.tries, row.due_at) == ("waiting", 1, MORNING + timedelta(seconds=WAITS[0]))
    post.answer = "250 kept"
    assert sent(MORNING + timedelta(minutes=2)) == 1
    assert post.mails[0]["X-Keepwell-Repeat"] is None


def test_a_mail_server_that_hangs_up_leaves_a_doubt_and_the_second_is_marked(
    office: Office, alert: Alert, post: Post
) -> None:
    planned()
    post.answer = "250 and gone"
    assert sent() == 0
    assert Delivery.objects.get().state == "doubtful"
    post.answer = "250 kept"
    assert sent(MORNING + timedelta(minutes=2)) == 1
    first, second = post.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert second["X-Keepwell-Repeat"] == "1"
    assert "may have reached you before" in second.get_payload(decode=True).decode()


def test_what_never_goes_is_given_up_in_the_end(office: Office, alert: Alert, post: Post) -> None:
    planned()
    post.answer = "550 never"
    for night in range(12):
        sent(MORNING + timedelta(days=2 * night))
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("failed", len(WAITS) + 1)
    assert row.said == "SMTPDataError 550"
    assert row.said_in_words == "the mail server refused it"


def test_a_webhook_is_signed(office: Office, alert: Alert, hook: Hook) -> None:
    channel(hook)
    Delivery.objects.all().delete()
    planned(NOW)  # at night: machines do not sleep
    assert sent(NOW) == 1
    headers, body = hook.asked[0]
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert headers["idempotency-key"] == headers["webhook-id"]
    assert json.loads(body)["alerts"][0]["reasons"][0]["seen"]["value"] == 0.6


@pytest.fixture
def hooked(alert: Alert, hook: Hook, office: Office) -> Hook:
    channel(hook)
    Manner.objects.create(member=office.owner, how="never")
    planned()
    return hook


@pytest.mark.parametrize(
    ("answer", "state"),
    [("500", "waiting"), ("404", "waiting"), ("302", "waiting"), ("410", "failed"), ("hang up", "doubtful")],
)
def test_a_web_server_that_fails(hooked: Hook, answer: str, state: str) -> None:
    hooked.answers = [answer]
    assert sent() == 0
    assert Delivery.objects.get().state == state


@pytest.mark.parametrize("answer", ["stall", "drip"])
def test_a_web_server_that_stalls_leaves_a_doubt(
    hooked: Hook, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "PATIENCE", 0.5)
    hooked.answers = [answer, "200"]
    began = time.monotonic()
    assert sent() == 0
    assert time.monotonic() - began < 2.5
    assert Delivery.objects.get().state == "doubtful"
    assert sent(MORNING + timedelta(minutes=2)) == 1
    (first, _), (second, body) = hooked.asked
    assert first["idempotency-key"] == second["idempotency-key"]
    assert second["keepwell-repeat"] == "1"
    assert json.loads(body)["repeat"] is True


def test_a_web_server_that_answers_twice_was_told_once(hooked: Hook) -> None:
    hooked.answers = ["twice"]
    assert sent() == 1
    assert sent(MORNING + timedelta(hours=1)) == 0
    assert len(hooked.asked) == 1


def test_a_server_that_says_when_is_asked_then(hooked: Hook) -> None:
    hooked.answers = ["429 after 600"]
    sent()
    assert Delivery.objects.get().due_at == MORNING + timedelta(seconds=600)


def test_two_that_send_at_once_send_once(office: Office, alert: Alert, post: Post) -> None:
    planned()
    assert claim(now=MORNING) is not None
    assert claim(now=MORNING) is None
    assert sent(MORNING + LEFT_BEHIND - timedelta(seconds=1)) == 0


def test_what_was_left_by_the_dead_goes_again_marked(office: Office, alert: Alert, post: Post) -> None:
    planned()
    claim(now=MORNING)  # and dies
    assert sent(MORNING + LEFT_BEHIND) == 1
    assert post.mails[0]["X-Keepwell-Repeat"] == "1"
    assert Delivery.objects.get().doubted


DIES = """
import os, signal, sys
import django
django.setup()
from datetime import datetime
from keepwell.alerts.delivering import mail, sending
send = mail.send
def sent_and_died(message, to):
    send(message, to)
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "die":
    mail.send = sent_and_died
now = datetime.fromisoformat(sys.argv[1])
print(sending.deliver(clock=lambda: now))
"""


@pytest.mark.slow
def test_a_process_killed_between_sending_and_noting_loses_nothing(
    tmp_path: Any, post: Post, settings: Any
) -> None:
    """A real process, a real file, a real mail server: killed once the mail is out, before its row says so."""
    environment = {
        **os.environ,
        "KEEPWELL_OFFICE": str(tmp_path),
        "KEEPWELL_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "keepwell.site.settings",
        "KEEPWELL_SMTP_HOST": "127.0.0.1",
        "KEEPWELL_SMTP_PORT": str(settings.EMAIL_PORT),
    }
    environment.pop("DATABASE_URL", None)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    empty_office.place(tmp_path)
    prepared = run("-c", PREPARES)
    assert prepared.returncode == 0, prepared.stderr
    first = run("-c", DIES, MORNING.isoformat(), "die")
    assert first.returncode == -signal.SIGKILL
    assert len(post.mails) == 1
    soon = run("-c", DIES, (MORNING + timedelta(minutes=1)).isoformat(), "live")
    assert soon.stdout.strip() == "0", soon.stderr
    later = run("-c", DIES, (MORNING + timedelta(minutes=6)).isoformat(), "live")
    assert later.stdout.strip() == "1", later.stderr
    assert len(post.mails) == 2
    assert post.mails[0]["Message-ID"] == post.mails[1]["Message-ID"]
    assert [one["X-Keepwell-Repeat"] for one in post.mails] == [None, "1"]


PREPARES = f"""
import django
django.setup()
from datetime import date, datetime
from keepwell.accounts.models import Account, Standing
from keepwell.members.models import Member
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.telling import plan
owner = Member.objects.create_user("owner@example.com", name="Owner")
account = Account.objects.create(account_id="A", name="A", owner=owner)
Standing.objects.create(account=account, day=date(2026, 3, 1), kept_by="contract", risk=0.6, coverage=0.9)
raise_alerts(now=datetime.fromisoformat("{NOW.isoformat()}"))
plan(now=datetime.fromisoformat("{MORNING.isoformat()}"))
"""


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "0.0.0.0", "[::1]",
        "100.64.0.1", "[::ffff:10.0.0.1]", "[64:ff9b::a00:1]", "[fd00::1]", "224.0.0.1", "2130706433", "0x7f000001",
    ],
)  # fmt: skip
def test_addresses_of_our_own_network_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        resolved(host.strip("[]"), 443, private=False)
    assert resolved("127.0.0.1", 443, private=True) == "127.0.0.1"
    assert resolved("93.184.216.34", 443, private=False) == "93.184.216.34"


def test_a_channel_without_leave_never_reaches_our_network(office: Office, alert: Alert, hook: Hook) -> None:
    channel(hook, private=False)
    Manner.objects.create(member=office.owner, how="never")
    planned()
    assert sent() == 0
    assert not hook.asked
    assert Delivery.objects.get().state == "failed"


def test_a_service_is_told_by_its_address(office: Office, alert: Alert, hook: Hook) -> None:
    Manner.objects.create(member=office.owner, how="never")
    address = hook.address.replace("http://", "json://")
    channel(hook, kind="service", address=address, secret="")
    planned()
    assert sent() == 1
    assert "60%" in json.loads(hook.asked[0][1])["title"]


@pytest.mark.parametrize("address", ["nonsense", "syslog://", "json://127.0.0.1:1/x", ""])
def test_an_address_that_is_no_service_is_given_up_and_says_so(
    office: Office, alert: Alert, address: str
) -> None:
    Manner.objects.create(member=office.owner, how="never")
    Channel.objects.create(kind="service", name="S", address=address)
    planned()
    assert sent() == 0
    assert Delivery.objects.get().said in ("not an address", "private network")


def test_quiet_hours_are_kept_in_the_members_own_time(office: Office, alert: Alert) -> None:
    office.owner.time_zone = "Europe/Budapest"
    office.owner.save()
    planned(NOW)
    assert Delivery.objects.get().due_at == NOW + timedelta(hours=3)  # seven o'clock there


def test_a_weekend_is_quiet(office: Office, alert: Alert) -> None:
    planned(MORNING - timedelta(days=1))
    assert Delivery.objects.get().due_at == MORNING - timedelta(hours=2)


def test_who_wants_a_digest_gets_one_mail(office: Office, stands: Stands, post: Post) -> None:
    Manner.objects.create(member=office.owner, how="digest", digest_at=10)
    for name in "ABC":
        stands(office.account(name), risk=0.6)
    raise_alerts(now=NOW)
    planned(NOW)
    assert sent(MORNING) == 0
    assert sent(MORNING + timedelta(hours=1)) == 1
    assert post.mails[0]["Subject"] == "3 alerts"
    assert Delivery.objects.get().alerts.count() == 3


def test_many_at_once_come_together(office: Office, stands: Stands) -> None:
    for number in range(20):
        stands(office.account(f"A{number}"), risk=0.6)
    raise_alerts(now=NOW)
    planned()
    assert Delivery.objects.get().alerts.count() == 20


def test_nobodys_account_is_told_to_the_manager(office: Office, stands: Stands) -> None:
    stands(office.account("A", owner=None), risk=0.6)
    raise_alerts(now=NOW)
    planned()
    assert Delivery.objects.get().member == office.manager


def test_the_manager_is_told_once_when_nobody_answers_in_time(
    office: Office, alert: Alert, post: Post
) -> None:
    planned()
    assert escalate(now=NOW + timedelta(hours=47)) == 0
    assert escalate(now=NOW + timedelta(hours=54)) == 1
    assert escalate(now=NOW + timedelta(hours=60)) == 0
    told = Delivery.objects.get(why="escalated")
    assert told.member == office.manager
    sent(NOW + timedelta(hours=60))
    assert {mail["To"] for mail in post.mails} == {"owner@example.com", "manager@example.com"}


def test_an_answered_alert_is_not_escalated(office: Office, alert: Alert) -> None:
    planned()
    Alert.objects.update(state="acknowledged")
    assert escalate(now=NOW + timedelta(days=9)) == 0


def test_a_line_break_in_an_accounts_name_makes_no_header(office: Office, stands: Stands, post: Post) -> None:
    account = office.account("A")
    account.name = "A\r\nBcc: all@example.com"
    account.save()
    stands(account, risk=0.6)
    raise_alerts(now=NOW)
    planned()
    assert sent() == 1
    assert post.mails[0]["Bcc"] is None


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("", ""),
        ("ConnectionRefusedError", "nobody answers at that address"),
        ("HTTP 503", "it was answered with 503"),
        ("SMTPRecipientsRefused 550", "the mail server does not take this address"),
        ("SomethingNewError", "it could not be sent"),
    ],
)
def test_why_a_message_did_not_go_is_said_as_people_say_it(kept, said):
    assert Delivery(said=kept).said_in_words == said
