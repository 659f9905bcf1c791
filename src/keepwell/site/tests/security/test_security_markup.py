"""A company whose every text is an attack, through the real import and onto every page: it stays a text."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from keepwell.accounts.models import Account, Contact, Entry
from keepwell.alerts.actions.raising import raise_alerts
from keepwell.alerts.actions.telling import plan
from keepwell.alerts.delivering.sending import deliver
from keepwell.alerts.models import Alert, Channel, Delivery
from keepwell.api.actions import make_token
from keepwell.book.book import Book
from keepwell.book.importing import import_files
from keepwell.book.tables import Column, Table, all_tables
from keepwell.followups.actions import arranging
from keepwell.followups.actions.handling import Plan, comment, make
from keepwell.followups.models import Playbook, Version
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.retention.models import Segment
from keepwell.site.nightly import night

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Breaks out of text, of both sorts of attribute, of script, style, title and textarea, of CDATA and JSON; holds what
# templates, formats and double decoding would make something of; begins as a formula; and would begin a header.
EVIL = (
    "=cmd|x'\" onx=1 x=\"' onx='2'></textarea></title></style></script>]]>-->"
    "<kw-evil onx=\"3\">\\u003ckw-evil\\u003e&lt;kw-evil&gt;{{7*7}}{% now 'Y' %}${7*7}%(name)s{0}{name}%n\\"
)
LINES = "\r\nX-Evil: 1\r\n\r\nBcc: evil@example.com"
ID = 'A"><kw-evil onx="4">/..\\\'?x=1&lt;#'
COVERED, NOW = date(2026, 6, 1), datetime(2026, 6, 2, 2, tzinfo=UTC)


class Page(HTMLParser):
    """What a browser makes of a page, as far as an attack would show in it."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.seen: list[str] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        if tag == "kw-evil":
            self.wrong.append("a tag of the text")
        for name, value in attrs:
            if name.startswith("on"):
                self.wrong.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|data|vbscript):", value or ""
            ):
                self.wrong.append(f"{tag} {name}={value}")
        if tag == "script" and not dict(attrs).get("src"):
            self.wrong.append("a script in the page")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.seen.append(data)
        if self.inside in ("script", "style") and "evil" in data:
            self.wrong.append(f"in {self.inside}")


