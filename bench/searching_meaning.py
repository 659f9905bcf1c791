"""`python -m bench.searching_meaning`: how long a search by meaning over a million turns takes, on either database.

The office is that of `bench.searching`. Its vectors are drawn, to be made in minutes: each is that of one of the
labelled texts, by the model, with noise, so that they lie as apart and as close as those of talk. How fast the model
reads is measured on the turns themselves. What is timed is the whole search as a page asks for it: what is typed
read by the model, permission, filters, the page's rows and excerpts, one after another in one process.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from bench.office_place import Place
from bench.searching import MONTH, NOW, _apart, _said, _texts, _times, offices, timed, told
from keepwell.listening import meaning
from keepwell.listening.languages.telling import language_of

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks-meaning.md"
NOISE = 0.5  # of a drawn vector, to one that was read
SAMPLE = 2_000  # turns that the model reads, to be timed
MEMBERS = ("all", "some", "few")


@dataclass(frozen=True)
class Question:
    """What is searched for, and what it is narrowed by."""

    name: str
    asked: dict[str, Any]


QUESTIONS = (
    Question("they want to end the contract", {}),
    Question("it is too expensive for us", {}),
    Question("他们想换供应商", {}),
    Question("said by the customer in mails: nobody answers our tickets", {"kind": "mail", "side": "them"}),
    Question("in Chinese, in one month: 价格太高", {"language": "zh", **MONTH}),
    Question("one account: our manager has left", {"accounts": ("a77",)}),
    Question("a theme: we are happy with your work", {"theme": "price"}),
)


class Drawn:
    """Gives each text a vector of one that was read, with noise: the same text always the same."""

    mark = "drawn"

    def __init__(self) -> None:
        self._read = meaning.encoder().vectors(_texts("en") + _texts("zh"))

    def vectors(self, texts: Sequence[str]) -> meaning.Vectors:
        """A vector for each text."""
        marks = np.array([crc32(text.encode()) for text in texts])
        chance = np.random.default_rng(int(marks.sum()))
        noise = chance.normal(0, NOISE / meaning.SIZE**0.5, (len(texts), meaning.SIZE))
        found = self._read[marks % len(self._read)] + noise
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill what is not there, measure, write the page."""
    said = told("python -m bench.searching_meaning", __doc__, PAGE, arguments)
    chapters = {}
    for place in offices(said):
        if "pieces" not in place.made:
            place.done(**place.made, **_apart(drawn, place))
        chapters[place.database] = {"made": place.made} | _apart(measured, place, said.each)
    said.page.write_text("\n".join(_page(said.turns, said.each, chapters)) + "\n")


def drawn(place: Place) -> dict[str, str]:
    """Give the turns their vectors; says how many there are, what the table takes, and how fast the model reads."""
    from django.core.management import call_command
    from django.db import connection

    from keepwell.site import running

    running.ready(str(place.home))
    call_command("migrate", verbosity=0)
    from keepwell.conversations.index import meanings
    from keepwell.conversations.models import Meaning, Turn

    before, used = place.bytes(), time.process_time()
    meanings.anew(Drawn.mark)
    count = meanings.read(encoder=Drawn()).stretches
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    used = time.process_time() - used
    there = Turn.objects.filter(conversation__language__in=meaning.LANGUAGES)
    texts = [
        text[a:b]
        for text in there.values_list("text", flat=True)[:SAMPLE]
        for a, b in meaning.stretches(text)
    ]
    meaning.encoder()
    begun = time.process_time()
    meaning.encoder().vectors(texts)
    return {
        "pieces": f"{count:,}",
        "read": f"{Meaning.objects.values('turn').distinct().count():,}",
        "kept": f"{(place.bytes() - before) / 1e9:.2f}",
        "storing": f"{used:.0f}",
        "rate": f"{len(texts) / (time.process_time() - begun):.0f}",
    }


