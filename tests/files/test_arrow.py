"""Arrow files and streams and both versions of Feather; and what is none of them any more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
import pytest

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.source import open_tables, read_all
from dsa_workbench.workbench import Workbench

TABLE = pa.table({"i": range(1000), "s": [f"text {i}" for i in range(1000)], "l": [[i] for i in range(1000)]})
FLAT = TABLE.drop(["l"])


def written(form: str, table: pa.Table = TABLE, compression: str | None = None) -> bytes:
    sink = io.BytesIO()
    if form == "feather 1":
        feather.write_feather(table, sink, version=1)
    elif form == "feather 2":
        feather.write_feather(table, sink, compression=compression or "uncompressed", chunksize=100)
    else:
        make: Any = pa.ipc.new_file if form == "file" else pa.ipc.new_stream
        with make(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
            writer.write_table(table, max_chunksize=100)
    return sink.getvalue()


@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("form", ["file", "stream", "feather 2"])
def test_every_form_is_read(form: str, compression: str | None) -> None:
    [source] = open_tables(io.BytesIO(written(form, compression=compression)))
    assert read_all(source) == TABLE
    assert read_all(source) == TABLE


@pytest.mark.filterwarnings("ignore:Feather V1:DeprecationWarning")
def test_feather_of_the_first_version_is_read(tmp_path: Path) -> None:
    path = tmp_path / "old.feather"
    path.write_bytes(written("feather 1", FLAT))
    assert read_all(open_tables(path)[0]) == FLAT


@pytest.mark.filterwarnings("ignore:Feather V1:DeprecationWarning")
@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("form", ["file", "stream", "feather 1", "feather 2"])
def test_what_is_cut_off_is_refused(form: str, tenth: int) -> None:
    whole = written(form, FLAT)
    with pytest.raises(ImportRejected, match=r"cut\.arrow"):
        read_all(open_tables(io.BytesIO(whole[: max(8, len(whole) * tenth // 10)]), name="cut.arrow")[0])


def test_a_stream_that_ends_between_batches_is_cut_off() -> None:
    with pytest.raises(ImportRejected, match="the mark of its end is missing"):
        read_all(open_tables(io.BytesIO(written("stream")[:-8]), name="x.arrows")[0])


def test_offsets_that_point_beyond_the_text_are_refused() -> None:
    offsets, lies = (np.array([0, end, 780], np.int32).tobytes() for end in (777, 2**30))
    data = written("file", pa.table({"s": ["x" * 777, "xyz"]}))
    assert data.count(offsets) == 1
    data = data.replace(offsets, lies)
    with pytest.raises(ImportRejected, match=r"x\.arrow is not an Arrow file that can be read"):
        read_all(open_tables(io.BytesIO(data), name="x.arrow")[0])


def test_dictionaries_views_and_runs_come_back_as_their_values(wb: Workbench) -> None:
    words = pa.array(["a", "b", None, "a"])
    table = pa.table(
        {
            "dictionary": words.dictionary_encode(),
            "view": words.cast(pa.string_view()),
            "large": words.cast(pa.large_string()),
            "runs": pa.RunEndEncodedArray.from_arrays(pa.array([2, 4], pa.int32()), pa.array(["x", "y"])),
        }
    )
    wb.import_file(io.BytesIO(written("file", table)), "t")
    assert wb.read("t").to_arrow().to_pydict() == table.to_pydict()
    assert set(wb.read("t").schema.types) == {"string"}
