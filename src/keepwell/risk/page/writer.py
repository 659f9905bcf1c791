"""One file that shows a look back to anyone: it opens without a network, in light and dark, and prints."""

from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path

from keepwell.ledger.ledger import Ledger
from keepwell.lib.days import from_number, number
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _
from keepwell.metrics.page.markup import Markup, join, tag
from keepwell.metrics.page.proof import proof
from keepwell.metrics.page.sections import sheet
from keepwell.metrics.page.shell import assemble, top
from keepwell.risk.backtest import Backtest
from keepwell.risk.page import sections
from keepwell.risk.page.about import About
from keepwell.risk.page.cards import cards
from keepwell.risk.page.found import Found
from keepwell.risk.page.lists import MOST, lists_sheet, reasons_then
from keepwell.risk.page.words import answer, eyebrow, kinds_apart, verdict


def write(
    backtest: Backtest, file: str | Path, *, ledger: Ledger | None = None, month: date | None = None
) -> Path:
    """Write one self-contained HTML file of a look back and give back its path.

    The list of `month` (a day on which something would have been said; by default the newest) stands open with its
    reasons, for which the champion of that day is learnt again. The ledger tells currency, names and whether the
    company is simulated. Raises BadInput where nothing would have been said on that day, or the file cannot be
    written.
    """
    target = placed(file)
    found = Found(backtest)
    day = _chosen(found, month)
    page = _page(found, About() if ledger is None else About.of(ledger, _listed(found, day)), day)
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        raise _unwritable(target, str(error)) from None
    return target


def placed(file: str | Path) -> Path:
    """Where a page is to lie: a look back takes a while, so that there is no such folder is told before it."""
    target = Path(file)
    if not target.parent.is_dir():
        raise _unwritable(target, _("there is no folder {folder}").format(folder=target.parent))
    return target


def _unwritable(target: Path, why: str) -> BadInput:
    return BadInput(_("The page cannot be written to {path}.").format(path=target), seen=why)


def make(backtest: Backtest, about: About, *, month: date | None = None) -> str:
    """The page of `write` as text."""
    found = Found(backtest)
    return _page(found, about, _chosen(found, month))


def _listed(found: Found, day: int) -> list[str]:
    """The accounts on any list of the page."""
    return sorted(
        {*_named(found, day), *(one["account"] for on in found.days for one in found.back.top(on, MOST))}
    )


def _named(found: Found, day: int) -> list[str]:
    """The accounts on the lists of the chosen day."""
    lists = [found.back.top(day, MOST), *(found.back.top(day, MOST, kind=one.name) for one in found.kinds)]
    return sorted({one["account"] for rows in lists for one in rows})


def _page(found: Found, about: About, day: int) -> str:
    reasons = reasons_then(found.back, day, _named(found, day), currency=about.currency)
    parts = [
        (_("Month by month"), sections.by_month(found)),
        (_("The lists"), lists_sheet(found, about, day, reasons)),
        (_("How early"), sections.early(found)),
        (_("Said and happened"), sections.calibration(found)),
        (_("Simpler ways"), sections.beside(found)),
    ]
    if found.kinds:
        parts.insert(1, (_("Kinds"), sections.kinds(found)))
    if found.back.profit:
        parts.append((_("Profit"), sections.profit(found, about)))
    if found.back.silent:
        parts.append((_("Silent months"), sections.silent(found)))
    parts += [
        (_("How it was done"), sections.how_done(found)),
        (_("Limits"), sections.limits_sheet(found, about)),
    ]
    if about.provenance is not None:
        parts.append((_("Proof"), _proof(found, about)))
    heading = _("Would it have told us?")
    head = tag(
        "header",
        tag("p", eyebrow(found), class_="small muted"),
        tag("h1", heading),
        tag("p", answer(found), class_="lede"),
        tag("p", " ".join(words for words in (verdict(found), kinds_apart(found)) if words), class_="lede"),
    )
    inside = [
        _simulated(about),
        head,
        cards(found),
        _contents(parts),
        *(part for _name, part in parts),
    ]
    return assemble(
        name=heading,
        body=join([top(), tag("main", *inside)]),
        style=files("keepwell.risk.page").joinpath("page.css").read_text(encoding="utf-8"),
    )


def _chosen(found: Found, month: date | None) -> int:
    if month is None:
        return found.days[-1]
    if number(month) not in found.days:
        raise BadInput(
            _("Nothing would have been said on {day}.").format(day=month),
            seen=_("something would have been said on {days}").format(
                days=", ".join(from_number(day).isoformat() for day in found.days)
            ),
            ways=[_("Choose one of those days, or none for the newest.")],
        )
    return number(month)


def _simulated(about: About) -> Markup | None:
    if not about.simulated:
        return None
    words = _("This company does not exist: every name and number is invented.")
    return tag("p", tag("strong", _("Simulated company.")), " ", words, class_="notice", role="note")


def _contents(parts: list[tuple[str, Markup]]) -> Markup:
    """Links to the parts, each by its short name."""
    links = [tag("li", tag("a", name, href=f"#{_id(part)}")) for name, part in parts]
    return tag("nav", tag("ul", links), class_="contents", aria_label=_("On this page"))


def _id(part: Markup) -> str:
    return part.split(' id="', 1)[1].split('"', 1)[0]


def _proof(found: Found, about: About) -> Markup:
    """Where the figures come from, over the days that the page is about."""
    last = from_number(found.days[-1]) + timedelta(days=found.horizon)
    period = {"from": from_number(found.days[0]).isoformat(), "to": last.isoformat(), "finished": True}
    pairs = [
        *proof({"provenance": about.provenance, "period": period}),
        (_("Said of"), _("leaving within {days} days").format(days=found.horizon)),
        (_("Learnt from"), _("{n} features").format(n=len(found.part.features))),
        (
            _("Random draws"),
            _("from the seed {seed}: the same again gives the same page").format(seed=found.back.seed),
        ),
    ]
    terms = [tag("div", tag("dt", word), tag("dd", value)) for word, value in pairs]
    return sheet("proof", _("Where these figures come from"), [], tag("dl", terms, class_="terms"))
