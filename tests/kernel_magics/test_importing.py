"""`%dsa import` with its looks before and its rejects, and `%dsa keys`."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsa_workbench.errors import ImportRejected
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
    assert notebook.run("%dsa keys {df[df.n > 9]}").keys == ()


def test_an_import_without_a_key_tells_a_column_that_could_be_one(notebook: Notebook) -> None:
    Path("f.csv").write_text("n,id\n5,1\n5,2\n")
    assert "id tells all rows apart: --key id would pair rows by it." in repr(notebook.run("%dsa import f.csv s"))
    assert "tells all rows apart" not in repr(notebook.run("%dsa import f.csv t --key id"))
    Path("f.csv").write_text("n,id\n5,2\n5,1\n")
    assert "tells all rows apart" not in repr(notebook.run("%dsa import f.csv u"))
