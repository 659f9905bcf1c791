"""Fifty people at a server at once, each on a connection that stays open, waiting for one page before the next."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

from bench.office_pages import Page, Person

AT_ONCE = 50
TOKEN = "k" * 32  # a browser's own choice: the same in cookie and form


@dataclass(frozen=True)
class Times:
    """How long each answer of a page took, in seconds, as those who waited saw it."""

    taken: tuple[float, ...]
    wrong: int = 0  # answers that were no page

    def at(self, share: float) -> float:
        """The time within which so large a share was answered."""
        ordered = sorted(self.taken)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def together(
    address: str, turns: Sequence[Callable[["Browser"], bool]], people: Sequence[Person], *, most: float
) -> Times:
    """Let all people do something, each their own turns one after another, begun within `most` seconds.

    `turns` are dealt round: of fifty people and a hundred turns each has two.
    """
    until = time.monotonic() + most
    taken: list[float] = []
    wrong: list[int] = []
    begin = threading.Barrier(AT_ONCE)

    def live(place: int) -> None:
        browser = Browser(address, people[place % len(people)])
        begin.wait()
        for turn in turns[place::AT_ONCE]:
            if time.monotonic() > until:
                break
            began = time.monotonic()
            fine = turn(browser)
            taken.append(time.monotonic() - began)
            if not fine:
                wrong.append(place)
        browser.close()

    threads = [threading.Thread(target=live, args=(place,), daemon=True) for place in range(AT_ONCE)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(most + 120)
    return Times(tuple(taken), len(wrong))


def opened(
    address: str, page: Page, people: Sequence[Person], *, each: int, most: float, seed: int = 1
) -> Times:
    """Fifty people at one page, each opening it so often, for something of theirs each time."""
    able = [one for one in people if one.opens(page)]

    def turn(number: int) -> Callable[["Browser"], bool]:
        chance = Random(seed * 1_000_003 + number)  # noqa: S311 - chance for measuring, not for secrets
        return lambda browser: browser.get(browser.person.address(page, chance)) == 200

    return together(address, [turn(n) for n in range(each * AT_ONCE)], able, most=most)


class Browser:
    """One person's connection to the server."""

    def __init__(self, address: str, person: Person) -> None:
        self.person = person
        self._to = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
        self._cookies = f"sessionid={person.session}; csrftoken={TOKEN}"

    def get(self, path: str) -> int:
        """Open a page; the status of the answer."""
        return self._ask("GET", path)

    def post(self, path: str, form: str) -> int:
        """Send a form; the status of the answer."""
        head = {"X-CSRFToken": TOKEN, "Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", path, form, head)

    def close(self) -> None:
        """Go home."""
        self._to.close()

    def _ask(
        self, method: str, path: str, body: str | None = None, head: dict[str, str] | None = None
    ) -> int:
        self._to.request(method, path, body, {"Cookie": self._cookies, **(head or {})})
        answer = self._to.getresponse()
        answer.read()
        return answer.status
