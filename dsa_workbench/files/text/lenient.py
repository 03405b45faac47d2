"""One block of delimited text of which only the rows are kept that fit; the others are rejects.

A row is left out where it has too few or too many cells, where a cell does not fit the type that was given to its
column, or where its bytes are not of the encoding.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.files.rejects import I64, SCHEMA, cells_of, reject_rows
from dsa_workbench.files.text.line_ends import put_back
from dsa_workbench.files.text.numerals import Numerals
from dsa_workbench.files.text.parse import Layout, Ragged, Texts, cells_of_records, parse_block
from dsa_workbench.files.text.records import Block, record_spans
from dsa_workbench.files.values.misfits import cast_leniently
from dsa_workbench.files.words import an


@dataclass(frozen=True, slots=True)
class Contracted:
    """What the columns of a file are called, which types were given to some, and how its numbers are written."""

    names: Sequence[str]
    given: Mapping[int, pa.DataType]
    numerals: Numerals | None
    bytes_too: bool
    """Whether the encoding is beyond doubt, so that a row with other bytes is at fault, and not the encoding."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a block that fit: as texts, and typed where a type was given.

    `records` are their places among all records of the block, of which there are `total`; `rejects` are the others, by
    place.
    """

    texts: Texts
    typed: Mapping[int, pa.Array]
    records: I64
    total: int
    rejects: pa.Table


def read_leniently(block: Block, layout: Layout, contracted: Contracted) -> Kept:
    """Parse a block and leave out the rows that do not fit.

    Raises
    ------
    BadEncoding
        The bytes are not UTF-8, and the encoding is in doubt.
    """
    whole, damaged = _without_bad_bytes(block, layout) if contracted.bytes_too else (block, {})
    ragged: list[Ragged] = []
    texts = parse_block(whole, layout, ragged)
    total = texts.rows + len(ragged)
    records = np.delete(np.arange(total), [row.record for row in ragged]) if ragged else np.arange(total)
    if damaged:
        ragged = [row for row in ragged if row.record not in damaged]
    masks: dict[int, npt.NDArray[np.bool_]] = {}
    typed = {}
    for i, kind in contracted.given.items():
        told = texts.columns[i]
        if contracted.numerals is not None and not pa.types.is_string(kind):
            told = contracted.numerals.translated(told)
        typed[i], wrong = cast_leniently(told, kind)
        if wrong is not None:
            masks[i] = wrong
    unread = np.isin(records, list(damaged)) if damaged else np.zeros(texts.rows, bool)
    misfit = np.logical_or.reduce([*masks.values(), np.zeros(texts.rows, bool)]) & ~unread
    fine = ~(misfit | unread)
    if fine.all() and not ragged and not damaged:
        return Kept(texts, typed, records, total, SCHEMA.empty_table())
    rows = np.flatnonzero(misfit)
    found = [_by_text(ragged, damaged, block, layout)]
    if len(rows):
        found.append(_misfits(rows, records[rows], texts, masks, block, layout, contracted))
    rejects = pa.concat_tables(found).sort_by("row")
    kept = pa.array(np.flatnonzero(fine))
    less = Texts([column.take(kept) for column in texts.columns], len(kept), texts.filled)
    return Kept(less, {i: array.take(kept) for i, array in typed.items()}, records[fine], total, rejects)


def _misfits(
    rows: I64,
    records: I64,
    texts: Texts,
    masks: Mapping[int, npt.NDArray[np.bool_]],
    block: Block,
    layout: Layout,
    contracted: Contracted,
) -> pa.Table:
    reasons = {i: f"not {an(str(contracted.given[i]))}" for i in masks}
    said = reject_rows(rows, texts.columns, dict(masks), contracted.names, reasons)
    lines, written = written_records(block, layout, records)
    shown = _shown(written, layout)
    columns = {"row": pa.array(records), "line": lines, **said, "text": shown, "cells": cells_of(texts.columns, rows)}
    return pa.table(columns, SCHEMA)


def _by_text(ragged: Sequence[Ragged], damaged: Mapping[int, int], block: Block, layout: Layout) -> pa.Table:
    """Give the records that cannot be told by their cells: `value` is the whole record."""
    expected = layout.columns - layout.trailing
    reasons = {row.record: f"{row.cells} cells, but the first row has {expected}" for row in ragged}
    reasons |= {record: f"byte 0x{byte:02x} is not UTF-8" for record, byte in damaged.items()}
    places = np.array(sorted(reasons), np.int64)
    lines, written = written_records(block, layout, places)
    counts = {row.record: row.cells for row in ragged}
    return pa.table(
        {
            "row": pa.array(places, pa.int64()),
            "line": lines,
            "column": pa.nulls(len(places), pa.string()),
            "value": _shown(written, layout),
            "reason": pa.array([reasons[i] for i in places.tolist()], pa.string()),
            "text": _shown(written, layout),
            "cells": split_records(written, [counts.get(i, expected) for i in places.tolist()], layout),
        },
        SCHEMA,
    )


def split_records(texts: pa.StringArray, counts: Sequence[int], layout: Layout) -> pa.ListArray:
    """Give the cells of records of which it is known how many they have."""
    alike: dict[int, list[int]] = defaultdict(list)
    for place, count in enumerate(counts):
        alike[count].append(place)
    cells: list[list[str | None]] = [[] for _ in counts]
    for count, places in alike.items():
        columns = cells_of_records(texts.take(pa.array(places)).to_pylist(), count, layout)
        for place, *row in zip(places, *(c.to_pylist() for c in columns), strict=False):
            cells[place] = row
    return pa.array(cells, pa.list_(pa.string()))


def written_records(block: Block, layout: Layout, records: I64) -> tuple[pa.Array, pa.StringArray]:
    """Give the lines in which records of a block begin, and their texts as they stand in the file."""
    if not len(records):
        return pa.array([], pa.int64()), pa.array([], pa.string())
    starts, ends = record_spans(block.data, layout.dialect, blank_lines=layout.columns == 1)
    newlines = np.flatnonzero(np.frombuffer(block.data, np.uint8) == layout.dialect.newline[0])
    lines = block.line + np.searchsorted(newlines, starts[records])
    texts = [
        bytes(block.data[a:b]).decode(errors="backslashreplace").rstrip("\r\n")
        for a, b in zip(starts[records].tolist(), ends[records].tolist(), strict=True)
    ]
    return pa.array(lines, pa.int64()), pa.array(texts, pa.string())


def _shown(written: pa.StringArray, layout: Layout) -> pa.StringArray:
    return put_back(written) if layout.dialect.guarded else written


def records_at(places: I64, blocks: Iterable[tuple[Block, int]], layout: Layout) -> pa.Table:
    """Give the records at these places (in order) of a file's blocks, which come with their numbers of records."""
    found, before = [SCHEMA.empty_table()], 0
    for block, total in blocks:
        inside = places[(places >= before) & (places < before + total)] - before
        if len(inside):
            lines, written = written_records(block, layout, inside)
            nothing = dict.fromkeys(("column", "value", "reason"), pa.nulls(len(inside), pa.string()))
            cells = split_records(written, [layout.columns] * len(inside), layout)
            shown = _shown(written, layout)
            rows = {"row": pa.array(inside + before), "line": lines, **nothing, "text": shown, "cells": cells}
            found.append(pa.table(rows, SCHEMA))
        before += total
        if not len(places) or before > places[-1]:
            break
    return pa.concat_tables(found)


def _without_bad_bytes(block: Block, layout: Layout) -> tuple[Block, dict[int, int]]:
    """Put question marks for all that is not ASCII in records that are not UTF-8; give these, each with a bad byte."""
    data = bytes(block.data)
    try:
        data.decode()
    except UnicodeDecodeError as err:
        first = err
    else:
        return block, {}
    starts, ends = record_spans(block.data, layout.dialect, blank_lines=layout.columns == 1)
    damaged: dict[int, int] = {}
    mended = bytearray(data)
    wrong: UnicodeDecodeError | None = first
    at = 0
    while wrong is not None:
        place = at + wrong.start
        record = int(np.searchsorted(starts, place, "right")) - 1
        if record >= 0 and place < ends[record]:
            damaged[record] = data[place]
            start, stop = int(starts[record]), int(ends[record])
        else:
            start, stop = place, place + 1  # in a comment, which nobody reads
        mended[start:stop] = bytes(b if b < 128 else 63 for b in mended[start:stop])
        at, wrong = stop, None
        try:
            data[at:].decode()
        except UnicodeDecodeError as err:
            wrong = err
    return replace(block, data=memoryview(bytes(mended))), damaged
