"""Rows as JSON: a few of them are written by a loop, many by columns, and nobody can tell which."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pyarrow as pa
from hypothesis import given

from dsa_workbench.files.writing import json_text
from tests.properties.strategies import tables


@given(tables())
def test_few_rows_are_written_as_many_are(table: Any) -> None:
    for batch in table.to_batches():
        for as_text in (lambda kind: False, pa.types.is_integer):
            few = json_text.json_rows(batch, as_text=as_text)
            with mock.patch.object(json_text, "FEW", 0):
                many = json_text.json_rows(batch, as_text=as_text)
            assert json.loads(b"[" + few + b"]") == json.loads(b"[" + many + b"]")


def test_floats_are_floats_in_any_json() -> None:
    values = [1.0, -0.0, 1e22, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, float("nan"), float("inf"), None]
    batch = pa.RecordBatch.from_pydict({"x": pa.array(values, pa.float64())})
    found = [row[0] for row in json.loads(b"[" + json_text.json_rows(batch) + b"]")]
    assert [(type(v), repr(v)) for v in found[:7]] == [(float, repr(v)) for v in values[:7]]
    assert found[7:] == [None, None, None]
