"""Rules and hits as pages show them, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keepwell.accounts.showing import per_cent
from keepwell.conversations import naming
from keepwell.conversations.models import Conversation, Hit, Rule, RuleVersion, Turn
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.queries import Month, Stats
from keepwell.conversations.transcript.showing import LANGUAGES, clock
from keepwell.conversations.transcript.sounding import hit_address
from keepwell.conversations.transcript.spotting import Stretch, spotted


@dataclass(frozen=True)
class ShownRule:
    """A rule in a list or on its page."""

    rule: Rule
    stats: Stats

    @property
    def theme(self) -> str:
        """What it is about."""
        return themes.label(self.rule.theme) if self.rule.theme else ""

    @property
    def languages(self) -> str:
        """The languages it listens in."""
        codes = dict.fromkeys([*self.rule.data.get("phrases", {}), *self.rule.data.get("slots", {})])
        return ", ".join(str(LANGUAGES.get(code, code)) for code in codes)

    @property
    def precision(self) -> str:
        """How often it is right, "" where nobody has judged."""
        return per_cent(self.stats.precision)

    @property
    def between(self) -> str:
        """The interval of that, and of how many it is."""
        if self.stats.interval is None:
            return ""
        low, high = self.stats.interval
        return _("{low} to {high}, of {n} judged").format(
            low=per_cent(low), high=per_cent(high), n=self.stats.judged
        )

    @property
    def notices(self) -> list[str]:
        """What it says of itself."""
        return notices_of(self.rule)


def notices_of(rule: Rule) -> list[str]:
    """That a rule fell silent, or is right less often, in a sentence each."""
    said, found = rule.noticed, []
    if rule.notice in ("silent", "both"):
        found.append(
            ngettext(
                "It has not been heard for 90 days, though it was heard {n} time in the year before.",
                "It has not been heard for 90 days, though it was heard {n} times in the year before.",
                said.get("before", 0),
            ).format(n=said.get("before", 0))
        )
    if rule.notice in ("falling", "both"):
        found.append(
            _(
                "It is right less often than it was: {right} of {n} judged in the last 90 days,"
                " {before} of {of} before."
            ).format(
                right=said.get("right_lately", 0),
                n=said.get("judged_lately", 0),
                before=said.get("right_before", 0),
                of=said.get("judged_before", 0),
            )
        )
    return found


def listens_for(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a rule's data says, as lines of a name and a value; what is as usual is left out."""
    found = []
    for code, phrases in data.get("phrases", {}).items():
        found.append((str(LANGUAGES.get(code, code)), " · ".join(phrases)))
    for code, slots in data.get("slots", {}).items():
        said = " + ".join("(" + ", ".join(slot) + ")" for slot in slots)
        found.append((_("{language}, slots").format(language=LANGUAGES.get(code, code)), said))
    if data.get("pattern"):
        found.append((_("Regular expression"), data["pattern"]))
    sides = {"them": _("the customer"), "us": _("our side"), "": _("anybody")}
    found.append((_("Who says it"), sides.get(data.get("side", "them"), data.get("side", ""))))
    if data.get("channels"):
        kinds = dict(Conversation.Kind.choices)
        found.append(
            (pgettext("channels", "In"), ", ".join(str(kinds.get(one, one)) for one in data["channels"]))
        )
    if data.get("gap") is not None:
        found.append((_("Words between"), str(data["gap"])))
    if data.get("ordered"):
        found.append((_("Order"), _("only as written")))
    denials = {"apart": _("kept apart"), "drop": _("left out"), "only": _("only the denial is heard")}
    found.append((_("Where it is denied"), denials.get(data.get("denial", "apart"), "")))
    found.append((_("Weight"), formats.number_format(data.get("weight", 1.0), use_l10n=True)))
    happens = {"alert": _("an alert"), "tag": _("a tag"), "follow_up": _("a follow-up")}
    then = [happens[one] for one in data.get("then", ["alert"]) if one in happens]
    found.append((_("What happens"), ", ".join(then) or _("nothing: it is counted")))
    if data.get("theme"):
        found.append((_("Theme"), themes.label(data["theme"])))
    return found


