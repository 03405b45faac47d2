"""`%dsa diff --out` and `%dsa apply` in a real shell on a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dsa_workbench.results import ApplyResult, Exported
from tests.kernel_magics.conftest import Notebook


@pytest.fixture
def changed(sales: Notebook) -> Notebook:
    """Give a shell with two versions of sales, and a branch at the first."""
    sales.run("%dsa branch sales dev")
    sales.run("%dsa commit df sales -m Second")
    return sales


def test_a_diff_goes_out_and_comes_in(changed: Notebook) -> None:
    done = changed.run("%dsa diff sales --out changes.csv")
    assert isinstance(done, Exported)
    assert done.rows == 3
    assert Path("changes.csv.patch.json").exists()
    made = changed.run("%dsa apply changes.csv sales@dev -m 'As on main'")
    assert isinstance(made, ApplyResult)
    assert (made.outcome, made.commit.message) == ("applied", "As on main")
    assert changed.run("%dsa diff sales@dev sales").summary["data"]["unchanged"] == 3
    assert changed.run("%dsa apply changes.csv sales --ref dev").outcome == "up to date"
    assert changed.run("%dsa apply changes.csv sales@dev --reverse --dry-run").outcome == "applied"
    back = changed.run("%dsa apply changes.csv sales@dev --reverse")
    assert back.commit.message == "Undo changes.csv"


def test_a_diff_in_a_variable_is_applied(changed: Notebook) -> None:
    changed.run("d = %dsa diff sales")
    assert changed.run("%dsa apply {d} sales@dev --mode merge").outcome == "applied"


def test_options_reach_the_file(changed: Notebook) -> None:
    changed.run("%dsa diff sales -o page --format html --limit 1")
    assert "… and 2 more rows." in Path("page").read_text("utf-8")
    changed.run("%dsa diff sales -o changes.json --context 1 --table data")
    rows = json.loads(Path("changes.json").read_text("utf-8"))["tables"]["data"]["rows"]
    assert "context" in {row["change"] for row in rows}
    changed.run("%dsa diff sales -o changes.diff.csv")
    assert Path("changes.diff.csv").read_text("utf-8").startswith("@@,id,item,qty\n")


def test_errors_say_what_to_do(changed: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    said = changed.error("%dsa diff sales --out changes.docx", capsys)
    assert "Write a diff as one of: csv, tsv, parquet" in said
    assert "holds no diff" in changed.error("%dsa apply orders.csv sales", capsys)
    assert "Traceback" not in changed.error("%dsa apply nowhere.csv sales", capsys)
