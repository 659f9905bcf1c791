"""The files of the office: accounts, subscriptions, purchases, invoices, treatments, reasons, costs and rates."""

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.demo import company
from keepwell.demo.actions import ACTIONS
from keepwell.demo.clock import STEPS_A_MONTH, Clock, Flags, Ints
from keepwell.demo.colleagues import address_of
from keepwell.demo.columns import days, instants, keys
from keepwell.demo.contracts import REASONS
from keepwell.demo.history import CAUSES
from keepwell.demo.life import Life
from keepwell.demo.names import company_name
from keepwell.demo.streams import Random
from keepwell.demo.truth import account_ids
from keepwell.demo.versions import told_twice
from keepwell.lib.days import first_of_month

_HOMES = [company.COUNTRIES[k].language for k in range(len(company.COUNTRIES))]


def money(minor: Ints, known: Flags | None = None) -> pa.Array:
    """Amounts with two decimals, exactly; missing where `known` is false."""
    whole = pa.array(minor, mask=None if known is None else ~known).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar(Decimal("0.01"), pa.decimal128(3, 2)))


def pick(words: tuple[str, ...], places: Ints, known: Flags | None = None) -> pa.Array:
    """The word at each place; missing where `known` is false."""
    return pa.array(words, pa.string()).take(pa.array(places, mask=None if known is None else ~known))


def accounts(life: Life, r: Random) -> tuple[dict[str, pa.Array], list[str]]:
    """The columns of accounts, known once more when they are merged; and each one's mail domain."""
    a, n = life.a, len(life.a)
    u = r.random(n).tolist()
    named = [
        company_name(_HOMES[c], company.COUNTRIES[c].code, x, i + 1)
        for i, (c, x) in enumerate(zip(a.country.tolist(), u, strict=True))
    ]
    owners = [address_of(s.name) for s in company.SALESPEOPLE]
    h = life.history
    merged = h.merged_into >= 0
    ids = account_ids(n)
    child = (r.random(n) < 0.03) & (np.arange(n) > 0)
    parent = np.maximum(0, np.floor(r.random(n) * np.arange(n)).astype(np.int64))
    excluded = np.full(n, -1)
    excluded[[k for k in (7, 11) if k < n]] = [0, 1][: max(0, min(2, n - 7))]
    created = a.joins - a.trial - np.arange(n) % 20
    columns = {
        "account_id": ids,
        "name": pa.array([name for name, _domain in named]),
        "segment": pick(tuple(s.name for s in company.SEGMENTS), a.segment),
        "industry": pick(company.INDUSTRIES, a.industry),
        "country": pick(tuple(c.code for c in company.COUNTRIES), a.country),
        "language": pick(tuple(_HOMES), a.country),
        "created_on": days(created),
        "owner_email": pick(tuple(owners), (a.region * 3 + a.segment) % len(owners)),
        "domain": pa.array([domain for _name, domain in named]),
        "salesperson": pick(tuple(s.name for s in company.SALESPEOPLE), a.salesperson),
        "channel": pick(tuple(s.name for s in company.CHANNELS), a.channel),
        "parent_id": ids.take(pa.array(parent, mask=~child)),
        "merged_into": ids.take(pa.array(np.maximum(h.merged_into, 0), mask=~merged)),
        "merged_on": days(h.merged_on, merged),
        "excluded": pick(("our own", "test"), excluded, excluded >= 0),
        "service_model": pick(("low touch", "high touch"), a.high_touch.astype(np.int64)),
        "region": pick(company.REGIONS, a.region),
    }
    late = ("merged_into", "merged_on")
    versions = told_twice(columns, first=created, again=merged, then=h.merged_on, late=late)
    return versions, [domain for _name, domain in named]