@dataclass(frozen=True)
class ShownVersion:
    """A version of a rule, with what it changed."""

    row: RuleVersion
    changes: list[tuple[str, str, str]]  # what, before, after


def shown_versions(rows: Iterable[RuleVersion]) -> list[ShownVersion]:
    """Versions, newest first, each with what it changed against the one before."""
    some = list(rows)
    found = []
    for one, before in zip_longest(some, some[1:]):
        if before is None:
            found.append(ShownVersion(one, []))
            continue
        old, new = dict(listens_for(before.data)), dict(listens_for(one.data))
        names = list(dict.fromkeys([*new, *old]))
        changes = [
            (name, old.get(name, "–"), new.get(name, "–")) for name in names if old.get(name) != new.get(name)
        ]
        if one.name != before.name:
            changes.insert(0, (_("Name"), before.name, one.name))
        found.append(ShownVersion(one, changes))
    return found


@dataclass(frozen=True)
class ShownHit:
    """A hit to be looked at, with the words around it."""

    hit: Hit
    before: str = ""  # what was said just before and after
    after: str = ""

    @property
    def parts(self) -> list[Stretch]:
        """Its turn, with what was heard marked."""
        return spotted(self.hit.turn.text, self.hit.spans)

    @property
    def who(self) -> str:
        """Who said it."""
        return str(self.hit.turn.contact or "") or self.hit.turn.speaker

    @property
    def theme(self) -> str:
        """What it is about."""
        return themes.label(self.hit.theme) if self.hit.theme else ""

    @property
    def labels(self) -> list[str]:
        """That it is a question, a condition, or what somebody else said."""
        said = {"question": _("a question"), "condition": _("a condition"), "reported": _("hearsay")}
        return [said.get(one, one) for one in self.hit.labels]

    @property
    def mark(self) -> str:
        """How its judgement is marked."""
        return {"right": "well", "wrong": "poor", "unsure": "held"}.get(self.hit.judged, "")

    @property
    def clock(self) -> str:
        """Where it stands in the sound."""
        return clock(self.hit.turn.start) if self.hit.conversation.sound else ""

    @property
    def sound(self) -> str:
        """The address of the turn's sound; "" where there is none."""
        return hit_address(self.hit)


def shown_hits(hits: Iterable[Hit]) -> list[ShownHit]:
    """Hits for a page, each with the turns beside it."""
    some = list(hits)
    naming.meet(hit.conversation for hit in some if hit.account_id is None)  # others go by their account
    wanted = {(hit.conversation_id, hit.turn.no + step) for hit in some for step in (-1, 1)}
    rows = Turn.objects.filter(
        conversation__in={talk for talk, _no in wanted}, no__in={no for _talk, no in wanted}
    ).values_list("conversation_id", "no", "text")
    near = {(talk, no): " ".join(text[-160:].split()) for talk, no, text in rows if (talk, no) in wanted}
    return [
        ShownHit(
            hit,
            near.get((hit.conversation_id, hit.turn.no - 1), ""),
            near.get((hit.conversation_id, hit.turn.no + 1), ""),
        )
        for hit in some
    ]


@dataclass(frozen=True)
class ShownMonth:
    """A month of a rule."""

    month: Month

    @property
    def precision(self) -> str:
        """How often it was right."""
        return per_cent(self.month.precision) or "–"

    @property
    def between(self) -> str:
        """The interval of that."""
        if self.month.interval is None:
            return ""
        return _("{low} to {high}").format(
            low=per_cent(self.month.interval[0]), high=per_cent(self.month.interval[1])
        )


def day_of(said: str | None) -> date | None:
    """A stored day or moment as a day."""
    return date.fromisoformat(said[:10]) if said else None
