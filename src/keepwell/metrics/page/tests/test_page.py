"""The page stands alone, proves its figures, and cannot be broken by what people are called."""

import copy
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from keepwell.lib.text import speaking
from keepwell.metrics.page import make_page, write_page
from keepwell.metrics.page.lede import lede
from keepwell.metrics.page.markup import data_block, tag
from keepwell.metrics.page.proof import excluded, proof

EXAMPLE = json.loads(
    (Path(__file__).parents[2] / "charts" / "tests" / "example.json").read_text(encoding="utf-8")
)
ANSWERS = ("statement", "series", "cohorts", "cohort_mean", "survival", "definitions", "accounts")


@pytest.fixture(scope="module")
def page():
    return make_page(**{name: EXAMPLE[name] for name in ANSWERS})


@pytest.fixture
def statement():
    return copy.deepcopy(EXAMPLE["statement"])


class _Elements(HTMLParser):
    """The elements of a page with their attributes and the text right inside them."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), []))
        if tag not in ("meta", "input", "br"):
            self._open.append(self.found[-1])

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if self._open:
            self._open[-1][2].append(data)

    def all(self, name):
        return [(attrs, "".join(text)) for tag, attrs, text in self.found if tag == name]


@pytest.fixture(scope="module")
def elements(page):
    return _Elements(page)


def test_the_page_loads_nothing_from_anywhere(page, elements):
    outside_the_runtime = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href|action|poster)\s*=\s*["']?\s*(?:https?:)?//""", outside_the_runtime)
    assert not re.search(r"@import|url\(", outside_the_runtime)
    assert not [attrs for name in ("link", "iframe", "img", "object") for attrs, _text in elements.all(name)]
    assert not [attrs for attrs, _text in elements.all("script") if "src" in attrs]


