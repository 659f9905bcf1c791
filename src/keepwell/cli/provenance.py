"""What a figure was made from, in lines a person can read."""

from collections.abc import Mapping
from typing import Any

from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

Json = Mapping[str, Any]


def provenance_notes(provenance: Json, *, rates_on: str = "") -> list[str]:
    """What a figure was made from, in lines a person can read; `rates_on` says it where days differ."""
    lines = [
        _("Definition: {name}, version {version}").format(
            name=provenance.get("definition"), version=provenance.get("definition_version")
        )
    ]
    policies = provenance.get("policies") or {}
    if policies:
        from keepwell.ledger.policies import Policies

        lines.append(_("Policies: {sentences}").format(sentences=" ".join(Policies(**policies).sentences())))
    lines.append(
        _("Currency: {currency} at the rates of {day}").format(
            currency=provenance.get("currency"), day=rates_on or provenance.get("rates_on")
        )
    )
    if provenance.get("where"):
        lines.append(_("Only accounts with {where}").format(where=provenance["where"]))
    lines.append(_("Covered: every day before {day}").format(day=provenance.get("covered")))
    cut = provenance.get("cut") or {}
    if cut.get("known_until"):
        words = _("Known: everything loaded by {moment} UTC (manifest {n})")
        if cut.get("as_known_on"):
            words = _("Known: what was known at the end of {day} (manifest {n})")
        moment = str(cut["known_until"])[:16].replace("T", " ")
        lines.append(words.format(moment=moment, day=cut.get("as_known_on"), n=cut.get("manifest")))
    lines.append(_("Left out: {what}").format(what=left_out(provenance.get("excluded") or {})))
    if never := provenance.get("never_paid"):
        words = ngettext(
            "Never paid: {n:,} account, in no figure", "Never paid: {n:,} accounts, in no figure", never
        )
        lines.append(words.format(n=never))
    if provenance.get("simulated"):
        lines.append(_("This company is simulated."))
    return lines


def left_out(excluded: Mapping[str, int]) -> str:
    """What counts in no figure, with reasons: accounts left out on purpose, and rows of each table in quarantine."""
    found: dict[str, list[str]] = {}
    for what, count in excluded.items():
        table, _colon, reason = what.rpartition(": ")
        said = _("{n:,} × {reason}").format(n=count, reason=reason.replace("_", " "))
        found.setdefault(table, []).append(said)
    on_purpose = found.pop("account", [])
    parts = [_("accounts ({reasons})").format(reasons=", ".join(on_purpose))] if on_purpose else []
    if found:
        tables = [
            f"{table} ({', '.join(said)})" if table else ", ".join(said) for table, said in found.items()
        ]
        parts.append(_("rows in quarantine: {tables}").format(tables=", ".join(tables)))
    return "; ".join(parts) or _("nothing")
