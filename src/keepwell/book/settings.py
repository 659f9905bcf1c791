"""What a company settles once: its money, its clock, its year, its rules."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from keepwell.lib.errors import KeepwellError
from keepwell.lib.money import CURRENCIES
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near


@dataclass(frozen=True)
class Settings:
    """Settings of a book, kept in its manifest so that every figure can name those it was made with.

    `time_zone` says when a company day begins; it is fixed by the first load, because days are worked out
    on the way in. `fiscal_start` is the month (1 to 12) with which the year begins. Figures before
    `data_from` are not to be trusted. `policies` belong to the ledger; here they are only kept.
    `checkup` is the check-up of accounts as its file says it; empty for the one that ships.
    `hold_outs` are the shares of accounts held out from actions, by action.
    `simulated` marks a company that does not exist, and is said beside each of its figures.
    """

    reporting_currency: str | None = None
    time_zone: str = "UTC"
    fiscal_start: int = 1
    data_from: date | None = None
    policies: Mapping[str, Any] = field(default_factory=dict)
    checkup: str = ""
    hold_outs: Mapping[str, float] = field(default_factory=dict)
    simulated: bool = False

    def __post_init__(self) -> None:
        if self.reporting_currency is not None and self.reporting_currency not in CURRENCIES:
            close = near(self.reporting_currency, CURRENCIES)
            raise KeepwellError(
                _("“{code}” is not a currency in use.").format(code=self.reporting_currency),
                ways=[
                    _("Give its three letters, such as EUR."),
                    *([_("Did you mean {names}?").format(names=", ".join(close))] if close else []),
                ],
            )
        _zone(self.time_zone)
        if self.fiscal_start not in range(1, 13):
            raise KeepwellError(
                _("A year begins with a month from 1 to 12."),
                seen=str(self.fiscal_start),
            )

    @property
    def zone(self) -> ZoneInfo:
        """The clock the company's days are told by."""
        return _zone(self.time_zone)

    def changed(self, **changes: Any) -> "Settings":
        """These settings with some of them changed. Raises KeepwellError on an unknown name."""
        known = [f.name for f in fields(self)]
        for name in changes:
            if name not in known:
                close = near(name, known) or known
                raise KeepwellError(
                    _("There is no setting “{name}”.").format(name=name),
                    ways=[_("Did you mean {names}?").format(names=", ".join(close))],
                )
        return replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {**asdict(self), "data_from": self.data_from.isoformat() if self.data_from else None}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Settings":
        """As it was written by `to_json`."""
        day = found.get("data_from")
        return cls(**{**found, "data_from": date.fromisoformat(day) if day else None})


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise KeepwellError(
            _("“{name}” is not a time zone.").format(name=name),
            ways=[_("Name it as the time zone database does, such as Europe/Prague or UTC.")],
        ) from None
