"""What the commands about risk share: the book's risks, options said once, and how values are shown."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keepwell.cli.out import Column, Sheet
from keepwell.cli.progress import working
from keepwell.cli.session import Session
from keepwell.lib.text import gettext as _

if TYPE_CHECKING:
    from keepwell.risks import Risks

Months = Annotated[
    int, typer.Option("--months", min=2, metavar="N", help=_("Look at the newest N month-ends."))
]
Horizon = Annotated[
    int, typer.Option("--horizon", min=1, metavar="DAYS", help=_("Leaving within so many days counts."))
]
AsOf = Annotated[
    str,
    typer.Option("--as-of", metavar="DAY", help=_("As it stood before this day; default: the covered day.")),
]


MODEL_NAMES = {
    "model": _("the model"),
    "base_rate": _("the base rate"),
    "silence": _("silence alone"),
    "logistic": _("logistic regression"),
    "boosted": _("boosted trees"),
    "apart": _("boosted trees by kind of account"),
}
MEASURES = [
    Column("auc", _("AUC"), number=True),
    Column("auc_interval", _("95%"), number=True, tied=True),
    Column("log_loss", _("Log-loss"), number=True),
    Column("calibration", _("Off by"), number=True),
    Column("precision", _("Right of the top 10"), number=True),
]


@contextlib.contextmanager
def risks_of(session: Session) -> Iterator["Risks"]:
    """What can be asked about leaving of the session's book."""
    from keepwell.risks import risks

    with (
        working(_("Reading the ledger")) as report,
        risks(session.place, engine=session.engine, progress=report) as found,
    ):
        yield found


def plain(rows: Sequence[Mapping[str, Any]]) -> Sheet | None:
    """Rows as scripts want them in CSV, every value as it is; None where there is no row to tell the columns by."""
    return Sheet([Column(name) for name in rows[0]], [list(row.values()) for row in rows]) if rows else None


def share(value: float | None, digits: int = 1) -> str:
    """A share as per cent; nothing where there is none."""
    return "" if value is None else f"{value:.{digits}%}"


def between(low: float | None, high: float | None, digits: int = 1) -> str:
    """An interval of a share."""
    return "" if low is None or high is None else f"{low:.{digits}%} – {high:.{digits}%}"


def estimates(measures: Mapping[str, Any]) -> list[str]:
    """The measures of `MEASURES`, as text; each is a value with its interval."""
    rank, loss, off = measures["auc"], measures["log_loss"], measures["calibration"]
    top = measures.get("precision_10", {"value": None})
    low, high = rank["low"], rank["high"]
    return [
        "" if rank["value"] is None else f"{rank['value']:.3f}",
        "" if low is None or high is None else f"{low:.3f} – {high:.3f}",
        "" if loss["value"] is None else f"{loss['value']:.4f}",
        share(off["value"]),
        share(top["value"], 0),
    ]
