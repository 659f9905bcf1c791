"""Where the figures come from: definition, policies, period, segment, currency, cut, what was left out."""

from collections.abc import Iterable, Mapping
from typing import Any

from keepwell.book.checks import label, table_said
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.definitions import definition_name
from keepwell.metrics.charts.reading import Json, finished
from keepwell.metrics.page.markup import Markup, tag

_SHOWN = {
    "definition", "definition_version", "policies", "period", "segment", "where", "by", "currency", "rates_on",
    "rates", "cut", "covered", "excluded", "simulated",
}  # fmt: skip


def proof(statement: Json) -> list[tuple[str, str]]:
    """What to print beside every figure, as pairs of a word and its value."""
    given = statement.get("provenance") or {}
    period = statement["period"]
    pairs = [
        (_("Definition"), _definition(given)),
        (_("Policies"), _policies(given.get("policies"))),
        (
            _("Period"),
            _("{first} up to, not including, {out}").format(
                first=numbers.day(period["from"]), out=numbers.day(period["to"])
            )
            + ("" if finished(statement) else _("; not finished")),
        ),
        (_("Segment"), segment(given)),
        (_("Currency"), _currency(given)),
        (_("Known"), _cut(given.get("cut"))),
        (_("Covered"), _covered(given.get("covered"))),
        (_("Left out"), excluded(given.get("excluded"))),
    ]
    pairs += [
        (_spoken(k), _plain(v)) for k, v in given.items() if k not in _SHOWN and v not in (None, "", [], {})
    ]
    return [(word, value) for word, value in pairs if value]


def proof_list(statement: Json, *, short: bool = False) -> Markup:
    """The proof as a list of terms; `short` keeps what every figure has to say beside itself."""
    pairs = proof(statement)
    wanted = pairs[:8] if short else pairs
    return tag(
        "dl", [tag("div", tag("dt", word), tag("dd", value)) for word, value in wanted], class_="terms"
    )


def proof_line(statement: Json) -> str:
    """The proof in a sentence, under the figures."""
    given = statement.get("provenance") or {}
    parts = [_("Definition: {name}").format(name=_definition(given))]
    if given.get("covered"):
        parts.append(_covered(given.get("covered")))
    parts.append(excluded(given.get("excluded")))
    if isinstance(given.get("cut"), Mapping) and given["cut"].get("manifest") is not None:
        parts.append(_("Book version {n}").format(n=given["cut"]["manifest"]))
    return " · ".join(p for p in parts if p)


def excluded(rows: Any) -> str:
    """How many rows were left out, and why, in words."""
    reasons = list(_reasons(rows))
    total = sum(n for _reason, n in reasons)
    if not total:
        return _("no rows left out")
    why = ", ".join(f"{numbers.count(n)} {reason}" for reason, n in reasons if n)
    said = ngettext("{n} row left out", "{n} rows left out", total).format(n=numbers.count(total))
    return f"{said} ({why})"


def _reasons(rows: Any) -> Iterable[tuple[str, int]]:
    if isinstance(rows, Mapping):
        for reason, n in rows.items():
            if isinstance(n, Mapping):  # by table, then by reason
                yield from ((_of_table(str(reason), str(k)), int(v)) for k, v in n.items())
            else:
                table, _colon, code = str(reason).rpartition(": ")
                yield _of_table(table, code), int(n)
    elif isinstance(rows, int):
        yield _("for reasons of their own"), rows
    else:
        for row in rows or []:
            table, code = (str(row.get(name) or "") for name in ("table", "reason"))
            yield _of_table(table, code), int(row.get("rows", row.get("n", 0)) or 0)


def _of_table(table: str, reason: str) -> str:
    """A reason with what the rows tell of, in words."""
    return f"{table_said(table)}: {label(reason)}" if table else label(reason)


def _definition(provenance: Json) -> str:
    given = provenance.get("definition") or "opening_set"
    if isinstance(given, str):
        given = {"name": given, "version": provenance.get("definition_version")}
    name = definition_name(given)
    version = given.get("version")
    return _("{name}, version {version}").format(name=name, version=version) if version else name


def _policies(given: Any) -> str:
    if not isinstance(given, Mapping):
        return given if isinstance(given, str) else "; ".join(str(g) for g in given or [])
    return "; ".join(_policy(str(name), value) for name, value in given.items())


def _policy(name: str, value: Any) -> str:
    words = {
        ("churn_dated", "paid_until"): _("churn is dated paid-until"),
        ("churn_dated", "notice"): _("churn is dated at notice"),
        ("past_due_days", None): _("past due still pays"),
        ("term_end", "as_stated"): _("a term ends as stated"),
        ("term_end", "rolls_on"): _("a term rolls on until told otherwise"),
        ("purchases_beside_subscriptions", False): _("purchases beside a subscription make no MRR"),
        ("purchases_beside_subscriptions", True): _("purchases beside a subscription make MRR of their own"),
    }
    if isinstance(value, str | bool | None) and (name, value) in words:
        return words[(name, value)]
    if name == "past_due_days":
        return _("past due stops paying after {n} days").format(n=value)
    if name == "grace_days":
        return _("grace {n} days").format(n=value)
    return f"{_spoken(name, False)}: {_plain(value)}"


def segment(given: Json) -> str:
    """Which accounts are counted, in words."""
    parts = [str(given[k]) for k in ("segment", "where") if given.get(k)]
    parts = parts or [_("all accounts")]
    if given.get("by"):
        parts.append(_("by {column}").format(column=str(given["by"]).replace("_", " ")))
    return ", ".join(parts)


def _currency(given: Json) -> str:
    unit, on = given.get("currency"), given.get("rates_on")
    if unit and on:
        return _("{currency}, at the rates of {day}").format(currency=unit, day=numbers.day(on))
    return str(unit or "")


def _cut(given: Any) -> str:
    if not isinstance(given, Mapping):
        return "" if given is None else str(given)
    parts = []
    if given.get("known_until"):
        known = str(given["known_until"])
        moment = f"{numbers.day(known)} {known[11:16]}".strip()
        parts.append(_("all rows known by {moment} UTC").format(moment=moment))
    if given.get("as_known_on"):
        parts.append(_("as known on {day}").format(day=numbers.day(given["as_known_on"])))
    if given.get("manifest") is not None:
        parts.append(_("book version {n}").format(n=given["manifest"]))
    told = ("known_until", "as_known_on", "manifest")
    parts += [
        f"{_spoken(k, False)}: {_plain(v)}" for k, v in given.items() if k not in told and v is not None
    ]
    return "; ".join(parts)


def _covered(given: Any) -> str:
    return _("complete up to, not including, {day}").format(day=numbers.day(given)) if given else ""


def _spoken(key: str, capital: bool = True) -> str:
    said = key.replace("_", " ")
    return said[:1].upper() + said[1:] if capital else said


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{_spoken(str(k), False)} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v) for v in value)
    return {True: _("yes"), False: _("no")}.get(value, str(value)) if isinstance(value, bool) else str(value)
