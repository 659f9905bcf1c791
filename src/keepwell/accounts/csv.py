"""Tables to download, as spreadsheets open them; that one was taken away is on the trail."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from keepwell.lib.sheets import written
from keepwell.members.audit import record
from keepwell.members.models import Member


def as_csv(
    name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]], *, by: Member, what: str, **asked: Any
) -> HttpResponse:
    """A file to download, named so; the trail tells that `by` took `what` away, and what was asked for."""
    lines = list(written(head, rows))
    record(f"export {what}", by=by, after={**asked, "rows": len(lines) - 1})
    answer = HttpResponse("".join(lines), content_type="text/csv; charset=utf-8")
    harmless = re.sub(r"[^A-Za-z0-9.-]+", "-", name)  # it may come out of an address
    answer["Content-Disposition"] = f'attachment; filename="{harmless}.csv"'
    return answer
