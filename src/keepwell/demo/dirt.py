"""A little dirt, as every real export has it: rows that the import has to set aside, counted as they are made."""

from collections import Counter

import pyarrow as pa

from keepwell.demo.streams import Random

Row = dict[str, str]
Spoilt = tuple[dict[str, list[Row]], dict[str, dict[str, int]]]

# Of which table, how many rows, and what is wrong with them. One row has one fault.
FAULTS = (
    ("tickets", "unknown_account", 3),
    ("purchases", "unknown_account", 1),
    ("purchases", "impossible_date", 2),
    ("purchases", "duplicate_key", 2),
    ("subscriptions", "end_before_start", 2),
    ("subscriptions", "missing_currency", 2),
    ("contacts", "unknown_account", 2),
    ("invoices", "impossible_date", 1),
    ("answers", "unknown_account", 1),
)


def spoil(tables: dict[str, dict[str, pa.Array]], r: Random) -> Spoilt:
    """Bad rows to append to the files, made from good ones under keys of their own; and how many of each."""
    extra: dict[str, list[Row]] = {}
    counted: dict[str, Counter[str]] = {}
    for name, fault, many in FAULTS:
        columns = tables[name]
        length = len(next(iter(columns.values())))
        if not length:
            continue
        at = int(r.random() * length)
        for k in range(many):
            row = {c: _text(v[at]) for c, v in columns.items()}
            extra.setdefault(name, []).append(_spoilt(row, fault, k))
            counted.setdefault(name, Counter())[fault] += 1
    return extra, {name: dict(c) for name, c in counted.items()}


def _spoilt(row: Row, fault: str, k: int) -> Row:
    key = next(iter(row))
    row[key] = f"BAD-{fault.replace('_', '-')}-{k + 1}"
    if fault == "unknown_account":
        row["account_id"] = f"A9999{k + 1:02d}X"
    elif fault == "impossible_date":
        day = "occurred_at" if "occurred_at" in row else "issued_on"
        row[day] = ("2025-02-30", "2025-13-01")[k % 2]
    elif fault == "end_before_start":
        row |= {"started_on": "2025-06-01", "ended_on": "2025-05-01", "cancelled_on": "", "renewal_on": ""}
    elif fault == "missing_currency":
        row["currency"] = ""
    elif fault == "duplicate_key":
        row |= {key: "BAD-duplicate-key", "amount": f"{100 + k}.00"}
    return row


def _text(value: pa.Scalar) -> str:
    plain = value.as_py()
    if plain is None:
        return ""
    return str(plain).lower() if isinstance(plain, bool) else str(plain)
