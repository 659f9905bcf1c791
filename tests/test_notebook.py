"""The example notebook runs from its first cell to its last, and shows what it promises."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.ipynb"
SHOWN = (
    ".statement(",
    ".series(",
    ".definitions(",
    ".cohorts(",
    ".survival(",
    ".cycles(",
    ".events_retention(",
)


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_kept_without_what_a_run_of_it_has_shown(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.slow
def test_the_notebook_runs_and_every_answer_shows_a_chart(notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    ran = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = {}
    for cell in ran.cells:
        if cell.cell_type == "code":
            html = "".join(o.get("data", {}).get("text/html", "") for o in cell.outputs)
            shown[cell.source] = html
    drawn = [source for source, html in shown.items() if "<svg" in html and 'class="keepwell"' in html]
    for asked in SHOWN:
        assert any(asked in source for source in drawn), f"no chart for {asked}"