def test_only_the_page_s_own_scripts_and_styles_may_run(page, elements):
    policy = next(a["content"] for a, _t in elements.all("meta") if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for text in [t for a, t in elements.all("script") if "type" not in a] + [
        t for _a, t in elements.all("style")
    ]:
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert not [attrs for _tag, attrs, _text in elements.found if any(k.startswith("on") for k in attrs)]


def test_what_an_account_is_called_stays_text(page, elements):
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert any(text == '=HYPERLINK("http://example.com","click")' for _attrs, text in elements.all("th"))
    assert any("华东电子制造有限公司" in text for _attrs, text in elements.all("th"))


def test_the_page_is_not_heavier_than_it_must_be(page):
    assert len(page.encode()) < 2_500_000


def test_headings_follow_one_another_without_a_gap(elements):
    levels = [int(tag[1]) for tag, _attrs, _text in elements.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_every_opener_has_its_drawer_and_no_name_is_taken_twice(elements):
    names = [attrs["id"] for _tag, attrs, _text in elements.found if "id" in attrs]
    assert len(names) == len(set(names))
    wanted = {a["popovertarget"] for a, _t in elements.all("button") if "popovertarget" in a}
    drawers = {attrs["id"] for _tag, attrs, _text in elements.found if "popover" in attrs}
    assert wanted == drawers
    labels = {a[k] for _t, a, _x in elements.found for k in ("aria-labelledby",) if k in a}
    assert labels <= set(names)


def test_every_figure_opens_its_formula_its_accounts_and_its_provenance(page):
    drawer = (
        page.split('id="figure-revenue_churn"')[1].split('<div id="line-')[0].split('<div id="figure-')[0]
    )
    assert "(€49,083 + €14,100) ÷ €931,600 = 6.8%" in drawer
    assert 'popovertarget="line-churned"' in drawer
    assert "Churned: 32 accounts" in drawer
    for said in ("opening set), version 1", "churn is dated paid-until", "EUR, at the rates of 1 Jul 2026",
                 "book version 412", "15 Oct 2026", "5 rows left out"):  # fmt: skip
        assert said in drawer


def test_every_line_says_how_many_and_the_sums_add_up(page):
    assert "370 + 45 + 14 − 32 = 397" in page
    assert "€931,600 + €82,269 + €10,882 + €32,020 − €14,100 − €49,083 = €993,588" in page


def test_a_list_is_cut_at_what_can_be_read_and_says_so():
    cut = make_page(
        statement=EXAMPLE["statement"], accounts={"churned": EXAMPLE["accounts"]["churned"]}, most=5
    )
    drawer = cut.split('id="line-churned"')[1]
    assert drawer.split("</table>")[0].count("<tr>") == 6
    assert "The 5 largest of 32" in drawer


def test_simulated_data_is_labelled_and_real_data_is_not(statement):
    assert "Simulated data." in make_page(statement=statement)
    statement["provenance"]["simulated"] = False
    assert "Simulated data." not in make_page(statement=statement)


def test_an_unfinished_period_and_a_small_base_are_marked_on_every_figure(statement):
    statement["period"]["finished"] = False
    statement["accounts"] |= {"opening": 12, "churned": 3}
    made = make_page(statement=statement)
    assert made.count("not finished</span>") == made.count("small base: under 30</span>") == 8
    assert "The period is not finished; this is what is known up to 15 Oct 2026." in made


def test_refused_rates_say_why_what_works_and_what_holds_for_contract_accounts(statement):
    statement["refused"] = {
        "reason": "Three cycles take 135 days.",
        "shortest_days": 135,
        "way": "Take 135 days.",
    }
    statement["kinds"] = {"contract": copy.deepcopy(statement), "irregular": copy.deepcopy(statement)}
    del statement["kinds"]["contract"]["refused"]
    statement["rates"] = dict.fromkeys(statement["rates"])
    made = make_page(statement=statement)
    assert "Three cycles take 135 days. Take 135 days." in made
    assert made.count("contract accounts alone</span>") == made.count("all accounts: not given") == 8
    assert "Contract accounts alone: 8.6%" in made.split('id="figure-customer_churn"')[1]
    assert "32 ÷ 370" not in made
    assert "Buys irregularly" in made.split('id="kinds"')[1].split("</section>")[0]


def test_a_series_of_refused_periods_shows_the_contract_accounts_and_says_so(statement):
    refused = {"reason": "Too short.", "shortest_days": 135, "way": "Take longer."}
    alone = {
        **statement,
        "refused": refused,
        "kinds": {"contract": statement},
        "rates": {"customer_churn": None},
    }
    assert "Contract accounts alone: the periods are too short" in make_page(
        statement=statement, series=[alone]
    )
    nothing = {**alone, "kinds": {}}
    assert "None of these periods has a rate to draw." in make_page(statement=statement, series=[nothing])


def test_a_period_with_nobody_at_the_opening_has_no_base_and_says_what_to_do(statement):
    statement["accounts"] |= {"opening": 0, "churned": 0, "closing": 59}
    statement["rates"] = dict.fromkeys(statement["rates"])
    made = make_page(statement=statement, series=[statement])
    assert "Choose a later start" in made
    assert ">no base<" in made


def test_the_page_names_the_parts_a_statement_was_cut_into(page):
    assert 'id="segments"' in page
    assert "Mid-market" in page.split('id="segments"')[1].split("</section>")[0]


def test_the_period_before_stands_beside_the_figure(statement):
    before = {
        **copy.deepcopy(statement),
        "period": {"from": "2026-04-01", "to": "2026-07-01", "finished": True},
    }
    before["rates"]["customer_churn"] = 0.041
    assert "Q2 2026: 4.1%" in make_page(statement=statement, series=[before])


def test_the_page_is_written_where_asked(tmp_path):
    target = write_page(
        tmp_path / "page.html", statement=EXAMPLE["statement"], title="Bright & Sons, third quarter"
    )
    text = target.read_text(encoding="utf-8")
    assert "<h1>Bright &amp; Sons, third quarter</h1>" in text
    assert "Bright &amp; Sons, third quarter, Q3 2026 · Keepwell</title>" in text


def test_the_period_is_told_as_a_colleague_would(statement):
    assert lede(statement) == (
        "We lost 32 accounts and won 45; 14 came back. Those who left took 5.3% of revenue, "
        "and others cut back by 1.5%. Monthly revenue grew by 6.7%."
    )


def test_one_lost_account_is_one_account(statement):
    statement["accounts"] |= {"churned": 1, "new": 0, "reactivated": 1}
    assert lede(statement).startswith("We lost 1 account and won none; 1 came back.")


def test_a_period_in_which_nobody_left_says_so(statement):
    statement["accounts"]["churned"] = 0
    statement["mrr"] |= {"churned": "0.00", "contraction": "0.00"}
    assert lede(statement).startswith("We lost no account and won 45; 14 came back. Monthly revenue grew")


def test_rows_left_out_are_counted_with_their_reasons_in_any_form():
    assert excluded({}) == "no rows left out"
    assert excluded({"unknown_account": 1}) == "1 row left out (1 unknown account)"
    assert (
        excluded({"purchases": {"unknown_currency": 2}}) == "2 rows left out (2 purchases: unknown currency)"
    )
    listed = [{"table": "purchases", "reason": "unknown account", "rows": 1500}]
    assert excluded(listed) == "1,500 rows left out (1,500 purchases: unknown account)"


def test_rows_left_out_are_told_in_the_readers_language():
    counted = {"account: our own": 1, "answers: unknown_account": 2, "of_another_tool: odd_one": 1}
    assert excluded(counted) == (
        "4 rows left out (1 account: our own, 2 answers to surveys: unknown account, 1 of another tool: odd one)"
    )
    with speaking("zh-hans"):
        said = excluded(counted)
        assert "本公司自己的" in said
        assert "未知客户" in said
        assert "answers" not in said


def test_a_cut_says_what_it_was_made_from_in_any_form(statement):
    statement["provenance"]["cut"] = {"source": "dataframes"}
    assert "source: dataframes" in dict(proof(statement))["Known"]


def test_text_is_escaped_wherever_it_is_put():
    assert tag("p", "a < b & c", title='"x"') == '<p title="&quot;x&quot;">a &lt; b &amp; c</p>'
    assert "</script" not in data_block({"name": "</script><b>"})[:-9]
