"""What the book writes down about itself, beside the facts."""

import pyarrow as pa

# One row for each put: what came, from where, and what became of it.
LOADS = pa.schema(
    [
        ("load", pa.int64()),
        ("at", pa.timestamp("us")),
        ("table", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("loaded", pa.int64()),
        ("updated", pa.int64()),
        ("unchanged", pa.int64()),
        ("gone", pa.int64()),
        ("quarantined", pa.int64()),
    ]
)

# Which accounts a load touched; a missing account_id means that any may have been.
CHANGES = pa.schema([("load", pa.int64()), ("account_id", pa.string())])

# Rows that could not be taken in, one for each thing wrong with one: `row` is the whole row as JSON text, `key` the
# text of its key, `mapping` and `known` how it was read and since when it was to be known, so that it can be retried.
QUARANTINE = pa.schema(
    [
        ("id", pa.string()),
        ("load", pa.int64()),
        ("at", pa.timestamp("us")),
        ("table", pa.string()),
        ("source", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("row", pa.string()),
        ("key", pa.string()),
        ("mapping", pa.string()),
        ("known", pa.string()),
    ]
)

# Keys of personal rows that were erased for good, as salted hashes; nothing with such a key comes back.
ERASED = pa.schema([("table", pa.string()), ("hash", pa.string()), ("at", pa.timestamp("us"))])

# What was ever said about the day up to which a source of a table is complete, itself not included: known since
# `known_at`, or where that is missing said of a past that became known as it happened. `at_least` takes nothing back.
COVERED = pa.schema(
    [
        ("load", pa.int64()),
        ("table", pa.string()),
        ("source", pa.string()),
        ("day", pa.date32()),
        ("known_at", pa.timestamp("us")),
        ("at_least", pa.bool_()),
    ]
)

SCHEMAS = {
    "loads": LOADS,
    "changes": CHANGES,
    "quarantine": QUARANTINE,
    "erased": ERASED,
    "covered": COVERED,
}
