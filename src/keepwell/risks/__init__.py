"""Who may leave, why and what to do, from Python: all that can be asked of a book about risk.

>>> import keepwell as kw                                       # doctest: +SKIP
>>> with kw.risks("~/keepwell") as risks:                       # doctest: +SKIP
...     risks.health().to_polars()
"""

from pathlib import Path
from typing import TYPE_CHECKING

from keepwell.risks.acting import EFFECT_HORIZON
from keepwell.risks.asked import HORIZON, MONTHS, Progress
from keepwell.risks.causes import LOOK_BACK, Causes
from keepwell.risks.looking_back import LookedBack, LookingBack

if TYPE_CHECKING:
    from keepwell.book.engines import Engine

__all__ = ["EFFECT_HORIZON", "HORIZON", "LOOK_BACK", "MONTHS", "LookedBack", "Risks", "risks"]


class Risks(LookingBack, Causes):
    """Everything that can be asked of one book about leaving. Days are dates or text such as 2026-01-31."""


def risks(home: str | Path, *, engine: "str | Engine" = "duckdb", progress: Progress | None = None) -> Risks:
    """What can be asked about leaving of the book at `home`. Raises BadBook where there is none."""
    from keepwell.book.book import Book
    from keepwell.book.engines import engine_named

    book = Book.open(Path(home).expanduser() if "://" not in str(home) else str(home))
    return Risks(book, engine_named(engine) if isinstance(engine, str) else engine, progress)