def measured(place: Place, each: int) -> dict[str, Any]:
    """Every question as everybody; the first of a process apart; and how many of the nearest are found."""
    from keepwell.site import running

    running.ready(str(place.home))
    from keepwell.conversations.index.nearest import search_as_asked
    from keepwell.conversations.index.remembered import remembered
    from keepwell.conversations.index.searching import MEANING, Asked
    from keepwell.members.models import Member

    meaning.encoder()
    language_of("what a language is told by is read")
    (cold,) = _times(lambda: remembered().renewed(now=NOW), 1)
    now = remembered().renewed(now=NOW)
    memory = now.signs.nbytes + sum(column.nbytes for column in now.beside.values())
    rows, found = [], []
    for question in QUESTIONS:
        asked = Asked(question.name.rpartition(": ")[2], by=MEANING, **question.asked)
        for name in MEMBERS:
            member = Member.objects.get(name=name)

            def page(who: Member = member, what: Asked = asked) -> Sequence[Any]:
                return search_as_asked(who, what, now=NOW).rows

            rows.append(timed(question.name, name, page, each))
            if name == "all" and not question.asked:
                found.append(_share_of_nearest(asked.words, [row.turn.pk for row in page()]))
    return {"rows": rows, "cold": cold, "memory": memory, "nearest": found, "bytes": place.bytes()}


def _share_of_nearest(words: str, turns: list[int]) -> float:
    """How many of the turns that are nearest, by looking at every vector, were found."""
    from keepwell.conversations.models import Meaning

    vector = meaning.encoder().vectors([words])[0]
    best: dict[int, float] = {}
    last = 0
    while rows := list(
        Meaning.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "turn_id", "vector")[:20_000]
    ):
        last = rows[-1][0]
        others = np.frombuffer(b"".join(row[2] for row in rows), np.int8).reshape(len(rows), meaning.SIZE)
        for (_key, turn, _vector), likeness in zip(
            rows, meaning.likeness(vector, others).tolist(), strict=True
        ):
            best[turn] = max(best.get(turn, -1.0), likeness)
    least = sorted(best.values(), reverse=True)[len(turns) - 1]
    return sum(best[turn] >= least for turn in turns) / len(turns)


def _page(turns: int, each: int, chapters: dict[str, dict[str, Any]]) -> list[str]:
    about = " ".join((__doc__ or "").split("\n\n", 1)[1].split())
    lines = [
        "# How long a search by meaning takes",
        "",
        f"`python -m bench.searching_meaning --turns {turns}`: {turns:,} turns in four languages; goal: a page in "
        f"under 100 ms. {about} Each question is asked {each} times as an administrator (all), a member of a team "
        "with 500 accounts (some) and the owner of 20 (few). Milliseconds are those of processors, this process's "
        "and its database's, and on the clock. What a process reads once, the model and what languages are told by, "
        "is not in them: two to three seconds.",
        "",
    ]
    for database, chapter in chapters.items():
        lines += _chapter(database, chapter)
    return lines[:-1]


def _chapter(database: str, chapter: dict[str, Any]) -> list[str]:
    made, rows = chapter["made"], chapter["rows"]
    wall, cpu = (
        [one for row in rows for one, _cpu in row["times"]],
        [one for row in rows for _wall, one in row["times"]],
    )
    (p50, p95), (clock50, clock95) = _said(cpu), _said(wall)
    first, first_cpu = chapter["cold"]
    nearest = 100 * sum(chapter["nearest"]) / len(chapter["nearest"])
    return [
        f"## {'SQLite' if database == 'sqlite' else 'PostgreSQL'}",
        "",
        f"All together: p50 {p50} ms, p95 {p95} ms of processors; p50 {clock50} ms, p95 {clock95} ms on the clock.",
        "",
        f"- {made['read']} turns are in English or Chinese: {made['pieces']} stretches. They take {made['kept']} GB "
        f"of the database's {chapter['bytes'] / 1e9:.2f} GB, and {chapter['memory'] / 1e6:.0f} MB of each process "
        "that searches.",
        f"- The first search of a process reads the signs of all: {first * 1000:.0f} ms "
        f"({first_cpu * 1000:.0f} of processors).",
        f"- The model reads {made['rate']} stretches in a second of one processor; drawing and storing them all took "
        f"{made['storing']} s of it.",
        f"- Of the nearest 25, told by looking at every vector, {nearest:.0f}% were found.",
        "",
        "| question | who | p50 ms | p95 ms | clock p50 | clock p95 | on the page |",
        "|---|---|--:|--:|--:|--:|--:|",
        *(
            f"| {row['what']} | {row['who']} | {' | '.join(_said([cpu for _wall, cpu in row['times']]))} | "
            f"{' | '.join(_said([wall for wall, _cpu in row['times']]))} | {row['found']} |"
            for row in rows
        ),
        "",
    ]


if __name__ == "__main__":
    main()
