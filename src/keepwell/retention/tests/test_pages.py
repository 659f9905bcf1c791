"""Pages of retention: what they show while figures are made, when they cannot be, and what may be taken away."""

from collections.abc import Callable
from datetime import date, timedelta
from html import escape
from typing import Any

import pytest
from django.test import Client
from django_q.models import OrmQ

from keepwell.accounts.models import Account, Projection, Standing
from keepwell.company import Company
from keepwell.lib.days import Period
from keepwell.lib.text import speaking
from keepwell.members.models import Change, Member
from keepwell.metrics.comparison import why_not_said
from keepwell.metrics.definitions import all_definitions
from keepwell.retention import jobs
from keepwell.retention.models import Figure, Segment
from keepwell.retention.pictures import CHARTS

pytestmark = pytest.mark.django_db
As = Callable[[str], Client]


def test_a_figure_that_is_not_there_is_asked_for_once_and_shows_how_far_it_is(as_: As, waiting: None) -> None:
    client = as_("viewer")
    for _again in (1, 2):
        page = client.get("/retention/?period=2025").content.decode()
        assert "<progress" in page
        assert '<noscript><meta http-equiv="refresh"' in page
        assert 'hx-trigger="every 1s"' in page
    asked = Figure.objects.filter(kind="statement", params__from="2025-01-01")
    assert asked.count() == 1
    assert OrmQ.objects.count() == Figure.objects.count()
    for figure in Figure.objects.all():
        jobs.measure(figure.pk)
        jobs.measure(figure.pk)  # taken twice from the queue, it changes nothing
    page = client.get("/retention/?period=2025").content.decode()
    assert "<progress" not in page
    assert "The statement" in page


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", "period"),
        ("over-time", "grain"),
        ("cohorts", "measure"),
        ("survival", "by"),
        ("definitions", "period"),
    ],
)
def test_while_a_figure_is_worked_out_another_can_be_asked_for(
    name: str, field: str, as_: As, waiting: None
) -> None:
    page = as_("viewer").get(f"/retention/{name}").content.decode()
    assert "<progress" in page
    assert f'name="{field}"' in page


def test_a_page_that_was_there_before_it_was_known_what_one_may_ask_offers_it_afterwards(
    as_: As, waiting: None
) -> None:
    client = as_("viewer")
    client.get("/retention/")
    for figure in Figure.objects.filter(kind="statement"):
        jobs.measure(figure.pk)
    assert '<select name="by">' not in client.get("/retention/").content.decode()
    jobs.measure(Figure.objects.get(kind="about").pk)
    assert '<select name="by">' in client.get("/retention/").content.decode()


@pytest.mark.parametrize(
    ("name", "called"), [("", "Statement"), ("cohorts", "Cohorts"), ("segments", "Segments")]
)
def test_a_window_is_called_by_what_it_shows(name: str, called: str, as_: As) -> None:
    assert (
        f"<title>{called} · Retention · Keepwell</title>"
        in as_("viewer").get(f"/retention/{name}").content.decode()
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("where=nonsense", "is no condition on accounts"),
        ("period=2026-Q9", "is not the name of a period"),
        ("from=2026-01-01", "A period has two ends"),
        ("from=2026-02-01&to=2026-01-01", "must end after it starts"),
        ("from=x&to=y", "is not a day"),
        ("from=0001-01-01&to=9999-12-31", "No business is told of on these days"),
        ("period=0001", "No business is told of on these days"),
        ("segment=none", "There is no segment"),
    ],
)
def test_what_cannot_be_asked_is_told_with_its_ways_out(query: str, said: str, as_: As) -> None:
    answer = as_("viewer").get(f"/retention/?{query}")
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert "<li>" in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("where=sgment+%3D+Trade", "no column"),
        ("where=segment+%3D+Nope", "There is no account with"),
        ("by=sgment", "no column"),
    ],
)
def test_what_the_book_does_not_know_is_told_with_its_ways_out_and_can_be_asked_again(
    query: str, said: str, as_: As
) -> None:
    page = as_("viewer").get(f"/retention/?{query}").content.decode()
    assert said in page
    assert "<li>" in page
    failed = Figure.objects.filter(state="failed").first()
    assert failed is not None
    answer = as_("viewer").post(f"/retention/again/{failed.pk}", {"next": "https://elsewhere.example/"})
    assert answer["Location"] == "/retention/"


