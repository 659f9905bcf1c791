# ruff: noqa: S608 - table names are our own; values are quoted by the workbench
"""One import under the writer's lock: file by file sieved, put, put aside; then one commit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.book import checks
from keepwell.book.book import Book
from keepwell.book.cautions import cautions, counted_twice
from keepwell.book.engines.sieve import Opened, Sieve
from keepwell.book.engines.stages import known_when_occurred
from keepwell.book.engines.workbench import files, quoted, text
from keepwell.book.kept import QUARANTINE
from keepwell.book.mapping import Mapping
from keepwell.book.preparing import Prepared, look_again, prepare
from keepwell.book.reading import Source
from keepwell.book.report import FileReport, ImportReport
from keepwell.book.tables import Table
from keepwell.book.versions import Counts
from keepwell.book.withholding import may_be_of_persons, of_erased
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import ngettext

Progress = Callable[[str], None]
Confirm = Callable[[KeepwellError], bool]
OCCURRED = "occurred"
_UNREAD = (checks.UNREADABLE_DATE, checks.IMPOSSIBLE_DATE, checks.UNREADABLE_NUMBER)
_RANK = f"list_position([{', '.join(map(text, checks.sentences()))}], reason)"


@dataclass
class Sieved:
    """A file told apart: its good rows typed, the others aside, and what else the counts need."""

    opened: Opened
    prepared: Prepared
    mapping: Mapping
    good: Path
    aside: Path | None
    report: FileReport
    repeated: int = 0


@dataclass
class Loading:
    """What one import is told, and how it goes about it."""

    book: Book
    table: Table
    folder: Path
    known_at: datetime | str | None
    now: datetime
    snapshot: bool = False
    create_accounts: bool = False
    source: str = ""
    confirm: Confirm | bool = False
    tell: Progress = field(default=lambda _text: None)
    retried: Sequence[str] | None = None  # ids of quarantined rows that the sources are made of

    def load(self, found: Sequence[tuple[Source, Mapping]], *, complete_to: date | None) -> ImportReport:
        """Load sources whose columns are matched, commit, and say what became of every row."""
        self.report = ImportReport(self.table.name)
        self._files = 0
        with self.book.writer() as writer:
            self.writer = writer
            self.sieve = Sieve(self.folder, time_zone=writer.settings.time_zone, home=self.book.home)
            try:
                if self._checks_accounts or self.table.name == "accounts":
                    self.sieve.know_accounts(writer.draft("accounts").paths())
                sieved = []
                for source, mapping in found:
                    self.tell(_("Reading {name}").format(name=source.name))
                    one = self._sieve(source, mapping)
                    sieved.append(one)
                    if not self.snapshot:
                        self._put([one])
                if self.snapshot:
                    self._put(sieved)
                for one in sieved:
                    self._quarantine(one)
                self._cover(sieved, complete_to)
                self.tell(_("Committing"))
                writer.commit()
            finally:
                self.sieve.close()
        return self.report

    @property
    def _checks_accounts(self) -> bool:
        """Whether a row must be of an account that the book knows."""
        return not self.create_accounts and self.table.name != "accounts"

    @property
    def _moment(self) -> datetime:
        """Since when rows are known that do not say so themselves."""
        return self.known_at if isinstance(self.known_at, datetime) else self.now

    def _target(self, word: str) -> Path:
        self._files += 1
        return self.folder / f"{word}-{self._files}.parquet"

    # Sieving one file

    def _sieve(self, source: Source, mapping: Mapping) -> Sieved:
        opened = self.sieve.open(source)
        prepared = prepare(
            self.sieve, opened, self.table, mapping, known_accounts=self._checks_accounts, now=self.now
        )
        one = self._staged(opened, prepared, mapping)
        if one.aside:
            names = self._doubtful(one.aside)
            better = look_again(self.sieve, opened, prepared, mapping, names) if names else None
            if better:
                one = self._staged(opened, better, mapping)
        self._describe(one)
        self._warn(one)
        return one

    def _staged(self, opened: Opened, prepared: Prepared, mapping: Mapping) -> Sieved:
        """Good rows written; when any row was not good, the others written too."""
        plan, source, sieve = prepared.plan, opened.source, self.sieve
        good = self._target("good")
        n = sieve.stage(opened, plan, good, more=self._finishing(plan.cells))
        left_out = sieve.left_out(opened, plan)
        keys = self._keys(plan.cells)
        report = FileReport(source.name, source.kind, left_out=left_out)
        one = Sieved(opened, prepared, mapping, good, None, report)
        if not plan.by_row:
            sieve.begin_flags(good, self.table.key)
            if n and sieve.repeated(good, keys):
                one.repeated = sieve.flag_doubled(good, keys)
            else:
                sieve.none_doubled(good, keys)
            if self.table.name == "accounts" and "merged_into" in plan.cells:
                self._flag_mergers(good)
        rows = source.rows if source.form == "parquet" else source.lines_total - source.skip
        all_good = n + left_out == rows and not source.refused
        if not all_good or (not plan.by_row and sieve.flags):
            aside = self._target("aside")
            report.quarantined = sieve.put_aside(opened, plan, self.table.key, aside)
            if report.quarantined:
                one.aside = aside
                if not plan.by_row and sieve.flag_like(self.table.key, aside, good):
                    report.quarantined = sieve.put_aside(opened, plan, self.table.key, aside)
        if plan.by_row:
            if n and sieve.repeated(good, self.table.key):
                one.good = self._target("good")
                sieve.number_equals(source, good, self.table.key[0], one.good)
        elif one.repeated or sieve.flags:
            one.good = self._target("good")
            n_left = sieve.without_flagged(source, good, keys, one.good)
            one.repeated = self._repeats_left(good, n_left)
        report.read = self._count(one.good) + one.repeated + report.quarantined
        return one

    def _finishing(self, cells: Any) -> list[str]:
        """What makes staged rows just what is stored, so that an empty table can take the file as it is."""
        table = self.table
        if "known_at" in cells or self.known_at == OCCURRED or self.snapshot or table.personal:
            return []
        apart = any(c.refers == "contacts" for c in table.columns) or self.book.store.remote
        if apart or self.writer.draft(table.name).files:
            return []
        return self._bookkeeping(_timestamp(self._moment))

    def _bookkeeping(self, known_at: str) -> list[str]:
        """What the next load writes behind the columns of a row, as SQL."""
        return [f"{known_at} AS known_at", f"{self.writer.last_load + 1}::BIGINT AS load", "false AS gone"]

    def _keys(self, cells: Any) -> tuple[str, ...]:
        """What makes a row of a file one of a kind: its key, with known_at where the file says it."""
        return (*self.table.key, "known_at") if "known_at" in cells else self.table.key

    def _repeats_left(self, good: Path, n_left: int) -> int:
        names = ", ".join(map(quoted, self.table.key))
        kept = self.sieve.one(f"SELECT count(*) FROM {files([str(good)])} ANTI JOIN flagged USING ({names})")
        return int(kept) - n_left

    def _count(self, file: Path) -> int:
        return int(pq.read_metadata(file).num_rows)

    def _doubtful(self, aside: Path) -> list[str]:
        codes = ", ".join(map(text, _UNREAD))
        rows = self.sieve.rows(f"""SELECT DISTINCT p ->> 'column' FROM
            (SELECT unnest(from_json(reasons, '["JSON"]')) AS p FROM {files([str(aside)])})
            WHERE p ->> 'reason' IN ({codes})""")
        return [r[0] for r in rows]

    def _flag_mergers(self, good: Path) -> None:
        """Refuse mergers into accounts that nobody knows, and those that lead in a circle."""
        pairs = f"SELECT account_id, merged_into FROM {files([str(good)])} WHERE merged_into IS NOT NULL"
        fresh = dict(self.sieve.rows(pairs))
        if not fresh:
            return
        strangers = self.sieve.rows(f"""SELECT account_id FROM ({pairs})
            WHERE merged_into NOT IN (SELECT account_id FROM known_accounts)
            AND merged_into NOT IN (SELECT account_id FROM {files([str(good)])})""")
        self.sieve.flag(self.table.key, checks.UNKNOWN_ACCOUNT, "merged_into", [r[0] for r in strangers])
        stored = self.writer.draft("accounts").paths()
        old = (
            f"SELECT account_id, merged_into FROM {files(stored)} WHERE merged_into IS NOT NULL AND NOT gone"
        )
        into = {**(dict(self.sieve.rows(old)) if stored else {}), **fresh}
        circular = [account for account in fresh if _leads_back(account, into)]
        self.sieve.flag(self.table.key, checks.MERGE_CYCLE, "merged_into", circular)

    def _describe(self, one: Sieved) -> None:
        source, report = one.opened.source, one.report
        report.encoding, report.delimiter = source.encoding, source.delimiter
        report.date_order = "/".join(sorted(one.prepared.order.used))
        report.decimal_mark = one.prepared.mark
        one.mapping = one.prepared.said(one.mapping)
        self.report.files.append(report)

    def _warn(self, one: Sieved) -> None:
        found = cautions(
            self.sieve,
            self.table,
            one.mapping,
            one.good,
            file=one.opened.source.name,
            by_row=one.prepared.plan.by_row,
            snapshot=self.snapshot,
        )
        self.report.warnings += found

    # Putting

    def _put(self, sieved: Sequence[Sieved]) -> None:
        ready = [self._known(one) for one in sieved]
        for one, rows in (
            [(sieved[0], ready)] if self.snapshot else list(zip(sieved, [[r] for r in ready], strict=True))
        ):
            self.tell(_("Loading {name}").format(name=one.report.name))
            counts = self._put_rows(one, rows, sieved if self.snapshot else [one])
            one.report.loaded, one.report.updated = counts.loaded, counts.updated
            one.report.unchanged = counts.unchanged + sum(
                s.repeated for s in (sieved if self.snapshot else [one])
            )
            self.report.gone += counts.gone
            if self.snapshot:
                one.report.read = sum(s.report.read for s in sieved)
                one.report.quarantined = sum(s.report.quarantined for s in sieved)
                one.report.name = ", ".join(s.report.name for s in sieved)
                self.report.files = [one.report]
        if self.create_accounts:
            self._create_accounts(ready)

    def _put_rows(self, one: Sieved, rows: Sequence[Path], behind: Sequence[Sieved]) -> Counts:
        said: dict[str, Any] = {
            "known_at": self._moment,
            "source": self.source,
            "file": one.report.name,
            "snapshot": self.snapshot,
            "unique": len(behind) == 1 and "known_at" not in one.prepared.plan.cells,
            "quarantined": sum(s.report.quarantined for s in behind),
            "spared": self._spared(behind) if self.snapshot else None,
            "finished": "gone" in pq.read_schema(rows[0]).names,
        }
        self._ask_of_changed(one)
        try:
            return self.writer.put(self.table.name, list(rows), confirmed=self.confirm is True, **said)
        except KeepwellError as error:
            if not self.snapshot or not self._agreed(error):
                raise
            return self.writer.put(self.table.name, list(rows), confirmed=True, **said)

    def _ask_of_changed(self, one: Sieved) -> None:
        """Ask before subscriptions that have no key are counted beside the ones they may have been."""
        doubtful = self.table.name == "subscriptions" and one.prepared.plan.by_row
        if not doubtful or self.snapshot or self.retried is not None:
            return
        stored = self.writer.draft(self.table.name).paths()
        error = counted_twice(self.sieve, one.good, stored, file=one.opened.source.name)
        if error is not None and not self._agreed(error):
            raise error

    def _agreed(self, error: KeepwellError) -> bool:
        return self.confirm is True or (callable(self.confirm) and self.confirm(error))

    def _spared(self, behind: Sequence[Sieved]) -> pa.Table | None:
        """Keys of rows put aside: they are in the file, so they are not gone."""
        parts = [
            pq.read_table(s.aside, columns=[f"k {k}" for k in self.table.key]).rename_columns(
                list(self.table.key)
            )
            for s in behind
            if s.aside and not s.prepared.plan.by_row
        ]
        return pa.concat_tables(parts) if parts else None

    def _known(self, one: Sieved) -> Path:
        """The good rows, with the moment each was known where facts are known when they occurred."""
        if self.known_at != OCCURRED or "known_at" in one.prepared.plan.cells:
            return one.good
        columns = [n for n in pq.read_schema(one.good).names if n != "known_at"]
        sql = known_when_occurred(self.table, one.good, columns, now=_naive(self.now), utc=self.sieve.utc)
        if sql is None:
            self.report.warnings.append(
                _("{table} bears no day of its own: its rows are known from now on.").format(
                    table=self.table.name
                )
            )
            return one.good
        target = self._target("known")
        self.sieve.write(sql, target)
        return target

    def _create_accounts(self, ready: Sequence[Path]) -> None:
        """Make accounts of the ids in the good rows that the book does not know, known since their first row is."""
        stored, target = self.writer.draft("accounts").paths(), self._target("accounts")
        columns = pq.read_schema(ready[0]).names
        own = (
            "known_at" in columns and "gone" not in columns
        )  # finished rows are all known since the same moment
        known = "min(known_at)" if own else _timestamp(self._moment)
        rows = (
            f"SELECT account_id, {known} AS known FROM {files([str(r) for r in ready])} GROUP BY account_id"
        )
        if stored:
            rows = f"""FROM ({rows}) ANTI JOIN (SELECT account_id FROM {files(stored)} WHERE NOT gone)
                USING (account_id)"""
        said = ", ".join(["account_id", *self._bookkeeping("known")])
        made = self.sieve.write(f"SELECT {said} FROM ({rows})", target)
        if made:
            self.writer.put(
                "accounts", [target], known_at=self._moment, source=self.source, unique=True, finished=True
            )
            self.report.accounts_created += made

    # Aside, and up to when

    def _quarantine(self, one: Sieved) -> None:
        """Keep what was put aside, once; what stood there before and is taken in now is released."""
        name = one.opened.source.name
        stored = self.writer.draft("quarantine").paths()
        entries = self._target("entries") if one.aside else None
        if one.aside and entries:
            self.sieve.write(self._entries_sql(one), entries)
            for reason, n in self.sieve.rows(
                f"""SELECT reason, count(*) FROM (SELECT arg_min(reason, {_RANK}) AS reason
                FROM {files([str(entries)])} GROUP BY id) GROUP BY 1"""
            ):
                self.report.reasons[reason] = self.report.reasons.get(reason, 0) + n
        if stored:
            before = f"""SELECT DISTINCT id, key FROM {files(stored)}
                WHERE "table" = {text(self.table.name)} AND file = {text(name)}"""
            if self.retried is None:
                here = self.sieve.contents(one.opened, self.table.name)
            else:
                here = ", ".join(map(text, self.retried)) or "NULL"
            same = f"OR id IN (SELECT id FROM {files([str(entries)])})" if entries else ""
            # Of several rows with one key the one that is right has been taken in: the others wait for nothing.
            same += f" OR key IN ({self._keys_loaded(one)})" if not one.prepared.plan.by_row else ""
            doomed = self.sieve.table(f"SELECT DISTINCT id FROM ({before}) WHERE id IN ({here}) {same}")
            self._release(doomed, entries)
        if entries:
            kept = self._target("kept")
            names = ", ".join(map(quoted, QUARANTINE.names))
            withheld = self._withheld(one)
            self.sieve.write(f"SELECT {names} FROM {files([str(entries)])} {withheld}", kept)
            self.writer.append("quarantine", [kept])

    def _withheld(self, one: Sieved) -> str:
        """SQL that leaves out rows of persons who were erased: they are counted, but their values not kept."""
        erased = self.writer.draft("erased").paths()
        if not erased or not one.aside or not may_be_of_persons(self.table):
            return ""
        ident = self.sieve.identity(self.table.name, one.opened.source.name)
        aside = f"SELECT *, {ident} AS id FROM {files([str(one.aside)])}"
        columns = pq.read_schema(one.aside).names
        ids = of_erased(self.table, aside, columns, erased=erased, secret=self.writer.secret)
        found = self.sieve.table(ids)
        if not found.num_rows:
            return ""
        withheld = ngettext(
            "{n} row put aside from {file} is of a person who was erased: it is counted, but not kept.",
            "{n} rows put aside from {file} are of a person who was erased: they are counted, but not kept.",
            found.num_rows,
        )
        self.report.warnings.append(withheld.format(n=found.num_rows, file=one.opened.source.name))
        return f"WHERE id NOT IN ({', '.join(text(i) for i in found['id'].to_pylist())})"

    def _keys_loaded(self, one: Sieved) -> str:
        """A query of the keys taken in, as text, as the quarantine keeps them."""
        parts = ", ".join(f"CAST({quoted(k)} AS VARCHAR)" for k in self.table.key)
        return f"SELECT concat_ws('/', {parts}) FROM {files([str(one.good)])}"

    def _release(self, doomed: pa.Table, entries: Path | None) -> None:
        """Take rows out of the quarantine; those that come back with `entries` do not count as released."""
        again = set()
        if entries:
            again = {r[0] for r in self.sieve.rows(f"SELECT DISTINCT id FROM {files([str(entries)])}")}
        self.report.released += sum(i not in again for i in doomed["id"].to_pylist())
        if doomed.num_rows:
            self.writer.release(doomed)

    def _entries_sql(self, one: Sieved) -> str:
        """One entry for each thing wrong with a row, as the quarantine keeps them."""
        at = _timestamp(self.now)
        known = self.known_at.isoformat() if isinstance(self.known_at, datetime) else (self.known_at or "")
        constants = {
            "load": f"{self.writer.last_load}::BIGINT",
            "at": at,
            "table": text(self.table.name),
            "source": text(self.source),
            "file": text(one.opened.source.name),
            "mapping": text(one.mapping.to_toml()),
            "known": text(known),
        }
        said = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in constants.items())
        assert one.aside
        whole = """[json_object('column', "column", 'value', "value", 'reason', reason)]"""
        ident = self.sieve.identity(self.table.name, one.opened.source.name)
        return f"""
            SELECT id, {said}, line, p ->> 'column' AS "column", p ->> 'value' AS "value",
                p ->> 'reason' AS reason, "row", key
            FROM (SELECT *, unnest(problems) AS p FROM (
                SELECT *, {ident} AS id, CASE WHEN len(from_json(reasons, '["JSON"]')) > 0
                    THEN from_json(reasons, '["JSON"]') ELSE {whole} END AS problems
                FROM {files([str(one.aside)])}))"""

    def _cover(self, sieved: Sequence[Sieved], complete_to: date | None) -> None:
        day = complete_to or self._newest(sieved)
        # Rows tried again come from files whose days are covered already, unless none of their rows was good.
        if day is None or (self.retried is not None and self.book.manifest.covered.get(self.table.name)):
            return
        own = any("known_at" in s.prepared.plan.cells for s in sieved)
        as_it_went = own or (self.known_at == OCCURRED and self.table.occurred)
        self.report.covered = self.writer.cover(
            self.table.name,
            self.source,
            day,
            known_at=None if as_it_went else self._moment,
            at_least=complete_to is None,
        )

    def _newest(self, sieved: Sequence[Sieved]) -> date | None:
        """The day after the newest in the files that is not ahead of us."""
        names = [s.when for s in self.table.stages] or ([self.table.occurred] if self.table.occurred else [])
        days = [self.table.column(n).day_name if self.table.column(n).kind == "instant" else n for n in names]
        if not days:
            return None
        today = self.now.astimezone(self.writer.settings.zone).date()
        newest = ", ".join(f"max({quoted(d)}) FILTER (WHERE {quoted(d)} <= DATE '{today}')" for d in days)
        found = self.sieve.one(
            f"SELECT greatest({newest}, NULL) + 1 FROM {files([str(s.good) for s in sieved])}"
        )
        return found if isinstance(found, date) else None


def _leads_back(account: str, into: dict[str, str]) -> bool:
    seen, at = {account}, into.get(account)
    while at is not None:
        if at == account:
            return True
        if at in seen:
            return False  # a circle further on, which the accounts in it answer for
        seen.add(at)
        at = into.get(at)
    return False


def _timestamp(moment: datetime) -> str:
    return f"TIMESTAMP {text(_naive(moment).isoformat(sep=' '))}"


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
