"""What is taken away: charts as pictures, figures and lists of accounts as CSV."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from keepwell.lib.errors import KeepwellError
from keepwell.members.rights import Right, needs
from keepwell.metrics.charts import png, svg
from keepwell.retention import queries
from keepwell.retention.asking import Asked, asked_of
from keepwell.retention.cut import Cut, cut_now
from keepwell.retention.models import Figure
from keepwell.retention.pictures import CHARTS, THEMES, drawable, drawn
from keepwell.retention.views import member_of

FORMS = {"svg": "image/svg+xml", "png": "image/png"}
FOR_EVER = "private, max-age=31536000, immutable"


@needs(Right.SEE)
@require_safe
def chart(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """A chart as a picture. One whose address names its cut and language never changes."""
    if name not in CHARTS or form not in FORMS:
        raise Http404
    look: dict[str, Any] = {
        "theme": request.GET.get("theme") if request.GET.get("theme") in THEMES else "light",
        "size": request.GET.get("size", ""),
        "title": not request.GET.get("bare"),
    }
    try:
        cut = cut_now()
        said, found = _figure(request, cut, CHARTS[name].kind, CHARTS[name].params)
    except KeepwellError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    if found.state == Figure.State.FAILED:
        raise Http404
    if found.state != Figure.State.DONE:
        return HttpResponse(status=503, headers={"Retry-After": "2", "Cache-Control": "no-store"})
    if not drawable(found.kind, found.result):
        raise Http404
    tag = _tag(found, name, form, look)
    kept = request.GET.get("cut") == cut.name and request.GET.get("language") == get_language()
    headers = {"ETag": tag, "Cache-Control": FOR_EVER if kept else "private, no-cache", "Vary": "Cookie"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    content = picture(name, form, found.result, said, **look)
    return HttpResponse(content, content_type=FORMS[form], headers=headers)


def picture(name: str, form: str, result: Any, asked: Asked, **look: Any) -> str | bytes:
    """A chart of a figure's result as SVG or PNG; `look` is what `drawn` takes."""
    chart_drawn = drawn(name, result, asked, **look)
    return svg(chart_drawn) if form == "svg" else png(chart_drawn)


def _figure(request: HttpRequest, cut: Cut, kind: str, params: Sequence[str]) -> tuple[Asked, Figure]:
    said = asked_of(kind, request.GET, cut, member_of(request))
    return said, queries.figure(kind, said.params(*params), cut.name, now=timezone.now())


def _tag(found: Figure, name: str, form: str, look: dict[str, Any]) -> str:
    told = f"{found.cut} {found.key} {name} {form} {sorted(look.items())} {get_language()}"
    return f'"{sha256(told.encode()).hexdigest()[:24]}"'
