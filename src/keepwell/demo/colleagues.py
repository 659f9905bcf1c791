"""The simulated company's own people: members of its office, named in its conversations by their addresses."""

from datetime import datetime

from keepwell.demo.company import SALESPEOPLE
from keepwell.demo.names import latin

DOMAIN = "keepwell-demo.example"  # nobody's: no mail goes there


def address_of(name: str) -> str:
    """The mail address of one of our people."""
    return f"{latin(name.split(maxsplit=1)[0])}@{DOMAIN}"


def join(*, now: datetime) -> int:
    """Let them be members of the first team, unable to sign in; how many are new. Once joined, nothing is added."""
    from keepwell.conversations.actions.colleagues import name_colleagues
    from keepwell.members.models import Member, Team

    team, new = Team.objects.order_by("pk").first(), 0
    for one in SALESPEOPLE:
        if not Member.objects.filter(email=address_of(one.name)).exists():
            member = Member.objects.create_user(address_of(one.name), name=one.name)
            new += 1
            if team is not None:
                member.teams.add(team)
    name_colleagues(now=now)
    return new
