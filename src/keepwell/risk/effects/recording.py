"""Holding accounts out from an action for ever: drawn by the book's own secret, and recorded in the book."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import narwhals as nw
import numpy as np
import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.lib.days import from_number
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.lib.text import near
from keepwell.risk.effects.gathering import no_action, settled
from keepwell.risk.effects.holdouts import HELD_OUT, TREATED, Assignment, assign
from keepwell.risk.features import all_features
from keepwell.risk.observations import observe

SHARE = 0.2  # of accounts that are held out unless another share was ever said
_SOURCE = "keepwell effect hold-out"


@dataclass(frozen=True)
class Held:
    """Who of the accounts asked about is held out from an action. new: those held out since today."""

    action: str
    share: float
    accounts: int
    held_out: tuple[str, ...]
    new: frozenset[str]


@dataclass(frozen=True)
class Recorded:
    """What the book knows of an action: accounts in both arms, and from which to which day."""

    action: str
    treated: int
    held_out: int
    first: date
    last: date


def hold_out(
    book: Book,
    engine: Engine,
    action: str,
    accounts: Sequence[str],
    *,
    now: datetime,
    share: float | None = None,
) -> Held:
    """Draw who of `accounts` is held out from an action, and record those who were not yet.

    Who is held out stays so, and who was treated is never held out later. The share is kept with the book: without
    `share` it is the one said before. Raises BadInput for a share that cannot be, and KeepwellError for an action
    that is nearly, but not quite, one that the book knows.
    """
    kept = dict(book.settings.hold_outs)
    moment = book.moment(engine)
    _not_mistyped(moment, action, kept)
    asked = share if share is not None else kept.get(action, SHARE)
    held, treated = settled(moment, action)
    given = assign(accounts, action, share=asked, key=_key(book), held_out=held, treated=treated)
    out = given.of(HELD_OUT)
    new = [account for account in out if account not in held]
    with book.writer() as writer:
        if new:
            day = now.astimezone(writer.settings.zone).date()
            writer.put("treatments", _rows(action, new, day), known_at=now, source=_SOURCE)
        if kept.get(action) != asked:
            writer.settle(writer.settings.changed(hold_outs={**kept, action: asked}))
        writer.commit()
    return Held(action, asked, len(given.accounts), tuple(out), frozenset(new))


def paying(book: Book, engine: Engine, day: date, among: Sequence[str] | None = None) -> list[str]:
    """The accounts that pay on a day and are not known to leave, or those of them that are in `among`.

    Raises KeepwellError where there is none; a list that names nobody is never taken for everybody.
    """
    seen = observe(book, engine, [day], features=[all_features()["tenure"]])
    there = [str(account) for account in seen.accounts]
    asked = set(there if among is None else among)
    chosen = [account for account in there if account in asked]
    if not chosen:
        raise KeepwellError(
            _("None of these accounts is paying without having given notice."),
            seen=", ".join(list(among or ())[:3]),
            ways=[_("Check the ids of the accounts: keepwell health show lists them.")],
        )
    return chosen


def held_out(moment: Moment, action: str = "") -> list[dict[str, Any]]:
    """Who is held out from an action, or from any: action, account_id and since when (a day).

    Raises KeepwellError with near names where nothing is recorded of the action.
    """
    if action and action not in {one.action for one in actions(moment)}:
        raise no_action(moment, action)
    rows = moment.frame("treatments").filter(nw.col("arm") == HELD_OUT)
    if action:
        rows = rows.filter(nw.col("kind") == action)
    since = rows.group_by("kind", "account_id").agg(day=nw.col("occurred_on").min())
    found = moment.engine.collect(since.sort("kind", "account_id")).to_pylist()
    return [
        {"action": row["kind"], "account_id": row["account_id"], "since": from_number(row["day"])}
        for row in found
    ]


def actions(moment: Moment) -> list[Recorded]:
    """Every action the book has treatments or hold-outs of, in the order of the alphabet."""
    rows = moment.frame("treatments").filter(~nw.col("kind").is_null(), ~nw.col("arm").is_null())
    each = rows.group_by("kind", "account_id").agg(
        held=nw.when(nw.col("arm") == HELD_OUT).then(1).otherwise(0).max(),
        treated=nw.when(nw.col("arm") == TREATED).then(1).otherwise(0).max(),
        first=nw.col("occurred_on").min(),
        last=nw.col("occurred_on").max(),
    )
    found = each.group_by("kind").agg(
        nw.col("held").sum().cast(nw.Int64),
        nw.col("treated").sum().cast(nw.Int64),
        nw.col("first").min(),
        nw.col("last").max(),
    )
    return [
        Recorded(
            row["kind"], row["treated"], row["held"], from_number(row["first"]), from_number(row["last"])
        )
        for row in moment.engine.collect(found.sort("kind")).to_pylist()
    ]


def _key(book: Book) -> str:
    """What is drawn by: made of the book's secret, so that it is kept as long, and tells nothing of it."""
    return hmac.new(book.secret, b"hold-outs", hashlib.sha256).hexdigest()


def _rows(action: str, accounts: Sequence[str], day: date) -> pa.Table:
    """Rows of the table treatments."""
    table = Assignment(action, tuple(accounts), (HELD_OUT,) * len(accounts), 0).to_arrow(day)
    return table.append_column("occurred_on", pa.array(np.full(len(accounts), day), pa.date32()))


def _not_mistyped(moment: Moment, action: str, kept: dict[str, float]) -> None:
    known = {one.action for one in actions(moment)} | set(kept)
    close = near(action, known)
    if action not in known and close:
        raise KeepwellError(
            _("Nobody is held out or treated under the name “{action}” yet.").format(action=action),
            seen=_("there are: {names}").format(names=", ".join(sorted(known))),
            ways=[
                _("Did you mean {names}?").format(names=", ".join(close)),
                _("Or choose a name less like those there are."),
            ],
        )
