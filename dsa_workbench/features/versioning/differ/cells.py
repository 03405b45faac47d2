"""Which cells of paired rows differ.

Segments with equal ids hold equal cells, so a stretch of rows that lies at the same place of equal segments is never
read. Of the rest only the columns whose segments differ are read, one column at a time; the next is read while the
last is compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.codes import codes, comparable
from dsa_workbench.columns.equality import bits_are_values, equal_values, same_form
from dsa_workbench.columns.loosened import equal_under
from dsa_workbench.core.model.profile import Rules
from dsa_workbench.features.versioning.differ.runs import Positions, Runs, split_runs, stretches
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Side, Sides

_ROWS_AT_ONCE = 4_000_000
_COLUMNS_AT_ONCE = 2
_SHORT_RUN = 32
_BITS = {16: pa.int16(), 32: pa.int32(), 64: pa.int64()}


@dataclass(frozen=True, slots=True)
class CellDiff:
    """One column of paired rows: the new positions of cells that changed, and of those that changed in form alone.

    `tolerated` are cells of two values that the profile takes for the same.
    """

    changed: Positions
    reformed: Positions
    tolerated: Positions = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def differing(self) -> Positions:
        """The cells that do not hold one value, whatever the profile says."""
        return np.sort(np.concatenate([self.changed, self.tolerated])) if len(self.tolerated) else self.changed


def compare_cells(sides: Sides, runs: Runs, pairs: Sequence[ColumnPair]) -> dict[str, CellDiff]:
    """Compare the given columns of paired rows; the result is by new column name, positions ascend."""
    pieces = split_runs(runs, sides.old.borders, sides.new.borders)
    old_chunk, new_chunk = sides.old.chunk_of(pieces.old), sides.new.chunk_of(pieces.new)
    shifted = pieces.old - sides.old.borders[old_chunk] != pieces.new - sides.new.borders[new_chunk]
    out: dict[str, list[Future[CellDiff]]] = {}
    waiting: list[Future[CellDiff]] = []
    with ThreadPoolExecutor(_COLUMNS_AT_ONCE) as pool:
        for pair in pairs:
            old_ids, new_ids = sides.segments(pair)
            differ = np.flatnonzero(shifted | (old_ids[old_chunk] != new_ids[new_chunk]))
            out[pair.new] = []
            for part in _batches(pieces.rows, differ):
                if len(waiting) >= _COLUMNS_AT_ONCE:
                    waiting.pop(0).result()
                some = pieces.choose(part)
                left = _load(sides.old, pair.old, some.old, old_chunk[part])
                right = _load(sides.new, pair.new, some.new, new_chunk[part])
                waiting.append(pool.submit(_compare, left, right, some, sides.rules.get(pair.new)))
                out[pair.new].append(waiting[-1])
    return {name: _join([p.result() for p in parts]) for name, parts in out.items()}


def _join(parts: list[CellDiff]) -> CellDiff:
    none = np.zeros(0, np.int64)
    return CellDiff(
        np.concatenate([none, *(p.changed for p in parts)]),
        np.concatenate([none, *(p.reformed for p in parts)]),
        np.concatenate([none, *(p.tolerated for p in parts)]),
    )


def _batches(rows: Positions, chosen: Positions) -> Iterator[Positions]:
    """Cut a choice of runs so that no part has many more rows than are compared at once."""
    ends = np.cumsum(rows[chosen])
    if not len(ends):
        return
    edges = np.flatnonzero(np.diff(ends // _ROWS_AT_ONCE)) + 1
    yield from np.split(chosen, edges)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A column of some chunks, and where in it each run begins."""

    column: Any
    begin: Positions


def _load(side: Side, name: str, begin: Positions, chunk: Positions) -> _Loaded:
    chunks = np.flatnonzero(np.bincount(chunk, minlength=side.chunks))
    rows = side.borders[chunks + 1] - side.borders[chunks]
    shift = np.zeros(side.chunks, np.int64)
    shift[chunks] = np.cumsum(rows) - rows - side.borders[chunks]
    (column,) = side.read([name], chunks)
    return _Loaded(column, begin + shift[chunk])