def test_an_empty_book_says_what_to_do(db: None, settings: Any, tmp_path: Any, people: Any) -> None:
    settings.HOME = str(tmp_path)
    client = Client()
    client.force_login(people["viewer"])
    for name in ("", "over-time", "cohorts", "segments", "accounts"):
        answer = client.get(f"/retention/{name}")
        assert answer.status_code == 200
        assert "nothing to measure" in answer.content.decode()


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_pictures_with_addresses_of_their_own(name: str, as_: As) -> None:
    client = as_("viewer")
    light = client.get(f"/retention/chart/{name}.svg?theme=light&grain=quarter")
    dark = client.get(f"/retention/chart/{name}.svg?theme=dark&grain=quarter")
    assert light["Content-Type"] == "image/svg+xml"
    assert light.content.startswith(b"<svg")
    assert light.content != dark.content
    again = client.get(
        f"/retention/chart/{name}.svg?theme=light&grain=quarter", headers={"If-None-Match": light["ETag"]}
    )
    assert again.status_code == 304


def test_a_chart_is_a_png_too_and_kept_for_ever_where_its_address_says_the_cut(as_: As) -> None:
    client = as_("viewer")
    page = client.get("/retention/").content.decode()
    address = page.split('srcset="')[1].split('"')[0].replace("&amp;", "&")
    assert "immutable" in client.get(address)["Cache-Control"]
    assert "alt=" in page
    answer = client.get("/retention/chart/movements-mrr.png")
    assert answer.content.startswith(b"\x89PNG")
    assert "immutable" not in answer["Cache-Control"]
    assert client.get("/retention/chart/nothing.svg").status_code == 404


def test_why_no_definition_gives_a_rate_is_said_once(as_: As) -> None:
    page = as_("viewer").get("/retention/definitions?period=2026-08").content.decode()
    assert page.count("so a silence inside it says nothing of irregular accounts") == 1
    assert "Take " in page


def test_a_named_segment_filters_the_statement_and_counts_itself(as_: As) -> None:
    client = as_("mate")
    client.post("/retention/segments", {"name": "Big <b>", "where": "segment = Enterprise"})
    page = client.get("/retention/segments").content.decode()
    assert "Big &lt;b&gt;" in page
    assert "…" not in page
    assert Change.objects.filter(what="name segment").exists()
    client.get("/retention/", {"segment": "Big <b>", "period": "2026-Q3"})
    client.get("/retention/", {"where": "segment = 'Enterprise'", "period": "2026-Q3"})
    asked = Figure.objects.filter(kind="statement", params__to="2026-10-01")
    assert [one.params["where"] for one in asked] == ["segment = 'Enterprise'"]
    assert client.post("/retention/segments", {"name": "x", "where": "nonsense"}).status_code == 400
    assert Segment.objects.count() == 1


