"""The manifest: which versions of all tables belong together.

Delta commits one table at a time. What a reader sees is decided by one small file that names a version of
every table: a reader opens one manifest and sees one moment, and a writer's work becomes visible, all of it
at once, when the next manifest is created. Creating it fails where somebody else created it first.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from keepwell.book.settings import Settings
from keepwell.book.store import Store
from keepwell.lib.errors import BadBook
from keepwell.lib.text import gettext as _

FORMAT = 1  # of the book as a whole: raised when an older Keepwell could no longer read it rightly
FOLDER = "manifests"
_NAME = re.compile(r"(\d{10})\.json")


class NewerBook(BadBook):
    """A newer Keepwell made the book."""


@dataclass(frozen=True)
class Manifest:
    """One state of the book.

    `tables` pins a Delta version of each stored table. `covered` says, by table and source, up to which day
    (not included) the source is complete. `last_load` is the number of the newest load, 0 before the first.
    """

    number: int
    at: datetime
    settings: Settings
    tables: Mapping[str, int] = field(default_factory=dict)
    covered: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    last_load: int = 0

    @property
    def path(self) -> str:
        """Where it lies below the home."""
        return f"{FOLDER}/{self.number:010d}.json"

    def to_bytes(self) -> bytes:
        """As it is written."""
        document = {
            "format": FORMAT,
            "number": self.number,
            "at": self.at.isoformat(),
            "last_load": self.last_load,
            "tables": dict(sorted(self.tables.items())),
            "covered": {
                table: {source: day.isoformat() for source, day in sorted(days.items())}
                for table, days in sorted(self.covered.items())
            },
            "settings": self.settings.to_json(),
        }
        return json.dumps(document, indent=1, ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes, home: str) -> "Manifest":
        """As it was written. Raises NewerBook where a newer Keepwell wrote it, BadBook where it cannot be read."""
        try:
            found = json.loads(content)
            version = found["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise BadBook(
                _("The book at {home} is damaged: its manifest cannot be read.").format(home=home),
                seen=str(error),
                ways=[_("Restore the folder from a backup.")],
            ) from error
        if version > FORMAT:
            raise NewerBook(
                _("The book at {home} was made by a newer Keepwell.").format(home=home),
                seen=_("format {found}; this version reads up to format {known}").format(
                    found=version, known=FORMAT
                ),
                ways=[_("Update Keepwell: pip install --upgrade keepwell")],
            )
        return cls(
            number=found["number"],
            at=datetime.fromisoformat(found["at"]),
            settings=Settings.from_json(found["settings"]),
            tables=found["tables"],
            covered={
                table: {source: date.fromisoformat(day) for source, day in days.items()}
                for table, days in found["covered"].items()
            },
            last_load=found["last_load"],
        )


def numbers(store: Store) -> list[int]:
    """The numbers of all manifests kept, in order."""
    matches = map(_NAME.fullmatch, store.names(FOLDER))
    return sorted(int(m.group(1)) for m in matches if m)


def read(store: Store, number: int) -> Manifest | None:
    """The manifest of that number, or None where it is not kept."""
    content = store.read(f"{FOLDER}/{number:010d}.json")
    return None if content is None else Manifest.from_bytes(content, store.home)


def newest(store: Store) -> Manifest | None:
    """The book's present state, or None where there is no book."""
    while kept := numbers(store):
        if found := read(store, kept[-1]):
            return found  # else a cleaner took it away between the two steps: look again
    return None


def now() -> datetime:
    """The moment a manifest is stamped with."""
    return datetime.now(UTC)
