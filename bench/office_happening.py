"""What happens at the accounts of a large office: timelines, contacts, alerts, follow-ups, and the trail of it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import numpy as np

from bench.office_chance import DAY, PAYING, SEGMENTS, Filling, plain
from bench.office_writing import days, indexed_afterwards, moments, next_key, put
from keepwell.accounts.models import Entry, Outgoing, Standing
from keepwell.alerts.actions.tallying import tally
from keepwell.alerts.models import Alert, Reason
from keepwell.followups.models import Comment, FollowUp, Playbook, Run, Version
from keepwell.members.models import Change
from keepwell.reach.models import Reservation, Touch
from keepwell.retention.models import Behind, Figure

CHUNK = 100_000  # rows worked out at once
NAMES = ("Anna", "Béla", "Chen", "Dana")


def entries(f: Filling) -> None:
    """A hundred things an account over three years, in no order of accounts; a few accounts have very many."""
    like = [plain(row) for row in Entry.objects.order_by("pk").values_list("kind", "hot", "data")[:5000]]
    many, first = 100 * f.accounts, next_key(Entry)
    busy = max(f.accounts // 1000, 1)
    with indexed_afterwards(Entry):
        for begin in range(0, many, CHUNK):
            size = min(CHUNK, many - begin)
            whose = np.where(
                f.rng.random(size) < 0.1, f.rng.integers(0, busy, size), f.rng.integers(0, f.accounts, size)
            ).tolist()
            at, of = moments(f.past(size, most=1095)), f.rng.integers(0, len(like), size).tolist()
            rows = (
                (first + begin + n, f.names[whose[n]], at[n], *like[of[n]], f"bench:{begin + n:09d}")
                for n in range(size)
            )
            put(Entry, ("id", "account", "at", "kind", "hot", "data", "key"), rows)


def touches(f: Filling) -> None:
    """Three logged contacts an account."""
    many = 3 * f.accounts
    at = np.sort(f.past(many, most=730))
    whose = f.rng.integers(0, f.accounts, many)
    rows = zip(
        (f"bench-{n}" for n in range(many)),
        (f.names[n] for n in whose.tolist()),
        f.owners[whose].tolist(),
        f.pick(("call", "mail", "meeting"), many),
        f.pick(("out", "out", "in"), many),
        moments(at),
        days(at // DAY),
        strict=True,
    )
    put(Touch, ("key", "account", "member", "channel", "direction", "at", "day"), rows)
    few = f.accounts // 20
    ahead = days(f.day + f.rng.integers(0, 60, few))
    put(
        Reservation,
        ("account", "member", "channel", "day"),
        zip(f.names, f.owners.tolist(), f.pick(("call", "mail"), few), ahead, strict=False),
    )


def alerts(f: Filling) -> None:
    """Three alerts an account over three years, one account in five with an open one; each with its reasons."""
    like = [plain(row) for row in Reason.objects.values_list("trigger", "near", "seen")]
    stood = [plain(row)[0] for row in Alert.objects.values_list("stood")[:200]]
    open_ones = f.accounts // 5
    many, first = 3 * f.accounts, next_key(Alert)
    at = np.sort(f.past(many, most=1095, least=1))
    whose = f.rng.integers(0, f.accounts, many)
    whose[-open_ones:] = f.rng.permutation(int(f.accounts * PAYING))[:open_ones]  # the newest, one an account
    state = np.full(many, "closed", dtype=object)
    state[-open_ones:] = f.rng.choice(["open", "acknowledged", "snoozed"], open_ones, p=[0.7, 0.2, 0.1])
    outcome = f.rng.choice(
        ["acted", "right", "wrong", "passed", "left"], many, p=[0.3, 0.1, 0.15, 0.4, 0.05]
    ).tolist()
    opened, closed = moments(at), moments(at + f.rng.integers(DAY, 20 * DAY, many))
    seen, left = days(at // DAY), days(at // DAY + f.rng.integers(5, 80, many))
    account, state_, owner = [f.names[n] for n in whose.tolist()], state.tolist(), f.owners[whose].tolist()
    stood_ = f.pick(stood, many)

    def alerts() -> Iterator[tuple[Any, ...]]:
        for n in range(many):
            over = state_[n] == "closed"
            ended = (outcome[n], closed[n]) if over else ("", None)
            acted = closed[n] if over and outcome[n] == "acted" else None
            gone = left[n] if over and outcome[n] == "left" else None
            yield (
                first + n,
                account[n],
                owner[n],
                seen[n],
                state_[n],
                stood_[n],
                opened[n],
                *ended,
                acted,
                gone,
                "",
                first + n - 1 if n % 50 == 49 else None,
            )

    put(
        Alert,
        (
            "id",
            "account",
            "owner",
            "day",
            "state",
            "stood",
            "opened_at",
            "outcome",
            "closed_at",
            "acted_at",
            "left_on",
            "to_tell",
            "after",
        ),
        alerts(),
    )
    of, second = f.rng.integers(0, len(like), many).tolist(), f.rng.random(many) < 0.4

    def reasons() -> Iterator[tuple[Any, ...]]:
        for n in range(many):
            gone = (closed[n], "closed") if state_[n] == "closed" else (None, "")
            yield first + n, account[n], *like[of[n]], opened[n], *gone, ""
            if second[n]:
                yield first + n, account[n], *like[(of[n] * 7 + 3) % len(like)], opened[n], *gone, "second"

    put(
        Reason,
        ("alert", "account", "trigger", "near", "seen", "began_at", "gone_at", "gone", "mark"),
        reasons(),
    )


def score(f: Filling) -> None:
    """How the alerts did, as the night counts it."""
    tally(now=datetime.combine(f.today, time(), UTC))


def follow_ups(f: Filling) -> None:
    """Ten an account; one in twelve is open, a third of those overdue."""
    many, first = 10 * f.accounts, next_key(FollowUp)
    kept = Standing.objects.exclude(risk=None).order_by("pk").values_list("risk", "reasons", "worth")[:300]
    why = [
        json.dumps({"risk": risk, "reasons": reasons, "worth": worth, "touches": []})
        for risk, reasons, worth in kept
    ]
    what = (
        "Ask how onboarding goes",
        "Speak about the renewal",
        "Follow up on the complaint",
        "Review of the quarter",
    )
    with indexed_afterwards(FollowUp):
        for begin in range(0, many, CHUNK):
            size = min(CHUNK, many - begin)
            whose = f.rng.integers(0, f.accounts, size)
            open_ = f.rng.random(size) < 1 / 12
            made = f.past(size, most=1095)
            due = np.where(open_, f.day + f.rng.integers(-30, 60, size), made // DAY + 7)
            owner, free = f.owners[whose].tolist(), (f.rng.random(size) < 0.05).tolist()
            said, told = f.pick(what, size), f.pick(why, size)
            state = np.where(open_, "open", np.where(f.rng.random(size) < 0.8, "done", "dropped")).tolist()
            made_, due_ = moments(made), days(due)
            worth = (np.exp(f.rng.normal(10, 1.5, size)) - 9_000).astype(int).tolist()
            rows = (
                (
                    first + begin + n,
                    f.names[account],
                    None if free[n] else owner[n],
                    "customer_success" if free[n] else "",
                    due_[n],
                    f"{said[n]} {begin + n}",
                    told[n],
                    worth[n],
                    state[n],
                    "" if state[n] != "done" else "better",
                    made_[n],
                    None if state[n] == "open" else made_[n],
                )
                for n, account in enumerate(whose.tolist())
            )
            put(
                FollowUp,
                (
                    "id",
                    "account",
                    "owner",
                    "team",
                    "due",
                    "what",
                    "why",
                    "worth",
                    "state",
                    "outcome",
                    "made_at",
                    "closed_at",
                ),
                rows,
            )
    many = f.accounts // 2
    put(
        Comment,
        ("follow_up", "member", "at", "text"),
        zip(
            (first + f.rng.integers(0, 10 * f.accounts, many)).tolist(),
            f.owners[f.rng.integers(0, f.accounts, many)].tolist(),
            moments(f.past(many, most=365)),
            f.pick(("They are glad of the call.", "Call again in spring."), many),
            strict=True,
        ),
    )


def playbooks(f: Filling) -> None:
    """Five, with a run at one account in five; one run in five holds the account out."""
    steps = [{"day": 0, "team": "", "channel": "call", "what": "Call", "review": False}]
    books = Playbook.objects.bulk_create(Playbook(name=f"Playbook {n}", secret=f"{n:064d}") for n in range(5))
    versions = Version.objects.bulk_create(
        Version(playbook=one, number=1, steps=steps, held_out=0.2) for one in books
    )
    many, first = f.accounts // 5, next_key(Run)
    of = f.rng.integers(0, 5, many).tolist()
    rows = (
        (
            first + n,
            books[of[n]].pk,
            versions[of[n]].pk,
            f.names[n],
            "held out" if n % 5 == 0 else "treated",
            at,
        )
        for n, at in enumerate(moments(f.past(many, most=365)))
    )
    put(Run, ("id", "playbook", "version", "account", "arm", "at"), rows)


def trail(f: Filling) -> None:
    """Three entries of the trail an account, and a row each that has gone to the book."""
    many = 3 * f.accounts
    what = ("assign account", "do follow-up", "make follow-up", "close alerts", "export accounts", "sign in")
    rows = zip(
        moments(np.sort(f.past(many, most=365))),
        f.owners[f.rng.integers(0, f.accounts, many)].tolist(),
        f.pick(NAMES, many),
        f.pick(what, many),
        f.pick(("accounts.account", "followups.followup", "alerts.alert"), many),
        f.pick(f.names, many),
        strict=True,
    )
    put(Change, ("at", "member", "by", "what", "kind", "key"), rows)
    sent = (("touches", f"bench-{n}", "{}", 1) for n in range(f.accounts))
    put(Outgoing, ("table", "key", "row", "load"), sent)


def behind(f: Filling) -> None:
    """The accounts behind the usual statements."""
    names = ("figure", "account_id", "name", "line", "segment", "kept_by", "opening", "closing", "change")
    lines = ("unchanged", "unchanged", "unchanged", "expansion", "contraction", "churned", "new")
    for pk in Figure.objects.filter(kind="accounts").values_list("pk", flat=True):
        line, change = f.pick(lines, f.accounts), f.rng.integers(-50_000, 50_000, f.accounts).tolist()
        rows = (
            (pk, one, one, line[n], SEGMENTS[n % 4], "contract", 60_000, 60_000 + change[n], change[n])
            for n, one in enumerate(f.names)
        )
        put(Behind, names, rows)
