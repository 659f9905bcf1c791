"""What ninja does not tell in the description of the API: headers that every call knows, and problems."""

from http import HTTPStatus
from typing import Any

from keepwell.api.once import LONGEST

READS, WRITES = (
    (400, 401, 403, 404, 405, 409, 422, 429, 500),
    (400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500),
)
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "where": {"type": "array", "items": {"type": "string"}},
                    "detail": {"type": "string"},
                },
                "required": ["where", "detail"],
            },
        },
        "ways": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["type", "title", "status"],
}
_HEADERS = {
    "Idempotency-Key": "A key of the caller's own: the same call with the same key within a day is done once.",
    "If-Match": "The ETag of what is to be changed, as it was read: refused (412) where it has changed since.",
    "If-None-Match": "ETags that the caller has: answered by 304 where nothing has changed.",
}


def complete(described: dict[str, Any]) -> None:
    """Add the headers and the problems to a description, and leave out what OpenAPI 3.1 does not take."""
    for scheme in described.get("components", {}).get("securitySchemes", {}).values():
        if scheme["type"] == "http":
            scheme.pop("name", None)  # only a key has one
    parts = described.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    parts["responses"] = {
        f"Problem{status}": {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*READS, *WRITES})
    }
    parts["parameters"] = {
        name: {
            "name": name,
            "in": "header",
            "required": False,
            "description": said,
            "schema": {"type": "string"} | ({"maxLength": LONGEST} if name == "Idempotency-Key" else {}),
        }
        for name, said in _HEADERS.items()
    }
    for calls in described["paths"].values():
        for method, call in calls.items():
            _complete(method, call)


def _complete(method: str, call: dict[str, Any]) -> None:
    reads = method == "get"
    for told in call.get("parameters", []):
        told.pop("examples", None)  # a list, as its schema has it too; here a map is asked
    known = ["If-None-Match"] if reads else ["Idempotency-Key", "If-Match"]
    call.setdefault("parameters", []).extend({"$ref": f"#/components/parameters/{name}"} for name in known)
    answers = call["responses"]
    for status in READS if reads else WRITES:
        answers.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
    if reads:
        answers.setdefault(304, {"description": "Nothing has changed."})
