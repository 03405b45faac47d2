"""Counts in each block what is written otherwise once it is typed, and what is lost: by looking at bytes where it can.

Text is kept as it is, and whole numbers and dates are given a type only where they are written in the one usual way.
So only floats, moments, booleans and columns whose type the user gave are looked at. `written otherwise` means that an
export writes another text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.core.model.finding import Effect, Finding
from dsa_workbench.files.header import is_rename
from dsa_workbench.files.text.parse import Layout
from dsa_workbench.files.text.records import Block, record_spans
from dsa_workbench.files.values.classify import EXACT_DIGITS, Texts, value_forms
from dsa_workbench.files.values.forms import Form
from dsa_workbench.files.values.tally import (
    BLANK_LINES,
    COMMENT_LINES,
    MOMENTS,
    PRECISION,
    ZONES,
    Tally,
    shown,
    tally_moments,
)

QUOTED_EMPTY = "quoted empty cells are null"
FILLED = "short rows filled with nulls"
TRIMMED = "blanks around values trimmed"
NUMBERS = "numbers written otherwise"
BOOLEANS = "booleans written otherwise"

_TWO_LINE_ENDS = 0x0A0A
# Between these, floats are written without an exponent.
_SMALL, _LARGE = 1e-6, 1e10
_ONE_NUMBER = r"^\s*[+-]?[0-9.]+([eE][+-]?[0-9]+)?\s*$"


def findings_of_file(bom: int, notes: Sequence[str], added: int) -> list[Finding]:
    """Tell what concerns the file as a whole: `notes` are those on its header, `added` columns are not in it."""
    renamed = sum(map(is_rename, notes))
    found = [
        Finding("byte order mark at the beginning left out", Effect.FORM, bool(bom)),
        Finding("columns named otherwise than in the header", Effect.FORM, renamed),
        Finding("columns added for cells beyond the header", Effect.FORM, added),
    ]
    return [finding for finding in found if finding.count]


def tally_lines(tally: Tally, block: Block, layout: Layout, records: int) -> None:
    """Count the lines of a block that are no rows; `records` are those that were read of it."""
    dialect, array = layout.dialect, np.frombuffer(block.data, np.uint8)
    if np.count_nonzero(array == dialect.newline[0]) == records:
        return
    comments = dialect.comment is not None and dialect.comment.encode() in bytes(block.data)
    blanks = layout.columns > 1 and _may_have_blank_lines(array)
    if not comments and not blanks:
        return
    starts, _ = record_spans(block.data, replace(dialect, comment=None), blank_lines=True)
    first = array[starts]
    if blanks:
        tally.add(BLANK_LINES, -1, int(np.count_nonzero((first == 10) | (first == 13))))
    if comments:
        tally.add(COMMENT_LINES, -1, int(np.count_nonzero(first == ord(dialect.comment or "#"))))


def _may_have_blank_lines(array: npt.NDArray[np.uint8]) -> bool:
    """Say whether two line ends stand side by side, in quotes or not."""
    if array[0] in (10, 13):
        return True
    # Pairs of bytes, from the first byte and from the second.
    even, odd = (array[at : at + (len(array) - at) // 2 * 2].view(np.uint16) for at in (0, 1))
    if bool((even == _TWO_LINE_ENDS).any() or (odd == _TWO_LINE_ENDS).any()):
        return True
    returns = np.flatnonzero(array[:-1] == 13)
    before = array[np.maximum(returns - 1, 0)]
    return bool(((before == 10) | (before == 13)).any())


def tally_found(tally: Tally, i: int, written: pa.StringArray, told: pa.StringArray, array: pa.Array) -> None:
    """Count in a column whose type was found; `told` are its texts with numbers in the usual form."""
    kind, t = array.type, pa.types
    if t.is_string(kind):
        return
    tally.add(QUOTED_EMPTY, i, array.null_count - written.null_count)
    if len(array) == array.null_count or t.is_integer(kind) or t.is_date(kind):
        return
    if told is not written:
        _other(tally, NUMBERS, i, written, pc.fill_null(pc.not_equal(written, told), False), array)
    if t.is_boolean(kind):
        first = written[Texts(written).rows[0].item()].as_py()
        tally.add(BOOLEANS, i, 0 if first.islower() else len(array) - array.null_count, first)
    elif t.is_floating(kind):
        _floats(tally, i, told, array)
    elif t.is_decimal(kind):
        _other(tally, NUMBERS, i, written, pc.not_equal(array.cast(pa.string()), told), array)
    elif t.is_time(kind) or t.is_timestamp(kind):
        tally_moments(tally, i, written, array)


def _other(tally: Tally, what: str, i: int, written: pa.StringArray, differs: pa.Array, array: pa.Array) -> None:
    row = pc.index(differs, pa.scalar(True)).as_py()
    if row >= 0:
        tally.add(what, i, pc.sum(differs).as_py(), f"{written[row].as_py()} is {shown(array, row)}")


def _floats(tally: Tally, i: int, told: pa.StringArray, array: pa.Array) -> None:
    texts = Texts(told)
    data, starts = texts.data, texts.starts.astype(np.int64)
    ends = starts + texts.lengths - 1
    other = data[ends] == 48
    zeros = np.flatnonzero(other)
    other[zeros] = data[ends[zeros] - 1] != 46
    lead = data[starts]
    other |= lead == 46
    minus = np.flatnonzero(lead == 45)
    other[minus] |= data[starts[minus] + 1] == 46
    values = array.drop_null() if array.null_count else array
    sizes = np.abs(values.to_numpy(zero_copy_only=False))
    odd = sizes < _SMALL
    if bool(odd.any()):
        odd &= sizes > 0
    other |= odd
    if sizes.max() >= _LARGE:
        other |= sizes >= _LARGE
    if np.count_nonzero(data == 46) < len(starts):
        other |= ~np.logical_or.reduceat(data == 46, starts)
    if data.max() > 57:
        powers = pc.fill_null(pc.match_substring_regex(told, "[eE]"), False)
        other |= powers.to_numpy(zero_copy_only=False)[texts.rows]
    if bool(other.any()):
        row = int(texts.rows[int(other.argmax())])
        tally.add(NUMBERS, i, int(np.count_nonzero(other)), f"{told[row].as_py()} is {shown(array, row)}")


def tally_given(tally: Tally, i: int, written: pa.StringArray, told: pa.StringArray, array: pa.Array) -> None:
    """Count in a column whose type the user gave."""
    kind, t = array.type, pa.types
    if t.is_string(kind):
        return
    tally.add(QUOTED_EMPTY, i, array.null_count - written.null_count)
    trimmed = pc.utf8_trim_whitespace(written)
    _other(tally, TRIMMED, i, written, pc.fill_null(pc.not_equal(trimmed, written), False), trimmed)
    what = BOOLEANS if t.is_boolean(kind) else MOMENTS if t.is_temporal(kind) else NUMBERS
    again = array.cast(pa.string())
    if t.is_floating(kind):
        # As in `render`: a point keeps floats from coming back as integers.
        again = pc.replace_substring_regex(again, r"^(-?[0-9]+)(e.*)?$", r"\1.0\2")
        _precision(tally, i, pc.utf8_trim_whitespace(told), array)
    elif t.is_temporal(kind):
        again = pc.replace_substring_regex(again, r"\.0+(Z?)$", r"\1")
    _other(tally, what, i, written, pc.fill_null(pc.not_equal(again, trimmed), False), array)
    if t.is_timestamp(kind) and kind.tz is not None:
        away = pc.match_substring_regex(trimmed, r"[+-](0[1-9]|1[0-9]|00:?[0-5]*[1-9])[0-9:]*$")
        _other(tally, ZONES, i, written, pc.fill_null(away, False), array)


def _precision(tally: Tally, i: int, told: pa.StringArray, array: pa.Array) -> None:
    """Count the numbers that a float does not give back."""
    if array.type == pa.float64():
        rows = np.flatnonzero(pc.fill_null(pc.greater(pc.binary_length(told), EXACT_DIGITS), False))
        values = pc.replace_substring_regex(told.take(pa.array(rows)), r"^\+", "")
        lost = (value_forms(values) == int(Form.TEXT)) if len(rows) else np.zeros(0, bool)
        lost &= pc.match_substring_regex(values, _ONE_NUMBER).to_numpy(zero_copy_only=False)
        plain = pc.replace_substring_regex(values, r"^(-?)0+([0-9])", r"\1\2")
        lost &= (value_forms(plain) == int(Form.TEXT)) if len(rows) else lost
        if bool(lost.any()):
            row = int(rows[int(lost.argmax())])
            tally.add(PRECISION, i, int(np.count_nonzero(lost)), f"{told[row].as_py()} is {shown(array, row)}")
        return
    again = array.cast(pa.string()).cast(pa.float64())
    empty = pc.equal(pc.binary_length(told), 0)
    whole = pc.replace_substring_regex(pc.if_else(empty, None, told), r"^\+", "").cast(pa.float64())
    differs = pc.and_(pc.not_equal(again, whole), pc.invert(pc.is_nan(whole)))
    _other(tally, PRECISION, i, told, pc.fill_null(differs, False), array)
