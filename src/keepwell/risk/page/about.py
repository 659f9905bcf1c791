"""What the page has to know of the company beside the look back itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw

from keepwell.ledger.ledger import Ledger
from keepwell.lib.amounts import whole_money
from keepwell.metrics.charts.reading import Json


@dataclass(frozen=True)
class About:
    """Whose look back it is.

    currency: that of its money, None where it is not known. names: account id to name, of those that may be named.
    provenance: as a statement has it; None where the figures come from no ledger.
    """

    currency: str | None = None
    simulated: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    provenance: Json | None = None

    @classmethod
    def of(cls, ledger: Ledger, accounts: Sequence[str]) -> "About":
        """What a ledger tells; names are read of the `accounts` alone."""
        return cls(
            currency=ledger.reporting,
            simulated=ledger.simulated,
            names=_names(ledger, accounts),
            provenance={
                "policies": ledger.policies.to_dict(),
                "currency": ledger.reporting,
                "cut": dict(ledger.cut),
                "covered": ledger.covered.isoformat(),
                "excluded": dict(ledger.excluded),
            },
        )

    def name(self, account: str) -> str:
        """What people call an account; its id where it has no name."""
        return self.names.get(account) or account

    def money(self, minor: float) -> str:
        """An amount in whole units of money, for people."""
        return whole_money(minor, self.currency)


def _names(ledger: Ledger, accounts: Sequence[str]) -> dict[str, str]:
    if ledger.names is None or not accounts:
        return {}
    wanted = ledger.names.filter(nw.col("account_id").is_in(list(accounts))).select("account_id", "name")
    return {row["account_id"]: row["name"] for row in ledger.engine.collect(wanted).to_pylist()}
