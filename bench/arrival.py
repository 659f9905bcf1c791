"""`python -m bench.arrival`: from the arrival of a mail to its stored alert, with a thousand rules.

The office is one of its own, in a temporary folder, and holds so many conversations of before. Each round takes a
mail of a known customer in: redacted, matched, stored, indexed, heard with all rules, its alert raised, its
message planned. `ready` is what a worker that begins takes to make its rules ready. Then the same through the workers
of `keepwell serve`, while each of those for long jobs is at one that computes and writes all the time: a file of mail
is brought in as an upload is, and the time ends when the alert is stored. Wall time, as people wait it.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter
from typing import Any

RULES, LONG = 1000, 300  # LONG: seconds that a long job takes


def main() -> None:
    """Print the times of each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=RULES)
    parser.add_argument("--conversations", type=int, default=500, help="that are there already")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument(
        "--busy", action=argparse.BooleanOptionalAction, default=True, help="through workers with long jobs"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="keepwell-arrival-") as folder:
        os.environ["KEEPWELL_OFFICE"] = folder
        os.environ.setdefault("KEEPWELL_HOME", str(Path(folder) / "home"))
        os.environ["DJANGO_SETTINGS_MODULE"] = "keepwell.site.settings"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measured(asked.rules, asked.conversations, asked.rounds)
        if asked.busy:
            through_workers(asked.rounds)


def measured(rules: int, before: int, rounds: int) -> dict[str, Any]:
    """Fill an office, take mails in, and say how long each took."""
    from datetime import UTC, datetime

    from django.conf import settings

    from keepwell.accounts.models import Account, Contact, Standing
    from keepwell.alerts.models import Alert
    from keepwell.conversations.actions.ruling import bring
    from keepwell.conversations.actions.taking import take
    from keepwell.conversations.rules import ears
    from keepwell.members.models import Member, Role
    from keepwell.site.arrival import arrive

    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "sync": False}
    now = datetime.now(UTC)
    chief = Member.objects.create_user("ada@example.com", name="Ada", role=Role.ADMINISTRATOR)
    for n in range(2 * rounds + 1):
        account = Account.objects.create(pk=f"A{n}", name=f"Company {n}", owner=chief)
        Contact.objects.create(pk=f"k{n}", account=account, name=f"Eva {n}", email=f"eva@company{n}.example")
        Standing.objects.create(account=account, day=now.date(), kept_by="contract", risk=0.3, mrr=100_000)
    dice = random.Random(7)  # noqa: S311 - a draw that can be repeated
    bring(rules=_rules(rules, dice), by=chief, now=now)
    for n in range(before):
        take(_mail(n % (rounds + 1), f"old {n}", _talk(dice), now), source="upload", now=now)
    begun = perf_counter()
    ears.forget()
    ears.warm()
    ready = perf_counter() - begun
    took = []
    for n in range(rounds):
        begun = perf_counter()
        arrive(
            _mail(n, f"new {n}", f"{_talk(dice)} We will be cancelling our contract.", now),
            source="mailbox",
            now=now,
        )
        took.append(perf_counter() - begun)
    found = {"ready": ready, "first": took[0], "median": statistics.median(took), "worst": max(took)}
    print(f"{rules} rules, {before} conversations before, {rounds} mails, {Alert.objects.count()} alerts")  # noqa: T201 - what it is for
    for name, seconds in found.items():
        print(f"{name:>8}: {seconds:.2f} s")  # noqa: T201 - what it is for
    return found


