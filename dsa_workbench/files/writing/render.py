"""Arrow batches -> bytes of delimited text, column by column and without a loop over rows.

Null is nothing at all, the empty text is ``""``, and a text is quoted only where it must be: then reading gives
back what was written. Floats have as few digits as give the same float back, moments are ISO 8601 without needless
zeros, bytes are hexadecimal, and what nests is JSON. A `Look` says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.writing.json_text import nested_texts
from dsa_workbench.files.writing.plain_text import is_nested, is_plain, plain_texts

FORMULA = r"^[=+\-@\t\r]"
"""What a spreadsheet takes for the beginning of a formula, or strips to find one."""
_SIGNS = frozenset("+-.,:TZeE 0123456789naifNAINFtrueTRUEfalseFALSE")
"""What numbers, moments and booleans are made of: a delimiter among them calls for quotes."""
_MARK = "\ufeff"
_WIDE = pa.large_string()


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """How the cells of one column look, where it is not the usual way.

    `form` is by type: of floats and decimals ``bare`` (1, not 1.0) or ``fixed:2`` (two decimals, always), of booleans
    ``TRUE/FALSE``, of moments ``T|3|Z`` (between date and time; digits of the second, or ``-`` for those needed; zone).
    """

    quoted: bool = False
    form: str = ""
    null: str | None = None
    """What stands for null in this column alone."""
    grouped: bool = False
    """Whether a sign stands between the thousands."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a file of delimited text looks."""

    delimiter: str = ","
    line_end: str = "\n"
    null: str = ""
    decimal: str = "."
    thousands: str = ""
    quote_all: bool = False
    guard: bool = False
    """Whether texts that look like formulas get an apostrophe in front."""
    quote: str | None = '"'
    escape: str | None = None
    """What stands before a quote inside of quotes; else quotes are doubled."""
    trailing: bool = False
    """Whether a delimiter stands behind the last cell."""
    padding: str = ""
    """What follows a delimiter between cells, as a blank."""
    columns: tuple[ColumnLook, ...] = ()


def render_header(names: Sequence[str], look: Look) -> bytes:
    """Write the line of column names."""
    cells = [_quoted(_guarded(pa.array([name], pa.string()), look), look, always=look.quote_all) for name in names]
    return joined(render_lines(cells, look))


def render_batch(batch: pa.RecordBatch, look: Look) -> bytes:
    """Write the rows of a batch."""
    return joined(render_rows(batch, look)) if batch.num_rows and batch.num_columns else b""


def render_rows(batch: pa.RecordBatch, look: Look) -> Any:
    """Write the rows of a batch as one text each, with its line end."""
    looks = look.columns or [ColumnLook()] * batch.num_columns
    return render_lines([render_cells(c, look, own) for c, own in zip(batch.columns, looks, strict=True)], look)


def render_cells(column: Any, look: Look, own: ColumnLook) -> Any:
    """Write the cells of a column; those that are null stay null unless the column has a text of its own for them."""
    cells = _cells(column, look, own)
    return cells if own.null is None else cells.fill_null(own.null)


def render_lines(cells: Sequence[Any], look: Look) -> Any:
    """Join columns of cells to lines."""
    large = [cell if cell.type == _WIDE else cell.cast(_WIDE) for cell in cells]
    separator = pa.scalar(look.delimiter + look.padding, _WIDE)
    rows = pc.binary_join_element_wise(*large, separator, null_handling="replace", null_replacement=look.null)
    end = (look.delimiter if look.trailing else "") + look.line_end
    return pc.binary_join_element_wise(rows, pa.scalar("", _WIDE), pa.scalar(end, _WIDE), null_handling="replace")


def joined(lines: Any) -> bytes:
    """Give the bytes of all lines."""
    _, offsets, data = lines.buffers()
    edges = np.frombuffer(offsets, np.int64, len(lines) + 1, lines.offset * 8)
    return bytes(memoryview(data)[int(edges[0]) : int(edges[-1])]) if data is not None else b""


def _cells(column: Any, look: Look, own: ColumnLook) -> Any:
    always = own.quoted or look.quote_all
    while isinstance(column, pa.ExtensionArray):
        column = column.storage
    if is_nested(column.type):
        return _quoted(nested_texts(column), look, always=always)
    texts = plain_texts(column, own.form)
    if not is_plain(column.type):
        return _quoted(_guarded(texts, look), look, always=always)
    if look.decimal != "." and (pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)):
        texts = pc.replace_substring(texts, ".", look.decimal)
    if own.grouped:
        texts = _grouped(texts, look.thousands)
    if always or look.null or look.delimiter in _SIGNS:
        return _quoted(texts, look, always=always)
    return texts


def _grouped(texts: Any, sign: str) -> Any:
    """Put a sign between thousands, from the right to the left."""
    while pc.any(pc.match_substring_regex(texts, "^-?[0-9]{4}")).as_py():
        texts = pc.replace_substring_regex(texts, r"^(-?[0-9]+)([0-9]{3})(|[^0-9].*)$", rf"\1{sign}\2\3")
    return texts


def _guarded(texts: Any, look: Look) -> Any:
    if not look.guard:
        return texts
    return pc.replace_substring_regex(texts, "(" + FORMULA + ")", r"'\1")


def _quoted(texts: Any, look: Look, *, always: bool) -> Any:
    """Put quotes around the texts that would not come back without them, or around all that are not null."""
    if look.quote is None or not (always or _needs_look(texts, look)):
        return texts
    inside = texts if look.escape is None else pc.replace_substring(texts, look.escape, look.escape * 2)
    inside = pc.replace_substring(inside, look.quote, (look.escape or look.quote) + look.quote)
    quote = pa.scalar(look.quote, texts.type)
    quoted = pc.binary_join_element_wise(quote, inside, quote, pa.scalar("", texts.type))
    if always:
        return quoted
    special = "^$|^" + _MARK + "|[" + "".join(f"\\x{ord(c):02x}" for c in look.quote + "\r\n" + look.delimiter) + "]"
    needed = pc.match_substring_regex(texts, special)
    if look.null:
        needed = pc.or_(needed, pc.equal(texts, pa.scalar(look.null, texts.type)))
    return pc.if_else(needed, quoted, texts)


def _needs_look(texts: Any, look: Look) -> bool:
    if look.null or pc.any(pc.equal(pc.binary_length(texts), 0)).as_py():
        return True
    data = texts.buffers()[2]
    if data is None:
        return False
    text = bytes(memoryview(data))
    signs = (look.quote or "", "\n", "\r", look.delimiter, _MARK)
    return any(c.encode() in text for c in signs)
