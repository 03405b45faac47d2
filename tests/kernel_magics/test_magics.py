"""`%dsa` in a real shell on a real store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dsa_workbench.errors import DsaError, InvalidInput, NotFound
from dsa_workbench.results import CommitResult, Diff, Exported, Log, MergeResult, Reading, Refs, Status
from kernel_magics import load_ipython_extension, unload_ipython_extension
from kernel_magics.pages import HelpPage
from tests.fixtures.server import Client
from tests.kernel_magics.conftest import Notebook

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def test_the_whole_story(sales: Notebook) -> None:
    done = sales.run("%dsa commit df sales -m 'Second'")
    assert isinstance(done, CommitResult)
    assert done.created
    assert done.message == "Second"
    diff = sales.run("d = %dsa diff sales@main~1 sales\nd")
    assert isinstance(diff, Diff)
    assert diff.summary == {"data": {"added": 1, "removed": 1, "changed": 1, "unchanged": 1}}
    assert sales.run("%dsa diff sales").summary == diff.summary
    assert [commit.message for commit in sales.run("%dsa log sales")] == ["Second", "First"]
    assert sales.run("%dsa log sales --limit 1")[0].message == "Second"
    refs = sales.run("%dsa branch sales@main~1 dev")
    assert isinstance(refs, Refs)
    assert [ref.name for ref in refs] == ["dev", "main"]
    assert [ref.name for ref in sales.run("%dsa tag sales v1.0")] == ["dev", "main", "v1.0"]
    assert sales.run("%dsa show sales@v1.0").message == "Second"
    old = sales.run("%dsa read sales@main~1")
    assert isinstance(old, Reading)
    assert old.to_arrow().column("qty").to_pylist() == [2, 3, 7]
    written = sales.run("%dsa export sales@dev old.csv")
    assert isinstance(written, Exported)
    assert pd.read_csv("old.csv")["qty"].tolist() == [2, 3, 7]
    assert [dataset.name for dataset in sales.run("%dsa datasets")] == ["sales"]
    assert sales.run("%dsa check").ok


def test_reading_as_frames_and_pages(sales: Notebook) -> None:
    assert isinstance(sales.run("%dsa read sales --as pandas"), pd.DataFrame)
    assert isinstance(sales.run("%dsa read sales --as polars"), pl.DataFrame)
    page = sales.run("%dsa read sales --columns qty,id --offset 1 --limit 1 --as arrow")
    assert page.equals(pa.table({"qty": [3], "id": [2]}))


def test_options_reach_the_import(notebook: Notebook) -> None:
    Path("my data.csv").write_text("007;1\n008;2\n")
    notebook.run("%dsa import 'my data.csv' codes@main --no-header --delimiter ';' --types text -m 'a b'")
    rows = notebook.run("%dsa read codes --as arrow")
    assert rows.column(0).to_pylist() == ["007", "008"]
    assert pa.types.is_string(rows.schema.field(1).type)
    notebook.run("%dsa import orders.csv orders --key id,item --table lines")
    assert notebook.run("%dsa read orders:lines").key == ("id", "item")
    assert notebook.run("%dsa read orders --table lines").num_rows == 3
    assert not notebook.run("%dsa import orders.csv orders --table lines --key id,item").created


def test_home_and_python_values_in_paths(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(Path.cwd()))
    assert notebook.run("%dsa import ~/orders.csv a").rows == 3
    notebook.run("import io; from pathlib import Path; folder = Path.cwd(); keys = ['id']")
    assert notebook.run("%dsa import {folder / 'orders.csv'} b --key {keys}").rows == 3
    assert notebook.run("%dsa import $folder/orders.csv c").rows == 3
    assert notebook.run("%dsa import {io.BytesIO(b'id,qty\\n1,2\\n')} d").rows == 1


def test_append_and_upsert(sales: Notebook) -> None:
    sales.run("more = pd.DataFrame({'id': [3, 9], 'item': ['fig', 'plum'], 'qty': [8, 9]})")
    sales.run("%dsa commit more sales --mode upsert")
    assert sales.run("%dsa read sales --as pandas")["qty"].tolist() == [2, 3, 8, 9]
    sales.run("%dsa commit {more.assign(id=[10, 11])} sales --mode append")
    assert sales.run("%dsa read sales").num_rows == 6


def test_a_dict_of_frames_is_many_tables(sales: Notebook) -> None:
    sales.run("book = {'Q1': df, 'Q2': df.head(1)}")
    sales.run("%dsa commit book plan")
    assert sales.run("%dsa read plan:Q2").num_rows == 1


def test_a_diff_of_a_spec_and_a_variable(sales: Notebook) -> None:
    diff = sales.run("%dsa diff sales df")
    assert diff.summary["data"]["changed"] == 1
    assert diff.new == "df"
    diff = sales.run("%dsa diff {df[df.qty > 1]} sales")
    assert diff.old == "{df[df.qty > 1]}"
    assert diff.summary["data"]["removed"] == 0


def test_a_name_that_is_dataset_and_variable_means_the_dataset(
    sales: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    sales.run("sales = df")
    capsys.readouterr()
    assert not sales.run("%dsa diff sales@main sales")
    assert "sales names a dataset and a variable: the dataset is taken. Write {sales}" in capsys.readouterr().out
    assert sales.run("%dsa diff sales@main {sales}")


def test_the_dataset_in_use_completes_specs(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    sales.run("%dsa use sales")
    assert "In use: sales@main. Now @main~1 means sales@main~1." in capsys.readouterr().out
    sales.run("%dsa commit df -m Second")
    assert len(sales.run("%dsa log")) == 2
    assert sales.run("%dsa diff @main~1 @main").summary == sales.run("%dsa diff").summary
    assert sales.run("%dsa read @~1").num_rows == 3
    assert sales.run("%dsa read :data").num_rows == 3
    sales.run("%dsa branch dev")
    sales.run("%dsa use sales@dev")
    sales.run("%dsa commit {df.head(1)} -m Third")
    assert [sales.run(f"%dsa read {spec}").num_rows for spec in ("", "@", "@dev", "sales")] == [1, 1, 1, 3]
    sales.run("%dsa export kept.parquet")
    assert pd.read_parquet("kept.parquet").shape == (1, 3)
    sales.run("%dsa use --clear")
    assert not sales.cell("%dsa log").success


def test_refs_and_datasets_can_be_managed(sales: Notebook) -> None:
    sales.run("%dsa branch sales dev")
    assert sales.run("%dsa refs sales --protect dev")[0].protected
    assert not sales.cell("%dsa refs sales --delete dev").success
    sales.run("%dsa refs sales --unprotect dev")
    assert [ref.name for ref in sales.run("%dsa refs sales --delete dev")] == ["main"]
    assert list(sales.run("%dsa datasets --delete sales")) == []
    assert [dataset.name for dataset in sales.run("%dsa datasets --deleted")] == ["sales"]
    assert [dataset.name for dataset in sales.run("%dsa datasets --restore sales")] == ["sales"]


def test_status_and_connect(notebook: Notebook, pg_url: str) -> None:
    assert isinstance(notebook.run("%dsa status"), Status)
    notebook.run("url = %dsa status\nurl = url.database_url")
    status = notebook.run(f"%dsa connect {pg_url}")
    assert isinstance(status, Status)
    assert notebook.run("%dsa datasets").deleted is False


def test_a_wrong_url_leaves_the_connection_as_it_was(sales: Notebook) -> None:
    assert not sales.cell("%dsa connect mysql://nowhere/x").success
    assert len(sales.run("%dsa log sales")) == 1


TOLD: list[tuple[str, type[DsaError], str]] = [
    ("%dsa read slaes", NotFound, "NotFound: There is no dataset 'slaes'. Did you mean sales?"),
    ("%dsa read sales@nope", NotFound, "NotFound: "),
    ("%dsa import nofile.csv x", DsaError, "nofile.csv"),
    (
        "%dsa rollback sales",
        InvalidInput,
        "%dsa has no command 'rollback' in this version. There are: connect",
    ),
    ("%dsa commit nobody sales", NotFound, "NotFound: There is no Python variable 'nobody'."),
    ("%dsa commit dff sales", NotFound, "Did you mean df?"),
    ("%dsa commit orders.csv sales", NotFound, "To commit a file, use: %dsa import"),
    ("n = 3\n%dsa commit n sales", InvalidInput, "n is a int, which is no table."),
    ("%dsa commit df sales@main~1", InvalidInput, "is a place in history"),
    ("%dsa commit df sales@main --ref dev", InvalidInput, "name two branches"),
    ("%dsa log", InvalidInput, "No dataset is named, and none is in use."),
    ("%dsa log @main", InvalidInput, "'@main' names no dataset, and none is in use."),
    ("%dsa read {df}", InvalidInput, "{df} is not text."),
    ("%dsa read sales:data --table other", InvalidInput, "name two tables"),
    ("%dsa read 'sales", InvalidInput, "The quote ' is opened and not closed."),
    ("%dsa import {1/0} x", InvalidInput, "{1/0} cannot be evaluated: ZeroDivisionError"),
    ("%dsa help nothing", InvalidInput, "no command 'nothing'"),
    ("%dsa use nowhere", NotFound, "'nowhere'"),
]


def test_errors_are_one_line_and_fail_the_cell(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    for line, kind, told in TOLD:
        shown = sales.error(line, capsys)
        assert told in shown
        assert len(shown.strip().splitlines()) == 1
        assert "Traceback" not in shown
        result = sales.cell(f"stopped = True\n{line}\nstopped = False")
        assert isinstance(result.error_in_exec, kind)
        assert sales.run("stopped") is True


def test_errors_can_be_caught_and_debugged(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    caught = sales.run(
        "from dsa_workbench.errors import NotFound\n"
        "try:\n    %dsa read nowhere\nexcept NotFound as error:\n    caught = error.code\ncaught"
    )
    assert caught == "not_found"
    assert "Traceback" in sales.error("%dsa --debug read nowhere", capsys)


@pytest.mark.parametrize(
    "line", ["%dsa", "%dsa help", "%dsa --help", "%dsa help import", "%dsa import --help", "%dsa import -h"]
)
def test_help_needs_no_store(shell: InteractiveShell, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DSA_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    load_ipython_extension(shell)
    page = Notebook(shell).run(line)
    assert isinstance(page, HelpPage)
    assert ("%dsa import SOURCE [DATASET] [options]" in repr(page)) is ("import" in line)


def test_a_semicolon_silences_the_output(sales: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert sales.run("%dsa log sales;") is None
    assert capsys.readouterr().out == ""


def test_comments_end_a_line(sales: Notebook) -> None:
    assert isinstance(sales.run("%dsa log sales  # what happened"), Log)


def test_moments_are_not_arithmetic(sales: Notebook) -> None:
    assert sales.run("%dsa read sales@{2999-10-11}").num_rows == 3


def test_loading_twice_and_unloading_leave_no_trace(shell: InteractiveShell, pg_url: str) -> None:
    before = len(shell.Completer.custom_matchers)
    shell.run_line_magic("load_ext", "dsa_workbench")
    load_ipython_extension(shell)
    assert "dsa" in shell.magics_manager.magics["line"]
    assert len(shell.Completer.custom_matchers) == before + 1
    shell.run_line_magic("unload_ext", "dsa_workbench")
    assert "dsa" not in shell.magics_manager.magics["line"]
    assert len(shell.Completer.custom_matchers) == before
    assert "DsaMagics" not in {type(one).__name__ for one in shell.configurables} | set(shell.magics_manager.registry)
    unload_ipython_extension(shell)
    shell.run_line_magic("load_ext", "dsa_workbench")
    assert "dsa" in shell.magics_manager.magics["line"]


def test_merge_by_magic(sales: Notebook) -> None:
    sales.run("%dsa branch sales dev")
    assert sales.run("%dsa merge sales@dev").outcome == "up to date"
    sales.run("%dsa commit df sales")
    sales.run("%dsa commit {df.assign(qty=[21, 3, 2])} sales@dev")
    stopped = sales.run("m = %dsa merge sales@dev\nm")
    assert isinstance(stopped, MergeResult)
    assert len(stopped.conflicts["data"]) == 2
    assert sales.run("%dsa merge sales@dev --dry-run --resolve ours").outcome == "merged"
    sales.run("frame = m.conflicts['data'].to_pandas().assign(value=[22, 5])")
    assert sales.run("%dsa use sales") is None
    assert sales.run("%dsa merge @dev @main --resolve {frame} -m Both").commit.message == "Both"
    assert sales.run("%dsa read sales --as arrow").column("qty").to_pylist() == [22, 3, 5]


def test_several_files_are_one_table(notebook: Notebook) -> None:
    for month in (1, 2, 10):
        Path(f"2026-{month}.json").write_text(f'{{"m": {month}}}\n')
    done = notebook.run("%dsa import 2026-{1,10}.json months --filename source")
    assert done.message == "Import 2026-{1,10}.json"
    rows = notebook.run("%dsa read months --as arrow").to_pylist()
    assert rows == [{"m": 1, "source": "2026-1.json"}, {"m": 10, "source": "2026-10.json"}]
    notebook.run("%dsa import 2026-*.json months")
    assert notebook.run("%dsa read months --as arrow")["m"].to_pylist() == [1, 2, 10]
    assert notebook.run("%dsa import 2026-*.json --explain").tables[0].kind == "files as one table"


def test_magics_work_unchanged_on_a_server(notebook: Notebook, server: Client, dataset: str) -> None:
    token = server.headers["Authorization"].split()[1]
    notebook.run(f"%dsa connect http://127.0.0.1:{server.port}/?token={token}")
    done = notebook.run(f"%dsa import orders.csv {dataset} --key id -m First")
    assert (done.rows, done.author) == (3, "ann")
    Path("orders.csv").write_text("id,item,qty\n1,apple,2\n2,pear,4\n9,kiwi,1\n")
    notebook.run(f"%dsa import orders.csv {dataset}")
    assert notebook.run(f"%dsa diff {dataset}").summary["data"]["changed"] == 1
    assert notebook.run(f"%dsa read {dataset} --where 'qty > 3'").num_rows == 1
    assert len(notebook.run(f"%dsa log {dataset}")) == 2
    notebook.run(f"%dsa tag {dataset} v1")
    assert "v1" in repr(notebook.run(f"%dsa refs {dataset}"))
    notebook.run(f"%dsa export {dataset} out.csv")
    assert Path("out.csv").read_text() == Path("orders.csv").read_text()
    assert "delimiter" in repr(notebook.run("%dsa import orders.csv x --explain"))
    Path("orders.csv").write_text("id,item,qty\n1,apple,2\n2,pear,5\n")
    preview = notebook.run(f"%dsa import orders.csv {dataset} --dry-run")
    assert preview.diff.summary["data"] == {"added": 0, "removed": 1, "changed": 1, "unchanged": 1}
    assert "preview, nothing was written" in repr(preview)
    assert notebook.run(f"%dsa keys {dataset}").best == ("id",)
    assert notebook.run("%dsa keys orders.csv").best == ("id",)
    asked = notebook.run(f"%%dsa sql --param least=3\nselect item from {dataset} where qty > $least")
    assert asked.to_arrow()["item"].to_pylist() == ["pear"]
    Path("bad.csv").write_text("id,qty\n1,2\n2,x\n")
    notebook.run(f"%dsa import bad.csv {dataset}-bad --types qty=int --rejects-to aside.csv")
    assert "2,x" in Path("aside.csv").read_text()
    for month in (1, 2):
        Path(f"m{month}.csv").write_text(f"id\n{month}\n")
    assert notebook.run(f"%dsa import m*.csv {dataset}-all --filename source").message == "Import m*.csv"
    both = notebook.run(f"%dsa read {dataset}-all --as arrow")
    assert both.to_pydict() == {"id": [1, 2], "source": ["m1.csv", "m2.csv"]}
    assert token not in repr(notebook.run("%dsa status"))
    notebook.run(f"%dsa branch {dataset}@main~1 dev")
    Path("dev.csv").write_text("id,item,qty\n1,apple,2\n2,pear,5\n3,fig,3\n")
    notebook.run(f"%dsa import dev.csv {dataset} --ref dev")
    stopped = notebook.run(f"%dsa merge {dataset}@dev")
    assert (stopped.outcome, len(stopped.conflicts["data"])) == ("conflicts", 2)
    assert notebook.run(f"%dsa merge {dataset}@dev --resolve theirs --dry-run").outcome == "merged"
    assert notebook.run(f"%dsa merge {dataset}@dev --resolve theirs -m Dev").commit.message == "Dev"
    assert notebook.run(f"%dsa merge {dataset}@v1").outcome == "up to date"
    notebook.run(f"%dsa branch {dataset}@main~1 again")
    notebook.run(f"%dsa diff {dataset} --out changes.csv")
    assert notebook.run(f"%dsa apply changes.csv {dataset}@again --dry-run").outcome == "applied"
    assert notebook.run(f"%dsa apply changes.csv {dataset}@again").commit.message == "Apply changes.csv"
    notebook.run(f"d = %dsa diff {dataset}")
    assert notebook.run(f"%dsa apply {{d}} {dataset}@again").outcome == "up to date"
    assert notebook.run(f"%dsa equality {dataset} --ignore qty --case *").version == 1
    assert notebook.run(f"%dsa equality {dataset} --clear").profile.plain
    assert "qty is ignored" in repr(notebook.run(f"%dsa equality {dataset} --log"))
    assert notebook.run("%dsa check").ok


def test_blame_says_where_values_come_from(sales: Notebook) -> None:
    sales.run("%dsa commit df stock --key id -m First")
    sales.run("df.loc[0, 'qty'] = 99")
    sales.run("%dsa commit df stock -m Second")
    key = sales.run("key = df['id'][0]\nint(key)")
    found = sales.run(f"%dsa blame stock --key {key}")
    assert {name: found[name].message for name in ("id", "qty")} == {"id": "First", "qty": "Second"}
    assert sales.run(f"%dsa blame stock@main~1 --key {key} --column qty")["qty"].message == "First"
    assert sales.run("%dsa blame stock --key {int(key)}").added.message == "First"
    with pytest.raises(InvalidInput, match="Which row"):
        sales.run("%dsa blame stock")
