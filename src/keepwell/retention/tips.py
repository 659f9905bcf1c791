"""What every figure tells of itself on hover and on focus: name, formula, its own numbers, period and source.

Each kind of figure is told once a page, hidden; a figure names by aria-describedby what tells of it, and told.js
shows that beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from keepwell.lib.text import gettext as _
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, line_name, rate, rate_name, told
from keepwell.metrics.page.drawers import line_meaning
from keepwell.metrics.page.figures import figures, worked
from keepwell.metrics.page.markup import Markup, join, tag
from keepwell.retention.cut import Cut
from keepwell.retention.showing import safe


@dataclass
class Tips:
    """Collects what the figures of one page are told by."""

    source: str  # where all of them come from
    _kinds: dict[str, Markup] = field(default_factory=dict)
    _own: int = 0

    @classmethod
    def of(cls, cut: Cut, *also: str) -> "Tips":
        """Of figures worked out from a cut."""
        said = [
            _("Book version {n}").format(n=cut.manifest),
            _("complete before {day}").format(day=numbers.day(cut.covered.isoformat())),
        ]
        return cls(" · ".join([*(one for one in also if one), *said]))

    def figure(self, shown: str, kind: str, *own: str, url: str = "") -> Markup:
        """A figure that tells of itself; with `url` it opens its accounts as well."""
        if not any(letter.isdigit() for letter in shown):
            return tag("span", shown)
        self._kinds.setdefault(kind, _kind(kind))
        said = [one for one in own if one]
        named = [f"about-{kind}", "about-source"]
        extra: list[Markup] = []
        if said:
            self._own += 1
            named.insert(1, f"own-{self._own}")
            extra = [tag("span", " · ".join(said), id=f"own-{self._own}", hidden=True)]
        about = {"class_": "figured", "data_told": True, "aria_describedby": " ".join(named)}
        made = tag("a", shown, href=url, **about) if url else tag("span", shown, tabindex=0, **about)
        return join([made, *extra])

    def named(self, kind: str) -> str:
        """Let a kind of figure be told of on the page, for what names it by itself."""
        self._kinds.setdefault(kind, _kind(kind))
        return kind

    def rate(self, shown: str, statement: Json, name: str, *, url: str = "") -> Markup:
        """A rate of a statement, with its numerator, denominator and period."""
        held = told(statement)
        found = next(iter(figures({"rates": {name: None}})))
        own = worked(found, held) if rate(held, name) is not None else ""
        return self.figure(shown, name, own, _period(statement), url=url)

    def line(self, shown: str, statement: Json, line: str, *, url: str = "") -> Markup:
        """A line of a statement, with its period."""
        return self.figure(shown, line, _period(statement), url=url)

    def kept(self) -> SafeString:
        """What is told, for the end of the page."""
        parts = [tag("div", said, id=f"about-{kind}") for kind, said in self._kinds.items()]
        parts.append(tag("div", self.source, id="about-source"))
        return safe(tag("div", parts, hidden=True))


def _period(statement: Json) -> str:
    return numbers.period(statement["period"]["from"], statement["period"]["to"])


def _kind(kind: str) -> Markup:
    """Name, formula and meaning of a kind of figure."""
    name, formula, meaning = _words(kind)
    parts: Iterable[Markup] = [
        tag("b", name),
        *([tag("span", formula, class_="formula")] if formula else []),
        *([tag("span", meaning)] if meaning else []),
    ]
    return join([join([one, " "]) for one in parts])


def _words(kind: str) -> tuple[str, str, str]:
    if meaning := line_meaning(kind):
        return line_name(kind), "", meaning
    if kind in _told():
        return _told()[kind]
    found = next(iter(figures({"rates": {kind: None}})))
    return found.label or rate_name(kind), found.formula, found.meaning


def _told() -> dict[str, tuple[str, str, str]]:
    """Figures that are neither a line nor a rate of a statement."""
    from_first = _("Counted from each account's first paying day.")
    irregular = _("Of accounts without a contract, by their purchases.")
    return {
        "interval": (
            _("Churn, 95%"),
            "",
            _("Wilson's interval of the churn: where it would lie in 95 of 100 such groups of accounts."),
        ),
        "kind": (
            _("Churned, by kind"),
            "",
            _("Paying at the opening, not at the closing, by how they left."),
        ),
        "cohort-size": (_("Size of the cohort"), "", _("Accounts that began to pay together.")),
        "cohort-accounts": (
            _("Share that still pays"),
            _("accounts that pay then ÷ size of the cohort"),
            _("A tilde marks a period that is not finished."),
        ),
        "cohort-mrr": (
            _("Share of what they paid"),
            _("what the cohort pays then ÷ what it paid on its first days"),
            _("A tilde marks a period that is not finished."),
        ),
        "group-size": (_("Accounts"), "", _("Accounts whose first paying day is known.")),
        "group-left": (_("Left"), "", _("Those whose first stretch of paying has ended.")),
        "half": (
            _("Half gone after"),
            "",
            _("The median of Kaplan-Meier's curve, with its 95% interval.") + " " + from_first,
        ),
        "survival": (
            _("Share kept"),
            _("product of (1 − left ÷ at risk) over the days"),
            _("Kaplan-Meier, with its 95% interval.") + " " + from_first,
        ),
        "lifetime": (_("Lifetime value"), _("mean MRR × mean months that accounts stay"), from_first),
        "definition": (
            _("Churn as this definition counts it"),
            _("numerator ÷ denominator"),
            _("What each counts is told below the table."),
        ),
        "apart": (_("Accounts apart"), "", _("Accounts that this definition counts otherwise than ours.")),
        "paid-before": (_("Opening"), "", _("What the account paid a month at the end of the day before.")),
        "paid-after": (_("Closing"), "", _("What the account pays a month at the end of the last day.")),
        "paid-more": (_("Change"), _("closing − opening"), ""),
        "buyers": (_("Accounts"), "", irregular),
        "one-time": (_("Bought once so far"), "", irregular),
        "lapsed": (_("Lapsed"), "", _("Silent for longer than their own limit.")),
        "cycle": (_("Cycle, days"), _("median of the days between purchases"), irregular),
        "limit": (
            _("Limit, days"),
            "",
            _("How long one may be silent before it counts as lapsed, in the middle."),
        ),
        "segment-accounts": (_("Paying accounts"), "", line_meaning("closing")),
        "segment-mrr": (
            _("Pay a month"),
            "",
            _("What these accounts pay a month, in the reporting currency."),
        ),
    }