def subscriptions(life: Life) -> dict[str, pa.Array]:
    """The columns of subscriptions, in order of their start. A term that was renewed is a row of its own."""
    rows, end = life.contracts.rows, life.clock.end
    order = np.lexsort((rows["product"], rows["account"], rows["started"]))
    order = order[rows["started"][order] < end]
    c = {name: rows[name][order] for name in rows.chunks[0]}
    ended = c["ended"] >= 0
    free = c["amount"] == 0
    told = c["cancelled"] >= 0
    status = np.where(ended & (c["ended"] <= end), 2, np.where(told, 1, np.where(free, 3, 0)))
    quiet = c["reason"] == 0
    return {
        "subscription_id": keys("S", np.arange(1, len(order) + 1), 7),
        "account_id": account_ids(len(life.a)).take(pa.array(c["account"])),
        "product": pick(tuple(p.name for p in company.PRODUCTS), c["product"]),
        "started_on": days(c["started"]),
        "ended_on": days(c["ended"], ended),
        "mrr": money(c["amount"]),
        "currency": pick(company.CURRENCY_CODES, c["currency"]),
        "quantity": pa.array(c["quantity"]),
        "renewal_on": days(c["renewal"], c["renewal"] >= 0),
        "cancelled_on": days(c["cancelled"], told),
        "status": pick(("active", "leaving", "ended", "trial"), status),
        "end_reason": pick(REASONS, c["reason"], ~quiet & ended),
    }


def purchases(life: Life, r: Random) -> dict[str, pa.Array]:
    """The columns of purchases: a good and a number of it; returns are negative."""
    rows, a = life.buying.rows, life.a
    order = np.lexsort((rows["account"], rows["day"]))
    order = order[rows["day"][order] < life.clock.end]
    account, day, cents = (rows[name][order] for name in ("account", "day", "cents"))
    euros = np.array([c.euros for c in company.CURRENCIES])[a.currency[account]]
    minor = np.round(cents / euros).astype(np.int64)
    minor = np.where(minor == 0, 1, minor)
    n = len(order)
    usual = account % len(company.GOODS)
    good = np.where(r.random(n) < 0.75, usual, r.integers(0, len(company.GOODS), n))
    return {
        "purchase_id": keys("P", np.arange(1, n + 1), 7),
        "account_id": account_ids(len(a)).take(pa.array(account)),
        "occurred_at": instants(day, r.integers(7 * 3600, 18 * 3600, n)).cast(pa.timestamp("s")),
        "amount": money(minor),
        "currency": pick(company.CURRENCY_CODES, a.currency[account]),
        "product": pick(company.GOODS, good),
        "quantity": pa.array(
            np.where(cents > 0, 1, -1) * np.maximum(1, np.round(np.abs(cents) / 4500)).astype(np.int64)
        ),
    }


