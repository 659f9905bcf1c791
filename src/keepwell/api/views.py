"""The page of one's tokens, and the description of the API for people and for programs."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.api.actions import make_token, revoke_token
from keepwell.api.forms import Making
from keepwell.api.gathering import the_api
from keepwell.lib.errors import KeepwellError
from keepwell.members.models import Member
from keepwell.members.rights import Right, needs
from keepwell.members.wrongs import in_lines


@needs(Right.SEE)
@never_cache
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens; a new one's secret is on this page once, and never again."""
    assert isinstance(request.user, Member)
    now, secret = timezone.now(), ""
    form = Making(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            _made, secret = make_token(
                member=request.user,
                name=said["name"],
                scope=said["scope"],
                lasts=timedelta(days=said["days"]),
                now=now,
            )
        except KeepwellError as wrong:
            form.add_error(None, in_lines(wrong))
        else:
            form = Making()
    standing = request.user.tokens.filter(revoked_at=None, expires_at__gt=now)
    context = {"form": form, "tokens": standing, "secret": secret}
    return render(request, "api/tokens.html", context)


@needs(Right.SEE)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's tokens."""
    assert isinstance(request.user, Member)
    token = get_object_or_404(request.user.tokens, pk=pk)
    revoke_token(token=token, by=request.user, now=timezone.now())
    messages.success(request, _("Revoked."))
    return redirect("api:tokens")


@needs(Right.ANYONE)
@require_safe
def described(request: HttpRequest) -> HttpResponse:
    """The description for programs, OpenAPI 3.1: it tells nothing of what is in the office."""
    return JsonResponse(the_api().get_openapi_schema(path_prefix="/api/"))


@needs(Right.SEE)
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    schema = the_api().get_openapi_schema(path_prefix="/api/")
    calls = [
        _call(method, address, call, schema)
        for address, by_method in schema["paths"].items()
        for method, call in by_method.items()
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    for call in calls:
        groups.setdefault(call["group"], []).append(call)
    return render(request, "api/reference.html", {"groups": groups.items(), "about": schema["info"]})


def _call(method: str, address: str, call: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    asked = [one for one in call["parameters"] if "name" in one]
    body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    given: dict[str, Any] = next((one for status, one in call["responses"].items() if int(status) < 300), {})
    shape = given.get("content", {}).get("application/json", {}).get("schema")
    return {
        "group": (call.get("tags") or [""])[0],
        "method": method.upper(),
        "address": address,
        "summary": call["summary"],
        "description": call.get("description", ""),
        "asked": [
            {
                "name": one["name"],
                "in": one["in"],
                "kind": _kind(one["schema"]),
                "required": one.get("required", False),
                "said": one.get("description", ""),
            }
            for one in asked
        ],
        "body": _fields(body, schema),
        "given": _fields(shape, schema),
        "scope": call.get("x-scope", ""),
    }


def _fields(shape: dict[str, Any] | None, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of an object, as deep as the page tells it: one level."""
    found = _followed(shape or {}, schema)
    required = found.get("required", [])
    return [
        {
            "name": name,
            "kind": _kind(field),
            "required": name in required,
            "said": field.get("description", ""),
        }
        for name, field in found.get("properties", {}).items()
    ]


def _followed(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        found: dict[str, Any] = schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
        return found
    return shape


def _kind(field: dict[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in field:
        return " | ".join(_kind(one) for one in field["anyOf"])
    if "enum" in field:
        return " | ".join(str(one) for one in field["enum"])
    if field.get("type") == "array":
        return f"[{_kind(field.get('items', {}))}]"
    return str(field.get("format") or field.get("type") or "any")
