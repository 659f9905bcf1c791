"""What every test may ask for: an engine, or each of them in turn.

`duck` is a fresh DuckDB, `spark` the one Spark of the whole run (it takes ten seconds to start), `engine` is
each of them, one after the other.

Hypothesis tries the same examples in every run, so that a change is judged by what it changes;
HYPOTHESIS_PROFILE=deep tries others, and more of them.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from hypothesis import settings

from keepwell.book.engines import Engine, engine_named

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("deep", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

ENGINES = ("duckdb", "spark")


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
