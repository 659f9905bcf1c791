"""Keeping a book's ledger posted, night after night, at the cost of what changed.

A full posting writes every account's rows. A night's posting writes the rows of the accounts that changed, with
the number of the posting, and says in `ledger_reposted` that their older rows no longer count. Both give the same
ledger. Segment figures are frozen the first time a quarter is posted and never change again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.cleaning import Progress, say_nothing
from keepwell.book.engines import Engine, Frame
from keepwell.book.minding import minding
from keepwell.book.moment import Moment
from keepwell.book.writer import Writer
from keepwell.ledger import cycles
from keepwell.ledger.cycles import FIGURES as FIGURES_SCHEMA
from keepwell.ledger.facts import Facts
from keepwell.ledger.gathering import countable, facts_of, merger_pairs
from keepwell.ledger.movements import LEAVING, OUTPUTS, ROWS
from keepwell.ledger.policies import PAID, Policies
from keepwell.ledger.posting import CYCLES, Posted, missing_figures, post
from keepwell.ledger.rows import POSTING
from keepwell.ledger.stored import StoredRows
from keepwell.lib.days import number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _

REPOSTED, FIGURES, POSTINGS = "ledger_reposted", "cycle_figures", "postings"
_REPOSTED = pa.schema([("account_id", pa.string()), ("posting", pa.int64())])

# Beyond this share of accounts posted again, a full posting costs less than reading around old rows.
_TOO_MANY = 0.2
_STEPS = 4  # that a posting tells of
_POSTINGS = pa.schema(
    [
        ("posting", pa.int64()),
        ("known_until", pa.timestamp("us")),  # the facts it was posted from
        ("load", pa.int64()),
        ("covered", pa.int64()),
        ("policies", pa.string()),
        ("full", pa.bool_()),
        ("accounts", pa.int64()),  # accounts posted by this posting
        ("all_accounts", pa.int64()),  # accounts with rows at the last full posting
        ("currencies", pa.string()),  # all that rows are in, comma between: reading them again takes a scan
    ]
)


@dataclass(frozen=True)
class Posting:
    """What one posting did."""

    number: int
    full: bool
    accounts: int
    load: int
    covered: date
    never_paid: int | None = None  # accounts of the book that no row is of; only a full posting knows


def policies_of(moment: Moment) -> Policies:
    """The book's policies, as settled."""
    return Policies(**moment.settings.policies)


def covered_of(moment: Moment, policies: Policies | None = None) -> date:
    """The day before which everything the ledger rests on is known: the smallest of its sources.

    Invoices are one of them where the policies, by default the book's, let an unpaid one stop what is paid. Raises
    KeepwellError where nothing is loaded yet.
    """
    days = [moment.covered(name) for name in PAID if moment.has(name)]
    known = [day for day in days if day is not None]
    as_known_on = moment.cut.as_known_on
    if not known and days and as_known_on is not None:
        raise KeepwellError(
            _("Nothing was known to be complete on {day}: the book was told later.").format(day=as_known_on),
            ways=[
                _("Ask for a later day."),
                _("Load the history into a new book as known when it happened: --known-at occurred."),
            ],
        )
    if not known:
        raise KeepwellError(
            _("The book holds no subscriptions and no purchases yet, so there is nothing to measure."),
            ways=[
                _("Load them: keepwell import subscriptions FILE, or keepwell import purchases FILE."),
                _("Or look at a simulated company: keepwell demo."),
            ],
        )
    others = set((policies or policies_of(moment)).measured) - set(PAID)
    days = [moment.covered(name) for name in others if moment.has(name)]
    return min([*known, *(day for day in days if day is not None)])


def post_book(
    book: Book, engine: Engine, *, full: bool = False, progress: Progress = say_nothing
) -> Posting | None:
    """Bring the book's ledger up to date; None where it already is. `progress` hears of each of its steps.

    Killed at any moment it leaves the book as before or as after, and may be run again.
    """
    progress(0, _STEPS, _("looking for what changed"))
    with minding(book.store), book.writer() as writer:
        moment = book.moment(engine)
        work = _Work(writer, moment, facts_of(moment), policies_of(moment), covered_of(moment), progress)
        last = last_posting(moment)
        if last is not None and not full and last["policies"] == as_text(work.policies):
            if last["load"] == moment.last_load and last["covered"] == number(work.covered):
                return None
            concerned = work.concerned(last)
        else:
            concerned = None
        done = work.post((last or {"posting": 0})["posting"] + 1, concerned, last)
        progress(3, _STEPS, _("keeping the ledger"))
        writer.commit()
        return done


