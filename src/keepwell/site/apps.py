"""The site's place among Django's applications: what a failed job leaves behind holds nothing personal."""

import re
import threading
from contextlib import suppress
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import AppConfig

_PLACE = re.compile(r'^  File "([^"\n]+)", line (\d+)', re.M)
_TYPE = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)", re.M)


class Site(AppConfig):
    """Scrubs what failed jobs say before it is stored, and tells PostgreSQL what it is asked for."""

    name = "keepwell.site"

    def ready(self) -> None:
        """Listen to the worker, and to each connection that is opened."""
        from django.db.backends.signals import connection_created
        from django_q.signals import post_execute_in_worker

        keep_by_thread()
        connection_created.connect(settle, dispatch_uid="keepwell settle")
        post_execute_in_worker.connect(scrub, dispatch_uid="keepwell scrub")


def keep_by_thread() -> None:
    """Keep a reader's language, time zone and connection with the thread that answers them.

    Django keeps them so that tasks of one thread could have each their own, behind a lock that all threads share; a
    page asks for them hundreds of times. Here a request has a thread to itself, and nothing is asynchronous.
    """
    from django.db import connections
    from django.urls import base
    from django.utils import timezone
    from django.utils.translation import trans_real

    for module, name in (
        (trans_real, "_active"),
        (timezone, "_active"),
        (base, "_prefixes"),
        (base, "_urlconfs"),
        (connections, "_connections"),
    ):
        kept = threading.local()
        for one in ("value", *connections):  # what was set before in this thread
            with suppress(AttributeError):
                setattr(kept, one, getattr(getattr(module, name), one))
        setattr(module, name, kept)


def settle(connection: Any, **_more: Any) -> None:
    """A page asks for few rows of a database in memory: compiling or dividing that costs more than doing it.

    Reading a page of it costs about as much as comparing ten rows. What is prepared (`members/planned.py`) is planned
    once, and not for five values first. Moments are read as psycopg reads them, whose zone is UTC as well: Django
    would hand each from one class to another.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as asked:
            asked.execute(
                "SET seq_page_cost = 0.1; SET random_page_cost = 0.11; SET jit = off;"
                " SET max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_generic_plan"
            )
        if connection.timezone == UTC:
            connection.connection.adapters.register_loader("timestamptz", _moments_in_utc())


@cache
def _moments_in_utc() -> Any:
    from psycopg import adapters
    from psycopg.pq import Format

    read: Any = adapters.get_loader(adapters.types["timestamptz"].oid, Format.TEXT)

    class MomentInUtc:
        """psycopg's own, which is sealed, with the zone at the place where Django looks for it."""

        format, timezone = Format.TEXT, UTC

        def __init__(self, oid: int, context: Any = None) -> None:
            self.load = read(oid, context).load

    return MomentInUtc


def scrub(task: dict[str, Any], **_more: Any) -> None:
    """Of an error keep its type and where it happened: its words may quote a name or an address."""
    if task.get("success") is False:
        task["result"] = without_words(str(task.get("result", "")))


def without_words(trace: str) -> str:
    """A printed trace without what was said in it."""
    places = _PLACE.findall(trace)
    raised = _TYPE.search(trace, trace.rfind('  File "'))
    name = raised[1] if raised else "error"
    return f"{name} at {' > '.join(f'{Path(file).name}:{line}' for file, line in places[-8:])}"
