"""Every model ever trained, kept in the book with its card and its data's version, and which of them is in use.

Nothing is overwritten: to go back to an earlier model is one more row that says so.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import narwhals as nw
import pyarrow as pa

from keepwell.book.book import Book
from keepwell.book.engines import Engine
from keepwell.book.moment import Moment
from keepwell.lib.days import from_number
from keepwell.lib.errors import BadInput, KeepwellError
from keepwell.lib.text import gettext as _
from keepwell.risk.models import FORMAT
from keepwell.risk.trained import Trained

MODELS, CHOSEN = "risk_models", "risk_chosen"

_MODELS = pa.schema(
    [
        ("number", pa.int64()),
        ("model", pa.string()),
        ("at", pa.timestamp("us")),
        ("horizon", pa.int64()),
        ("learnt_until", pa.int64()),
        ("manifest", pa.int64()),  # the state of the book that it was learnt from
        ("load", pa.int64()),
        ("format", pa.int64()),
        ("sha256", pa.string()),
        ("card", pa.string()),
        ("text", pa.string()),
    ]
)
_CHOSEN = pa.schema(
    [
        ("place", pa.int64()),
        ("horizon", pa.int64()),
        ("number", pa.int64()),
        ("at", pa.timestamp("us")),
        ("why", pa.string()),
    ]
)


@dataclass(frozen=True)
class KeptModel:
    """A model in the book, without its text. `in_use` says whether scores of its horizon come from it now."""

    number: int
    model: str
    at: datetime
    horizon: int
    learnt_until: date
    manifest: int
    load: int
    sha256: str
    card: dict[str, Any]
    in_use: bool

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "at": self.at.isoformat(), "learnt_until": self.learnt_until.isoformat()}


def keep(
    book: Book, engine: Engine, trained: Trained, *, moment: Moment, now: datetime, why: str | None
) -> KeptModel:
    """Keep a model that was learnt from a moment of the book; with a `why` it is the one in use from now on."""
    with book.writer() as writer:
        before = book.moment(engine)
        number = max((one.number for one in kept_models(before)), default=0) + 1
        text = trained.to_text()
        row = {
            "number": number,
            "model": trained.name,
            "at": _naive(now),
            "horizon": trained.horizon,
            "learnt_until": trained.learnt_until,
            "manifest": moment.cut.manifest,
            "load": moment.last_load,
            "format": FORMAT,
            "sha256": _sum(text),
            "card": json.dumps(dict(trained.card), ensure_ascii=False),
            "text": text,
        }
        writer.append(MODELS, pa.Table.from_pylist([row], schema=_MODELS))
        if why is not None:
            chosen = _choice(before, number, trained.horizon, now, why)
            writer.append(CHOSEN, pa.Table.from_pylist([chosen], schema=_CHOSEN))
        writer.commit()
    return next(one for one in kept_models(book.moment(engine)) if one.number == number)


def use(book: Book, engine: Engine, number: int, *, now: datetime, why: str) -> KeptModel:
    """Let scores come from that model from now on: how one goes back. Raises KeepwellError where there is none."""
    with book.writer() as writer:
        before = book.moment(engine)
        wanted = kept_model(before, number)
        stored_model(before, number)  # one that cannot be read is not put to use
        chosen = _choice(before, number, wanted.horizon, now, why)
        writer.append(CHOSEN, pa.Table.from_pylist([chosen], schema=_CHOSEN))
        writer.commit()
    return kept_model(book.moment(engine), number)


def kept_models(moment: Moment) -> list[KeptModel]:
    """Every model of the book, oldest first."""
    if not moment.has(MODELS):
        return []
    columns = [name for name in _MODELS.names if name not in ("text", "format")]
    rows = moment.engine.collect(moment.frame(MODELS).select(*columns)).to_pylist()
    used = {choice["horizon"]: choice["number"] for choice in choices(moment)}
    return [
        KeptModel(
            **{
                **row,
                "card": json.loads(row["card"]),
                "learnt_until": from_number(row["learnt_until"]),
                "in_use": used.get(row["horizon"]) == row["number"],
            }
        )
        for row in sorted(rows, key=lambda row: row["number"])
    ]


def kept_model(moment: Moment, number: int) -> KeptModel:
    """The model of that number. Raises KeepwellError where there is none."""
    models = kept_models(moment)
    for one in models:
        if one.number == number:
            return one
    seen = (
        _("models {first} to {last}").format(first=1, last=len(models)) if models else _("no models at all")
    )
    raise KeepwellError(
        _("The book has no model {number}.").format(number=number),
        seen=seen,
        ways=[_("See which there are: keepwell risk models.")],
    )


def choices(moment: Moment) -> list[dict[str, Any]]:
    """Which model was put to use when and why, oldest first: place, horizon, number, at, why."""
    if not moment.has(CHOSEN):
        return []
    rows = moment.engine.collect(moment.frame(CHOSEN)).to_pylist()
    return sorted(rows, key=lambda row: row["place"])


def in_use(moment: Moment, horizon: int) -> KeptModel | None:
    """The model that scores of a horizon come from; None before the first."""
    return next((one for one in kept_models(moment) if one.in_use and one.horizon == horizon), None)


def stored_model(moment: Moment, number: int) -> Trained:
    """The model of that number, ready to use. Raises BadInput where its text is not what was kept."""
    wanted = moment.frame(MODELS).filter(nw.col("number") == number).select("text", "sha256")
    rows = moment.engine.collect(wanted).to_pylist()
    if not rows:
        kept_model(moment, number)  # says which there are
    if _sum(rows[0]["text"]) != rows[0]["sha256"]:
        raise BadInput(
            _("Model {number} was changed since it was kept, and is not used.").format(number=number),
            seen=_("its checksum does not fit what it holds"),
            ways=[
                _("Train a model anew: keepwell risk train."),
                _("Or go back to an earlier one: keepwell risk models."),
            ],
        )
    return Trained.from_text(rows[0]["text"])


def _choice(before: Moment, number: int, horizon: int, now: datetime, why: str) -> dict[str, Any]:
    place = max((choice["place"] for choice in choices(before)), default=0) + 1
    return {"place": place, "horizon": horizon, "number": number, "at": _naive(now), "why": why}


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _naive(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)
