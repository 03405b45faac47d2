"""Rows that an import leaves out beyond those that the reader left out.

They have a value that is not of the stored table's type, an empty key, or a key that another row has. Their places
are counted from 0 in the stream that the reader gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from dsa_workbench.columns.stats import count_empty
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.versioning.key_check import BadKeys
from dsa_workbench.files.rejects import I64, RejectLog, places_in_file

SCHEMA = pa.schema([("place", pa.int64()), ("column", pa.string()), ("value", pa.string()), ("reason", pa.string())])


class Skip:
    """What is left out of one table that comes in; `log` holds what its reader left out, and how much may be."""

    def __init__(self, log: RejectLog, table: str, label: str) -> None:
        self._log, self._table, self._label = log, table, label
        self._misfits: list[pa.Table] = []
        self._keys = SCHEMA.empty_table()
        self._upserted = 0
        self.nulls: Counter[str] = Counter()
        """Nulls in the rows that are left out, by column."""
        self.empty: Counter[str] = Counter()
        """Empty texts in them."""

    @property
    def bad_keys(self) -> int:
        """How many rows are left out for their keys."""
        return int(self._keys.num_rows) + self._upserted

    def stream(self, batches: Callable[[], Iterator[Any]]) -> Iterator[tuple[Any, I64]]:
        """Give the batches, without rows whose keys were found bad, and the places of their rows; from the start."""
        self._misfits, self._upserted = [], 0
        self.nulls, self.empty = Counter(), Counter()
        dropped = self._keys["place"].to_numpy()
        done = 0
        for batch in batches():
            places = np.arange(done, done + batch.num_rows)
            done += batch.num_rows
            inside = dropped[slice(*np.searchsorted(dropped, [done - batch.num_rows, done]))]
            if len(inside):
                at = inside - places[0]
                self._count(batch.take(pa.array(at)))
                batch = batch.take(pa.array(np.delete(np.arange(len(places)), at)))
                places = np.delete(places, at)
            yield batch, places

    def leave_out(self, places: I64, rows: Any, found: dict[str, Any]) -> None:
        """Note rows that do not fit, in this pass over the table: their places, what is in them, what is wrong."""
        self._count(rows)
        self._misfits.append(pa.table({"place": pa.array(places), **found}, SCHEMA))
        self._check()

    def leave_out_keys(self, kept: I64, rows: Any, found: dict[str, Any]) -> None:
        """Note rows with bad keys, by their places among those that were kept so far in this pass over the table."""
        self._upserted += len(kept)
        self.leave_out(self._places(kept), rows, found)

    def drop(self, bad: BadKeys) -> None:
        """Note rows whose keys are bad, by their places among those kept: the next pass is without them."""
        owners = dict(zip(bad.twins, self.numbers(np.array(bad.twins, np.int64)).tolist(), strict=True))
        reasons = [repeat.reason(owners) for repeat in bad.repeats]
        columns, values = [r.column for r in bad.repeats], [r.value for r in bad.repeats]
        found = {n: pa.array(v, pa.string()) for n, v in zip(SCHEMA.names[1:], (columns, values, reasons), strict=True)}
        rows = pa.table({"place": pa.array(self._places(bad.rows)), **found}, SCHEMA)
        self._keys = pa.concat_tables([self._keys, rows]).sort_by("place")
        self._misfits = []
        self._check()

    @property
    def rows(self) -> pa.Table:
        """The rows that were left out: `place`, `column`, `value`, `reason`, in order."""
        return pa.concat_tables([self._keys, *self._misfits]).sort_by("place")

    def numbers(self, kept: I64) -> I64:
        """Give the numbers that kept rows have in the file, from 1."""
        early = self._log.of(self._table)["row"].to_numpy()
        numbers: I64 = places_in_file(early, self._places(kept)) + 1
        return numbers

    def _places(self, kept: I64) -> I64:
        return places_in_file(self.rows["place"].to_numpy(), kept)

    def _count(self, rows: Any) -> None:
        for name, column in zip(rows.schema.names, rows.columns, strict=True):
            self.nulls[name] += column.null_count
            self.empty[name] += count_empty(column)

    def _check(self) -> None:
        late = self._keys.num_rows + sum(part.num_rows for part in self._misfits)
        if late + self._log.of(self._table).num_rows > self._log.most:
            first = self.rows.slice(0, 1).to_pylist()[0]
            raise ImportRejected(
                f"{self._label}: more rows than {self._log.most:,} do not fit; one is row {first['place'] + 1:,}: "
                f"{first['reason']} ({first['value']!r:.80}).",
                hint="Look at it with --dry-run, choose other key columns or types, or allow more of them: "
                "max_rejects= (--max-rejects).",
                row=first["place"] + 1, column=first["column"], value=first["value"],
            )  # fmt: skip
