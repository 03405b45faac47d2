"""Arrays brought into the one layout of their type (`types.normal_type`), and where their buffers lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.types import normal_type
from dsa_workbench.errors import ImportRejected

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

# A column of one batch must fit 32-bit offsets with room to spare.
SLICE_BYTES = 256 << 20


def normalize(array: Any) -> Any:
    """Bring an array into the layout of its normal type; values and nulls stay."""
    target = normal_type(array.type)
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_run_end_encoded(array.type):
        array = pc.run_end_decode(array)
    return array if array.type == target else _cast(array, target)


def _cast(array: Any, target: Any) -> Any:
    """Cast children one by one: Arrow has no cast for some nested dictionaries and views."""
    t = pa.types
    if t.is_struct(target):
        children = [normalize(array.field(i)) for i in range(target.num_fields)]
        if not children:
            return array
        return pa.StructArray.from_arrays(children, fields=list(target), mask=array.is_null())
    if t.is_list_view(array.type) or t.is_large_list_view(array.type):
        return _cast_views(array, target)
    if t.is_fixed_size_list(target):
        values = normalize(array.values.slice(array.offset * target.list_size, len(array) * target.list_size))
        return pa.FixedSizeListArray.from_arrays(values, type=target, mask=array.is_null())
    if t.is_list(target) or t.is_map(target):
        return _cast_lists(array, target)
    return array.cast(target)


def _cast_lists(array: Any, target: Any) -> Any:
    """Rebuild lists or maps from buffers: a null list may span elements, and those must not become its neighbour's."""
    offsets = np.asarray(array.offsets, dtype=np.int64)
    first, last = int(offsets[0]), int(offsets[-1])
    if last - first > np.iinfo(np.int32).max:
        raise ImportRejected(
            "One batch of a list column holds more than 2,147,483,647 elements.",
            hint="Pass the data in smaller batches.",
        )
    if pa.types.is_map(target):
        parts = [normalize(part.slice(first, last - first)) for part in (array.keys, array.items)]
        child = pa.StructArray.from_arrays(parts, fields=[target.key_field, target.item_field])
    else:
        child = normalize(array.values.slice(first, last - first))
    bitmap = pack_bits(validity(array).view(np.uint8)) if array.null_count else None
    ends = pa.py_buffer((offsets - first).astype(np.int32))
    return pa.Array.from_buffers(target, len(array), [bitmap, ends], array.null_count, children=[child])


def _cast_views(array: Any, target: Any) -> Any:
    """Gather the elements of list views, which may lie in any order; Arrow's own cast leaves wrong ends at nulls."""
    valid = validity(array)
    sizes = np.where(valid, np.asarray(array.sizes, dtype=np.int64), 0)
    starts = np.asarray(array.offsets, dtype=np.int64)[: len(array)]
    ends = np.cumsum(sizes)
    places = np.repeat(starts - (ends - sizes), sizes) + np.arange(int(ends[-1]) if len(ends) else 0)
    child = normalize(array.values.take(pa.array(places)))
    offsets = pa.py_buffer(np.concatenate([[0], ends]).astype(np.int32))
    bitmap = pack_bits(valid.view(np.uint8)) if array.null_count else None
    return pa.Array.from_buffers(target, len(array), [bitmap, offsets], array.null_count, children=[child])


def batches(table: Any, max_rows: int) -> Iterator[Any]:
    """Cut a table or record batch into record batches that are small enough to be brought into one layout."""
    chunks = [table] if isinstance(table, pa.RecordBatch) else table.to_batches(max_chunksize=max_rows)
    for batch in chunks:
        rows = max_rows
        if batch.num_rows and batch.nbytes > SLICE_BYTES:
            rows = min(rows, max(1, batch.num_rows * SLICE_BYTES // batch.nbytes))
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def validity(array: Any) -> Bools:
    """Give one boolean a row: True where there is a value."""
    if pa.types.is_null(array.type):
        return np.zeros(len(array), dtype=np.bool_)
    bitmap = array.buffers()[0]
    if bitmap is None or array.null_count == 0:
        return np.ones(len(array), dtype=np.bool_)
    return bits(bitmap, array.offset, len(array)).view(np.bool_)


def bits(buffer: Any, offset: int, length: int) -> Bytes:
    """Unpack a bitmap into one byte a row."""
    first, last = offset // 8, (offset + length + 7) // 8
    packed = np.frombuffer(buffer, dtype=np.uint8)[first:last]
    unpacked = np.unpackbits(packed, bitorder="little")
    return unpacked[offset - first * 8 : offset - first * 8 + length]


def pack_bits(flags: Bytes) -> Any:
    """Pack one byte a row into an Arrow bitmap."""
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def fixed_bytes(array: Any, width: int) -> Bytes:
    """Give the value bytes of a fixed-width array, shape (rows, width), without copying."""
    data = array.buffers()[1]
    if data is None or len(array) == 0:
        return np.zeros((len(array), width), dtype=np.uint8)
    flat = np.frombuffer(data, dtype=np.uint8, count=len(array) * width, offset=array.offset * width)
    return flat.reshape(len(array), width)


def doubles(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Give numbers as float64, with one NaN for all: processors warn of some of the others."""
    with np.errstate(invalid="ignore"):
        wide = values.astype(np.float64)
    return np.where(np.isnan(wide), np.nan, wide)


def is_empty(array: Any) -> Bools:
    """Say of each row of a string or binary array whether its bytes are none, which a null's may be."""
    offsets = array.buffers()[1]
    if len(array) == 0 or offsets is None:
        return np.ones(len(array), dtype=np.bool_)
    ends = np.frombuffer(offsets, dtype=np.int32, count=len(array) + 1, offset=array.offset * 4)
    empty: Bools = ends[1:] == ends[:-1]
    return empty


def text_parts(array: Any) -> tuple[npt.NDArray[np.int64], Bytes]:
    """Give offsets (rows + 1) into the bytes beside them, of a string or binary array; nulls may have bytes."""
    _, offsets, data = array.buffers()
    if len(array) == 0 or offsets is None:
        return np.zeros(len(array) + 1, dtype=np.int64), np.zeros(0, dtype=np.uint8)
    ends = np.frombuffer(offsets, dtype=np.int32, count=len(array) + 1, offset=array.offset * 4).astype(np.int64)
    whole = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return ends - ends[0], whole[ends[0] : ends[-1]]
