"""A simulated company and its office, made ready in a process of its own: `python -m browser.company HOME`.

It has people, and they have been at work: follow-ups, a playbook, a standard, a named segment, a reservation and an
invitation are there, so that no screen is empty. There is no administrator yet: the first comes in by the link in
the terminal. Prints what the addresses of its screens are made of, as JSON.
"""

import argparse
import json
import math
import tempfile
import wave
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keepwell.members.models import Member

PASSWORD = "a sentence nobody guesses"  # of people who do not exist
PEOPLE = {  # who they are by what they do, and how they sign in
    "manager": ("Marta Szabó", "marta@example.com"),
    "member": ("Chen Mei", "chen@example.com"),
    "mate": ("Piotr Nowak", "piotr@example.com"),
    "viewer": ("Victor Hall", "victor@example.com"),
    "careful": ("Olga Wolf", "olga@example.com"),
    "swift": ("Ivo Lund", "ivo@example.com"),
}
STEPS = ("gather", "post", "score", "project", "raise", "follow up")


def make(home: Path, *, accounts: int, years: int, months: int) -> None:
    """Simulate, load, learn from so many months, and run a night."""
    from django.utils import timezone

    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named
    from keepwell.demo.load import load
    from keepwell.demo.simulate import simulate
    from keepwell.ledger.keeping import post_book
    from keepwell.risks import Risks
    from keepwell.site.nightly import night

    book = Book.create(str(home), reporting_currency="EUR")
    book.change_settings(simulated=True)
    made = simulate(home / "company", seed=1, accounts=accounts, years=years)
    load(book, home / "company", until=made.until)
    engine = engine_named("duckdb")
    try:
        post_book(book, engine)
        Risks(book, engine).train(now=timezone.now(), months=months)
    finally:
        engine.close()
    night(home=str(home), now=timezone.now(), only=STEPS)


def furnish() -> dict[str, str]:
    """Let people join and work; what the addresses of the screens are made of."""
    from django.utils import timezone

    from keepwell.demo.colleagues import join
    from keepwell.members.actions import begin
    from keepwell.members.models import Member, Role, Team

    begin()
    team, roles = Team.objects.get(), {"manager": Role.MANAGER, "viewer": Role.VIEWER}
    people = {}
    for what, (name, email) in PEOPLE.items():
        role = roles.get(what, Role.MEMBER)
        people[what] = Member.objects.create_user(email, PASSWORD, name=name, role=role)
        people[what].teams.add(team)
    join(now=timezone.now())
    return {"team": str(team.pk), "person": str(people["mate"].pk)} | _work(people)


def _work(people: "dict[str, Member]") -> dict[str, str]:
    from django.utils import timezone

    from browser.arrived import arrive
    from keepwell.accounts import actions as at_accounts
    from keepwell.accounts.models import Account
    from keepwell.alerts.models import Alert
    from keepwell.members import actions as at_members
    from keepwell.members.models import Portfolio, Role
    from keepwell.reach.models import Rule
    from keepwell.retention.models import Segment

    now, manager, member = timezone.now(), people["manager"], people["member"]
    first = list(Account.objects.filter(standing__worth__gt=0).order_by("-standing__worth", "pk")[:12])
    for at, account in enumerate(first):
        at_accounts.assign(account=account, by=manager, owner=member if at % 3 else people["mate"])
    _arrange(manager, now)
    _reserve(first, member, now)
    done = _plan(first, people, now) | _talk(first[1], people, now)
    Segment.objects.create(name="Enterprise", where="segment = Enterprise", made_by=manager)
    invited = at_members.invite(
        role=Role.VIEWER, now=now, by=manager, email="new@example.com", teams=manager.teams.all()
    )
    contact = first[1].contacts.filter(left_on=None).first()
    alert = Alert.objects.order_by("pk").first()
    done |= arrive("/srv/recordings", now=now)
    return done | {
        "account": first[1].pk,
        "contact": contact.pk if contact else "",
        "alert": str(alert.pk) if alert else "",
        "portfolio": str(Portfolio.objects.get().pk),
        "rule": str(Rule.objects.order_by("pk")[0].pk),
        "invitation": invited,
    }


def _arrange(manager: "Member", now: Any) -> None:
    from keepwell.followups.actions import arranging

    arranging.set_standard(by=manager, values={"segment": "", "stage": "", "days": 30, "review_days": 90})


def _reserve(accounts: "list[Any]", member: "Member", now: Any) -> None:
    """Reserve a day at the first account that the contact budget lets; the others are seen to be held back."""
    from keepwell.reach import actions
    from keepwell.reach.models import Channel

    for account in accounts:
        contact = account.contacts.filter(left_on=None).first()
        said = actions.Said(account=account, contact=contact, channel=Channel.CALL, topic="Renewal")
        with suppress(actions.HeldBack):
            actions.reserve(said=said, by=member, day=now.date() + timedelta(days=9), now=now)
            return


