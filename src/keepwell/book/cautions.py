# ruff: noqa: S608 - table names are our own; values are quoted by the workbench
"""What a person is warned of, or asked, where a file can be taken in and may still mean something else."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from keepwell.book.engines.sieve import Sieve
from keepwell.book.engines.workbench import files
from keepwell.book.mapping import Mapping
from keepwell.book.tables import Table
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

_BY_ROW = "^[0-9a-f]{32}(-[0-9]+)?$"  # a key made of a row's content, see Plan.row_key


def cautions(
    sieve: Sieve, table: Table, mapping: Mapping, good: Path, *, file: str, by_row: bool, snapshot: bool
) -> Iterator[str]:
    """What to say of the good rows of a file, as they are about to be taken in."""
    if by_row:
        yield _("{file} has no key: each row is known by its content and its place among equal rows.").format(
            file=file
        )
    if by_row and not snapshot:
        yield _(
            "So a row that changes counts as another one beside the old. Name the column that tells rows apart:"
            " keepwell mapping make {table} {file} --set {key}=COLUMN; or load all of them each time: --snapshot"
        ).format(file=file, table=table.name, key=table.key[0])
    if table.name != "subscriptions":
        return
    yield from _endless(sieve, mapping, good, file)
    if not mapping.end_inclusive and sieve.ends_inclusive(good):
        yield _(
            "In {file} ended_on seems to be the last day paid for: the next subscription starts the day after it, or"
            " terms are whole months with it. They were loaded as ending a day too soon. If so, load again with a"
            " mapping that says it: keepwell mapping make subscriptions {file} --out subscriptions.toml"
        ).format(file=file)


def _endless(sieve: Sieve, mapping: Mapping, good: Path, file: str) -> Iterator[str]:
    """That cancelled subscriptions run on where a file tells their notice and no end."""
    said = mapping.columns
    if "cancelled_on" not in said or "ended_on" in said or "ended_on" in mapping.constants:
        return
    rows = files([str(good)])
    cancelled = int(sieve.one(f"SELECT count(*) FROM {rows} WHERE cancelled_on IS NOT NULL"))
    if cancelled:
        run_on = ngettext(
            "{file} says when {n:,} subscription was cancelled and never when it ends: it runs on as paid.",
            "{file} says when {n:,} subscriptions were cancelled and never when they end: all run on as paid.",
            cancelled,
        )
        way = _(
            "Map the first day no longer paid for to ended_on; if they end on the day of their notice, map"
            " that one: keepwell mapping make subscriptions {file} --set 'ended_on={column}'"
        )
        yield f"{run_on} {way}".format(file=file, n=cancelled, column=said["cancelled_on"])


def counted_twice(sieve: Sieve, good: Path, stored: Sequence[str], *, file: str) -> KeepwellError | None:
    """What to ask where subscriptions without a key come again and differ: the old rows would count on beside them.

    That is so for accounts of which the file has rows that the book lacks, and lacks rows without a key that the book
    has. None where there are no such accounts.
    """
    if not stored:
        return None
    fresh, old = files([str(good)]), f"(FROM {files(stored)} WHERE NOT gone)"
    found = sieve.one(f"""SELECT count(*) FROM (
        (SELECT account_id FROM {fresh} ANTI JOIN {old} USING (subscription_id))
        INTERSECT
        (SELECT account_id FROM {old} WHERE regexp_matches(subscription_id, '{_BY_ROW}')
            AND subscription_id NOT IN (SELECT subscription_id FROM {fresh})))""")
    if not found:
        return None
    wrong = ngettext(
        "{file} has no key, and {n:,} account has other subscriptions in it than in the book.",
        "{file} has no key, and {n:,} accounts have other subscriptions in it than in the book.",
        found,
    )
    return KeepwellError(
        wrong.format(file=file, n=found),
        seen=_("taken in, they count beside the old ones, also where an old one only changed"),
        ways=[
            _("If the file holds all subscriptions, say so: --snapshot"),
            _(
                "If it has a column that tells them apart, name it: keepwell mapping make subscriptions {file}"
                " --set subscription_id=COLUMN"
            ).format(file=file),
            _("If these are further subscriptions beside the old ones, confirm it: --yes"),
        ],
    )