@dataclass(frozen=True)
class _Work:
    """One posting on its way."""

    writer: Writer
    moment: Moment
    facts: Facts
    policies: Policies
    covered: date
    tell: Progress

    @property
    def engine(self) -> Engine:
        return self.moment.engine

    def concerned(self, last: Mapping[str, Any]) -> Frame | None:
        """The accounts whose rows may differ from the last posting's; None where a full posting is as good."""
        changed = self.engine.collect(self.moment.changed_accounts(last["load"]).unique())[
            "account_id"
        ].to_pylist()
        if None in changed:
            return None
        found = set(changed) | set(self._waited_for(last["covered"]))
        for merged in merged_together(merger_pairs(self.moment)):
            if merged & found:
                found |= merged
        before = 0
        if self.moment.has(REPOSTED):
            reposted = self.moment.frame(REPOSTED).select("account_id").unique()
            before = self.engine.collect(reposted).num_rows
        if (len(found) + before) > _TOO_MANY * last["all_accounts"]:
            return None
        return self.engine.frame(pa.table({"account_id": pa.array(sorted(found), pa.string())}))

    def _waited_for(self, covered_then: int) -> list[str]:
        """Accounts whose silence, or unpaid invoice, means something on one of the two covered days only.

        The covered day may have come on since, or have been taken back: what it made of silence then goes as well.
        """
        first, last = sorted((covered_then, number(self.covered)))
        found: list[Frame] = []
        if self.moment.has(CYCLES):
            silent = self.moment.frame(CYCLES).filter(
                nw.col("lapse_day") >= first,
                nw.col("lapse_day") < last,
                nw.col("next_day").is_null() | (nw.col("next_day") > nw.col("lapse_day")),
            )
            found.append(silent.select("account_id"))
        if self.policies.past_due_days is not None:
            stops = nw.col("due_on") + self.policies.past_due_days
            found.append(self.facts.invoices.filter(stops >= first, stops < last).select("account_id"))
        if not found:
            return []
        both = nw.concat(found, how="vertical").unique()
        accounts: list[str] = self.engine.collect(both)["account_id"].to_pylist()
        return accounts

    def post(self, place: int, concerned: Frame | None, last: Mapping[str, Any] | None) -> Posting:
        self.tell(1, _STEPS, _("measuring how often customers buy"))
        figures = self._figures()
        self.tell(2, _STEPS, _("following what each account pays"))
        full = concerned is None
        facts = self.facts if concerned is None else self.facts.of(concerned, self.engine)
        posted = post(
            facts,
            self.policies,
            covered=self.covered,
            engine=self.engine,
            frozen=figures,
            place=place,
            folder=self.writer.staged_folder(),
        )
        self._take_in(posted, place, full=full)
        currencies = set(posted.currencies)
        if concerned is None:
            self.writer.replace(REPOSTED, _REPOSTED.empty_table())
            accounts = all_accounts = posted.accounts
        else:
            reposted = self.engine.collect(concerned)
            numbers = pa.array([place] * reposted.num_rows, pa.int64())
            self.writer.append(REPOSTED, reposted.append_column(_REPOSTED.field("posting"), numbers))
            accounts, all_accounts = reposted.num_rows, last["all_accounts"] if last else 0
            currencies |= currencies_posted(last)
        entry = {
            "posting": place,
            "known_until": self.moment.cut.known_until.replace(tzinfo=None),
            "load": self.moment.last_load,
            "covered": number(self.covered),
            "policies": as_text(self.policies),
            "full": full,
            "accounts": accounts,
            "all_accounts": all_accounts,
            "currencies": ",".join(sorted(currencies)),
        }
        self.writer.append(POSTINGS, pa.Table.from_pylist([entry], schema=_POSTINGS))
        never_paid = max(0, self._accounts() - posted.accounts) if full else None
        return Posting(place, full, accounts, self.moment.last_load, self.covered, never_paid)

    def _accounts(self) -> int:
        """How many accounts could pay."""
        counted = self.engine.collect(countable(self.moment).select(n=nw.len()))
        n: int = counted["n"].to_pylist()[0]
        return n

    def _figures(self) -> Frame | None:
        """Segment figures of every quarter so far; those of new quarters are frozen with this posting."""
        frozen = self.moment.frame(FIGURES) if self.moment.has(FIGURES) else None
        new = missing_figures(
            self.facts, self.policies, covered=self.covered, engine=self.engine, frozen=frozen
        )
        if new is None:
            return frozen
        table = self.engine.collect(new)
        self.writer.append(FIGURES, table)
        made = self.engine.frame(table)
        return (
            made
            if frozen is None
            else nw.concat([frozen.select(*FIGURES_SCHEMA.names), made], how="vertical")
        )

    def _take_in(self, posted: Posted, place: int, *, full: bool) -> None:
        """Let the posted tables hold what was posted, and nothing else where that is all there is."""
        files = {name: posted.files[name] for name in (ROWS, LEAVING)}
        files[CYCLES] = []
        if posted.cycles is not None:
            numbered = posted.cycles.select(*cycles.SCHEMA.names, posting=nw.lit(place).cast(nw.Int64))
            files[CYCLES] = self.engine.write(numbered, self.writer.staged_folder())
        schemas = {**OUTPUTS, CYCLES: cycles.SCHEMA.append(POSTING)}
        for name, found in files.items():
            if full:
                self.writer.replace(name, schemas[name].empty_table())
            self.writer.take_in(name, found)


