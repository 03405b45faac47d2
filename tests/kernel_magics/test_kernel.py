"""`%dsa` in a real kernel, run headless as nbconvert and papermill do it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook

ROOT = Path(__file__).resolve().parents[2]

SETUP = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n%load_ext dsa_workbench"


@pytest.fixture
def run_cells(pg_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DSA_DATABASE_URL", pg_url)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    (tmp_path / "orders.csv").write_text("id,item,qty\n1,<b>apple</b>,2\n2,pear,3\n")

    def run(*sources: str, **options: Any) -> Any:
        cells = [new_code_cell(source) for source in (SETUP, *sources)]
        notebook = new_notebook(cells=cells)
        client = NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}, **options
        )
        client.execute()
        nbformat.validate(notebook)
        return notebook

    return run


def test_outputs_errors_and_conversion(run_cells: Any) -> None:
    notebook = run_cells(
        "%dsa import orders.csv sales --key id -m First",
        "import pandas as pd\n%dsa commit {pd.DataFrame({'id': [1], 'item': ['<i>kiwi</i>'], 'qty': [9]})} sales",
        "%dsa diff sales",
        "%dsa read nowhere",
        allow_errors=True,
    )
    _, imported, _, diff, failed = notebook.cells
    (output,) = imported.outputs
    assert output.output_type == "execute_result"
    assert set(output.data) == {"text/plain", "text/html", "text/markdown"}
    (output,) = diff.outputs
    assert "<del>2</del> → <ins>9</ins>" in output.data["text/html"]
    (error,) = failed.outputs
    assert (error.output_type, error.ename) == ("error", "NotFound")
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in error.traceback] == [
        "NotFound: There is no dataset 'nowhere'. Did you mean sales?"
        if "mean" in error.traceback[0]
        else f"NotFound: {error.evalue}"
    ]
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    assert "&lt;i&gt;kiwi" in html
    assert "<i>kiwi" not in html
    assert '<table class="dsa-grid">' in html


def test_a_failing_cell_stops_a_headless_run(run_cells: Any) -> None:
    with pytest.raises(CellExecutionError, match="There is no dataset 'nowhere'"):
        run_cells("%dsa read nowhere", "never = 'reached'")


def test_long_work_leaves_no_progress_in_a_headless_run(run_cells: Any) -> None:
    notebook = run_cells(
        "from kernel_magics import progress\nprogress.APPEARS_AFTER = 0\nprogress.BETWEEN = 0",
        "%dsa import orders.csv sales",
    )
    (output,) = notebook.cells[-1].outputs
    assert output.output_type == "execute_result"


def test_a_watched_notebook_shows_one_line_that_ends_empty(run_cells: Any) -> None:
    notebook = run_cells(
        "from kernel_magics import progress\nprogress.APPEARS_AFTER = 0\nprogress.BETWEEN = 0\n"
        "get_ipython().kernel._allow_stdin = True  # as a front end with a person says\n"
        "%dsa import orders.csv sales"
    )
    shown, result = notebook.cells[-1].outputs
    assert (shown.output_type, result.output_type) == ("display_data", "execute_result")
    assert shown.data == {"text/plain": "", "text/html": ""}
