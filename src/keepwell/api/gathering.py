"""The API itself: what every room lists under ROUTERS in its `api.py`, behind one door, with its description."""

from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver
from django.utils.module_loading import module_has_submodule
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from keepwell.api.describing import complete
from keepwell.api.door import asks, door
from keepwell.api.problems import answer_all

VERSION = "1"
ABOUT = """What the screens show and do, for programs. Each call bears a token that its member made
(`Authorization: Bearer kw_…`) and is answered as that member: what they may not see is not there. Lists come in parts
(`cursor`, `limit`); what is read bears an `ETag`; a write may bear an `Idempotency-Key`, so that it is done once, and
an `If-Match`. Every problem is `application/problem+json`."""


class Described(NinjaAPI):
    """An API whose description tells headers and problems too."""

    def get_openapi_schema(self, **asked: Any) -> OpenAPISchema:
        """The description, OpenAPI 3.1."""
        described = super().get_openapi_schema(**asked)
        complete(described)
        return described


@cache
def the_api() -> NinjaAPI:
    """The API of this office."""
    api = Described(
        title="Keepwell",
        version=VERSION,
        description=" ".join(ABOUT.split()),
        urls_namespace="calls",
        openapi_url=None,
        docs_url=None,
    )
    for app in apps.get_app_configs():
        if app.name.startswith("keepwell.") and app.module and module_has_submodule(app.module, "api"):
            for router in getattr(import_module(f"{app.name}.api"), "ROUTERS", ()):
                api.add_router("", _told(router))
    answer_all(api)
    return api


def _told(router: Router) -> Router:
    """A router whose calls tell in the description which scope they ask."""
    for path in router.path_operations.values():
        for operation in path.operations:
            for ask in operation.auth_callbacks:
                if isinstance(ask, asks):
                    operation.openapi_extra = {**(operation.openapi_extra or {}), "x-scope": ask.scope}
    return router


def uploads() -> set[str]:
    """The addresses of calls that take a file: what rooms list under UPLOADS in their `api.py`."""
    found: set[str] = set()
    for app in apps.get_app_configs():
        if app.name.startswith("keepwell.") and app.module and module_has_submodule(app.module, "api"):
            found |= set(getattr(import_module(f"{app.name}.api"), "UPLOADS", ()))
    return found


def addresses() -> tuple[list[URLPattern | URLResolver], str, str]:
    """Every call's address, each behind the door."""
    found, application, namespace = the_api().urls
    files = uploads()
    behind: list[URLPattern | URLResolver] = [
        URLPattern(
            one.pattern, door(one.callback, file=str(one.pattern) in files), one.default_args, one.name
        )
        for one in found
        if isinstance(one, URLPattern) and one.name != "api-root"
    ]
    return behind, application, namespace
