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


EAGER = "from kernel_magics import progress\nprogress.APPEARS_AFTER = progress.BETWEEN = 0"
"""Show progress at once, so that a test need not wait for it."""
WATCHED = "get_ipython().kernel._allow_stdin = True"
"""What a front end says that has a person in front of it."""


def test_a_headless_run(run_cells: Any) -> None:
    notebook = run_cells(
        EAGER,
        "%dsa import orders.csv sales --key id -m First",
        "import pandas as pd\n%dsa commit {pd.DataFrame({'id': [1], 'item': ['<i>kiwi</i>'], 'qty': [9]})} sales",
        "%dsa diff sales",
        "%dsa read nowhere",
        f"{WATCHED}\n%dsa import orders.csv again",
        allow_errors=True,
    )
    _, _, imported, _, diff, failed, watched = notebook.cells
    # Nobody watches: the result, and no trace of progress.
    (output,) = imported.outputs
    assert output.output_type == "execute_result"
    assert set(output.data) == {"text/plain", "text/html", "text/markdown"}
    (output,) = diff.outputs
    assert "<del>2</del> → <ins>9</ins>" in output.data["text/html"]
    # An error is one line, and an error to all that read notebooks.
    (error,) = failed.outputs
    assert (error.output_type, error.ename) == ("error", "NotFound")
    assert [re.sub(r"\x1b\[\d+m", "", line) for line in error.traceback] == [f"NotFound: {error.evalue}"]
    # Somebody watches: one line of progress, empty at the end.
    shown, result = watched.outputs
    assert (shown.output_type, result.output_type) == ("display_data", "execute_result")
    assert shown.data == {"text/plain": "", "text/html": ""}
    html, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    assert "&lt;i&gt;kiwi" in html
    assert "<i>kiwi" not in html
    assert '<table class="dsa-grid">' in html


def test_a_failing_cell_stops_a_headless_run(run_cells: Any) -> None:
    with pytest.raises(CellExecutionError, match="There is no dataset 'nowhere'"):
        run_cells("%dsa read nowhere", "never = 'reached'")


VIEW = "application/vnd.jupyter.widget-view+json"


def test_diffs_and_tables_are_widgets_where_somebody_looks_and_html_where_nobody_does(run_cells: Any) -> None:
    notebook = run_cells(
        "%dsa import orders.csv sales --key id",
        "import pandas as pd\n%dsa commit {pd.DataFrame({'id': [1], 'item': ['kiwi'], 'qty': [9]})} sales",
        "import dsa_workbench as dsa\nwb = dsa.connect()\nwb.table('sales')",
        f"{WATCHED}\n%dsa diff sales",
        f"{WATCHED}\n%dsa diff sales sales",
        f"{WATCHED}\nwb.table('sales')",
    )
    unseen, diff, nothing, table = (cell.outputs[0] for cell in notebook.cells[3:])
    forms = {"text/plain", "text/html", "text/markdown"}
    assert [set(output.data) for output in (unseen, nothing)] == [forms, forms]
    assert [set(output.data) for output in (diff, table)] == [forms | {VIEW}, forms | {VIEW}]
    assert diff.output_type == "execute_result"
    assert "kiwi" in diff.data["text/html"]
    assert "kiwi" in unseen.data["text/html"]
