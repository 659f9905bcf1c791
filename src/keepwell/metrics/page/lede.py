"""The period in a few sentences, as a colleague would say it."""

from decimal import Decimal

from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext
from keepwell.metrics.charts import numbers
from keepwell.metrics.charts.reading import Json, base, contract_alone, finished, rate, refused


def lede(statement: Json) -> str:
    """What happened, in words: who left and who came, what the leavers took, and what became of the rest."""
    parts = [_came_and_went(statement), _money_lost(statement), _growth(statement)]
    if refused(statement):
        parts.append(
            _(
                "The rates are those of contract accounts alone: the period is too short to read others’ silence."
            )
            if contract_alone(statement, "customer_churn") is not None
            else _("No rates are given: the period is too short to read the silence of irregular accounts.")
        )
    if not finished(statement):
        covered = (statement.get("provenance") or {}).get("covered")
        parts.append(
            _("The period is not finished; this is what is known up to {day}.").format(
                day=numbers.day(covered)
            )
            if covered
            else _("The period is not finished.")
        )
    return " ".join(p for p in parts if p)


def _came_and_went(statement: Json) -> str:
    held = statement["accounts"]
    lost, won, back = (int(held.get(k) or 0) for k in ("churned", "new", "reactivated"))
    if not base(statement):
        return _("Nobody paid at the opening, so the rates have no base; {won}.").format(
            won=ngettext("{n} account is new", "{n} accounts are new", won).format(n=numbers.count(won))
        )
    left = (
        ngettext("We lost {n} account", "We lost {n} accounts", lost).format(n=numbers.count(lost))
        if lost
        else _("We lost no account")
    )
    came = _("won {n}").format(n=numbers.count(won)) if won else _("won none")
    if back:
        returned = ngettext("{n} came back", "{n} came back", back).format(n=numbers.count(back))
        return _("{left} and {came}; {returned}.").format(left=left, came=came, returned=returned)
    return _("{left} and {came}.").format(left=left, came=came)


def _money_lost(statement: Json) -> str:
    share = rate(statement, "churned_share_of_revenue")
    whole = rate(statement, "revenue_churn")
    if share is None or whole is None:
        return ""
    cut = Decimal(str(statement["mrr"].get("contraction") or 0)) > 0
    lost = int(statement["accounts"].get("churned") or 0) > 0
    shrank = numbers.percent(max(0.0, whole - share))
    if lost and cut:
        return _("Those who left took {left} of revenue, and others cut back by {cut}.").format(
            left=numbers.percent(share), cut=shrank
        )
    if lost:
        return _("Those who left took {left} of revenue; nobody else cut back.").format(
            left=numbers.percent(share)
        )
    return _("Accounts that stayed cut back by {cut}.").format(cut=shrank) if cut else ""


def _growth(statement: Json) -> str:
    opening, closing = (Decimal(str(statement["mrr"].get(k) or 0)) for k in ("opening", "closing"))
    if not opening:
        return ""
    change = float(closing / opening - 1)
    said = numbers.percent(abs(change))
    if said == numbers.percent(0):
        return _("Monthly revenue is where it was.")
    if change > 0:
        return _("Monthly revenue grew by {share}.").format(share=said)
    return _("Monthly revenue fell by {share}.").format(share=said)
