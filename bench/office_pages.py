"""Who opens what: signed-in people with the accounts, alerts and follow-ups they see, and every page's address."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

SOME = 20  # of a person's accounts, alerts and follow-ups that they open by turns
ROLES = ("viewer", "member", "manager", "administrator")
# How many of the fifty are what: most look after accounts, all have a page of their own.
PEOPLE = {"administrator": 5, "manager": 10, "member": 30, "viewer": 5}


@dataclass(frozen=True)
class Page:
    """A page: its address with places for what a person sees, and the least role that opens it."""

    name: str
    address: str
    role: str = "viewer"


@dataclass
class Person:
    """A member who is signed in, and what they may open."""

    email: str
    role: str
    session: str
    things: dict[str, list[Any]] = field(default_factory=dict)

    def address(self, page: Page, chance: Random) -> str:
        """The page's address for something of theirs."""
        return page.address.format(**{name: chance.choice(of) for name, of in self.things.items() if of})

    def opens(self, page: Page) -> bool:
        """Whether their role reaches it."""
        return ROLES.index(self.role) >= ROLES.index(page.role)


EMPTY = Page("an empty signed-in page (search, nothing asked)", "/search")
_DEEP = "before={years_ago}T00:00:00%2B00:00%7C0"
PAGES = (
    Page("Today: mine", "/?whose=mine"),
    Page("Today: my team's", "/?whose=team"),
    Page("Today: all", "/?whose=all", "administrator"),
    Page("Accounts", "/accounts/"),
    Page("Accounts: segment and check-up, by risk", "/accounts/?segment=Enterprise&health=poor&sort=risk"),
    Page("Accounts: by what they pay", "/accounts/?sort=mrr"),
    Page("Accounts: by name, page 40", "/accounts/?sort=name&page=40"),
    Page("Accounts: mine, by change", "/accounts/?whose=mine&sort=change"),
    Page("Accounts: searched", "/accounts/?words=harbor+foods"),
    Page("Account", "/accounts/{account}"),
    Page("Account: its tickets", "/accounts/{account}?kind=ticket"),
    Page("Account: very long timeline", "/accounts/{busy}", "administrator"),
    Page("Account: very long timeline, two years back", "/accounts/{busy}?" + _DEEP, "administrator"),
    Page("A contact", "/accounts/contacts/{contact}", "manager"),
    Page("Retention: statement", "/retention/"),
    Page("Retention: over time", "/retention/over-time"),
    Page("Retention: cohorts", "/retention/cohorts"),
    Page("Retention: survival", "/retention/survival"),
    Page("Retention: accounts behind it", "/retention/accounts?line=opening"),
    Page("Alerts", "/alerts/"),
    Page("Alerts: all states, page 40", "/alerts/?state=all&page=40"),
    Page("Alerts: a trigger, closed", "/alerts/?state=closed&trigger=silence"),
    Page("Alerts: a segment, by worth", "/alerts/?segment=Enterprise&sort=worth"),
    Page("Alert", "/alerts/{alert}"),
    Page("Alerts: how they did", "/alerts/scores"),
    Page("Alerts: thresholds", "/alerts/thresholds"),
    Page("Follow-ups", "/followups/"),
    Page("Follow-ups: my team's", "/followups/?whose=team"),
    Page("Follow-ups: my team's, overdue, by day", "/followups/?whose=team&due=overdue&sort=due"),
    Page("Follow-ups: my team's, done, page 40", "/followups/?whose=team&state=done&page=40"),
    Page("Follow-ups: searched", "/followups/?whose=team&words=renewal+1234"),
    Page("Follow-ups: board", "/followups/board"),
    Page("Follow-ups: my team's board", "/followups/board?whose=team"),
    Page("Follow-up", "/followups/{follow_up}"),
    Page("Cadence", "/followups/cadence"),
    Page("Playbooks", "/followups/playbooks"),
    Page("Contact budget", "/reach/"),
    Page("Search: an account", "/search?words=juniper+optics+12"),
    Page("Search: a person", "/search?words=anna+kov%C3%A1cs+12"),
    Page("Settings", "/settings/", "administrator"),
    Page("Settings: members", "/members/", "manager"),
    Page("Settings: teams", "/members/teams", "administrator"),
    Page("Settings: portfolios", "/members/portfolios", "administrator"),
    Page("Settings: trail", "/members/trail", "administrator"),
    Page("Settings: health of the system", "/settings/health", "administrator"),
    Page("API: accounts", "/api/accounts"),
    Page("API: an account's timeline", "/api/accounts/{account}/timeline"),
    Page("API: alerts", "/api/alerts"),
    Page("API: follow-ups", "/api/follow-ups"),
)  # fmt: skip


def people(chance: Random, shares: dict[str, int] = PEOPLE) -> list[Person]:
    """Fifty members of the office, signed in, with what each sees. Django is set up for the office."""
    from django.test import Client

    from keepwell.members.models import Member

    found = []
    for role, many in shares.items():
        members = Member.objects.filter(role=role, email__endswith="@example.com").prefetch_related("teams")
        for member in chance.sample(list(members.order_by("pk")), many):
            client = Client()
            client.force_login(member)
            session = client.cookies["sessionid"].value
            found.append(Person(member.email, role, session, _things(member)))
    chance.shuffle(found)
    return found


def _things(member: Any) -> dict[str, list[Any]]:
    from keepwell.accounts.models import Account, Contact
    from keepwell.alerts.models import Alert
    from keepwell.followups.models import FollowUp

    accounts = list(
        Account.objects.filter(owner=member, standing__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)[:SOME]
    )
    return {
        "account": accounts,
        "busy": ["B0000000"],
        "years_ago": ["2024-10-01"],
        "contact": list(Contact.objects.filter(account__in=accounts).values_list("pk", flat=True)[:SOME]),
        "alert": list(
            Alert.objects.filter(account__in=accounts).order_by("-pk").values_list("pk", flat=True)[:SOME]
        ),
        "follow_up": list(
            FollowUp.objects.filter(account__in=accounts, state="open").values_list("pk", flat=True)[:SOME]
        ),
    }


def queries_of(page: Page, members: Sequence[Person]) -> int:
    """How many questions a page asks of the database: the most of all roles that open it."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    most, seen = 0, set[str]()
    for one in members:
        if one.role in seen or not one.opens(page):
            continue
        seen.add(one.role)
        client = Client(SERVER_NAME="127.0.0.1")
        client.cookies["sessionid"] = one.session
        address = one.address(page, Random(1))  # noqa: S311 - chance for measuring, not for secrets
        # What is made once is made now: a figure of a new night, what PostgreSQL prepares.
        client.get(address)
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{page.name} of a {one.role} answered {answer.status_code}")
        most = max(most, sum(_asks(str(one["sql"])) for one in asked))
    return most


def _asks(sql: str) -> bool:
    """Whether it is the page that asks, not the note that a page was slow on a busy machine."""
    return "site_slow" not in sql and not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
