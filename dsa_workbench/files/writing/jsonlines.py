"""JSON lines out: an object a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.writing.json_text import JsonTexts
from dsa_workbench.files.writing.options import WriteOptions
from dsa_workbench.files.writing.render import joined

_WIDE = pa.large_string()


def write_jsonlines(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, sink: Any, options: WriteOptions
) -> list[str]:
    """Write an object a row, with all columns in it, nulls too; numbers that JSON does not have are told."""
    texts = JsonTexts()
    before = [("," if i else "{") + json.dumps(name, ensure_ascii=False) + ":" for i, name in enumerate(schema.names)]
    for batch in batches:
        if not batch.num_rows:
            continue
        cells: list[Any] = []
        for start, column in zip(before, batch.columns, strict=True):
            cells += [pa.scalar(start, _WIDE), texts.of(column)]
        end = pa.scalar("}\n" if cells else "{}\n", _WIDE)
        sink.write(joined(pc.binary_join_element_wise(*cells, end, pa.scalar("", _WIDE))))
    return [f"{texts.lost:,} NaN or infinite numbers were written as null: JSON has none."] if texts.lost else []
