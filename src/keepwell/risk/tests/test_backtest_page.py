"""The page of a look back: its answer first, every figure beside a simpler way, and nothing that can break it."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from keepwell.lib.days import from_number, number
from keepwell.lib.errors import BadInput
from keepwell.risk.backtest import Backtest, Choice, Silent
from keepwell.risk.calibration import Calibration
from keepwell.risk.models.logistic import Logistic
from keepwell.risk.page import About, make, write
from keepwell.risk.page.charts import calibration_groups, right
from keepwell.risk.page.found import CHANCE, SILENCE, Found
from keepwell.risk.page.words import answer, how, limits, verdict
from keepwell.risk.tests import model_kit as kit

FIRST = number(date(2025, 1, 1))
MONTHS, EACH = 8, 60
NAMES = {"A000": "<script>alert(1)</script>", "A001": '=HYPERLINK("http://example.com","click")'}


def _back(*, silence=True, profit=True):
    """Eight months of sixty accounts: the model names leavers, silence half as often, two months were silent."""
    chance = np.random.default_rng(3)
    n = MONTHS * EACH
    day = np.repeat(FIRST + 30 * np.arange(MONTHS), EACH)
    account = np.tile(np.arange(EACH), MONTHS)
    left = (chance.random(n) < np.where(account < 12, 0.5, 0.05)).astype(float)
    left_in = np.where(left > 0, chance.integers(1, 90, n), np.nan)
    trouble = 2 * left + chance.normal(size=n)
    values = np.stack([20 - 5 * trouble, 1 - 0.2 * trouble, np.where(account % 7, 3.0, np.nan)], axis=1)
    features = [
        kit.feature("use_30", unit="events", direction=-1, label="Use in 30 days"),
        kit.feature("use_trend", unit="times", direction=-1, label="Trend of use"),
        kit.feature("tickets_open", "tickets", unit="tickets", direction=1, label="Open tickets"),
    ]
    names = np.array([f"A{a:03}" for a in account], object)
    obs = kit.observations(features, values, left, accounts=names, as_of=day, left_in=left_in)
    kinds = np.where(account % 2, "contract", "irregular").astype(object)
    way = np.where(left > 0, "by_choice", "").astype(object)
    obs = replace(
        obs, kind=kinds, segment=np.full(n, "Trade", object), outcomes=replace(obs.outcomes, leaving_kind=way)
    )
    said = day >= FIRST + 60
    base = np.full(n, left.mean())
    model = 1 / (1 + np.exp(2 - trouble))
    guess = 1 / (1 + np.exp(2 - 0.5 * trouble - chance.normal(size=n))) if silence else base
    every = {"model": model, "base_rate": base, "silence": guess, "logistic": model}
    return Backtest(
        obs=obs,
        chances={name: np.where(said, one, np.nan) for name, one in every.items()},
        choices=(Choice(FIRST + 60, 20, Logistic, {}, Calibration(), {}),),
        silent=(Silent(FIRST, "there is <nothing> yet"), Silent(FIRST + 30, "6 accounts that left")),
        tops=(10, 0.1),
        profit={(int(d), name): 12_345.0 for d in np.unique(day[said]) for name in every} if profit else {},
        seed=1,
    )


class _Elements(HTMLParser):
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
        for _tag, _attrs, text in self._open:
            text.append(data)

    def all(self, name):
        return [(attrs, "".join(text)) for tag, attrs, text in self.found if tag == name]


@pytest.fixture(scope="module")
def back():
    return _back()


@pytest.fixture(scope="module")
def found(back):
    return Found(back)


@pytest.fixture(scope="module")
def page(back):
    return make(back, About("EUR", simulated=True, names=NAMES, provenance={"covered": "2025-12-01"}))


@pytest.fixture(scope="module")
def elements(page):
    return _Elements(page)


def test_the_first_sentence_is_the_whole_answer(back, found):
    part = found.part
    named = []
    for day in back.days():
        today = np.flatnonzero(part.as_of == day)
        named += today[np.argsort(-found.chances["model"][today], kind="stable")[:10]].tolist()
    right_ones = part.outcomes.left[named].sum() / len(back.days())
    lot = 10 * part.outcomes.left.mean()
    said = answer(found)
    assert said.startswith(
        f"Of the 10 accounts named each month, {right_ones:.1f} really left within 90 days; "
    )
    assert "choosing by silence alone would have found" in said
    assert said.endswith(f"chance {lot:.1f}.")


def test_a_difference_that_luck_may_explain_is_called_that(back, found):
    assert "more than luck explains" in verdict(found)
    same = replace(back, chances={**back.chances, "silence": back.chances["model"] * 1.0})
    assert "Luck may explain" in verdict(Found(same))


def test_silence_that_nobody_can_tell_is_not_set_up_to_lose():
    found = Found(_back(silence=False))
    assert not found.silence_known
    assert "silence" not in answer(found)
    assert SILENCE not in found.ways()


def test_chance_is_drawing_lots_and_not_the_kind_that_leaves_most(found):
    for held in found.months:
        assert right(held, CHANCE, 10) == held["model"]["base_rate"]
    assert found.precision(CHANCE).value == pytest.approx(found.part.outcomes.left.mean())


def test_ties_at_the_end_of_a_list_are_named_by_lot_so_that_no_way_looks_blind(back):
    tied = np.where(np.isnan(back.chances["silence"]), np.nan, np.round(back.chances["silence"]))
    found = Found(replace(back, chances={**back.chances, "silence": tied}))
    assert found.warnings[SILENCE, 10].warned.caught > 0
    assert found.warnings[CHANCE, 10].warned.caught > 0


def test_days_of_warning_add_up_and_never_pass_the_horizon(found):
    for held in found.warnings.values():
        assert held.warned.caught == len(held.days)
        assert held.warned.caught + held.warned.missed == held.warned.leavers
        assert not len(held.days) or held.days.max() < found.horizon


def test_each_band_of_chances_is_told_with_its_size_and_interval(found):
    groups = calibration_groups(found)
    (first, listed), *bands = groups
    assert first == "the 10 named"
    assert listed["rows"] == 10 * len(found.days)
    assert sum(row["rows"] for _label, row in bands) == len(found.part)
    assert all(row["low"] <= row["left"] <= row["high"] for _label, row in bands)
    assert all(row["low"] < row["high"] for _label, row in bands)  # five of five is not certainty
    assert bands[0][0] == "80% and more"


def test_contract_accounts_are_told_apart_from_those_that_merely_fall_silent(page, found):
    assert [one.name for one in found.kinds] == ["contract", "irregular"]
    assert "Contract accounts by themselves: of the 10 named of them each month" in page
    assert "by choice" in page


def test_the_list_says_why_what_happened_and_after_how_many_days(back, elements, page):
    day = back.days()[-1]
    section = page.split('id="lists"')[1].split("<section")[0]
    first = back.top(day, 1)[0]
    row = section.split("<tbody>")[1].split("</tr>")[0]
    assert f"{first['chance']:.1%}" in row
    assert ("left, by choice" in row) == first["left"]
    assert "use" in row
    assert "not known" not in section.split("</table>")[0]
    assert "not what causes" in section
    captions = [text for _attrs, text in elements.all("caption")]
    assert sum(text.startswith("The list of") for text in captions) == len(back.days()) + 2


def test_another_month_is_shown_where_it_is_asked_for_and_refused_where_nothing_was_said(back):
    day = from_number(back.days()[1])
    assert f"Who would have been named on {day.day} " in make(back, About(), month=day)
    with pytest.raises(BadInput, match="Nothing would have been said"):
        make(back, About(), month=day + timedelta(days=1))


def test_months_of_silence_are_told_with_their_reason(page):
    assert "In 2 months there was too little to go on" in page
    assert "there is &lt;nothing&gt; yet" in page


def test_how_it_was_done_takes_three_sentences_and_the_limits_are_told(found, page):
    done = how(found)
    assert len(done) == 3
    assert "gap as long as the horizon" in done[1]
    assert "none weighted, copied or left out" in done[2]
    said = " ".join(limits(found, About(simulated=True)))
    for limit in ("simulated", "several months", "independent", "saved", "newest month-end", "rough"):
        assert limit in said
    assert "Simulated company." in page


def test_a_real_company_is_not_called_simulated_and_profit_is_told_where_there_is_any(page):
    plain = make(_back(profit=False), About("EUR"))
    assert "imulated" not in re.sub(r"<script>.*?</script>", "", plain, flags=re.DOTALL)
    assert 'id="profit"' not in plain
    assert "€741" in page.split('id="profit"')[1]


def test_the_page_loads_nothing_and_only_its_own_scripts_and_styles_run(page, elements):
    bare = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|action|poster)\s*=|@import|url\(|href\s*=\s*["'](?!#)""", bare)
    policy = next(a["content"] for a, _t in elements.all("meta") if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    own = [t for a, t in elements.all("script") if "type" not in a] + [t for _a, t in elements.all("style")]
    for text in own:
        assert b64encode(sha256(text.encode()).digest()).decode() in policy
    assert not [
        a for _tag, a, _text in elements.found if "style" in a and _tag not in ("svg", "g", "path", "text")
    ]


def test_what_an_account_is_called_stays_text(page):
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_those_who_do_not_see_the_page_find_their_way(elements):
    levels = [int(tag[1]) for tag, _attrs, _text in elements.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))
    ids = [attrs["id"] for _tag, attrs, _text in elements.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a, _t in elements.all("a")} <= set(ids)
    labels = [a["aria-label"] for _t, a, _x in elements.found if a.get("role") == "region"]
    assert len(labels) == len(set(labels))
    assert all(a.get("aria-label") for a, _t in elements.all("svg"))
    assert all(a.get("scope") for a, _t in elements.all("th"))
    assert len(elements.all("caption")) == len(elements.all("table"))


def test_months_in_which_nobody_left_are_told_without_a_rate_out_of_nothing():
    back = _back(profit=False)
    nobody = np.zeros(len(back.obs))
    outcomes = replace(back.obs.outcomes, left=nobody, left_in=nobody * np.nan)
    found = Found(replace(back, obs=replace(back.obs, outcomes=outcomes)))
    assert "0 really left" in answer(found)
    assert found.warnings["model", 10].median is None
    assert found.warnings["model", 10].share is None
    assert found.judged["model"]["auc"].value is None


def test_a_page_that_cannot_be_written_says_so_before_it_is_made(back, tmp_path):
    with pytest.raises(BadInput, match="cannot be written"):
        write(back, tmp_path / "nowhere" / "page.html")
