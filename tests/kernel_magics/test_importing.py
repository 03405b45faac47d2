"""`%dsa import` with its looks before and its rejects, and `%dsa keys`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.results import CommitResult, Preview, SuggestedKeys
from tests.kernel_magics.conftest import Notebook

BAD = "id,qty\n1,2\n2,x\n3,4\n1,5\n"


def test_a_dry_run_shows_and_writes_nothing(notebook: Notebook) -> None:
    Path("f.csv").write_text(BAD)
    preview = notebook.run("p = %dsa import f.csv s --key id --types qty=int --dry-run\np")
    assert isinstance(preview, Preview)
    assert not notebook.run("%dsa datasets")
    assert len(preview.rejects) == 2
    for told in (repr(preview), preview._repr_html_(), preview._repr_markdown_()):
        assert "It would be refused" in told
        assert "--rejects skip" in told
        assert "qty is not an int64" in told
    Path("f.csv").write_text("id,qty\n1,2\n")
    done = notebook.run("p = %dsa import f.csv s --key id --dry-run\np.commit()")
    assert isinstance(done, CommitResult)
    assert done.rows == 1


def test_rejects_are_skipped_written_and_imported_again(notebook: Notebook) -> None:
    Path("f.csv").write_text(BAD)
    done = notebook.run("%dsa import f.csv s --key id --types qty=int --rejects skip --max-rejects 2")
    assert [len(done.rejects), done.rows] == [2, 2]
    assert "2 rows were left out" in repr(done)
    with pytest.raises(ImportRejected, match="more rows than 1"):
        notebook.run("%dsa import f.csv s --types qty=int --rejects skip --max-rejects 1")
    notebook.run("%dsa import f.csv t --key id --types qty=int --rejects-to bad.csv")
    text = Path("bad.csv").read_text().replace("2,x,", "2,7,").replace("1,5,", "4,5,")
    Path("bad.csv").write_text(text)
    assert notebook.run("%dsa import bad.csv t --mode append").rows == 4
    assert "rows left out: 2" in repr(notebook.run("%dsa show s"))


def test_keys_are_suggested_of_files_versions_and_variables(notebook: Notebook) -> None:
    Path("f.csv").write_text("city,day,n\nUlm,1,5\nUlm,2,5\nBonn,1,5\n")
    found = notebook.run("%dsa keys f.csv")
    assert isinstance(found, SuggestedKeys)
    assert found.keys == (("city", "day"),)
    notebook.run("%dsa import f.csv s")
    assert notebook.run("%dsa keys s --most 2 --columns city,day").best == ("city", "day")
    notebook.run("%dsa use s")
    assert notebook.run("%dsa keys").keys == found.keys
    assert notebook.run("import pandas as pd\ndf = pd.read_csv('f.csv')\n%dsa keys df").keys == found.keys
    told = notebook.run("%dsa profile s --columns city")
    assert [c.name for c in told.columns] == ["city"]
    assert notebook.run("%dsa keys {df[df.n > 9]}").keys == ()


def test_an_import_without_a_key_tells_a_column_that_could_be_one(notebook: Notebook) -> None:
    Path("f.csv").write_text("n,id\n5,1\n5,2\n")
    assert "id tells all rows apart: --key id would pair rows by it." in repr(notebook.run("%dsa import f.csv s"))
    assert "tells all rows apart" not in repr(notebook.run("%dsa import f.csv t --key id"))
    Path("f.csv").write_text("n,id\n5,2\n5,1\n")
    assert "tells all rows apart" not in repr(notebook.run("%dsa import f.csv u"))


SOURCES = ["d", "d/*.csv", "{['d/a.csv', 'd/b.csv']}"]


@pytest.fixture
def folder(notebook: Notebook) -> None:
    """Lay files into the folder of the notebook."""
    Path("d").mkdir()
    Path("d/a.csv").write_text("id,qty\n1,2\n2,x\n")
    Path("d/b.csv").write_text("id,qty\n3,4\n1,5\n")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("look", ["", " --dry-run"])
@pytest.mark.usefixtures("folder")
def test_a_set_of_files_is_not_remembered_as_one(notebook: Notebook, source: str, look: str) -> None:
    with pytest.raises(
        InvalidInput, match=r"is read as a set of files, and exact=True .* remembers the bytes of one file"
    ):
        notebook.run(f"%dsa import {source} s --exact{look}")
    for what in ("--rejects skip", "--rejects-to r.csv"):
        with pytest.raises(InvalidInput, match="remembers a whole file, and this import leaves rows out"):
            notebook.run(f"%dsa import {source} s --exact {what}{look}")


@pytest.mark.parametrize("source", [*SOURCES, "j.jsonl"])
@pytest.mark.parametrize("look", ["", " --dry-run"])
@pytest.mark.usefixtures("folder")
def test_a_misfit_that_cannot_be_left_out_says_why(notebook: Notebook, source: str, look: str) -> None:
    Path("j.jsonl").write_text('{"id": 1, "qty": 2}\n{"id": 2, "qty": "x"}\n')
    with pytest.raises(ImportRejected, match=r"'x' is not .* no row is left out for a type that was given"):
        notebook.run(f"%dsa import {source} s --types qty=int --rejects skip{look}")
    with pytest.raises(ImportRejected) as caught:
        notebook.run(f"%dsa import {source} s --types qty=int{look}")
    assert "left out" not in str(caught.value)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.usefixtures("folder")
def test_rows_of_a_set_with_bad_keys_are_left_out(notebook: Notebook, source: str) -> None:
    look = notebook.run(f"p = %dsa import {source} s --key id --rejects skip --dry-run\np")
    assert len(look.rejects) == 1
    done = notebook.run(f"%dsa import {source} s --key id --rejects-to bad.csv")
    assert (done.rows, len(done.rejects)) == (3, 1)
    assert "1,5,4,,id,1,id = 1 is the key of row 1 already" in Path("bad.csv").read_text()


@pytest.mark.parametrize("look", ["", " --dry-run"])
def test_what_is_no_text_is_not_remembered_but_its_misfits_are_left_out(notebook: Notebook, look: str) -> None:
    pd.DataFrame({"id": [1, 2], "qty": ["1", "x"]}).to_excel("b.xlsx", index=False)
    with pytest.raises(InvalidInput, match=r"b\.xlsx is no delimited text"):
        notebook.run(f"%dsa import b.xlsx s --exact{look}")
    done = notebook.run(f"%dsa import b.xlsx s --types qty=int --rejects skip{look}")
    assert len(done.rejects) == 1


@pytest.mark.usefixtures("folder")
def test_a_list_of_one_file_goes_by_its_name(notebook: Notebook) -> None:
    assert notebook.run("%dsa import {['d/b.csv']} s").rows == 2
    with pytest.raises(InvalidInput, match=r"b\.csv is read as a set of files"):
        notebook.run("%dsa import {['d/b.csv']} s --exact")
