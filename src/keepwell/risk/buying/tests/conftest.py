from collections.abc import Iterator

import pytest

from keepwell.book.engines import Engine, engine_named


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    engine = engine_named("duckdb", {"threads": "1"})
    yield engine
    engine.close()
