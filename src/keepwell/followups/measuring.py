"""The effect of a playbook, by the library's own functions; too small groups are refused in its own words."""

import json
from contextlib import suppress

from django.conf import settings
from django.utils import timezone

from keepwell.accounts.outbox import gather
from keepwell.book.book import Book
from keepwell.book.engines import engine_named
from keepwell.followups.models import Effect, Playbook
from keepwell.lib.errors import KeepwellError
from keepwell.lib.text import speaking


def measure(playbook: int, language: str = "") -> str:
    """Work out what starting a playbook did to leaving, beside those held out from it; a job, safe to repeat."""
    from keepwell.risk.effects.trial import TooFew

    found = Playbook.objects.get(pk=playbook)
    refused, few = "", None
    rows: list[dict[str, object]] = []
    notes: list[str] = []
    with speaking(language):
        try:
            rows, notes = _asked(found.name)
        except KeepwellError as why:
            refused = str(why)
            if isinstance(why, TooFew):  # told by the page in its reader's words
                few = {"treated": why.treated, "held_out": why.held_out, "late": why.late}
    Effect.objects.filter(playbook=found).update(
        made_at=timezone.now(), rows=rows, notes=notes, refused=refused, few=few
    )
    return refused.splitlines()[0] if refused else "measured"


def _asked(action: str) -> tuple[list[dict[str, object]], list[str]]:
    from keepwell.risks import Risks

    book = Book.open(settings.HOME)
    with suppress(KeepwellError):  # somebody else is writing the book: the night brings them
        gather(book, now=timezone.now())  # starts of today are in the book then
    engine = engine_named("duckdb")
    try:
        said = Risks(book, engine).effect(action)
        return json.loads(json.dumps(said.rows(), default=float)), said.notes()
    finally:
        engine.close()
