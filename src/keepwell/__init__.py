"""Measures who stayed and who left, and proves every figure with its list of accounts."""

from keepwell.company import Company, company, open
from keepwell.lib.days import Grain, Period
from keepwell.lib.errors import BadBook, BadInput, KeepwellError
from keepwell.risks import Risks, risks

__version__ = "0.1.0"

__all__ = [
    "BadBook",
    "BadInput",
    "Company",
    "Grain",
    "KeepwellError",
    "Period",
    "Risks",
    "company",
    "open",
    "risks",
]
