"""A large office out of a small one: members, accounts and all that happened, copied with chance from a real night.

The small office comes from the simulated company and a night over it, so that what is kept of a standing, an alert or
a thing on a timeline is what the product keeps.
"""

import json
import time
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import numpy as np
from django.db import transaction

from bench import office_happening as happening
from bench.office_chance import PAYING, PEOPLE, SEGMENTS, TEAMS, Filling, plain
from bench.office_writing import days, hastily, moments, put
from keepwell.accounts.models import Account, AccountWord, Contact, ContactWord, Standing
from keepwell.accounts.stood import MONTHS, NIGHTS, Stood, written
from keepwell.accounts.words import words_in
from keepwell.followups.models import Rhythm
from keepwell.members.models import Member, Portfolio, Role, Team
from keepwell.reach.models import LastTouch, Rule
from keepwell.retention.models import Segment
from keepwell.risk.health.checkup import STEPS

HEALTHS = (Standing.Health.HEALTHY.value, Standing.Health.CONCERNING.value, Standing.Health.POOR.value)
ROLES = (Role.ADMINISTRATOR, Role.MANAGER, Role.MEMBER, Role.VIEWER)
SHARES = (0.05, 0.15, 0.70, 0.10)
FIRST = "Amber Birch Cedar Delta Ember Fjord Grove Harbor Iris Juniper Krone Lark".split()  # noqa: SIM905 - read better as words
SECOND = "Foods Logistics Clinics Motors Textiles Energy Paper Optics Tools Media".split()  # noqa: SIM905 - read better as words
NAMES = "Anna Béla Chen Dana Ewa Filip Gita Hugo Ines Jan Kata Luis Mei Nora".split()  # noqa: SIM905 - read better as words
SURNAMES = "Kovács Nowak Wang Smith Weber Rossi Silva Novák Olsen Moreau Brown Li".split()  # noqa: SIM905 - read better as words

REASONS = (
    [["days_to_lapse", 96.0, -0.7757], ["days_to_renewal", None, 0.6981], ["use_trend", 0.4444, 0.2862]],
    [["days_to_renewal", 64.0, 1.7795], ["use_amount_each_90", 4.5, 0.5891], ["tickets_open", 3.0, 0.2377]],
    [["days_since_use", 41.0, 1.1], ["mrr_change_90", -0.3, 0.9], ["days_since_touch_in", 80.0, 0.4]],
    [["use_trend", 1.2, -0.8], ["contacts_left_180", 1.0, 0.7], ["survey_score", 4.0, 0.3]],
)


def fill(said: Filling) -> None:
    """Fill the office that Django is set up for."""
    steps = (
        _people, _accounts, _contacts, _words, _standings, happening.entries, happening.touches, happening.alerts,
        happening.score, happening.follow_ups, happening.playbooks, happening.trail, happening.behind,
    )  # fmt: skip
    with hastily():
        for step in steps:
            began = time.monotonic()
            step(said)
            said.tell(f"  {step.__name__.strip('_').replace('_', ' ')}: {time.monotonic() - began:.1f} s")


