"""The ledger's rows as they lie in files, to be followed account by account without being sorted again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.book.engines.following import Stored, Work
from keepwell.ledger.neighbours import Groups, numbered
from keepwell.ledger.rows import POSTING


@dataclass(frozen=True)
class StoredRows:
    """Files in which the rows of an account lie together by day, as one posting wrote them.

    newest: account_id and the number of the newest posting of each account that was posted again; only the rows which
    that one wrote count. None where no account was.
    """

    rows: Stored
    newest: pa.Table | None = None

    def select(self, *names: str) -> "StoredRows":
        """The same rows with these columns, and what tells whether they count."""
        if self.newest is not None:
            names = (*names, POSTING.name)
        return replace(self, rows=self.rows.select(*names))

    def only_counting(self, work: Work) -> Work:
        """`work` on the rows that count."""
        return work if self.newest is None else partial(_on_counting, work, self.newest)


def _on_counting(work: Work, newest: pa.Table, table: pa.Table) -> Mapping[str, pa.Table]:
    by_account = Groups.of(numbered(table["account_id"].combine_chunks()))
    accounts = table["account_id"].take(pa.array(by_account.starts))
    place = pc.fill_null(pc.index_in(accounts, newest["account_id"]), newest.num_rows).to_numpy()
    needed = np.append(newest["newest"].to_numpy(), 0)[place]
    counts = table[POSTING.name].to_numpy() >= by_account.spread(needed)
    return work(table if counts.all() else table.filter(pa.array(counts)))
