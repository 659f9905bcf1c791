"""What every test may ask for: an engine, or each of them in turn.

`duck` is a fresh DuckDB, `spark` the one Spark of the whole run (it takes ten seconds to start), `engine` is
each of them, one after the other.

Hypothesis tries the same examples in every run, so that a change is judged by what it changes;
HYPOTHESIS_PROFILE=deep tries others, and more of them.

Side by side (`make test`) a file's tests stay together, for what they share is made once, and all of Spark's go
to one worker, so that one Spark is started and warmed; so do those in a browser, which share one office. What
takes long comes first, so that no worker waits for it in the end. Coverage is read from the many quick tests:
the few slow ones, and those that follow histories day by day beside the product, run without it at half the
cost, and walk nowhere that the others do not.

A test that asks the office's database is marked so by itself. The others do the same whatever database there is:
Django's plugin refuses it to them, and processes that they start are told of one of their own.
"""

import gc
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from keepwell.book.engines import Engine, engine_named

# Whatever the reader speaks, tests read English unless they ask for another language.
os.environ["LANGUAGE"] = "en"

# Each Spark of the tests lives for minutes: it is not worth the second compiler, nor several collectors of garbage.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("deep", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ENGINES = ("duckdb", "spark")
DATABASE = {"db", "transactional_db", "live_server"}
BESIDE_THE_PRODUCT = Path(__file__).parent / "tests"  # the oracle, and the product's agreement with it


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what asks the office's database."""
    if item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ())):
        item.add_marker("asks_database")


@pytest.hookimpl(trylast=True)  # Django's plugin sorts too, by what a test asks of the database
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Say what is measured and what belongs together, and put what takes long first."""
    for item in items:
        if item.get_closest_marker("slow") or BESIDE_THE_PRODUCT in item.path.parents:
            item.add_marker("no_cover")
    if hasattr(config, "workerinput"):
        long = {item.path for item in items if item.get_closest_marker("no_cover")}
        long -= {item.path for item in items if _empties_tables(item)}
        items.sort(
            key=lambda item: (not _on_spark(item.nodeid), not _in_browser(item.nodeid), item.path not in long)
        )


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what was imported: it stays until the end, and is a million things."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand whole files to the workers, in the order they come in, and what Spark computes to one of them."""
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            if _on_spark(nodeid):
                return "spark"
            return "browser" if _in_browser(nodeid) else nodeid.partition("::")[0]

    config.option.loadscopereorder = False  # by the number of tests, which says nothing of their time
    return Together(config, log)


def _on_spark(nodeid: str) -> bool:
    return "spark" in nodeid


def _in_browser(nodeid: str) -> bool:
    return nodeid.startswith("tests/browser/")


def _empties_tables(item: pytest.Item) -> bool:
    """Whether a test takes away what migrations put into the tables: it comes after those that look for it."""
    marked = item.get_closest_marker("django_db")
    return marked is not None and bool(marked.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,  # noqa: ARG001 - each worker has a name of its own first
) -> Iterator[None]:
    """Begin with the tables of an empty office as they were made once for all processes of this run."""
    from django.db import connection

    from keepwell.site.tests import empty_office

    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = empty_office.pattern()
        yield
        return
    # What is in memory is there for as long as somebody is connected.
    name = connection.creation._get_test_db_name()
    with closing(sqlite3.connect(name, uri=True)) as kept:
        empty_office.pour(kept)
        yield


@pytest.fixture
def duck() -> Iterator[Engine]:
    """DuckDB, with nothing in it yet."""
    engine = engine_named("duckdb", {"threads": "2"})
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def spark() -> Iterator[Engine]:
    """The one Spark of this run."""
    if find_spec("pyspark") is None:
        pytest.skip("Spark is not installed: pip install 'keepwell[spark]'")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17, and there is no java on the path")
    engine = engine_named("spark")
    yield engine
    engine.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn. `pytest -k "not spark"` leaves the slow one out."""
    fixture = {"duckdb": "duck", "spark": "spark"}[request.param]
    found: Engine = request.getfixturevalue(fixture)
    return found
