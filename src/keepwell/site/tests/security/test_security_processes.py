"""What one process has counted and used holds in every other, on either database."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from keepwell.site.tests import empty_office
from keepwell.site.tests.office_kit import READY, of_its_own, run

pytestmark = pytest.mark.slow
BEGIN = (
    READY
    + """
import hashlib
from django.conf import settings
settings.ALLOWED_HOSTS, settings.API_CALLS_A_MINUTE = ["testserver"], 3
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from django.test import Client
from keepwell.members.models import Member
SECRET, PASSWORD = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "a sentence nobody guesses"

def tried(login, password):
    client = Client()
    client.post("/sign/login/", {"login": login, "password": password})
    return client

def is_in(client):
    return client.get("/members/profile").status_code == 200
"""
)
FIRST = """
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
for name in ("eva", "bo"):
    made = Member.objects.create_user(name + "@acme.example", PASSWORD, name=name)
TOTP.activate(made, SECRET)
for _time in range(5):
    tried("eva@acme.example", "wrong")
import time
code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
client = tried("bo@acme.example", PASSWORD)
client.post("/sign/2fa/authenticate/", {"code": code})
for _time in range(3):
    client.get("/api/me")
print(code, is_in(client))
"""
SECOND = """
client = tried("bo@acme.example", PASSWORD)
client.post("/sign/2fa/authenticate/", {"code": "CODE"})
print(is_in(tried("eva@acme.example", PASSWORD)), is_in(client))
client.force_login(Member.objects.get(name="bo"))
print(client.get("/api/me").status_code)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty office's database; "" is SQLite in the office's folder."""
    if request.param == "sqlite":
        empty_office.placed(tmp_path)
        yield ""
        return
    with empty_office.on_postgresql("counted_office") as (address,):
        yield address


def test_guesses_codes_and_calls_of_one_process_count_in_the_next(tmp_path: Path, database: str) -> None:
    with of_its_own(database):
        code, inside = run(tmp_path, BEGIN + FIRST).split()[-2:]
        assert inside == "True"
        eva, thief, status = run(tmp_path, BEGIN + SECOND.replace("CODE", code)).split()[-3:]
    assert eva == "False", "after five failures elsewhere the right password opens nothing here"
    assert thief == "False", "a code that was used elsewhere opens nothing here"
    assert status == ("429" if database else "200"), "calls are counted for all processes on PostgreSQL"
    if not database:
        assert stat.S_IMODE((tmp_path / "office" / "office.sqlite3").stat().st_mode) == 0o600
