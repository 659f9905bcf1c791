"""Tables to download, as spreadsheets open them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from keepwell.lib.sheets import written


def as_csv(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file to download, named so."""
    answer = HttpResponse("".join(written(head, rows)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
