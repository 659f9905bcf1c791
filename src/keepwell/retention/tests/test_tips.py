"""Every figure of Retention tells of itself on hover and on focus."""

import re
from collections.abc import Callable
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


class Figures(HTMLParser):
    """The ids of a page, and what each figure names as telling of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.told: list[list[str]] = []
        self.unreachable: list[str] = []
        self.leading: list[str] = []
        self.kind = ""  # of the figures of a table of thousands

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("id"):
            assert said["id"] not in self.ids, said["id"]
            self.ids.add(str(said["id"]))
        if tag == "table":
            self.kind = str(said.get("data-figures") or "")
        if self.kind and tag == "a" and said.get("title"):
            self.told.append([f"about-{self.kind}", "about-source"])
            self.leading.append(urljoin("/retention/cohorts", str(said.get("href"))))
        if "data-told" in said:
            self.told.append(str(said.get("aria-describedby")).split())
            self.leading.append(str(said.get("href") or ""))
            if not (tag in ("a", "button") or said.get("tabindex") == "0"):
                self.unreachable.append(tag)


@pytest.mark.parametrize(
    ("address", "least"),
    [
        ("/retention/?period=2025&by=segment", 30),
        ("/retention/over-time", 30),
        ("/retention/cohorts", 30),
        ("/retention/cohorts?measure=mrr", 30),
        ("/retention/survival", 4),
        ("/retention/definitions?period=2025", 4),
        ("/retention/cycles", 3),
        ("/retention/accounts?period=2025&line=closing", 3),
    ],
)
def test_every_figure_names_what_tells_of_it_and_is_reached_by_keyboard(
    address: str, least: int, as_: As
) -> None:
    page = as_("viewer").get(address).content.decode()
    figures = Figures()
    figures.feed(page)
    assert len(figures.told) >= least
    assert not figures.unreachable
    assert {one for named in figures.told for one in named} <= figures.ids
    assert "about-source" in figures.ids
    assert re.search(r"Book version \d+", page)
    assert "style=" not in page


def test_a_cell_of_the_cohorts_says_little_and_keeps_its_parts_and_its_accounts(as_: As) -> None:
    client = as_("viewer")
    page = client.get("/retention/cohorts?measure=mrr&where=segment+%3D+Enterprise").content.decode()
    cells = re.findall(r'<td>(<a href="[^"]*" title="[^"]*">[^<]*</a>)</td>', page)
    assert len(cells) > 30
    assert max(map(len, cells)) < 160
    found = re.fullmatch(r'<a href="(.*?)" title="([^"]* ÷ [^"]* = [^"]*%)">[^<]*</a>', cells[0])
    assert found
    opened = client.get(urljoin("/retention/", unescape(found[1])))
    assert opened.status_code == 200
    assert opened.context["asked"].where == "segment = Enterprise"


def test_a_rate_tells_its_formula_its_parts_and_its_period(as_: As) -> None:
    page = as_("viewer").get("/retention/?period=2025").content.decode()
    about = re.search(r'<div id="about-customer_churn">(.*?)</div>', page, re.DOTALL)
    assert about
    assert "÷" in about[1]
    own = re.search(r'aria-describedby="about-customer_churn (own-\d+) about-source"', page)
    assert own
    said = re.search(rf'<span id="{own[1]}" hidden>(.*?)</span>', page)
    assert said
    assert re.search(r"\d+ ÷ \d+ = ", said[1])
    assert "2025" in said[1]


def test_a_count_tells_what_puts_an_account_there_and_opens_them(as_: As) -> None:
    page = as_("viewer").get("/retention/over-time").content.decode()
    assert re.search(r'<a href="[^"]*line=opening[^"]*" class="figured" data-told', page)
    assert "Paying at the end of the day before the period." in page


@pytest.mark.parametrize(
    "address",
    [
        "/retention/?period=2025&by=segment",
        "/retention/over-time",
        "/retention/cohorts",
        "/retention/survival?by=segment",
        "/retention/definitions?period=2025",
        "/retention/cycles",
    ],
)
def test_every_figure_that_is_of_somebody_opens_its_accounts(address: str, as_: As) -> None:
    client = as_("viewer")
    page = client.get(address).content.decode()
    figures = Figures()
    figures.feed(page)
    nobodys = re.findall(r"<span[^>]* data-told[^>]*>([^<]*)</span>", page)
    assert all(re.fullmatch(r"[^1-9]*", shown) for shown in nobodys), nobodys
    for opened in sorted({one for one in figures.leading if one})[:40]:
        assert "Nobody in this period." not in client.get(opened).content.decode(), opened