def test_a_segment_of_what_nobody_knows_is_refused_as_it_is_named(as_: As) -> None:
    Projection.objects.create(name="accounts", said={"columns": ["region"]})
    client = as_("mate")
    answer = client.post("/retention/segments", {"name": "Big", "where": "segmnt = Enterprise"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Nothing called “segmnt” is known" in page
    assert "segmnt = &#x27;Enterprise&#x27;" in page
    assert "Did you mean segment" in page
    assert 'value="segmnt = Enterprise"' in page  # to be put right, and not typed anew
    assert not Segment.objects.exists()
    said = {"name": "Big", "where": "saved = Other"}
    assert "cannot be made of another" in client.post("/retention/segments", said).content.decode()


def test_a_segment_of_how_accounts_stand_now_is_counted_now_and_asked_of_no_other_day(as_: As) -> None:
    Projection.objects.create(name="standings", said={"currency": "EUR"})
    for place, (health, mrr) in enumerate((("poor", 1250_50), ("healthy", 900_00))):
        account = Account.objects.order_by("pk")[place]
        Standing.objects.create(account=account, day=date(2026, 10, 1), health=health, mrr=mrr)
    client = as_("mate")
    client.post("/retention/segments", {"name": "In trouble", "where": "health = Poor"})
    page = client.get("/retention/segments").content.decode()
    assert "€1,250.50" in page
    assert "€900" not in page
    assert 'href="/accounts/?saved=In+trouble"' in page
    assert not Figure.objects.filter(kind="count").exists()
    for query in ("segment=In+trouble", "where=health+%3D+Poor"):
        answer = client.get(f"/retention/?{query}")
        assert answer.status_code == 400
        assert "How accounts stand now says nothing of other days." in answer.content.decode()
    assert "In trouble" not in client.get("/retention/").content.decode()


def test_a_segment_whose_column_is_gone_from_the_file_still_says_so(
    as_: As, people: dict[str, Member]
) -> None:
    Segment.objects.create(name="Old", where="gone_by_now = 'x'", made_by=people["mate"])
    page = as_("mate").get("/retention/segments").content.decode()
    assert "Accounts have no column “gone_by_now”" in page


def test_a_segment_that_cannot_be_read_spoils_no_page(as_: As, people: dict[str, Member]) -> None:
    Segment.objects.create(name="Torn", where="segment = Public sector", made_by=people["mate"])
    assert as_("mate").get("/retention/").status_code == 200
    assert "is no condition on accounts" in as_("mate").get("/retention/segments").content.decode()


def test_the_accounts_of_a_group_are_called_by_it_and_those_of_a_cohort_by_when_it_began(as_: As) -> None:
    client = as_("viewer")
    group = client.get("/retention/accounts?of=starts&by=segment&line=Enterprise").content.decode()
    assert "<h2>segment: Enterprise</h2>" in group
    cohort = client.get("/retention/accounts?of=starts&grain=month&line=2025-03-01").content.decode()
    assert "<h2>Began in Mar 2025</h2>" in cohort


def test_a_list_sorts_pages_and_is_taken_away_with_a_note_of_it(as_: As) -> None:
    client = as_("administrator")
    address = "/retention/accounts?period=2026&line=closing"
    for sort in ("name", "-name", "opening", "-closing", "change", "nonsense"):
        assert client.get(f"{address}&sort={sort}").status_code == 200
    assert client.get(f"{address}&page=999").status_code == 200
    client.get(f"{address}&as=csv")
    assert Change.objects.filter(what="export accounts").exists()


def test_pages_ask_few_questions(as_: As, django_assert_max_num_queries: Any) -> None:
    client = as_("mate")
    names = ("", "over-time", "cohorts", "survival", "definitions", "cycles", "accounts?line=closing")
    for name in names:
        client.get(f"/retention/{name}")
        with django_assert_max_num_queries(12):
            assert client.get(f"/retention/{name}").status_code == 200


@pytest.mark.parametrize("language", ["hu", "zh-hans"])
def test_numbers_are_written_as_the_reader_writes_them(language: str, as_: As, people: Any) -> None:
    people["viewer"].language = language
    people["viewer"].save()
    page = as_("viewer").get("/retention/?period=2026").content.decode()
    found = Figure.objects.get(kind="statement", params__from="2026-01-01").result
    whole, cents = f"{float(found['mrr']['opening']):,.2f}".split(".")
    said = f"{whole.replace(',', chr(160))},{cents}" if language == "hu" else f"{whole}.{cents}"
    assert said.removesuffix(",00").removesuffix(".00") in page


def test_why_a_rate_is_refused_is_said_in_the_readers_language(
    as_: As, people: Any, library: Company
) -> None:
    end = library.covered
    period = Period(end - timedelta(days=7), end)
    query = f"from={period.start}&to={period.end}"
    refused = library.statement(period.start, period.end).refused
    assert refused is not None
    as_("manager").get(f"/retention/?{query}")  # worked out once, and told to whoever reads
    for language in ("hu", "zh-hans", "en"):
        Member.objects.filter(email="manager@example.com").update(language=language)
        page = as_("manager").get(f"/retention/?{query}").content.decode()
        with speaking(language):
            assert escape(refused.reason) in page, language


def test_definitions_are_named_and_meant_in_the_readers_language(as_: As, library: Company) -> None:
    end = library.covered
    query = f"from={end - timedelta(days=7)}&to={end}"  # no whole months, and shorter than three cycles
    for language in ("hu", "en", "zh-hant"):
        Member.objects.filter(email="manager@example.com").update(language=language)
        page = as_("manager").get(f"/retention/definitions?{query}").content.decode()
        with speaking(language):
            ours = all_definitions()["net_change"]
            assert escape(ours.label) in page, language
            assert escape(ours.meaning) in page, language
            whole_months = why_not_said("months", None)
            assert whole_months is not None
            assert escape(whole_months) in page, language
            sheet = as_("manager").get(f"/retention/definitions?{query}&as=csv").content.decode()
            assert ours.label in sheet, language
            assert whole_months in sheet, language
