"""What `explain` says of formats that leave nothing to guess, and of sets."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from dsa_workbench.files.explain import Explanation, explain

TABLE = pa.table({"a": [1, 2, 3], "s": ["x", None, "z"]})


def facts(found: Explanation) -> dict[str, str]:
    return {setting.name: setting.value for setting in found.settings}


def test_parquet_says_rows_groups_and_codecs(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(TABLE, path, row_group_size=2, compression={"a": "zstd", "s": "gzip"})
    [found] = explain(path)
    assert found.kind == "Parquet"
    assert facts(found) | {"written by": ""} == {
        "rows": "3", "row groups": "2", "codecs": "gzip, zstd", "encodings": "plain, rle, rle_dictionary",
        "written by": "",
    }  # fmt: skip
    assert [(c.name, c.type) for c in found.columns] == [("a", "int64"), ("s", "string")]
    assert found.sample[1] == ("2", "")


def test_arrow_says_rows_and_batches(tmp_path: Path) -> None:
    feather.write_feather(TABLE, tmp_path / "t.feather", chunksize=2)
    [found] = explain(tmp_path / "t.feather")
    assert (found.kind, facts(found)) == ("an Arrow file (Feather, version 2)", {"rows": "3", "batches": "2"})


def test_json_says_its_form(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('[{"a": 1, "o": {"k": [1.50]}}]', encoding="utf-16")
    [found] = explain(tmp_path / "t.json")
    assert found.kind == "JSON"
    assert (facts(found)["form"], facts(found)["encoding"]) == ("an array of objects", "utf-16")
    assert found.sample == (("1", '{"k":[1.5]}'),)


def test_a_set_says_its_files(tmp_path: Path) -> None:
    for day in (1, 2):
        folder = tmp_path / f"day={day}"
        folder.mkdir()
        (folder / "x.csv").write_text("a\n1\n")
    [found] = explain(tmp_path)
    assert facts(found)["files"] == "2"
    assert facts(found)["columns from folders"] == "day"
    assert [(c.name, c.type) for c in found.columns] == [("a", "int64"), ("day", "int64")]


def test_a_file_that_cannot_be_looked_at_says_so(tmp_path: Path) -> None:
    path = tmp_path / "t.feather"
    feather.write_feather(TABLE, path, compression="uncompressed")
    whole = path.read_bytes()
    at = whole.index(b"xz")
    path.write_bytes(whole[:at] + b"\xff\xff" + whole[at + 2 :])
    [found] = explain(path)
    assert found.problem is not None
    assert "t.feather, row 1, column 's': a text is not UTF-8" in found.problem
