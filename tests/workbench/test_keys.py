"""Keys are checked on every write, and the message names the rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.features.versioning import key_check
from dsa_workbench.workbench import Workbench

Write = Callable[[], Any]


def refused(write: Write) -> ImportRejected:
    with pytest.raises(ImportRejected) as caught:
        write()
    return caught.value


def test_a_repeat_names_both_rows_and_the_key(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,lot,n\n7,a,1\n8,a,1\n7,b,1\n7,a,2\n8,a,9\n")
    error = refused(lambda: wb.import_file(path, "s", key=["id", "lot"]))
    assert error.message == ("orders.csv: rows 1 and 4 have the same key id, lot = 7, a, and 1 more rows repeat a key.")
    assert error.details == {"row": 4, "column": "id, lot", "value": "7, a"}
    assert not wb.datasets()
    wb.import_file(path, "s", key=["id", "lot", "n"])


def test_an_empty_key_names_row_and_column(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("id,n\n7,1\n,2\n")
    assert refused(lambda: wb.import_file(path, "s", key="id")).message == (
        "orders.csv, row 2: the key column id is empty."
    )


def test_an_appended_row_may_not_take_a_key_that_is_there(wb: Workbench) -> None:
    wb.commit(pd.DataFrame({"id": range(50_000)}), "s", key="id")
    error = refused(lambda: wb.commit(pd.DataFrame({"id": [60_000, 41_002]}), "s", mode="append"))
    assert "row 2 has the key id = 41002, which row 41,003 of the table has already" in error.message
    error = refused(lambda: wb.commit(pd.DataFrame({"id": [60_000, 60_000]}), "s", mode="append"))
    assert "rows 1 and 2 have the same key id = 60000" in error.message
    assert len(wb.log("s")) == 1


def test_the_key_stays_until_it_is_given_anew_or_dropped(wb: Workbench) -> None:
    wb.commit(pd.DataFrame({"id": [1, 2], "n": [1, 1]}), "s", key="id")
    twice = pd.DataFrame({"id": [1, 1], "n": [1, 2]})
    refused(lambda: wb.commit(twice, "s"))
    assert wb.read("s").key == ("id",)
    wb.commit(twice, "s", key=["id", "n"])
    assert wb.read("s").key == ("id", "n")
    wb.commit(twice, "s", key=[])
    assert wb.read("s").key == ()


def test_a_key_that_is_not_there_says_what_is(wb: Workbench) -> None:
    frame = pd.DataFrame({"order_id": [1], "n": [1]})
    with pytest.raises(InvalidInput, match=r"no column 'orderid' to be the key.*Did you mean order_id"):
        wb.commit(frame, "s", key="orderid")
    with pytest.raises(InvalidInput, match="names a column twice"):
        wb.commit(frame, "s", key=["n", "n"])
    wb.commit(frame, "s", key="order_id")
    with pytest.raises(InvalidInput, match=r"key column 'order_id' of the version before is not there.*--rename"):
        wb.commit(frame.rename(columns={"order_id": "id"}), "s")
    wb.commit(frame.rename(columns={"order_id": "id"}), "s", rename={"order_id": "id"})
    assert wb.read("s").key == ("id",)


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", "b", "a"]),
        pa.array([b"a", b"b", b"a"]),
        pa.array([1.5, 2.5, 1.5]),
        pa.array([0.0, 1.0, -0.0]),
        pa.array([float("nan"), 1.0, -float("nan")], pa.float32()),
        pa.array([True, False, True]),
        pa.array([1, 2, 1], pa.date32()),
        pa.array([1, 2, 1], pa.timestamp("ns", "UTC")),
        pa.array([[1], [2], [1]]),
        pa.array([{"a": 1}, {"a": 2}, {"a": 1}]),
    ],
    ids=lambda values: str(values.type),
)
def test_any_type_can_be_a_key(wb: Workbench, values: Any) -> None:
    error = refused(lambda: wb.commit(pa.table({"k": values}), "s", key="k"))
    assert "rows 1 and 3 have the same key" in error.message
    assert wb.commit(pa.table({"k": values[:2]}), "s", key="k").created


def test_equal_hashes_accuse_nobody(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_check, "row_hashes", lambda _columns, rows: np.zeros(rows, dtype=np.uint64))
    assert wb.commit(pd.DataFrame({"id": range(1000)}), "s", key="id").created
    error = refused(lambda: wb.commit(pd.DataFrame({"id": [*range(1000), 500]}), "s"))
    assert "rows 501 and 1,001 have the same key id = 500" in error.message
