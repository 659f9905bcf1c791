"""A mailbox on a real server, that of pymap, over TLS."""

import imaplib
import socket
import ssl
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address

import pytest

pytest.importorskip("pymap", reason="pymap, the mail server for tests, is not installed")
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keepwell.lib.errors import KeepwellError
from keepwell.listening.mail.imap import Mailbox, Place, _quoted, count, fetch
from keepwell.listening.mail.threads import conversations_of


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder


@pytest.fixture
def mailbox(certificate):
    """An empty mailbox on a server of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "from pymap.main import main; main()",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--cert", str(certificate / "cert.pem"), "--key", str(certificate / "key.pem")]
    command += ["dict", "--demo-user", "keeper", "--demo-password", "s3cret"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _n in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Mailbox(
            "127.0.0.1", "keeper", "s3cret", port=port, starttls=True, trust=str(certificate / "cert.pem")
        )
    finally:
        server.terminate()
        server.wait(10)


def signed_in(mailbox):
    server = imaplib.IMAP4(mailbox.host, mailbox.port)
    server.starttls(ssl.create_default_context(cafile=mailbox.trust))
    server.login(mailbox.user, mailbox.password)
    return server


def put(server, n, *, folder="INBOX", attached=b""):
    made = EmailMessage()
    made["From"], made["Message-ID"], made["Subject"] = (
        "anna@acme.example",
        f"<{n}@acme.example>",
        f"Mail {n}",
    )
    made["Date"] = "Mon, 4 May 2026 10:00:00 +0200"
    made.set_content(f"Felmondjuk {n}.")
    if attached:
        made.add_attachment(attached, maintype="video", subtype="mp4", filename="film.mp4")
    assert server.append(folder, None, None, made.as_bytes().replace(b"\n", b"\r\n"))[0] == "OK"


def test_mail_is_fetched_once_and_left_as_it_was(mailbox):
    server = signed_in(mailbox)
    for n in range(3):
        put(server, n)
    first = list(fetch(mailbox, most=2))
    assert [one.mail.text for one in first] == ["Felmondjuk 0.", "Felmondjuk 1."]
    rest = list(fetch(mailbox, first[-1].place))
    assert [one.mail.mail_id for one in rest] == ["2@acme.example"]
    assert list(fetch(mailbox, rest[-1].place)) == []
    assert count(mailbox) == 3
    server.select("INBOX", readonly=True)
    assert b"Seen" not in b"".join(server.uid("FETCH", "1:*", "(FLAGS)")[1])
    again = fetch(mailbox, Place(rest[-1].place.validity + 1, 99))  # the server numbers its mail anew
    assert len(conversations_of([one.mail for one in [*first, *rest, *again]])) == 3


def test_a_large_mail_comes_in_pieces(mailbox):
    put(signed_in(mailbox), 1, attached=bytes(range(256)) * 12_000)
    (found,) = fetch(mailbox)
    assert found.mail.text == "Felmondjuk 1."
    assert found.mail.size > 4_000_000
    assert found.mail.attachments[0].size == pytest.approx(256 * 12_000, abs=2)


def test_a_folder_is_named_as_people_see_it(mailbox):
    server = signed_in(mailbox)
    assert server.create(_quoted("Ügyfelek & felmondás"))[0] == "OK"
    put(server, 7, folder=_quoted("Ügyfelek & felmondás"))
    named = Mailbox(
        mailbox.host,
        mailbox.user,
        mailbox.password,
        "Ügyfelek & felmondás",
        port=mailbox.port,
        starttls=True,
        trust=mailbox.trust,
    )
    assert [one.mail.subject for one in fetch(named)] == ["Mail 7"]


def test_what_goes_wrong_is_said_without_the_password(mailbox, certificate):
    def refused(**other):
        known = {
            "port": mailbox.port,
            "starttls": True,
            "trust": mailbox.trust,
            "password": "s3cret",
            "folder": "INBOX",
        }
        with pytest.raises(KeepwellError) as raised:
            list(fetch(Mailbox("127.0.0.1", "keeper", **{**known, **other})))
        assert "s3cret" not in str(raised.value)
        assert "wr0ng" not in str(raised.value)
        return str(raised.value)

    assert "password" in refused(password="wr0ng")
    assert "certificate" in refused(trust="")
    assert "folder" in refused(folder="Nowhere")
    unreached = refused(port=1)
    assert "reached" in unreached
    assert "Seen: Connection refused" in unreached
    assert "s3cret" not in repr(mailbox)


def test_names_of_folders_are_written_as_servers_write_them():
    assert _quoted("INBOX") == '"INBOX"'
    assert _quoted('a"b & ü') == '"a\\"b &- &APw-"'
    assert _quoted("台北") == '"&U,BTFw-"'