def _plan(accounts: "list[Any]", people: "dict[str, Member]", now: Any) -> dict[str, str]:
    from keepwell.followups.actions import handling, playing
    from keepwell.followups.actions.handling import Plan

    member, today = people["member"], now.date()
    whats = (
        "Ask what they miss",
        "Agree on the next goal",
        "Look at the numbers together",
        "Ask who decides now",
    )
    made = []
    for at, what in enumerate(whats):
        due: date = today + timedelta(days=(0, -2, 3, 8)[at])
        plan = Plan(account=accounts[at + 3], what=what, due=due, owner=member)
        made.append(handling.make(plan=plan, by=member, now=now))
    handling.comment(
        follow_up=made[0], by=people["manager"], text="@Chen Mei they wrote to me as well.", now=now
    )
    step = {"day": 0, "team": "", "channel": "call", "what": "Call whoever decides", "review": False}
    version = playing.set_down(
        by=people["manager"],
        playbook=None,
        name="Keep the big ones",
        steps=[step, step | {"day": 14, "channel": "mail", "what": "Write down what was agreed"}],
        condition="",
        stage="",
        least_risk=None,
        held_out=0.2,
    )
    playing.start(playbook=version.playbook, accounts=accounts[7:11], by=people["manager"], now=now)
    return {"follow_up": str(made[0].pk), "playbook": str(version.playbook_id)}


def _talk(account: "Any", people: "dict[str, Member]", now: Any) -> dict[str, str]:
    """A call with a real sound in it, a rule that hears it, and a clip of it in a collection."""
    from keepwell.conversations.actions import clipping, hearing, ruling
    from keepwell.conversations.actions.taking import Transcript, take
    from keepwell.listening import rules, said

    with tempfile.TemporaryDirectory() as folder:
        sound = tone(Path(folder) / "call.wav", seconds=24)
        talk = said.Conversation(
            conversation_id="call",
            kind=said.Kind.CALL,
            started_at=now - timedelta(days=2),
            turns=tuple(_turns()),
            language="en",
            subject="Renewal talk",
        )
        voices = tuple(tuple((one.start, one.end) for one in _turns() if one.channel == n) for n in (0, 1))
        told = Transcript("base", 0.9, voices)
        kept = take(
            talk, source="upload", now=now, account=account, by=people["member"], sound=sound, seconds=24.0,
            transcript=told,
        )  # fmt: skip
    kept.member = people["member"]
    kept.save(update_fields=["member"])
    dear = rules.Rule(name="Too expensive", phrases={"en": ("too expensive",)}, theme="price", then=("tag",))
    rule = ruling.make_rule(rule=dear, by=people["manager"], now=now, ask=False)
    hearing.hear(kept, now=now)
    title = {"title": "Price answered with hours", "kind": "good", "theme": "price", "tags": ["objection"]}
    clip = clipping.keep(
        conversation=kept, said=title | {"first": 2, "last": 3, "template": True}, by=people["mate"], now=now
    )
    named = {"name": "Objections", "detail": "For those who are new.", "shared": True}
    collection = clipping.collect(said=named, by=people["mate"], now=now)
    clipping.put_into(clip=clip, collection=collection, by=people["mate"])
    return {
        "conversation": str(kept.pk),
        "clip": str(clip.pk),
        "collection": str(collection.pk),
        "heard_rule": str(rule.pk),
    }


SAID = (  # a word a second
    ("us", "How is your first year with us"),
    ("them", "It is too expensive for us"),
    ("us", "Look what it saved you"),
    ("them", "Then let us renew"),
)


def _turns() -> "list[Any]":
    from keepwell.listening import said

    found, at = [], 0.0
    for no, (side, text) in enumerate(SAID, 1):
        words = [said.Word(word, at + n, at + n + 0.9, 0.9) for n, word in enumerate(text.split())]
        who = "Chen" if side == "us" else "Eve"
        found.append(
            said.Turn(
                no,
                text,
                said.Side(side),
                speaker=who,
                start=at,
                end=words[-1].end,
                words=tuple(words),
                confidence=0.9,
                channel=int(side == "them"),
            )
        )
        at += len(words)
    return found


def tone(path: Path, *, seconds: int, rate: int = 8000) -> Path:
    """A WAV file in which something is to be heard."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        heard = (int(3000 * math.sin(2 * math.pi * 220 * n / rate)) for n in range(rate * seconds))
        file.writeframes(b"".join(one.to_bytes(2, "little", signed=True) for one in heard))
    return path


def main() -> None:
    """Make one where it is told, and print what is there."""
    asked = argparse.ArgumentParser()
    asked.add_argument("home", type=Path)
    asked.add_argument("--accounts", type=int, default=400)
    asked.add_argument("--years", type=int, default=2)
    asked.add_argument("--months", type=int, default=4)
    told = asked.parse_args()
    told.home.mkdir(parents=True, exist_ok=True)

    from keepwell.site import running

    running.ready(str(told.home))
    running.prepare()
    make(told.home, accounts=told.accounts, years=told.years, months=told.months)
    print(json.dumps(furnish()))  # noqa: T201 - what the one who started this reads


if __name__ == "__main__":
    main()
