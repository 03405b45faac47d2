"""Any Arrow table: all types that can be stored, in any layout, sliced, chunked, with garbage under nulls."""

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

FIXED = [
    pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
    pa.float16(), pa.float32(), pa.float64(), pa.date32(), pa.timestamp("s"), pa.timestamp("us", "UTC"),
    pa.timestamp("ns"), pa.duration("ms"), pa.binary(3), pa.binary(8), pa.month_day_nano_interval(),
]  # fmt: skip
BOUNDED = [pa.time32("s"), pa.time64("ns"), pa.decimal128(9, 2), pa.decimal256(40, 3)]
TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary()]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)


def leaf_types() -> st.SearchStrategy[Any]:
    """Draw a type without children."""
    return st.sampled_from([*FIXED, *BOUNDED, *TEXTS, pa.bool_(), pa.null()])


def types() -> st.SearchStrategy[Any]:
    """Draw a type, nested or not."""

    def nest(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        fields = st.lists(NAMES, max_size=3, unique=True).flatmap(
            lambda names: st.tuples(*(inner for _ in names)).map(lambda kinds: list(zip(names, kinds, strict=True)))
        )
        return st.one_of(
            inner.map(pa.list_),
            inner.map(pa.large_list),
            inner.map(lambda t: pa.list_(t, 2)),
            fields.map(pa.struct),
            inner.map(lambda t: pa.map_(pa.string(), t)),
        )

    return st.recursive(leaf_types(), nest, max_leaves=3)


@st.composite
def arrays(draw: st.DrawFn, kind: Any, rows: int) -> Any:
    """Draw an array of a type."""
    if pa.types.is_null(kind):
        return pa.nulls(rows)
    mask = np.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), bool) & draw(st.booleans())
    t = pa.types
    if t.is_list(kind) or t.is_large_list(kind) or t.is_map(kind):
        return draw(_lists(kind, rows, mask))
    if t.is_fixed_size_list(kind):
        values = draw(arrays(kind.value_type, rows * kind.list_size))
        return pa.FixedSizeListArray.from_arrays(values, type=kind, mask=pa.array(mask))
    if t.is_struct(kind):
        children = [draw(arrays(f.type, rows)) for f in kind]
        if not children:
            return pa.array([None if m else {} for m in mask], kind)
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=pa.array(mask))
    if t.is_boolean(kind):
        return pa.array(draw(st.lists(st.booleans(), min_size=rows, max_size=rows)), kind, mask=mask)
    if kind in TEXTS:
        some = st.text(max_size=12) if not (t.is_binary(kind) or t.is_large_binary(kind)) else st.binary(max_size=12)
        few = draw(st.lists(some, min_size=1, max_size=4))
        return pa.array(draw(st.lists(st.sampled_from(few), min_size=rows, max_size=rows)), kind, mask=mask)
    return _fixed(draw, kind, rows, mask)


def _fixed(draw: st.DrawFn, kind: Any, rows: int, mask: Any) -> Any:
    """Fill a fixed-width array with any bytes, nulls included: what stands there must not show."""
    validity = pa.py_buffer(np.packbits(~mask, bitorder="little")) if mask.any() else None
    if kind in BOUNDED:
        small = draw(st.lists(st.integers(0, 80_000), min_size=rows, max_size=rows))
        if pa.types.is_decimal(kind):
            return pa.array(small, pa.int64(), mask=mask).cast(pa.decimal128(19, 0)).cast(kind)
        return pa.array(small, pa.int32() if kind.bit_width == 32 else pa.int64(), mask=mask).view(kind)
    raw = draw(st.binary(min_size=rows * kind.byte_width, max_size=rows * kind.byte_width))
    return pa.Array.from_buffers(kind, rows, [validity, pa.py_buffer(raw)])


@st.composite
def _lists(draw: st.DrawFn, kind: Any, rows: int, mask: Any) -> Any:
    lengths = np.array(draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)), np.int64)
    wide = pa.types.is_large_list(kind)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64 if wide else np.int32)
    total = int(offsets[-1])
    validity = pa.py_buffer(np.packbits(~mask, bitorder="little")) if mask.any() else None
    if pa.types.is_map(kind):
        keys = pa.array(draw(st.lists(st.text(max_size=3), min_size=total, max_size=total)), pa.string())
        items = draw(arrays(kind.item_type, total))
        child = pa.StructArray.from_arrays([keys, items], fields=[kind.key_field, kind.item_field])
    else:
        child = draw(arrays(kind.value_type, total))
    return pa.Array.from_buffers(kind, rows, [validity, pa.py_buffer(offsets)], children=[child])


@st.composite
def laid_out(draw: st.DrawFn, max_rows: int = 12) -> tuple[Any, Any]:
    """Draw an array, and the same values in another layout: sliced out of more rows, or as a dictionary."""
    kind = draw(types())
    rows = draw(st.integers(0, max_rows))
    array = draw(arrays(kind, rows))
    before, after = draw(arrays(kind, draw(st.integers(0, 9)))), draw(arrays(kind, 2))
    other = pa.concat_arrays([before, array, after]).slice(len(before), rows)
    if kind in {pa.string(), pa.int32()} and draw(st.booleans()):
        other = array.dictionary_encode()
    return array, other


@st.composite
def tables(draw: st.DrawFn, max_rows: int = 30) -> Any:
    """Draw a table of one to four columns, in one or several batches."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    kinds = [draw(types()) for _ in names]
    rows = draw(st.integers(0, max_rows))
    cut = draw(st.integers(0, rows))
    fields = [
        pa.field(n, k, metadata=draw(st.sampled_from([None, {"unit": "m"}]))) for n, k in zip(names, kinds, strict=True)
    ]
    schema = pa.schema(fields, metadata=draw(st.sampled_from([None, {"source": "test"}])))
    parts = [pa.RecordBatch.from_arrays([draw(arrays(k, n)) for k in kinds], schema=schema) for n in (cut, rows - cut)]
    return pa.Table.from_batches(parts, schema)
