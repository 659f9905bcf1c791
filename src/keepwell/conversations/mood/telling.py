"""What tells the mood in each language now."""

from collections.abc import Callable
from dataclasses import dataclass

from keepwell.conversations.models import MoodModel, Turn
from keepwell.lib.errors import BadInput
from keepwell.listening import said as heard
from keepwell.listening.languages import all_languages
from keepwell.listening.languages.telling import language_of
from keepwell.listening.mood import vader
from keepwell.listening.mood.learning import Kind
from keepwell.listening.mood.model import Model, read

_read: dict[tuple[int, str], Model | None] = {}  # by row and what it was learnt from


@dataclass(frozen=True)
class Teller:
    """How a text's mood is told: the chance of a good one, None of a short text. `name` is what the book is told."""

    name: str
    chance: Callable[[str], float | None]


@dataclass(frozen=True)
class Held:
    """The models that hold: `revision` is 0 where no night has learnt yet."""

    revision: int
    tellers: dict[str, Teller]


def said_by(turn: Turn) -> str:
    """What the customer says in a turn, without what is quoted or signed; their single words are not asked for."""
    pieces = tuple(heard.Piece(heard.PieceKind(kind), start, end) for kind, start, end in turn.pieces)
    return heard.Turn(turn.no, turn.text, pieces=pieces).said


def language_in(language: str, text: str) -> str:
    """The language of a text: that of its conversation where it is known, else as the text tells; "" if unsure."""
    return language if language in all_languages() else language_of(text) or ""


def newest() -> dict[str, MoodModel]:
    """The version that holds of each language, without its weights."""
    found: dict[str, MoodModel] = {}
    for row in MoodModel.objects.defer("weights").order_by("language", "version"):
        found[row.language] = row
    return found


def held() -> Held:
    """The models that hold now, each read once by a process."""
    rows = newest()
    tellers = {code: teller for code, row in rows.items() if (teller := _teller(row)) is not None}
    return Held(max((row.revision for row in rows.values()), default=0), tellers)


def _teller(row: MoodModel) -> Teller | None:
    if row.kind == Kind.VADER:
        return Teller(vader.NAME, vader.chance)
    model = model_of(row) if row.kind == Kind.OWN else None
    return None if model is None else Teller(str(row), model.chance)


def model_of(row: MoodModel) -> Model | None:
    """A row's model; None where it has none, or one of another form: the next night learns it anew."""
    key = (row.pk, row.digest)
    if key not in _read:
        for old in [one for one in _read if one[0] == row.pk]:
            del _read[old]
        try:
            _read[key] = read(bytes(row.weights or b""), row.language)
        except BadInput:
            _read[key] = None
    return _read[key]
