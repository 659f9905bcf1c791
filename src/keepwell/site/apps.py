"""The site's place among Django's applications: what a failed job leaves behind holds nothing personal."""

import re
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

        connection_created.connect(settle, dispatch_uid="keepwell settle")
        post_execute_in_worker.connect(scrub, dispatch_uid="keepwell scrub")


def settle(connection: Any, **_more: Any) -> None:
    """A page asks for few rows of a database in memory: compiling or dividing that costs more than doing it.

    What is prepared (`members/planned.py`) is planned once, and not for five values first.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as asked:
            asked.execute(
                "SET random_page_cost = 1.1; SET jit = off; SET max_parallel_workers_per_gather = 0;"
                " SET plan_cache_mode = force_generic_plan"
            )


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
