"""Whatever is written can be read, in light and in dark."""

import re

import pytest

from keepwell.metrics.charts.cohorts import SHADE_MOST
from keepwell.metrics.charts.theme import DARK, LIGHT, PAGE, SHAPES, css_tokens

READABLE = 4.5  # WCAG 2.2 AA, for text
VISIBLE = 3.0  # and for what a picture needs to be understood


def _channels(colour):
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def _luminance(channels):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "sheet"])
@pytest.mark.parametrize("text", ["ink", "ink_2", "keep", "poor", "near", "focus"])
def test_every_text_colour_can_be_read_on_paper_and_sheet(theme, ground, text):
    assert _contrast(_channels(getattr(theme, text)), _channels(getattr(theme, ground))) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "wash"),
    [("near", "near_wash"), ("poor", "poor_wash"), ("keep", "keep_wash"), ("ink", "near_wash")],
)
def test_a_mark_can_be_read_on_its_wash(theme, text, wash):
    assert _contrast(_channels(getattr(theme, text)), _channels(getattr(theme, wash))) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_darkest_cohort_cell_still_lets_its_number_be_read(theme):
    cell = [
        SHADE_MOST * k + (1 - SHADE_MOST) * s
        for k, s in zip(_channels(theme.keep), _channels(theme.sheet), strict=True)
    ]
    assert _contrast(_channels(theme.ink), cell) >= READABLE


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_line_of_a_chart_is_seen_and_has_a_shape_of_its_own(theme):
    assert all(_contrast(_channels(c), _channels(theme.sheet)) >= VISIBLE for c in theme.series)
    assert len(set(theme.series)) == len(theme.series) == len(set(SHAPES))


def test_the_page_draws_in_its_own_variables():
    declared = set(re.findall(r"(--[a-z0-9-]+):", css_tokens(LIGHT)))
    used = {re.match(r"var\((--[a-z0-9-]+), #[0-9a-f]{6}\)", c)[1] for c in vars(PAGE).values()}
    assert used == declared