def _people(f: Filling) -> None:
    """Members of every role in teams, each team with a portfolio of its own."""
    with transaction.atomic():
        portfolios = Portfolio.objects.bulk_create(
            Portfolio(name=f"Portfolio {n:02d}", place=n) for n in range(TEAMS)
        )
        kinds = list(Team.Kind)
        teams = Team.objects.bulk_create(
            Team(name=f"Team {n:02d}", kind=kinds[n % len(kinds)]) for n in range(TEAMS)
        )
        Team.portfolios.through.objects.bulk_create(
            Team.portfolios.through(team=team, portfolio=one)
            for team, one in zip(teams, portfolios, strict=True)
        )
        ends = np.cumsum(SHARES) * PEOPLE
        members = Member.objects.bulk_create(
            Member(
                email=f"person{n}@example.com",
                name=f"{NAMES[n % len(NAMES)]} {SURNAMES[n % len(SURNAMES)]} {n}",
                role=ROLES[int(np.searchsorted(ends, n, side="right"))],
                language="en",
                password="!",  # noqa: S106 - nobody signs in by it
            )
            for n in range(PEOPLE)
        )
        Member.teams.through.objects.bulk_create(
            Member.teams.through(member=one, team=teams[n % TEAMS]) for n, one in enumerate(members)
        )
        Segment.objects.bulk_create(
            Segment(name=one, where=f'segment = "{one}"', made_at=f"{f.today}T00:00Z") for one in SEGMENTS
        )
        Rule.objects.bulk_create([Rule(most=2, days=7), Rule(most=6, days=30, of=Rule.Of.ACCOUNT)])
    place = f.rng.integers(0, TEAMS, f.accounts)  # an account's portfolio, and so its team
    turn = f.rng.integers(0, PEOPLE // TEAMS, f.accounts)
    f.portfolios = np.array([one.pk for one in portfolios])[place]
    f.owners = np.array([one.pk for one in members])[turn * TEAMS + place]


def _accounts(f: Filling) -> None:
    first, second = f.pick(FIRST, f.accounts), f.pick(SECOND, f.accounts)
    segments, countries = (
        f.pick(SEGMENTS, f.accounts),
        f.pick(("HU", "PL", "DE", "FR", "CN", "US"), f.accounts),
    )
    rows = zip(
        f.names,
        (f"{a} {b} {n}" for n, (a, b) in enumerate(zip(first, second, strict=True))),
        segments,
        countries,
        f.owners.tolist(),
        f.portfolios.tolist(),
        strict=True,
    )
    put(Account, ("account_id", "name", "segment", "country", "owner", "portfolio"), rows)


def _contacts(f: Filling) -> None:
    """Three people at each account."""
    many = 3 * f.accounts
    first, last = f.pick(NAMES, many), f.pick(SURNAMES, many)
    roles, channels = (
        f.pick(("Head of operations", "Buyer", "Engineer", "Chief executive"), many),
        f.pick(("", "call", "mail"), many),
    )

    def rows() -> Iterator[tuple[Any, ...]]:
        for n in range(many):
            mail = f"{first[n]}.{n}@customer{n % 5000}.example".lower()
            yield (
                f"{n:032x}",
                f.names[n // 3],
                f"{first[n]} {last[n]} {n}",
                mail,
                roles[n],
                channels[n],
                f"K{n}",
            )

    put(Contact, ("contact_id", "account", "name", "email", "role", "channel", "source_id"), rows())


def _words(_f: Filling) -> None:
    """What accounts and contacts are found by."""
    accounts = Account.objects.filter(words=None).values_list("pk", "name")
    put(
        AccountWord, ("word", "account"), [(word, pk) for pk, name in accounts for word in words_in(name, pk)]
    )
    people = Contact.objects.filter(words=None).values_list("pk", "name", "email")
    put(ContactWord, ("word", "contact"), [(word, pk) for pk, *said in people for word in words_in(*said)])


def _histories(f: Filling) -> list[str]:
    """As much as a standing remembers, of ten accounts: check-ups turn now and then, risk and worth move."""
    numbers = [*(f.day - NIGHTS - 30 * np.arange(MONTHS, 0, -1)), *(f.day - np.arange(NIGHTS, 0, -1))]
    found = []
    for _account in range(10):
        turns = np.cumsum(f.rng.random((len(STEPS), len(numbers))) < 0.05, axis=1)
        found.append(
            written(
                Stood(
                    day, risk, HEALTHS[turned[0] % 3], 50.0 + turned[0] % 40, 0.9, worth, "EUR", False,
                    {step: HEALTHS[by % 3] for step, by in zip(STEPS, turned, strict=True)},
                )
                for day, risk, worth, turned in zip(
                    days(np.array(numbers)),
                    np.round(f.rng.beta(1.2, 8, len(numbers)), 4).tolist(),
                    f.rng.integers(-10_000, 400_000, len(numbers)).tolist(),
                    turns.T.tolist(),
                    strict=True,
                )
            )
        )  # fmt: skip
    return [json.dumps(one) for one in found]


def _standings(f: Filling) -> None:
    """Of nine accounts in ten, as accounts of the small office stand, with a risk, reasons and worth of their own."""
    names = ("kept_by", "customer_since", "health", "score", "known", "steps", "signals")
    like = [plain(row) for row in Standing.objects.values_list(*names)]
    many = int(f.accounts * PAYING)
    risks = np.round(f.rng.beta(1.2, 8, many), 6)
    mrr = (np.exp(f.rng.normal(10.5, 1.1, many))).astype(int)
    worth = (mrr * risks * 6 - 10_000).astype(int)
    change = np.round(f.rng.normal(0, 0.04, many), 6)
    reasons = [json.dumps(one) for one in REASONS]
    past = json.dumps([[one, 0.05] for one in days(np.arange(f.day - NIGHTS, f.day))])
    histories = f.pick(_histories(f), many)
    today = f.today.isoformat()
    rest = zip(
        f.pick(reasons, many),
        mrr.tolist(),
        worth.tolist(),
        change.tolist(),
        repeat(past),
        histories,
        strict=False,
    )
    rows = (
        (account, today, *values, risk, risk / 2, risk * 1.5, 0.75, 1, 10_000, *rest_of)
        for account, values, risk, rest_of in zip(
            f.names, f.pick(like, many), risks.tolist(), rest, strict=False
        )
    )
    said = (
        "risk",
        "low",
        "high",
        "coverage",
        "model",
        "cost",
        "reasons",
        "mrr",
        "worth",
        "change_30",
        "past",
        "history",
    )
    put(Standing, ("account", "day", *names, *said), rows)
    spoken, channels, ways = (
        moments(f.past(many, most=120)),
        f.pick(("call", "mail"), many),
        f.pick(("in", "out"), many),
    )
    put(
        LastTouch,
        ("account", "at", "channel", "direction"),
        zip(f.names, spoken, channels, ways, strict=False),
    )
    stages = f.pick(("onboarding", "adopting", "value", "renewing"), many)
    by = days(f.day + f.rng.integers(-30, 120, many))
    put(
        Rhythm,
        ("account", "stage", "spoken_at", "speak_by", "review_by", "worth"),
        zip(f.names, stages, spoken, by, by, worth.tolist(), strict=False),
    )
