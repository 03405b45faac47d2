"""Exact integer codes: two cells have one code where they hold equal values.

Joins and multiset counts then work on plain integers, whatever the types are. Lists, maps and structs are coded from
the inside out: a list is the sequence of its items' codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dsa_workbench.columns.comparable import comparable_scalars, family, packed, validity

Codes = npt.NDArray[np.int64]


def codes(columns: Sequence[Any], *, form: bool = False) -> tuple[list[Codes], int]:
    """Code the cells of several arrays together.

    Parameters
    ----------
    columns
        Arrays or chunked arrays, of any types.
    form
        Tell values apart by their bits; the columns must have one type.

    Returns
    -------
    One int64 array of codes a column, and how many codes there can be: codes run from 0. Null has a code of its own.
    """
    pieces = [chunks_of(c) for c in columns]
    flat, count = _code_arrays([a for piece in pieces for a in piece], form=form)
    out, at = [], 0
    for piece in pieces:
        part = flat[at : at + len(piece)]
        out.append(np.concatenate(part) if part else np.zeros(0, np.int64))
        at += len(piece)
    return out, count


def comparable(arrays: Sequence[Any], *, form: bool = False) -> list[Any]:
    """Bring arrays of any types to one type in which Arrow's equality is equality of value; nulls stay null."""
    kinds = {_kind(a.type) for a in arrays} - {"null"}
    if not kinds:
        return [pa.nulls(len(a), pa.int64()) for a in arrays]
    if len(kinds) > 1:
        coded, _ = _code_arrays(arrays, form=form)
        return [pa.array(c, mask=_nulls(a)) for c, a in zip(coded, arrays, strict=True)]
    kind = next(iter(kinds))
    held = [a for a in arrays if not pa.types.is_null(a.type)]
    if kind == "list":
        made = _lists(held, form=form)
    elif kind.startswith("struct"):
        made = _structs(held, form=form)
    else:
        made = comparable_scalars(held, form=form)
    rest = iter(made)
    return [pa.nulls(len(a), made[0].type) if pa.types.is_null(a.type) else next(rest) for a in arrays]


def chunks_of(column: Any) -> list[Any]:
    """Give the arrays of a chunked array, or the array itself."""
    return list(column.chunks) if isinstance(column, pa.ChunkedArray) else [column]


def _kind(arrow: Any) -> str:
    t = pa.types
    if t.is_list(arrow) or t.is_large_list(arrow) or t.is_fixed_size_list(arrow) or t.is_map(arrow):
        return "list"
    if t.is_struct(arrow):
        return "struct " + " ".join(repr(name) for name in sorted(f.name for f in arrow))
    return family(arrow)


def _nulls(array: Any) -> npt.NDArray[np.bool_]:
    out: npt.NDArray[np.bool_] = array.is_null().to_numpy(zero_copy_only=False)
    return out


def _code_arrays(arrays: Sequence[Any], *, form: bool) -> tuple[list[Codes], int]:
    """Code arrays together; values of two kinds never share a code. Code 0 is null."""
    out: list[Codes] = [np.zeros(len(a), np.int64) for a in arrays]
    groups: dict[str, list[int]] = {}
    for i, a in enumerate(arrays):
        kind = _kind(a.type)
        if kind != "null" and len(a):
            groups.setdefault(kind, []).append(i)
    first = 1
    for members in groups.values():
        made = comparable([arrays[i] for i in members], form=form)
        encoded = pa.chunked_array(made).dictionary_encode()
        for i, chunk in zip(members, encoded.chunks, strict=True):
            indices = chunk.indices
            if indices.null_count:
                indices = indices.fill_null(-first)
            out[i] = indices.to_numpy().astype(np.int64) + first
        first += len(encoded.chunk(0).dictionary)
    return out, first


def _lists(arrays: Sequence[Any], *, form: bool) -> list[Any]:
    """Turn lists and maps into binary: the items' codes, one after the other."""
    opened = [_open_list(a) for a in arrays]
    items, _ = _code_arrays([item for _, item in opened], form=form)
    made = []
    for a, (offsets, _), coded in zip(arrays, opened, items, strict=True):
        buffers = [validity(a), pa.py_buffer(offsets * 8), pa.py_buffer(np.ascontiguousarray(coded))]
        made.append(pa.Array.from_buffers(pa.large_binary(), len(a), buffers))
    return made


def _open_list(array: Any) -> tuple[Codes, Any]:
    if pa.types.is_fixed_size_list(array.type):
        size = array.type.list_size
        offsets = np.arange(len(array) + 1, dtype=np.int64) * size
        return offsets, array.values.slice(array.offset * size, len(array) * size)
    offsets = array.offsets.to_numpy().astype(np.int64)
    if pa.types.is_map(array.type):
        items = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
    else:
        items = array.values
    return offsets - offsets[0], items.slice(offsets[0], offsets[-1] - offsets[0])


def _structs(arrays: Sequence[Any], *, form: bool) -> list[Any]:
    """Turn structs into binary of fixed width: a code for each field, fields by name."""
    names = sorted(f.name for f in arrays[0].type)
    words: list[list[Codes]] = [[] for _ in arrays]
    for name in names:
        coded, _ = _code_arrays([a.field(a.type.get_field_index(name)) for a in arrays], form=form)
        for row, c in zip(words, coded, strict=True):
            row.append(c)
    return [packed(row, a) for row, a in zip(words, arrays, strict=True)]