def through_workers(rounds: int) -> list[float]:
    """Bring mails in as uploads are, with every worker for long jobs at one, and say how long their alerts took."""
    from datetime import UTC, datetime

    from django.conf import settings
    from django.db import connections
    from django_q.tasks import async_task

    from keepwell.alerts.models import Alert
    from keepwell.conversations.actions.receiving import receive
    from keepwell.site.arrival import ARRIVED

    Path(settings.HOME).mkdir(exist_ok=True)
    for _each in range(4):
        async_task("bench.arrival.long", LONG)
    connections.close_all()
    took: list[float] = []
    order = [sys.executable, "-m", "keepwell.cli", "--home", settings.HOME, "worker"]
    with subprocess.Popen(order) as worker:  # noqa: S603 - our own interpreter, our own command
        try:
            async_task(ARRIVED, 0)  # nothing to hear: once it is done, somebody works
            _until(lambda: not _waits("keepwell.site.arrival.hear_and_raise", taken=None))
            _until(lambda: _waits("bench.arrival.long", taken=True) >= 2)
            for n in range(rounds + 1, 2 * rounds + 1):  # accounts that nothing was heard of so far
                begun = perf_counter()
                receive(chunks=[_file(n)], name=f"{n}.eml", source="api", now=datetime.now(UTC))
                _until(Alert.objects.filter(account=f"A{n}").exists)
                took.append(perf_counter() - begun)
            held = _waits("bench.arrival.long", taken=None)
        finally:
            worker.kill()
            time.sleep(2)  # whatever it has begun ends with it
    print(f"through workers, {held} long jobs not done meanwhile:")  # noqa: T201 - what it is for
    for name, seconds in (("median", statistics.median(took)), ("worst", max(took))):
        print(f"{name:>8}: {seconds:.2f} s")  # noqa: T201 - what it is for
    return took


def long(seconds: float) -> None:
    """A job that computes, and writes to the office twenty times a second."""
    from keepwell.accounts.models import Account

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        Account.objects.filter(pk="A0").update(segment=str(time.monotonic()))
        pause = time.monotonic() + 0.05
        while time.monotonic() < pause:
            sum(range(1000))


def _until(true: Any) -> None:
    for _each in range(20 * LONG):
        if true():
            return
        time.sleep(0.05)
    raise SystemExit("It did not come about.")


def _waits(job: str, *, taken: bool | None) -> int:
    """How many of a job are not done: taken by a worker, or all."""
    from django.utils import timezone
    from django_q.models import OrmQ

    rows = OrmQ.objects.filter(lock__gt=timezone.now()) if taken else OrmQ.objects.all()
    return sum(one.func() == job for one in rows)


def _file(account: int) -> bytes:
    said = (
        f"From: Eva {account} <eva@company{account}.example>",
        "To: ada@example.com",
        "Subject: Contract",
        f"Message-ID: <busy{account}@company{account}.example>",
        "",
        "After all we will be cancelling our contract.",
    )
    return "\r\n".join(said).encode()


def _rules(count: int, dice: random.Random) -> list[Any]:
    """Rules made of pairs of common words, and one of them that is heard."""
    from keepwell.listening.languages.lists import shipped
    from keepwell.listening.rules import Rule

    listed = shipped("en")
    ideas = [
        idea for idea, theme in listed.themes.items() if theme != "praise"
    ]  # of which some say nothing alone
    words = sorted(
        {word for idea in ideas for word in listed.words[idea] if " " not in word and len(word) > 4}
    )
    made = [
        Rule(name=f"rule {n}", phrases={"en": (" ".join(dice.sample(words, 2)),)}, weight=0.0)
        for n in range(count - 1)
    ]
    return [*made, Rule(name="cancel", phrases={"en": ("cancel the contract",)}, theme="leaving")]


def _talk(dice: random.Random) -> str:
    said = (
        "Thank you for the call",
        "the report came late",
        "our team likes the tool",
        "please send the invoice",
    )
    return ". ".join(dice.choice(said) for _ in range(6)) + "."


def _mail(account: int, key: str, text: str, now: Any) -> Any:
    from keepwell.listening.said import Conversation, Kind, Participant, Side, Turn

    people = (Participant(f"Eva {account}", f"eva@company{account}.example", side=Side.THEM),)
    return Conversation(
        key, Kind.MAIL, now, people, subject="Hello", turns=(Turn(1, text, Side.THEM, at=now),)
    )


if __name__ == "__main__":
    main()
