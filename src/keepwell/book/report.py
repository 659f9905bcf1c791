"""What an import did, in counts that always reconcile."""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class FileReport:
    """What became of one file: read = loaded + updated + unchanged + quarantined, always."""

    name: str
    kind: str
    read: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    left_out: int = 0
    encoding: str = ""
    delimiter: str = ""
    date_order: str = ""
    decimal_mark: str = ""


@dataclass
class ImportReport:
    """What an import did, file by file. `released` rows left the quarantine; `reasons` counts those put aside."""

    table: str
    files: list[FileReport] = field(default_factory=list)
    gone: int = 0
    accounts_created: int = 0
    released: int = 0
    covered: date | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows read in all files."""
        return sum(f.read for f in self.files)

    @property
    def loaded(self) -> int:
        """Rows with a key the book did not have."""
        return sum(f.loaded for f in self.files)

    @property
    def updated(self) -> int:
        """Rows that are new versions of what the book had."""
        return sum(f.updated for f in self.files)

    @property
    def unchanged(self) -> int:
        """Rows that say what the book said already."""
        return sum(f.unchanged for f in self.files)

    @property
    def quarantined(self) -> int:
        """Rows put aside."""
        return sum(f.quarantined for f in self.files)

    @property
    def reconciles(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.loaded + self.updated + self.unchanged + self.quarantined
