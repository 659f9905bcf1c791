"""`python -m bench.searching`: how long a search over a million turns takes, beside a plain LIKE, on either database.

Texts are the labelled ones that ship with the rules, in four languages, put together at random, one in ten with a
word that nobody else says, so that words are as common and as rare as they are in talk. What is timed is the whole
search as a page asks for it: permission, filters, the page's rows and excerpts, one after another in one process.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

from bench.office_place import DATABASES, Place

WORK = Path(__file__).parents[1] / "bench-data"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-search.md"
LABELLED = Path(__file__).parents[1] / "src" / "keepwell" / "listening" / "labelled"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ACCOUNTS, TURNS_EACH, YEARS = 10_000, 10, 3
FEW, SOME = 20, 500  # accounts that a member owns; those of a portfolio
GOAL = 0.1  # seconds
KINDS = ("call", "meeting", "mail", "chat", "ticket", "survey")
BATCH = 5_000
OWN = 7  # what the keys of turns end with that have a word of their own


MONTH = {"begin": NOW - timedelta(days=430), "end": NOW - timedelta(days=400)}


@dataclass(frozen=True)
class Question:
    """What is searched for; `like` is what a plain scan looks for in its place."""

    name: str
    asked: dict[str, Any]
    like: str


QUESTIONS = (
    Question("a very common word: the", {"words": "the"}, "the"),
    Question("a very common word: 我们", {"words": "我们"}, "我们"),
    Question("two words in any form: cancel contract", {"words": "cancel contract"}, "cancel"),
    Question("two words in Hungarian: felmondjuk szerződés", {"words": "felmondjuk szerződés"}, "felmond"),
    Question("a phrase: “the contract”", {"words": '"the contract"'}, "the contract"),
    Question("a word in the other script: 續約", {"words": "續約"}, "续约"),
    Question("a word said once: word500017x", {"words": "word500017x"}, "word500017x"),
    Question("a word never said", {"words": "neversaid"}, "neversaid"),
    Question("said by the customer in mails: price", {"words": "price", "kind": "mail", "side": "them"}, "price"),
    Question("in Polish, in one month: umowa", {"words": "umowa", "language": "pl", **MONTH}, "umow"),
    Question("one account: contract", {"words": "contract", "accounts": ("a77",)}, "contract"),
    Question("a theme: the", {"words": "the", "theme": "price"}, "the"),
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill what is not there, measure, write the page."""
    said = told("python -m bench.searching", __doc__, PAGE, arguments)
    chapters = {}
    for place in offices(said):
        rows = _apart(measured, place, said.each)
        chapters[place.database] = {"made": place.made, "rows": rows, "bytes": place.bytes()}
    said.page.write_text("\n".join(_page(said.turns, said.each, chapters)) + "\n")


def told(program: str, about: str | None, page: Path, arguments: Sequence[str] | None) -> argparse.Namespace:
    """What is to be measured: how many turns, on which databases, how often each, and the page it is written to."""
    ask = argparse.ArgumentParser(prog=program, description=about)
    ask.add_argument("--turns", type=int, default=1_000_000)
    ask.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    ask.add_argument("--each", type=int, default=20, help="times that each is asked")
    ask.add_argument("--page", type=Path, default=page)
    ask.add_argument("--work", type=Path, default=WORK)
    return ask.parse_args(arguments)


def offices(said: argparse.Namespace) -> Iterator[Place]:
    """The office on each database, filled where it is not yet; open until the next is asked for."""
    for database in DATABASES if said.database == "both" else [said.database]:
        place = Place(said.work, said.turns, database)
        place.home = said.work.resolve() / f"search-{said.turns}-{database}"
        place.home.mkdir(parents=True, exist_ok=True)
        with place.opened():
            if not place.made:
                place.done(**_apart(filled, place, said.turns))
            yield place