def _compare(old: _Loaded, new: _Loaded, runs: Runs, rules: Rules | None) -> CellDiff:
    changed, reformed = _compare_values(old, new, runs)
    tolerated = np.zeros(0, np.int64)
    if rules is not None and len(changed):
        same = equal_under(*_values_of(old, new, runs, changed), rules)
        changed, tolerated = changed[~same], changed[same]
    return CellDiff(runs.new_of(changed), runs.new_of(reformed), runs.new_of(tolerated))


def _compare_values(old: _Loaded, new: _Loaded, runs: Runs) -> tuple[Positions, Positions]:
    """Give the numbers of the pairs whose values differ, and of those whose form alone does."""
    a, b = _prepared(old.column, new.column)
    if isinstance(a, np.ndarray):
        at_old, at_new = stretches(old.begin, runs.rows), stretches(new.begin, runs.rows)
        differ = np.flatnonzero(a[at_old] != b[at_new])
    else:
        differ = np.flatnonzero(~same_form(_gather(a, old.begin, runs.rows), _gather(b, new.begin, runs.rows)))
    one_type = old.column.type == new.column.type
    if one_type and bits_are_values(old.column.type):
        return differ, np.zeros(0, np.int64)
    if one_type:
        equal = equal_values(*_values_of(old, new, runs, differ))
        return differ[~equal], differ[equal]
    same = np.ones(runs.pairs, np.bool_)
    same[differ] = False
    return differ, np.flatnonzero(same & ~_null_rows(new, runs.rows))


def _values_of(old: _Loaded, new: _Loaded, runs: Runs, pair: Positions) -> tuple[Any, Any]:
    return (
        old.column.take(pa.array(_places(old.begin, runs, pair))),
        new.column.take(pa.array(_places(new.begin, runs, pair))),
    )


def _places(begin: Positions, runs: Runs, pair: Positions) -> Positions:
    starts = runs.starts
    run = np.searchsorted(starts, pair, "right") - 1
    return begin[run] + pair - starts[run]


def _null_rows(loaded: _Loaded, rows: Positions) -> npt.NDArray[np.bool_]:
    null: npt.NDArray[np.bool_] = loaded.column.is_null().to_numpy()
    return null[stretches(loaded.begin, rows)]


def _prepared(old: Any, new: Any) -> tuple[Any, Any]:
    """Give both columns in a form that can be compared in stretches: Arrow columns of one type, or codes."""
    arrow = old.type
    if arrow != new.type:
        chunks = comparable([*old.chunks, *new.chunks])
        return pa.chunked_array(chunks[: old.num_chunks]), pa.chunked_array(chunks[old.num_chunks :])
    if pa.types.is_floating(arrow):
        bits = _BITS[arrow.bit_width]
        return tuple(pa.chunked_array([c.view(bits) for c in column.chunks], bits) for column in (old, new))
    if bits_are_values(arrow) or pa.types.is_null(arrow):
        return old, new
    (left, right), _ = codes([old, new], form=True)
    return left, right


def _gather(column: Any, begin: Positions, rows: Positions) -> Any:
    """Give the rows of all stretches, without copying where they are long."""
    if int(rows.sum()) < _SHORT_RUN * len(rows):
        return column.take(pa.array(stretches(begin, rows)))
    lengths = np.array([len(c) for c in column.chunks], np.int64)
    ends = np.cumsum(lengths)
    chunk = np.searchsorted(ends, begin, "right")
    if (begin + rows > ends[chunk]).any():
        column = pa.chunked_array([column.combine_chunks()])
        chunk, ends = np.zeros(len(begin), np.int64), np.array([len(column)])
        lengths = ends
    local = begin - (ends - lengths)[chunk]
    chunks = column.chunks
    pieces = [chunks[c].slice(at, n) for c, at, n in zip(chunk.tolist(), local.tolist(), rows.tolist(), strict=True)]
    return pa.chunked_array(pieces, column.type)
