"""Companies of any size, written straight to Parquet: to try the product on more than one machine can hold.

The company that teaches is made by `keepwell.demo.simulate`. This one is big, quick to make, and has what makes
counting hard: switches on the same day, add-ons that overlap, gaps and returns, free trials, two currencies in one
account, ends that lie ahead, and subscriptions that pay no day.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from keepwell.demo.crowd import MOST_SUBSCRIPTIONS, Plan, accounts_of, first_days, subscriptions_of, years
from keepwell.demo.crowd_activity import EventWeights, events_of, purchases_of
from keepwell.demo.draws import Dice, Ints, extras
from keepwell.demo.files import DatedFiles
from keepwell.lib import days
from keepwell.lib.errors import BadInput
from keepwell.lib.text import gettext as _

_ROWS_A_CHUNK = 1_000_000


@dataclass(frozen=True)
class Company:
    """What was written: the files and the number of rows of each table."""

    files: dict[str, list[Path]]
    rows: dict[str, int]
    until: date


def generate(
    folder: Path,
    *,
    accounts: int,
    seed: int = 1,
    subscriptions_per_account: float = 1.5,
    purchases: float = 0.0,
    events: int = 0,
    months: int = 36,
    until: date = date(2026, 1, 1),
    form: str = "parquet",
    chunk: int | None = None,
) -> Company:
    """Write a company's tables into `folder`/<table>/, with the columns and types the book stores.

    `purchases` is the share of accounts that buy irregularly instead of subscribing; `events` is how many there
    are over all accounts; the company is seen over the `months` before `until` (some accounts are up to two years
    older). Money is whole minor units, except in the `form` "csv", which a person would have exported: there it is
    decimal. The same seed writes the same files, whatever the `chunk` of accounts held in memory at a time.

    Raises BadInput where a number makes no company.
    """
    if accounts < 1 or not 0 <= purchases <= 1 or subscriptions_per_account < 1 or months < 1 or events < 0:
        raise BadInput(
            _("No company can be made of these numbers."),
            seen=_(
                "{accounts} accounts, {share} of them irregular, {subscriptions} subscriptions each"
            ).format(accounts=accounts, share=purchases, subscriptions=subscriptions_per_account),
            ways=[_("Take at least one account and one subscription each, and a share between 0 and 1.")],
        )
    plan = Plan(
        dice=Dice(seed),
        accounts=accounts,
        extra=extras(round(subscriptions_per_account * 1000) - 1000, MOST_SUBSCRIPTIONS),
        irregular=round(purchases * 1000),
        events=events,
        end=days.number(until),
        start=days.number(days.add_months(until, -months)),
    )
    wanted = ["accounts", "subscriptions"] + ["purchases"] * (purchases > 0) + ["events"] * (events > 0)
    files = {name: DatedFiles(folder / name, form=form) for name in wanted}
    size = chunk or max(1, min(200_000, _ROWS_A_CHUNK * accounts // max(events, 1)))
    weight = EventWeights(plan)
    for first in range(0, accounts, size):
        whom = np.arange(first, min(first + size, accounts), dtype=np.int64)
        _write_chunk(plan, whom, files, weight, form)
    return Company(
        {name: sink.close() for name, sink in files.items()}, {n: s.rows for n, s in files.items()}, until
    )


def _write_chunk(
    plan: Plan, whom: Ints, files: dict[str, DatedFiles], weight: "EventWeights", form: str
) -> None:
    irregular = plan.dice.chance("irregular", whom, plan.irregular)
    first = first_days(plan, whom)
    last = np.full(len(whom), plan.end)
    subscribers = np.flatnonzero(~irregular)
    table, started, ends = subscriptions_of(plan, whom[subscribers], first[subscribers], form)
    last[subscribers] = np.maximum(ends, first[subscribers] + 1)
    files["subscriptions"].add(table, years(started), "{:04d}")
    files["accounts"].add(accounts_of(plan, whom, first), np.zeros_like(whom), "accounts")
    if "purchases" in files:
        buyers = np.flatnonzero(irregular)
        table, bought, ends = purchases_of(plan, whom[buyers], first[buyers], form)
        last[buyers] = ends
        files["purchases"].add(table, years(bought), "{:04d}")
    if "events" in files:
        begins = np.clip(first, plan.start, plan.end - 1)
        ends = np.clip(last, begins + 1, plan.end)
        table, months = events_of(plan, whom, begins, ends, weight.take(whom))
        files["events"].add(table, months, "{:06d}")