def _apart(work: Callable[..., Any], *given: object) -> Any:
    """Do something in a process of its own: Django is set up once, for one database."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *given).result()


def filled(place: Place, turns: int) -> dict[str, str]:
    """Make the accounts, members and turns, and index them; says how long indexing took."""
    from django.core.management import call_command

    from keepwell.site import running

    running.ready(str(place.home))
    call_command("migrate", verbosity=0)
    from keepwell.accounts.models import Account
    from keepwell.conversations import index
    from keepwell.members.models import Member, Portfolio, Role, Team

    def member(name: str, role: str = "member") -> Any:
        return Member.objects.create_user(f"{name}@example.com", "x", name=name, role=Role(role))

    member("all", "administrator")
    owner, mate = member("few"), member("some")
    portfolio = Portfolio.objects.create(name="Some")
    team = Team.objects.create(name="Some", kind="success")
    team.portfolios.add(portfolio)
    team.members.add(mate)
    Account.objects.bulk_create(
        [
            Account(
                account_id=f"a{n}",
                name=f"Company {n}",
                owner=owner if n % (ACCOUNTS // FEW) == 3 else None,
                portfolio=portfolio if n % (ACCOUNTS // SOME) == 7 else None,
            )
            for n in range(ACCOUNTS)
        ],
        batch_size=BATCH,
    )
    _talks(turns)
    begun, cpu = time.perf_counter(), time.process_time()
    index.renew(now=NOW)
    index.tidy()
    _analyze()
    wall, used = time.perf_counter() - begun, time.process_time() - cpu
    return {"indexing": f"{wall:.0f}", "cpu": f"{used:.0f}"}


def _talks(turns: int) -> None:
    from keepwell.conversations.models import Conversation, Hit, Rule, Turn

    chance = Random(5)  # noqa: S311 - chance for measuring, not for secrets
    texts = {code: _texts(code) for code in ("en", "zh", "hu", "pl")}
    rule = Rule.objects.create(name="Price", theme="price", made_at=NOW, changed_at=NOW)
    talks, rows, hits = [], [], []
    for n in range(turns // TURNS_EACH):
        language = chance.choices(("en", "zh", "hu", "pl"), (5, 2, 2, 2))[0]
        account = f"a{chance.randrange(ACCOUNTS)}"
        at = NOW - timedelta(seconds=chance.randrange(YEARS * 365 * 86400))
        talks.append(
            Conversation(
                pk=n + 1, source="api", key=str(n), kind=chance.choice(KINDS), account_id=account, at=at,
                arrived_at=at, language=language, match="matched", title="",
            )
        )  # fmt: skip
        for no in range(1, TURNS_EACH + 1):
            pk = n * TURNS_EACH + no
            text = f"{chance.choice(texts[language])} {chance.choice(texts[language])}"
            text += f" word{pk}x" if pk % 10 == OWN else ""
            side = "them" if no % 2 else "us"
            rows.append(Turn(pk=pk, conversation_id=n + 1, no=no, side=side, text=text, start=no * 9.0))
            if pk % 50 == 1:
                hits.append(
                    Hit(
                        key=str(pk), conversation_id=n + 1, turn_id=pk, account_id=account, rule=rule, version=1,
                        theme="price", verdict="hit", spans=[], at=at, found_at=at,
                    )
                )  # fmt: skip
        if len(rows) >= BATCH:
            _store(talks, rows, hits)
    _store(talks, rows, hits)


def _store(*batches: list[Any]) -> None:
    for batch in batches:
        if batch:
            type(batch[0]).objects.bulk_create(batch, batch_size=BATCH)
            batch.clear()


def _texts(code: str) -> list[str]:
    found = []
    for file in sorted(LABELLED.glob(f"{code}.*.jsonl")):
        found += [json.loads(line)["text"] for line in file.read_text("utf-8").splitlines() if line.strip()]
    return found


def _analyze() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def measured(place: Place, each: int) -> list[dict[str, Any]]:
    """Every question as everybody: how long the search took, and a plain LIKE."""
    from keepwell.site import running

    running.ready(str(place.home))
    from keepwell.conversations.index.searching import Asked, search
    from keepwell.members.models import Member

    rows = []
    for question in QUESTIONS:
        asked = Asked(**question.asked)
        for name in ("all", "some", "few"):
            member = Member.objects.get(name=name)
            row = timed(question.name, name, lambda who=member, what=asked: search(who, what).rows, each)
            plain = list(_times(lambda who=member, what=question: _like(who, what.like), 1))
            rows.append(row | {"like": min(plain)[1]})
    return rows


def timed(what: str, who: str, work: Callable[[], Sequence[Any]], each: int) -> dict[str, Any]:
    """How long one question of one person took each time, and how many rows it found; said as it goes."""
    times = list(_times(lambda: len(work()), each))
    found = len(work())
    wall, cpu = (median(part) * 1000 for part in zip(*times, strict=True))
    print(f"{what}, {who}: {wall:.1f} ms, of processors {cpu:.1f} ms; {found} found", flush=True)  # noqa: T201 - how far it is
    return {"what": what, "who": who, "times": times, "found": found}


def _times(work: Callable[[], object], each: int) -> Iterator[tuple[float, float]]:
    """Seconds on the clock, and of processors: this process's and those of the one that answers it."""
    for _turn in range(each):
        begun, used = time.perf_counter(), _used()
        work()
        yield time.perf_counter() - begun, _used() - used