def merged_together(pairs: Sequence[tuple[str, str]]) -> list[set[str]]:
    """Accounts joined by any chain of mergers, one set each."""
    groups: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        for account in joined:
            groups[account] = joined
    return list({id(g): g for g in groups.values()}.values())


def as_text(policies: Policies) -> str:
    """Policies as the postings remember them."""
    return json.dumps(policies.to_dict(), sort_keys=True)


def last_posting(moment: Moment) -> dict[str, Any] | None:
    """The newest posting of the book, or None."""
    if not moment.has(POSTINGS):
        return None
    rows = moment.engine.collect(moment.frame(POSTINGS)).to_pylist()
    newest: dict[str, Any] = max(rows, key=lambda row: row["posting"])
    return newest


def currencies_posted(last: Mapping[str, Any] | None) -> set[str]:
    """The currencies that the rows of a book's ledger are in, as its newest posting noted them."""
    return set(filter(None, (last or {"currencies": ""})["currencies"].split(",")))


def standing(moment: Moment, name: str, schema: pa.Schema) -> Frame:
    """The rows of a posted table that count: of accounts posted again, only those of their newest posting."""
    if not moment.has(name):
        return moment.engine.frame(schema.empty_table())
    rows = moment.frame(name)
    if not moment.has(REPOSTED):
        return rows.select(*schema.names)
    engine = moment.engine
    full = moment.frame(POSTINGS).filter(nw.col("full")).select(full=nw.col("posting").max())
    base = engine.collect(full)["full"].to_pylist()[0]
    newest = engine.persist(_newest(moment))
    older = rows.filter(nw.col("posting") == base).join(newest, on="account_id", how="anti")
    newer = (
        rows.filter(nw.col("posting") > base)
        .join(newest, on="account_id", how="inner")
        .filter(nw.col("posting") >= nw.col("newest"))
    )
    parts = [older.select(*schema.names), engine.persist(newer.select(*schema.names))]
    return nw.concat(parts, how="vertical")


def stored_rows(moment: Moment) -> StoredRows:
    """The files of the ledger's rows, and whose rows in them count no longer."""
    newest = moment.engine.collect(_newest(moment)) if moment.has(REPOSTED) else None
    return StoredRows(moment.stored(ROWS), newest)


def _newest(moment: Moment) -> Frame:
    """The number of the newest posting of each account that was posted again."""
    reposted = moment.frame(REPOSTED).group_by("account_id")
    return reposted.agg(newest=nw.col("posting").max().cast(nw.Int64))
