"""An office to test in: two accounts in two portfolios, and one of each kind of person."""

from dataclasses import dataclass

from django.test import Client

from keepwell.accounts.models import Account, Contact
from keepwell.members.models import Member, Portfolio, Role, Team


@dataclass
class Office:
    account: Account
    other: Account
    contact: Contact
    second: Contact
    owner: Member
    mate: Member
    stranger: Member
    viewer: Member
    manager: Member
    administrator: Member

    def client(self, member: Member | None = None) -> Client:
        client = Client()
        if member is not None:
            client.force_login(member, backend="keepwell.members.backend.Backend")
        return client


def furnished() -> Office:
    ours, theirs = (Portfolio.objects.create(name=name) for name in ("ours", "theirs"))
    success = Team.objects.create(name="Success")
    success.portfolios.add(ours)
    sales = Team.objects.create(name="Sales", kind=Team.Kind.SALES)
    sales.portfolios.add(theirs)

    def member(name: str, role: Role, *teams: Team) -> Member:
        made = Member.objects.create_user(f"{name.lower()}@example.com", name=name, role=role)
        made.teams.set(teams)
        return made

    owner = member("Olga", Role.MEMBER, success)
    account = Account.objects.create(
        account_id="A/1", name="Arden & Co", segment="Enterprise", owner=owner, portfolio=ours
    )
    other = Account.objects.create(account_id="B2", name="Bolt", portfolio=theirs)
    return Office(
        account,
        other,
        Contact.objects.create(contact_id="c1", account=account, name="Cleo", source_id="K1"),
        Contact.objects.create(contact_id="c2", account=account, name="Dora", source_id="K2"),
        owner,
        member("Mate", Role.MEMBER, success),
        member("Stranger", Role.MEMBER, sales),
        member("Viewer", Role.VIEWER, success),
        member("Manager", Role.MANAGER, success),
        member("Admin", Role.ADMINISTRATOR),
    )