def _used() -> float:
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    return time.process_time() + int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def _like(member: Any, said: str) -> int:
    """A page of the newest turns that hold these letters, found by looking at each."""
    from keepwell.conversations.models import Turn
    from keepwell.members.rights import seen_by

    rows = seen_by(Turn.objects.filter(text__icontains=said), member, account="conversation__account")
    return len(rows.order_by("-conversation__at", "-pk").values_list("pk", flat=True)[:26])


def _page(turns: int, each: int, chapters: dict[str, Any]) -> Iterator[str]:
    yield "# How long a search takes"
    yield ""
    yield (
        f"`python -m bench.searching --turns {turns}`: {turns:,} turns of {turns // TURNS_EACH:,} conversations with"
        f" {ACCOUNTS:,} accounts in four languages; goal: a page in under {GOAL * 1000:.0f} ms. Each question is"
        f" asked {each} times as an administrator (all), a member of a team with {SOME} accounts (some) and the owner"
        f" of {FEW} (few). Beside it a plain LIKE, which finds no inflection and no other script, sorted by day."
    )
    yield ""
    yield (
        "Milliseconds are those of processors, this process's and its database's, for the clock also tells what else"
        " the machine has to do. Both are given for all questions together."
    )
    for database, chapter in chapters.items():
        yield from ("", f"## {'SQLite' if database == 'sqlite' else 'PostgreSQL'}", "")
        cpu = [one[1] for row in chapter["rows"] for one in row["times"]]
        wall = [one[0] for row in chapter["rows"] for one in row["times"]]
        yield (
            f"All together: p50 {_said(cpu)[0]} ms, p95 {_said(cpu)[1]} ms of a processor; p50 {_said(wall)[0]} ms,"
            f" p95 {_said(wall)[1]} ms on the clock. Making the index anew took {chapter['made']['indexing']} s on"
            f" the clock ({chapter['made']['cpu']} s of this process); the database is"
            f" {chapter['bytes'] / 1e9:.2f} GB with everything."
        )
        yield from (
            "",
            "| question | who | p50 ms | p95 ms | LIKE ms | on the page |",
            "|---|---|--:|--:|--:|--:|",
        )
        for row in chapter["rows"]:
            p50, p95 = _said([one[1] for one in row["times"]])
            yield (
                f"| {row['what']} | {row['who']} | {p50} | {p95} | {row['like'] * 1000:.0f} | {row['found']} |"
            )


def _said(times: Sequence[float]) -> tuple[str, str]:
    """The median and the 95th of a hundred, in milliseconds."""
    return f"{median(times) * 1000:.1f}", f"{quantiles(times, n=20)[-1] * 1000:.1f}"


if __name__ == "__main__":
    main()
