"""The office under load: every page with fifty people at once, on either database. Run: python -m bench.office."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TypeVar

from bench.office_load import AT_ONCE, Browser, Times, opened, together
from bench.office_page import PAGE, Chapter, Seen, write
from bench.office_pages import EMPTY, PAGES, Page, Person, people, queries_of
from bench.office_place import DATABASES, Place, serving
from bench.office_writes import closing

WORK = Path(__file__).parents[1] / "bench-data"
GROUP = 5  # pages between two measurements of the empty page
EMPTY_TIMES = 4  # as often as others is the empty page opened: the scatter of its p95 is in every ratio
PORT = 8871
NIGHT = ("post", "measure", "project", "raise", "follow up")  # of the small office; a model is not needed
Result = TypeVar("Result")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill what is not there, measure, write the page."""
    said = _asked(arguments)
    pages = [one for one in PAGES if said.only.lower() in one.name.lower()]
    chapters = []
    for database in DATABASES if said.database == "both" else [said.database]:
        place = Place(said.work, said.accounts, database)
        if said.anew or not place.made:
            print(f"{database}: filling {place.home.name} (once)", flush=True)  # noqa: T201 - a command's answer
            place.begin()
            with place.opened():
                _apart(filled, place, said.seed)
        if not said.fill_only:
            with place.opened():
                chapters.append(_apart(measured, place, pages, said.each, said.most))
    if chapters and said.page:
        asked = sys.argv[1:] if arguments is None else arguments
        write(said.page, " ".join(["python -m bench.office", *asked]), chapters)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    ask = argparse.ArgumentParser(prog="python -m bench.office", description=__doc__)
    ask.add_argument(
        "--accounts", type=int, default=100_000, help="of the office; ten follow-ups each, 100 entries"
    )
    ask.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    ask.add_argument("--page", type=Path, nargs="?", const=PAGE, help="write what was measured there")
    ask.add_argument("--work", type=Path, default=WORK, help="where the offices lie")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--each", type=int, default=4, help="times that each of the fifty opens a page")
    ask.add_argument("--most", type=float, default=10, help="seconds after which no page is begun any more")
    ask.add_argument("--only", default="", help="pages with this in their name")
    ask.add_argument("--anew", action="store_true", help="fill the office anew")
    ask.add_argument("--fill-only", action="store_true")
    return ask.parse_args(arguments)


def _apart(work: Callable[..., Result], *given: object) -> Result:
    """Do something in a process of its own: Django is set up once, for one database."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *given).result()


def filled(place: Place, seed: int) -> None:
    """Make an office large."""
    from keepwell.site import running

    running.ready(str(place.home))
    running.prepare()
    from bench.office_chance import Filling
    from bench.office_filling import fill
    from keepwell.site.nightly import night

    night(home=str(place.home), now=datetime.now(UTC), only=NIGHT)
    today = datetime.now(UTC).date()
    fill(Filling(place.accounts, today, seed))
    place.done(today=today.isoformat(), seed=str(seed))


def measured(place: Place, pages: Sequence[Page], each: int, most: float) -> Chapter:
    """Open every page of an office, and close what is open, with fifty people."""
    from keepwell.site import running

    running.ready(str(place.home))
    everybody = people(Random(1))  # noqa: S311 - chance for measuring, not for secrets
    asked = {page.name: queries_of(page, everybody) for page in pages}
    place.read_through()
    with serving(place, PORT) as address:
        for page in (EMPTY, *pages):  # whatever is made once is made before anything is timed
            opened(address, page, everybody, each=1, most=most)
        empty_page = partial(opened, address, EMPTY, everybody, each=EMPTY_TIMES * each, most=most)
        empties = [empty_page()]
        seen: list[Seen] = []
        for begin in range(0, len(pages), GROUP):
            group = pages[begin : begin + GROUP]
            times = [opened(address, page, everybody, each=each, most=most) for page in group]
            empties.append(empty_page())
            empty = (empties[-2].at(0.95) + empties[-1].at(0.95)) / 2
            seen += [
                Seen(page.name, asked[page.name], one, empty) for page, one in zip(group, times, strict=True)
            ]
            for one in seen[-len(group) :]:
                print(f"{place.database}: {one.line()}", flush=True)  # noqa: T201 - a command's answer
        chapter = Chapter(
            place.database,
            _rows(),
            place.bytes(),
            Times(tuple(s for one in empties for s in one.taken)),
            seen,
        )
        chapter.mixed = _mixed(address, pages, everybody, most=most)
        chapter.written = closing(address, everybody)
    print("\n".join(chapter.lines()[4:10]), flush=True)  # noqa: T201 - a command's answer
    return chapter


def _mixed(address: str, pages: Sequence[Page], everybody: Sequence[Person], *, most: float) -> Times:
    """Everybody at pages of their own choice."""
    chance = Random(7)  # noqa: S311 - chance for measuring, not for secrets

    def turn(browser: Browser) -> bool:
        page = chance.choice([one for one in pages if browser.person.opens(one)])
        return browser.get(browser.person.address(page, chance)) == 200

    return together(address, [turn] * (8 * AT_ONCE), everybody, most=most)


def _rows() -> dict[str, int]:
    from keepwell.accounts.models import Account, Entry
    from keepwell.alerts.models import Alert
    from keepwell.followups.models import FollowUp

    return {
        "accounts": Account.objects.count(),
        "follow-ups": FollowUp.objects.count(),
        "timeline rows": Entry.objects.count(),
        "alerts": Alert.objects.count(),
    }


if __name__ == "__main__":
    main()
