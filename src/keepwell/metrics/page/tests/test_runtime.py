"""The page's script is put together once and kept; where it cannot be kept it is put together again."""

import pytest

from keepwell.metrics.page import runtime as module
from keepwell.metrics.page.runtime import runtime


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "user_cache_dir", lambda *_a, **_k: str(tmp_path / "cache"))
    runtime.cache_clear()
    yield
    runtime.cache_clear()


def test_the_script_is_kept_by_its_version_and_read_from_there(tmp_path, monkeypatch):
    made = runtime()
    assert len(made) > 500_000
    assert "</script" not in made.lower()
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept.read_text(encoding="utf-8") == made
    runtime.cache_clear()
    monkeypatch.setattr(module, "_bundled", lambda: pytest.fail("it was kept"))
    assert runtime() == made


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setattr(module, "_bundled", lambda: "made again")
    assert runtime() == "made again"
