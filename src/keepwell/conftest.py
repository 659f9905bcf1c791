"""What every test may ask for: an engine, or each of them in turn.

`duck` is a fresh DuckDB, `spark` the one Spark of the whole run (it takes ten seconds to start), `engine` is
each of them, one after the other.
"""

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from keepwell.book.engines import Engine, engine_named

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
