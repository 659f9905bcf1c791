"""A look back as one page: what would have been said each month, what happened, and how far to trust it."""

from keepwell.risk.page.about import About
from keepwell.risk.page.writer import make, write

__all__ = ["About", "make", "write"]