def cell(table: Table, column: Column, account: str) -> str:
    """A value that the import takes, as evil as its kind allows."""
    if column.name in table.key and column.kind == "text" and not column.refers:
        return f"{table.name[:3]}{len(account)}{EVIL}"
    refers = {"accounts": account, "contacts": f"con{len(account)}{EVIL}", "currencies": "EUR"}
    if column.refers in refers and column.name not in ("merged_into", "parent_id"):
        return refers[column.refers]
    fixed = {
        "currency": "EUR",
        "kind": "complaint",
        "excluded": "",
        "merged_into": "",
        "parent_id": "",
        "status": "",
    }
    if column.name in fixed:
        return EVIL if table.name == "events" else fixed[column.name]
    if column.name.startswith(("ended", "cancelled", "left", "merged", "resolved", "first_resp", "paid")):
        return "2026-05-20" if table.name == "reasons" else ""
    kinds = {
        "day": "2026-03-05", "instant": "2026-05-30 10:00:00", "money": "100", "decimal": "2", "integer": "1",
        "flag": "false", "choice": column.choices[0] if column.choices else "",
    }  # fmt: skip
    return kinds.get(column.kind, EVIL + (LINES if column.personal else ""))


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """A file a table, the accounts first, each named as evil as a disk allows."""
    tables = sorted(
        all_tables().values(), key=lambda one: (one.name != "accounts", one.name != "contacts", one.name)
    )
    for table in tables:
        if table.name in ("rates", "turns", "goal_readings"):
            continue
        path = folder / f"{table.name}<kw-evil onx='5'>;\"evil.csv"
        with path.open("w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([column.name for column in table.columns])
            for account in ("A1", ID) if "account_id" in {c.name for c in table.columns} else ("A1",):
                writer.writerow(
                    [account if c.name == "account_id" else cell(table, c, account) for c in table.columns]
                )
        yield table.name, path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("evil")
    made = Book.create(home / "home", reporting_currency="EUR")
    for table, path in files(home):
        report = import_files(made, table, [path], now=NOW, complete_to=COVERED, create_accounts=True)
        assert report.reconciles, table
    return home / "home"


@pytest.fixture
def admin(book: Path, settings: Any, tmp_path: Path) -> Member:
    """The company projected, and an office about it whose own texts are attacks too."""
    settings.HOME, settings.OFFICE = str(book), tmp_path
    member = Member.objects.create_user("ada@example.com", "x", name=EVIL[:120], role=Role.ADMINISTRATOR)
    portfolio = Portfolio.objects.create(name=EVIL[:120])
    team = Team.objects.create(name=EVIL[:120])
    team.portfolios.add(portfolio)
    member.teams.add(team)
    night(home=str(book), now=NOW, only=("gather", "post", "measure", "score", "project"))
    Segment.objects.create(name=EVIL[:80], where=f"segment = '{EVIL[:5]}'", made_by=member)
    playbook = Playbook.objects.create(name=EVIL[:120])
    step = {"day": 0, "team": "", "channel": "call", "what": EVIL[:300], "review": False}
    Version.objects.create(playbook=playbook, number=1, steps=[step], made_by=member)
    Channel.objects.create(kind="webhook", name=EVIL[:120], address="https://x.example", member=member)
    for account in Account.objects.all():
        account.standing.risk = 0.95
        account.standing.save()
        contact = account.contacts.first()
        said = Plan(account, date(2026, 6, 1), (EVIL + LINES)[:300], owner=member, contact=contact)
        follow_up = make(plan=said, by=member, now=NOW)
        comment(follow_up=follow_up, by=member, text=EVIL + LINES, now=NOW)
    raise_alerts(now=NOW)
    return member


def test_a_company_of_attacks_is_text_on_every_page_in_every_file_and_in_every_mail(admin: Member) -> None:
    assert Account.objects.count() == Contact.objects.count() == 2
    assert Account.objects.filter(name=EVIL).count() == 2
    assert {"touch", "ticket"} <= set(Entry.objects.values_list("kind", flat=True))
    assert Alert.objects.count() == 2
    look_at_pages(admin)
    look_at_files(admin)
    look_at_mails(admin)


def addresses() -> list[str]:
    """Every page about the company, and every page that says again what was asked for."""
    evil = quote(EVIL)
    made = [
        "/", "/accounts/", f"/accounts/?words={evil}&segment={evil}&sort={evil}&health={evil}&whose={evil}",
        f"/search?words={evil}", "/search?words=con", "/search?words=evil", "/alerts/?state=all",
        f"/alerts/?state={evil}&trigger={evil}&segment={evil}&account={evil}&sort={evil}", "/alerts/scores",
        "/alerts/thresholds", "/alerts/telling", "/alerts/thresholds/risk_high", "/followups/", "/followups/board",
        f"/followups/?words={evil}&state={evil}&due={evil}&sort={evil}&whose={evil}", "/followups/calendar",
        "/followups/playbooks", "/followups/playbooks/new", "/followups/cadence", f"/followups/cadence?stage={evil}",
        "/followups/standards", f"/reach/?show={evil}", "/reach/rules", "/members/", "/members/teams",
        "/members/portfolios", f"/members/portfolios/count?condition={evil}", "/members/profile",
        f"/members/trail?who={evil}&what={evil}&key={evil}", "/settings/", "/settings/night", "/settings/health",
        "/api/", "/api/tokens", f"/no-such/{evil}", f"/accounts/{evil}", f"/sign/login/?next={evil}",
        f"/members/join/{quote(EVIL, safe='')}", f"/sign/password/reset/key/{quote(EVIL, safe='')}/",
    ]  # fmt: skip
    for room in (
        "statement",
        "series",
        "cohorts",
        "survival",
        "definitions",
        "cycles",
        "segments",
        "accounts",
    ):
        at = reverse(f"retention:{room}")
        made += [
            at,
            f"{at}?by=segment&line={evil}&part={evil}&kind={evil}",
            f"{at}?where={evil}&by={evil}&period={evil}",
        ]
    for account in Account.objects.all():
        made += [
            reverse(f"{name}", kwargs={"account_id": account.pk})
            for name in ("accounts:account", "followups:new", "reach:log", "reach:reserve")
        ]
        made.append(f"/alerts/thresholds/risk_high?account={quote(account.pk)}")
    made += [reverse("accounts:contact", args=[one.pk]) for one in Contact.objects.all()]
    for name, rows in (
        ("alerts:alert", Alert.objects.all()), ("followups:one", Account.objects.first().follow_ups.all()),
        ("followups:playbook", Playbook.objects.all()), ("followups:change_playbook", Playbook.objects.all()),
        ("members:person", Member.objects.all()), ("members:team", Team.objects.all()),
        ("members:portfolio", Portfolio.objects.all()),
    ):  # fmt: skip
        made += [reverse(name, args=[one.pk]) for one in rows]
    return made


def look_at_pages(admin: Member) -> None:
    client, wrong, shown = Client(raise_request_exception=False), {}, 0
    client.force_login(admin)
    for address in addresses():
        answer = client.get(address)
        if answer.status_code >= 500:
            wrong[address] = [str(answer.status_code)]
        if not answer["Content-Type"].startswith("text/html") or answer.status_code in (301, 302):
            continue
        page = Page(answer.content.decode())
        shown += any("<kw-evil" in text for text in page.seen)
        found = page.wrong + [text for text in page.seen if re.search(r"=cmd.*\D49\D", text)]
        if found:
            wrong[address] = found
    assert not wrong
    assert shown > 20, "the texts are there to be seen"


def look_at_files(admin: Member) -> None:
    client = Client()
    client.force_login(admin)
    line = quote('x"; filename*=evil.html;' + LINES)
    for address in (
        "/alerts/?state=all&format=csv", "/alerts/scores?format=csv", "/followups/?as=csv&whose=team",
        "/members/trail.csv", "/retention/?as=csv&by=segment", f"/retention/accounts?as=csv&line={line}",
    ):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer["Content-Type"].startswith("text/csv"), address
        assert re.fullmatch(r'attachment; filename="[A-Za-z0-9.-]+\.csv"', answer["Content-Disposition"])
        for row in csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))):
            for one in row:
                assert not one.startswith(("=", "@", "\t", "\r", "\n")), (address, one)
                assert not re.match(r"[+-](?![\d.]+$)", one), (address, one)
    _made, secret = make_token(
        member=admin, name="t", scope="read", lasts=timezone.timedelta(days=1), now=timezone.now()
    )
    program = Client(headers={"Authorization": f"Bearer {secret}"})
    for address in (
        "/api/accounts", "/api/alerts?state=all", "/api/follow-ups", "/api/search?words=evil", "/api/me",
        f"/api/accounts/{quote(ID)}", f"/api/accounts/{quote(EVIL)}", "/api/teams",
        f"/api/accounts/{quote(ID)}/contacts",
    ):  # fmt: skip
        answer = program.get(address)
        assert re.match(r"application/(problem\+)?json", answer["Content-Type"]), address
        assert answer["X-Content-Type-Options"] == "nosniff"
        json.loads(answer.content)
    for address in ("/retention/chart/cohorts.svg?by=segment", "/retention/chart/survival.svg?by=segment"):
        picture = client.get(address)
        if picture.status_code == 200:
            tags = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(picture.content).iter()}
            assert not tags & {"kw-evil", "script", "foreignObject"}
            assert "default-src 'none'" in picture["Content-Security-Policy"]


def look_at_mails(admin: Member) -> None:
    plan(now=NOW)
    Delivery.objects.filter(channel=None).update(due_at=NOW)
    deliver()
    assert mail.outbox
    for one in mail.outbox:
        sent = message_from_bytes(one.message().as_bytes(), policy=policy.default)
        assert sent["X-Evil"] is None
        assert sent["Bcc"] is None
        assert sent.get_content_type() == "text/plain"
        assert one.recipients() == ["ada@example.com"]
    secret = arranging.open_feed(member=admin, now=NOW)
    answer = Client().get(f"/followups/calendar/{secret}.ics")
    lines = re.sub(rb"\r\n ", b"", answer.content).decode().split("\r\n")
    known = "BEGIN|END|VERSION|PRODID|CALSCALE|X-WR-CALNAME|UID|DTSTAMP|DT(START|END);VALUE=DATE|SUMMARY|URL"
    assert all(re.match(rf"({known}|TRANSP):", line) for line in lines if line)
    assert "text/calendar" in answer["Content-Type"]
