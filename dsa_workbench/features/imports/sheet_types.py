"""Types that were given to a workbook's columns, where rows that do not fit are left out.

The sheets are read with these columns as text, and the text is converted here, as the reader does it where a misfit
refuses the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.features.imports.rejected_rows import line_of, reader_of, texts_of
from dsa_workbench.files.rejects import SCHEMA, RejectLog, cells_of, reject_rows
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import Over, TableSource
from dsa_workbench.files.values.convert import parse_type
from dsa_workbench.files.values.misfits import cast_leniently
from dsa_workbench.files.words import an
from dsa_workbench.files.workbooks.excel import OLE_MAGIC, SUFFIXES, is_workbook


def holds_sheets(file: Input) -> bool:
    """Say whether a file is a workbook."""
    return bool(file.head) and (file.head.startswith(OLE_MAGIC) or file.suffix in SUFFIXES or is_workbook(file))


def as_texts(types: Mapping[str, str] | str) -> Mapping[str, str] | str:
    """Give the types under which the columns are read at first."""
    return "text" if isinstance(types, str) else dict.fromkeys(types, "text")


@dataclass(frozen=True, slots=True)
class TypedSheet(Over):
    """A sheet whose texts are converted to the types that were given."""

    table: TableSource
    types: Mapping[str, str] | str
    log: RejectLog

    @property
    def schema(self) -> Any:
        """The Arrow schema, with the types that were given."""
        schema = self.table.schema
        for i, kind in self._kinds().items():
            schema = schema.set(i, schema.field(i).with_type(kind))
        return schema

    def _kinds(self) -> dict[int, Any]:
        names = self.table.schema.names
        if isinstance(self.types, str):
            return dict.fromkeys(range(len(names)), parse_type(self.types))
        return {names.index(name): parse_type(kind) for name, kind in self.types.items()}

    def batches(self) -> Iterator[Any]:
        """Give the rows that fit."""
        self.log.restart(self.name)
        kinds, schema, done = self._kinds(), self.schema, 0
        first = getattr(reader_of(self.table), "first_row", 1)
        for batch in self.table.batches():
            columns, masks = list(batch.columns), {}
            for i, kind in kinds.items():
                columns[i], wrong = cast_leniently(batch.column(i), kind)
                if wrong is not None:
                    masks[i] = wrong
            if masks:
                rows = np.flatnonzero(np.logical_or.reduce(list(masks.values())))
                texts = [pa.array(texts_of(column), pa.string()) for column in batch.columns]
                reasons = {i: f"not {an(str(kinds[i]))}" for i in masks}
                cells = cells_of(texts, rows)
                found = {
                    "row": pa.array(rows + done),
                    "line": pa.array(rows + done + first),
                    **reject_rows(rows, texts, masks, schema.names, reasons),
                    "text": pa.array([line_of(row) for row in cells.to_pylist()], pa.string()),
                    "cells": cells,
                }
                self.log.add(self.name, pa.table(found, SCHEMA))
                kept = pa.array(np.delete(np.arange(batch.num_rows), rows))
                columns = [column.take(kept) for column in columns]
            done += batch.num_rows
            yield pa.RecordBatch.from_arrays(columns, schema=schema)
