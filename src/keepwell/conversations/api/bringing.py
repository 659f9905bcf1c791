"""Calls about rules as files: taken out, brought in, begun with those that come with Keepwell, and older versions."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field

from keepwell.api.door import asks, member_of
from keepwell.api.filling import filled
from keepwell.api.paging import Asked, Order, Page, page
from keepwell.api.problems import Problem
from keepwell.conversations.actions import ruling
from keepwell.conversations.api.clips import Number
from keepwell.conversations.models import Rule, RuleVersion
from keepwell.conversations.rules import themes
from keepwell.conversations.rules.forms import LARGEST, Bringing
from keepwell.conversations.rules.queries import starting
from keepwell.listening import rules as listening
from keepwell.members.rights import Right

router = Router(tags=["rules"])
YAML = "application/yaml"
_OUT = {
    "responses": {200: {"description": "The rules, as they can be brought in again.", "content": {YAML: {}}}}
}
_IN = {
    "requestBody": {
        "required": True,
        "description": "The file itself: rules as they were taken out.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
Theme = Literal["leaving", "competitor", "price", "complaint", "no_results", "decision_maker_gone", "praise"]


class RuleVersionShape(Schema):
    """A rule as it was from a moment on; `rule` is what it listened for, as in a file of rules."""

    version: int
    name: str
    by: int | None
    at: datetime
    rule: dict[str, Any]


class BroughtShape(Schema):
    """What became of rules that were brought in: their names."""

    made: list[str]
    changed: list[str]
    same: list[str]


class StartingShape(Schema):
    """A theme of rules that come with Keepwell."""

    theme: str
    label: str
    rules: int


class StartingList(Schema):
    """The themes of rules that come with Keepwell."""

    items: list[StartingShape]


class StartingRules(Schema):
    """Of which themes the rules that come with Keepwell are begun with."""

    themes: Annotated[list[Theme], Field(min_length=1, max_length=7)]


@router.get(
    "/rules/export",
    response={200: None},
    auth=asks(Right.SEE),
    summary="All rules as a file",
    openapi_extra=_OUT,
)
def export_rules(request: HttpRequest) -> Any:
    """As YAML."""
    return HttpResponse(ruling.export(by=member_of(request)), content_type=f"{YAML}; charset=utf-8")


@router.post(
    "/rules/import",
    response=BroughtShape,
    auth=asks(Right.MANAGE),
    summary="Bring rules in from a file",
    openapi_extra=_IN,
)
def import_rules(request: HttpRequest) -> Any:
    """The body is YAML: all of it, or nothing where something in it cannot be. The same again changes nothing."""
    try:
        body = SimpleUploadedFile("rules.yaml", request.read(LARGEST + 1))
    except OSError as broken:
        raise Problem(400, _("The file broke off on its way.")) from broken
    file = filled(Bringing({}, MultiValueDict({"file": [body]}))).cleaned_data["file"]
    found = listening.parsed(file.read(), file.name)
    return _brought(ruling.bring(rules=found, by=member_of(request), now=timezone.now()))


@router.get(
    "/rules/starting",
    response=StartingList,
    auth=asks(Right.SEE),
    summary="Rules that come with Keepwell",
)
def starting_rules(request: HttpRequest) -> Any:  # noqa: ARG001 - the API calls it so
    """How many there are of each theme."""
    counts = starting()
    return StartingList(
        items=[StartingShape(theme=name, label=label, rules=counts[name]) for name, label in themes.choices()]
    )


@router.post(
    "/rules/starting",
    response=BroughtShape,
    auth=asks(Right.MANAGE),
    summary="Begin with rules that come with Keepwell",
)
def start_with_rules(request: HttpRequest, said: StartingRules) -> Any:
    """One whose name is there already is left alone."""
    return _brought(ruling.start_with(themes=said.themes, by=member_of(request), now=timezone.now()))


@router.get(
    "/rules/{int:pk}/versions",
    response=Page[RuleVersionShape],
    auth=asks(Right.SEE),
    summary="Versions of a rule",
)
def rule_versions(request: HttpRequest, pk: Number, part: Asked) -> Any:  # noqa: ARG001 - the API calls it so
    """The newest first; `restore` goes back to one."""
    if not Rule.objects.filter(pk=pk).exists():
        raise Http404
    return page(RuleVersion.objects.filter(rule=pk), part, Order("-version"), _version)


def _version(row: RuleVersion) -> RuleVersionShape:
    return RuleVersionShape(version=row.version, name=row.name, by=row.by_id, at=row.at, rule=row.data)


def _brought(done: ruling.Brought) -> BroughtShape:
    return BroughtShape(made=list(done.made), changed=list(done.changed), same=list(done.same))
