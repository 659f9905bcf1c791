"""Who is held out: by a keyed hash of the account's id, so that it is the same for ever and on every machine."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

TREATED, HELD_OUT = "treated", "held out"
_WHOLE = 2**64


@dataclass(frozen=True)
class Assignment:
    """Which arm each account is in for an action. `recorded` counts those whose arm was settled before."""

    action: str
    accounts: tuple[str, ...]
    arms: tuple[str, ...]
    recorded: int

    def of(self, arm: str) -> list[str]:
        """The accounts in one arm, in order."""
        return [account for account, own in zip(self.accounts, self.arms, strict=True) if own == arm]

    def to_arrow(self, day: date) -> pa.Table:
        """Rows for the book's table treatments, one an account, as acted on (or held out) on `day`.

        Held-out accounts are rows too: what became of them is what the treated are compared with. The same account,
        action and day always give the same treatment_id, so that loading twice changes nothing.
        """
        ids = [f"{self.action}:{day.isoformat()}:{account}" for account in self.accounts]
        return pa.table({
            "treatment_id": pa.array(ids, pa.string()),
            "account_id": pa.array(self.accounts, pa.string()),
            "occurred_at": pa.array([day.isoformat()] * len(ids), pa.string()),
            "kind": pa.array([self.action] * len(ids), pa.string()),
            "arm": pa.array(self.arms, pa.string()),
        })  # fmt: skip


def drawn(account: str, action: str, key: str) -> float:
    """A number from 0 up to 1 that belongs to an account and an action for ever.

    The first 8 bytes of HMAC-SHA256 of the action, a zero byte and the account's id, under `key`. Each action has a
    draw of its own, so that holding out from one says nothing of another.
    """
    said = f"{action}\0{account}".encode()
    return int.from_bytes(hmac.new(key.encode(), said, hashlib.sha256).digest()[:8]) / _WHOLE


def assign(
    accounts: Sequence[str],
    action: str,
    *,
    share: float,
    key: str,
    held_out: frozenset[str] = frozenset(),
    treated: frozenset[str] = frozenset(),
) -> Assignment:
    """The arm of each account for an action: held out where its draw is below `share`.

    Who was once `held_out` from this action stays so, and who was once `treated` is never held out later, whatever
    the share is by now: a hold-out that was treated before, or is released, can be compared with nobody. `key` is any
    text that is kept; another key would deal all others anew. Raises BadInput for a share or a key that cannot be.
    """
    if not 0 < share < 1:
        raise BadInput(
            _("The share of accounts that are held out must lie between 0 and 1."),
            seen=f"{share:g}",
            ways=[_("A tenth to a third is usual: 0.2.")],
        )
    if not key or not action:
        raise BadInput(
            _("Accounts are held out by a key and an action, and both must be named."),
            ways=[_("Keep the key with the book: with another key others would be held out.")],
        )
    arms, recorded = [], 0
    for account in accounts:
        settled = HELD_OUT if account in held_out else TREATED if account in treated else ""
        recorded += bool(settled)
        arms.append(settled or (HELD_OUT if drawn(account, action, key) < share else TREATED))
    return Assignment(action, tuple(accounts), tuple(arms), recorded)
