"""Pages of figures are drawn once: what is worked out from a cut of the book does not change, and drawing takes long.

Kept in the memory of the process that serves, by the cut, the question, the reader's language and clock, and whether
they administer. Nothing on such a part of a page is one reader's own.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from keepwell.members.rights import Right, may
from keepwell.retention import queries, showing
from keepwell.retention.cut import VERSION, Cut
from keepwell.retention.models import Figure

DAY = 24 * 3600


def kept(
    request: HttpRequest,
    cut: Cut,
    figures: Sequence[Figure],
    template: str,
    drawn: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """A page of figures that are there; `drawn` gives what the template shows, where it has not been drawn yet."""
    key = _key(request, cut, figures, template)
    main = caches["pages"].get(key)
    if main is None:
        shown = {**drawn(), "frame": "retention/frame.html"}
        main = render_to_string(template, shown, request)
        if shown["columns"]:  # else it is not known yet what one may ask, and the page offers nothing
            caches["pages"].set(key, main, DAY)
    return render(request, "retention/kept.html", {"main": main, "called": showing.called(request)})


def _key(request: HttpRequest, cut: Cut, figures: Sequence[Figure], template: str) -> str:
    said = [
        VERSION,
        cut.name,
        cut.manifest,
        template,
        request.get_full_path(),
        [get_language(), timezone.get_current_timezone_name()],
        may(request.user, Right.ADMINISTER),  # who is offered what names an account
        [(one.pk, one.made_at) for one in figures],
        list(queries.segments().values_list("pk", "name", "where")),  # the pages offer them
    ]
    return sha256(json.dumps(said, default=str).encode()).hexdigest()
