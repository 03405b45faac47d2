"""Finds the forms of a column of texts, at full speed where all values are alike, value by value where they are not.

The quick path looks at the bytes of the whole column at once: the smallest and the largest byte rule out most
types, and a few gathers at fixed places prove the rest. It either proves the form of every value or gives up. The
slow path runs regular expressions over growing slices, and stops once the column is bound to be text. Parsing
itself is Arrow's; what is checked here is that the text holds nothing that the parsed value does not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.files.values.calendar import LONGEST, SHORTEST, moment_forms
from dsa_workbench.files.values.forms import BOOLEANS, Evidence, Form, is_settled

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]

EXACT_DIGITS = 15
"""Any decimal number of so many significant digits comes back from a float64 (DBL_DIG of C)."""
EXACT_INT = 2**53
MINUS, POINT, ZERO, NINE = 45, 46, 48, 57
_WORDS = {
    b"true": Form.TRUE_LOWER, b"false": Form.TRUE_LOWER, b"True": Form.TRUE_TITLE, b"False": Form.TRUE_TITLE,
    b"TRUE": Form.TRUE_UPPER, b"FALSE": Form.TRUE_UPPER,
}  # fmt: skip
_PAIRS = dict(zip(BOOLEANS, (("true", "false"), ("True", "False"), ("TRUE", "FALSE")), strict=True))


class Texts:
    """A string array as its bytes: `starts` and `lengths` of the values that are there and not empty."""

    def __init__(self, array: pa.StringArray) -> None:
        _, offsets, data = array.buffers()
        n, skip = len(array), array.offset
        edges = np.frombuffer(offsets, np.int32, n + 1, skip * 4) if n else np.zeros(1, np.int32)
        low, high = int(edges[0]), int(edges[-1])
        self.array = array
        self.data: Bytes = np.frombuffer(data, np.uint8)[low:high] if data is not None else np.zeros(0, np.uint8)
        lengths = np.diff(edges)
        self.rows: Ints = np.flatnonzero(lengths)
        full = len(self.rows) == n
        self.starts = (edges[:-1] if full else edges[:-1][self.rows]) - low
        self.lengths = lengths if full else lengths[self.rows]
        self.full = full

    def matrix(self, length: int, where: npt.NDArray[np.bool_] | None = None) -> Bytes:
        """Give the values of one length as rows of bytes."""
        if where is None:
            return self.data.reshape(-1, length)
        picked: Bytes = self.data[self.starts[where][:, None] + np.arange(length, dtype=np.int32)]
        return picked


def classify(array: pa.StringArray) -> tuple[Evidence, pa.Array | None]:
    """Find the forms in a column, and its parsed values where they came by the way.

    The parsed values hold for the type that the forms of this very block give.
    """
    texts = Texts(array)
    evidence = Evidence()
    if not texts.full and len(texts.rows) + array.null_count < len(array):
        empty = pc.equal(pc.binary_length(array), 0)
        evidence.see(Form.EMPTY, pc.index(empty, pa.scalar(True)).as_py(), "")
    if not len(texts.rows):
        return evidence, None
    quick, parsed = _quick(texts, Form.EMPTY in evidence.forms)
    if quick is None:
        _slow(texts, evidence)
        return evidence, None
    for form, row in quick.items():
        evidence.see(form, row, array[row].as_py())
    return evidence, parsed


def _quick(texts: Texts, empties: bool) -> tuple[dict[Form, int] | None, pa.Array | None]:
    """Prove one family of forms for all values: form -> first row; None where that does not work out."""
    head = int(texts.data[texts.starts[0]])
    if head in b"tfTF":
        return _booleans(texts), None
    if not ZERO <= head <= NINE and head not in (MINUS, POINT):
        return None, None
    low, high = int(texts.data.min()), int(texts.data.max())
    source = pc.if_else(pc.equal(pc.binary_length(texts.array), 0), None, texts.array) if empties else texts.array
    if low >= MINUS and high <= NINE and texts.lengths[0] != 10:
        return _numbers(texts, source, low)
    if high > ord("Z"):
        return None, None
    found = _moments(texts)
    if found is None and low >= MINUS and high <= NINE:
        return _numbers(texts, source, low)
    return found, None


def _booleans(texts: Texts) -> dict[Form, int] | None:
    first, length = int(texts.starts[0]), int(texts.lengths[0])
    form = _WORDS.get(texts.data[first : first + length].tobytes())
    if form is None:
        return None
    hits = pc.sum(pc.is_in(texts.array, pa.array(_PAIRS[form]))).as_py()
    return {form: int(texts.rows[0])} if hits == len(texts.rows) else None


def _numbers(texts: Texts, source: pa.StringArray, low: int) -> tuple[dict[Form, int] | None, pa.Array | None]:
    data, starts, lengths, rows = texts.data, texts.starts, texts.lengths, texts.rows
    points = np.flatnonzero(data == POINT) if low <= POINT else np.zeros(0, np.int64)
    lead, rest = starts, lengths
    if low == MINUS:
        minus = data[starts] == MINUS
        lead, rest = starts + minus, lengths - minus
    # A leading zero is lost in a number unless it stands before the point or alone.
    zero = data[np.minimum(lead, len(data) - 1)] == ZERO
    if low == MINUS and bool((zero & (rest == 1) & (lengths == 2)).any()):
        return None, None
    if bool(zero.any()):
        follower = data[np.minimum(lead + 1, len(data) - 1)]
        if bool((zero & (rest > 1) & (follower != POINT)).any()):
            return None, None
    try:
        if not len(points):
            parsed = pc.cast(source, pa.int64())
        else:
            if bool((data[starts + lengths - 1] == POINT).any()):
                return None, None
            parsed = pc.cast(source, pa.float64())
    except pa.ArrowInvalid:
        return None, None
    if not len(points):
        return _integers(texts, parsed), parsed
    long = np.flatnonzero(lengths > EXACT_DIGITS)
    if len(long) and not bool(_is_exact(source.take(pa.array(rows[long]))).all()):
        return None, None
    if len(points) == len(rows):
        return {Form.POINT: int(rows[0])}, parsed
    pointed = np.zeros(len(rows), bool)
    pointed[np.searchsorted(starts, points, "right") - 1] = True
    return {Form.POINT: int(rows[pointed.argmax()]), Form.INT: int(rows[pointed.argmin()])}, parsed


def _integers(texts: Texts, parsed: pa.Array) -> dict[Form, int]:
    rows = texts.rows
    if texts.lengths.max() <= EXACT_DIGITS:
        return {Form.INT: int(rows[0])}
    values = _np(parsed.drop_null())
    big = np.abs(values.astype(np.float64)) >= EXACT_INT
    if bool(big.any()):
        big[big] = ~_is_exact(pa.array(values[big]).cast(pa.string()))
    found = {}
    if bool(big.any()):
        found[Form.BIG] = int(rows[big.argmax()])
    if not bool(big.all()):
        found[Form.INT] = int(rows[big.argmin()])
    return found


def _moments(texts: Texts) -> dict[Form, int] | None:
    """Prove dates, times or stamps, length by length."""
    lengths = np.unique(texts.lengths).tolist()
    if lengths[0] < SHORTEST or lengths[-1] > LONGEST:
        return None
    found: dict[Form, int] = {}
    for length in lengths:
        where = None if len(lengths) == 1 else texts.lengths == length
        codes = moment_forms(texts.matrix(length, where))
        if bool((codes == Form.TEXT).any()):
            return None
        rows = texts.rows if where is None else texts.rows[where]
        for form, index in first_rows(codes).items():
            row = int(rows[index])
            found[form] = min(found.get(form, row), row)
    return found


def first_rows(codes: Ints) -> dict[Form, int]:
    """Give each form that is seen among the codes, and the first index at which it stands."""
    seen = int(np.bitwise_or.reduce(codes))
    return {form: int(((codes & form) != 0).argmax()) for form in Form if form & seen}


_INTEGER = r"^(0|-?[1-9][0-9]{0,18})$"
_POINTED = r"^-?(0|[1-9][0-9]*)?\.[0-9]+$"
_EXPONENT = r"^-?((0|[1-9][0-9]*)(\.[0-9]+)?|\.[0-9]+)[eE][+-]?[0-9]{1,4}$"


def _slow(texts: Texts, evidence: Evidence) -> None:
    """Find every form value by value; stop once the column is bound to be text."""
    done, size = 0, 64
    while done < len(texts.rows) and not is_settled(evidence.forms):
        rows = texts.rows[done : done + size]
        values = texts.array.take(pa.array(rows))
        codes = value_forms(values)
        for form, index in first_rows(codes).items():
            evidence.see(form, int(rows[index]), values[index].as_py())
        done, size = done + size, size * 16


def value_forms(values: pa.StringArray) -> Ints:
    """Give the forms of each value as bits; no value may be null or empty."""
    codes = np.full(len(values), int(Form.TEXT), np.int64)
    integers = _match(values, _INTEGER)
    if len(integers):
        texts = values.take(pa.array(integers))
        # int64 ends within 19 digits, so the range is asked of a wider type.
        wide = texts.cast(pa.decimal128(38, 0))
        fits = pc.and_(
            pc.less_equal(wide, pa.scalar(Decimal(2**63 - 1), wide.type)),
            pc.greater_equal(wide, pa.scalar(Decimal(-(2**63)), wide.type)),
        )
        exact = _is_exact(texts)
        codes[integers] = np.where(_np(fits), np.where(exact, int(Form.INT), int(Form.BIG)), int(Form.TEXT))
    pointed = _match(values, _POINTED)
    if len(pointed):
        exact = _is_exact(values.take(pa.array(pointed)))
        codes[pointed[exact]] = int(Form.POINT)
    powers = _match(values, _EXPONENT)
    if len(powers):
        texts = values.take(pa.array(powers))
        sure = _np(pc.match_substring_regex(texts, r"\.|[eE]-"))
        exact = _is_exact(texts)
        codes[powers] = np.where(exact, np.where(sure, int(Form.EXPONENT), int(Form.CODE)), int(Form.TEXT))
    for form, words in _PAIRS.items():
        codes[_np(pc.is_in(values, pa.array(words)))] = int(form)
    moments = _moment_codes(Texts(values))
    return np.where(moments == Form.TEXT, codes, moments)


def moments_among(values: pa.StringArray) -> dict[Form, int]:
    """Find dates, times and stamps alone, as in JSON, where numbers need no quotes: form -> first place.

    All else is TEXT, the empty text too; no value may be null.
    """
    texts = Texts(values)
    codes = np.full(len(values), int(Form.TEXT), np.int64)
    codes[texts.rows] = _moment_codes(texts)
    return first_rows(codes)


def _moment_codes(texts: Texts) -> Ints:
    """Give the forms of moments for the values that are not empty; TEXT where it is none."""
    codes = np.full(len(texts.rows), int(Form.TEXT), np.int64)
    for length in np.unique(texts.lengths).tolist():
        if SHORTEST <= length <= LONGEST:
            same = texts.lengths == length
            codes[same] = moment_forms(texts.matrix(length, same))
    return codes


def _is_exact(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Tell which numbers come back from a float64 as the decimal number that was written."""
    floats = texts.cast(pa.float64())
    sizes = np.abs(_np(floats))
    mantissa = pc.replace_substring_regex(texts, r"[eE].*$|[-.]", "")
    digits = _np(pc.binary_length(pc.utf8_trim(mantissa, "0")))
    # Below the smallest normal number a float64 has fewer digits.
    normal = (sizes >= np.finfo(np.float64).tiny) & np.isfinite(sizes)
    exact: npt.NDArray[np.bool_] = (digits == 0) | (normal & (digits <= EXACT_DIGITS))
    rest = np.flatnonzero(~exact & np.isfinite(sizes))
    if len(rest):
        index = pa.array(rest)
        told, back = texts.take(index), floats.take(index).cast(pa.string())
        same = _np(pc.equal(told, back))
        exact[rest[same]] = True
        for i in np.flatnonzero(~same).tolist():
            exact[rest[i]] = Decimal(told[i].as_py()) == Decimal(back[i].as_py())
    return exact


def _match(values: pa.StringArray, pattern: str) -> Ints:
    return np.flatnonzero(_np(pc.match_substring_regex(values, pattern)))


def _np(array: Any) -> Any:
    return array.to_numpy(zero_copy_only=False)
