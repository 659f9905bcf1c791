"""What the worker does: work one figure out. Safe to repeat; one that is done stays as it is."""

import logging

from django.conf import settings
from django.utils import timezone

from keepwell.book.engines import engine_named
from keepwell.company import open as open_company
from keepwell.lib.errors import KeepwellError
from keepwell.members.speaking import spoken_in
from keepwell.retention import actions
from keepwell.retention.cut import cut_now
from keepwell.retention.measuring import KINDS
from keepwell.retention.models import Figure


def measure(pk: int, language: str = "en") -> str:
    """Work a figure out and keep it; what a person can put right is kept in words of their language."""
    figure = Figure.objects.filter(pk=pk).exclude(state=Figure.State.DONE).first()
    if figure is None:
        return "done already"
    telling = actions.begin(figure=figure)
    with spoken_in(language):
        try:
            if cut_now().name != figure.cut:  # the book has moved on: nobody will look at this one again
                Figure.objects.filter(pk=pk).delete()
                return "of an old cut"
            with open_company(settings.HOME, engine=engine_named("duckdb", {"threads": "2"})) as opened:
                made = KINDS[figure.kind].made(opened, figure.params, telling)
                actions.keep(figure=figure, made=made, now=timezone.now())
        except KeepwellError as error:
            actions.fail(figure=figure, error=error, now=timezone.now())
        except Exception as error:  # told to a person as what it is; its text may hold what is personal
            logging.getLogger(__name__).error("figure %s failed: %s", figure.kind, type(error).__name__)
            actions.fail(figure=figure, error=None, now=timezone.now())
    return figure.kind