def invoices(life: Life, r: Random) -> dict[str, pa.Array]:
    """The columns of invoices: monthly for monthly contracts, by the quarter for annual ones, the last in part."""
    rows, a, end = life.contracts.rows, life.a, life.clock.end
    paying = np.flatnonzero(rows["amount"] > 0)
    account, started = rows["account"][paying], rows["started"][paying]
    amount, currency = rows["amount"][paying], rows["currency"][paying]
    ended = np.where(rows["ended"][paying] >= 0, np.minimum(rows["ended"][paying], end), end)
    every = np.where(a.annual[account], 91, 30)
    many = np.maximum(0, -(-(ended - started) // every))
    row = np.repeat(np.arange(len(paying)), many)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
    issued = started[row] + nth * every[row]
    length = np.minimum(every[row], ended[row] - issued)
    who = account[row]
    h = life.history
    step = life.clock.step_of(issued)
    strain = h.strain[step, who]
    card = a.card[who]
    failed = card & h.failing[step, who]
    later = np.minimum(step + 4, life.clock.steps - 1)
    fixed = failed & ~h.failing[later, who] & h.live[later, who]
    slow = np.exp(r.normal(2.2, 0.6, len(row))) + 9 * np.clip(strain, 0, 2.5)
    paid = issued + np.where(failed, 24, np.where(card, 0, np.round(18 + slow).astype(np.int64)))
    known = (~failed | fixed) & (paid < end)
    order = np.lexsort((who, issued))
    minor = np.round(amount[row] * length / 30.4375).astype(np.int64)
    return {
        "invoice_id": keys("I", np.arange(1, len(row) + 1), 8),
        "account_id": account_ids(len(a)).take(pa.array(who[order])),
        "issued_on": days(issued[order]),
        "due_on": days((issued + np.where(card, 0, 30))[order]),
        "paid_on": days(paid[order], known[order]),
        "amount": money(np.maximum(minor, 1)[order]),
        "currency": pick(company.CURRENCY_CODES, currency[row][order]),
        "status": pick(("open", "paid", "failed"), np.where(known, 1, np.where(failed, 2, 0))[order]),
    }


def treatments(life: Life) -> dict[str, pa.Array]:
    """The columns of treatments, held-out ones too: the same account is held out from a kind for ever."""
    rows = life.history.treatments
    treated = rows["treated"] > 0
    cost = np.array([round(100 * x.cost) for x in ACTIONS])[rows["action"]]
    n = len(cost)
    return {
        "treatment_id": keys("X", np.arange(1, n + 1), 7),
        "account_id": account_ids(len(life.a)).take(pa.array(rows["account"])),
        "occurred_at": instants(rows["day"], np.full(n, 9 * 3600)).cast(pa.timestamp("s")),
        "kind": pick(tuple(x.kind for x in ACTIONS), rows["action"]),
        "arm": pick(("held out", "treated"), treated.astype(np.int64)),
        "cost": money(np.where(treated, cost, 0)),
        "currency": pick(("EUR",), np.zeros(n, dtype=np.int64)),
    }


_CODES = ("", "bad fit", "no results", "poor service", "champion gone", "price", "failed payment", "merger")


def reasons(life: Life, r: Random) -> dict[str, pa.Array]:
    """The columns of reasons: what was said about why contracts ended, which is not always why they did."""
    rows = life.history.departures
    n = len(rows["account"])
    said, other, silent, by = r.random(n), r.random(n), r.random(n), r.random(n)
    chosen = rows["cause"] < CAUSES.index("failed_payment")
    # "Price" is the easy thing to say.
    code = np.where(chosen & (said < 0.30), CAUSES.index("price"), rows["cause"])
    code = np.where(chosen & (said > 0.90), 1 + np.floor(other * 5).astype(np.int64), code)
    keep = ~life.a.irregular[rows["account"]] & (silent < 0.75) & (rows["left"] < life.clock.end)
    changed = life.clock.starts[life.clock.steps // 2]
    order = np.flatnonzero(keep)
    return {
        "account_id": account_ids(len(life.a)).take(pa.array(rows["account"][order])),
        "left_on": days(rows["left"][order]),
        "code": pick(_CODES, code[order]),
        "code_version": pick(("1", "2"), (rows["left"][order] >= changed).astype(np.int64)),
        "stated_by": pick(("customer", "salesperson"), (by[order] < 0.35).astype(np.int64)),
    }


def costs(life: Life, ticket_steps: Ints, ticket_accounts: Ints, r: Random) -> dict[str, pa.Array]:
    """The columns of costs: what each account cost to serve in each month it was with us."""
    h, a, months = life.history, life.a, life.clock.months
    here = h.live.reshape(months, STEPS_A_MONTH, len(a)).any(axis=1)
    asked = np.zeros((months, len(a)))
    np.add.at(asked, (ticket_steps // STEPS_A_MONTH, ticket_accounts), 1)
    usual = np.where(a.high_touch, 160.0, 14.0) * np.exp(0.2 * r.normal(size=len(a)))
    month, account = np.nonzero(here)
    euros = (usual + 38 * asked)[month, account]
    first = np.array(
        [first_of_month(life.clock.first_month + k) for k in range(months)], dtype="datetime64[D]"
    )
    return {
        "account_id": account_ids(len(a)).take(pa.array(account)),
        "month": days(first.astype(np.int64)[month]),
        "cost_to_serve": money(np.round(100 * euros).astype(np.int64)),
        "currency": pick(("EUR",), np.zeros(len(month), dtype=np.int64)),
    }


def rates(clock: Clock, r: Random) -> dict[str, pa.Array]:
    """The columns of rates: what each currency is worth in EUR from the first of each month on."""
    names: list[str] = []
    first: list[date] = []
    values: list[float] = []
    for currency in company.CURRENCIES[1:]:
        walk = currency.euros * np.exp(
            np.cumsum(r.normal(0, currency.drift, clock.months)) - r.normal(0, currency.drift)
        )
        for k in range(clock.months):
            names.append(currency.code)
            first.append(first_of_month(clock.first_month + k))
            values.append(float(f"{walk[k]:.6g}"))
    return {"currency": pa.array(names), "valid_from": pa.array(first), "rate": pa.array(values)}
