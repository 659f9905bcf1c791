"""A mapping proposed for a file: what is found by name, and what its values give away."""

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

from keepwell.book.engines.sieve import Sieve
from keepwell.book.mapping import Mapping
from keepwell.book.matching import matched
from keepwell.book.preparing import prepare
from keepwell.book.reading import Layout, expand, opened
from keepwell.book.tables import table_named
from keepwell.lib.text import gettext as _

_NO_END = ("9999-12-31", "2999-12-31", "31.12.9999", "31/12/9999", "12/31/9999")


@dataclass
class Proposal:
    """A mapping to start from, and one sentence for each thing in it that a person should look at."""

    mapping: Mapping
    notes: list[str] = field(default_factory=list)


def propose_mapping(
    file: Path,
    table: str,
    *,
    layout: Layout | None = None,
    start: Mapping | None = None,
    time_zone: str = "UTC",
    keep_in: Path | None = None,
) -> Proposal:
    """A mapping for a file, with the order of its days, its decimal mark and the meaning of its ends.

    Raises BadInput where a column that is needed is not found, with near names and a mapping to complete and
    to keep in the file `keep_in`.
    """
    entry = table_named(table)
    said = start or Mapping(entry.name, layout=layout or Layout())
    with tempfile.TemporaryDirectory(prefix="keepwell-mapping-") as name:
        folder = Path(name)
        source = opened(expand([file])[0], said.layout, scratch=folder)
        proposal = Proposal(matched(source, entry, said, keep_in=str(keep_in or "")))
        sieve = Sieve(folder, time_zone=time_zone, home=name)
        try:
            seen = sieve.open(source)
            if "ended_on" in proposal.mapping.columns:
                _open_ends(sieve.values(seen, proposal.mapping.columns["ended_on"], _NO_END), proposal)
            prepared = prepare(sieve, seen, entry, proposal.mapping, known_accounts=False)
            proposal.mapping = prepared.said(proposal.mapping)
            if entry.name == "subscriptions":
                staged = folder / "staged.parquet"
                sieve.stage(seen, prepared.plan, staged)
                if not proposal.mapping.end_inclusive and sieve.ends_inclusive(staged):
                    proposal.mapping = replace(proposal.mapping, end_inclusive=True)
                    proposal.notes.append(
                        _(
                            "The next subscription mostly starts the day after ended_on, or terms are whole months "
                            "with it, so ended_on is taken as the last day paid for: end_inclusive = true."
                        )
                    )
        finally:
            sieve.close()
    if proposal.mapping.key == "row":
        proposal.notes.append(
            _(
                "The file has no {key}: each row is known by its content and its place among equal rows."
            ).format(key=entry.key[0])
        )
    layout_said = replace(
        said.layout,
        encoding=source.encoding if source.encoding not in ("", "utf-8") else said.layout.encoding,
        delimiter=said.layout.delimiter or (source.delimiter if source.delimiter not in ("", ",") else None),
    )
    proposal.mapping = replace(proposal.mapping, layout=layout_said)
    return proposal


def _open_ends(found: list[str], proposal: Proposal) -> None:
    if found:
        ends = tuple(sorted({*proposal.mapping.open_end, *found}))
        proposal.mapping = replace(proposal.mapping, open_end=ends)
        proposal.notes.append(_("{days} is taken as “no end”: open_end.").format(days=", ".join(found)))
