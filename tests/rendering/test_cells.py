from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.rendering.cells import FULL, cell, changed_cell, cut, is_text, stands_right, texts
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Mark


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None, -3], pa.int8()), ["1", None, "-3"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (
            pa.array([0.1, 1e300, -0.0, float("nan"), float("inf"), None]),
            ["0.1", "1e+300", "-0.0", "NaN", "∞", None],
        ),
        (pa.array(np.array([0.1, 16777216.0], np.float32)), ["0.1", "16777216.0"]),
        (pa.array(np.array([0.1], np.float16)), ["0.1"]),
        (
            pa.array([decimal.Decimal("1E-9"), decimal.Decimal(120)], pa.decimal128(20, 9)),
            ["0.000000001", "120.000000000"],
        ),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.array(["", "null", None]), ["", "null", None]),
        (pa.array([b"\x00\xff", None]), ["0x00ff", None]),
        (pa.array([dt.date(2026, 3, 1)]), ["2026-03-01"]),
        (pa.array([5_000_000], pa.int32()).cast(pa.date32()), ["15659-07-15"]),
        (pa.array([dt.date(2026, 3, 1)], pa.date64()), ["2026-03-01"]),
        (
            pa.array([1_700_000_000_000_000_001, None], pa.timestamp("ns")),
            ["2023-11-14 22:13:20.000000001", None],
        ),
        (pa.array(["2026-03-01"], pa.string()).cast(pa.timestamp("us")), ["2026-03-01 00:00:00"]),
        (
            pa.array([dt.datetime(2026, 7, 1, tzinfo=dt.UTC)], pa.timestamp("us", "UTC")),
            ["2026-07-01 00:00:00Z"],
        ),
        (
            pa.array([dt.datetime(2026, 7, 1, tzinfo=dt.UTC)], pa.timestamp("ms", "Europe/Berlin")),
            ["2026-07-01 02:00:00+02:00"],
        ),
        (
            pa.array([dt.datetime(2026, 7, 1, tzinfo=dt.UTC)], pa.timestamp("s", "-03:30")),
            ["2026-06-30 20:30:00-03:30"],
        ),
        (pa.array([0], pa.timestamp("s", "Mars/Olympus")), ["1970-01-01 00:00:00Z"]),
        (pa.array([dt.time(1, 2, 3, 500_000)]), ["01:02:03.5"]),
        (
            pa.array([90_061_000_000_001, -1], pa.duration("ns")),
            ["1 d 01:01:01.000000001", "-00:00:00.000000001"],
        ),
        (pa.array([["a", None], []]), ['["a", null]', "[]"]),
        (pa.array([{"a": 1, "b": b"\xff"}]), ['{"a": 1, "b": "0xff"}']),
        (pa.array(["x", None, "x"]).dictionary_encode(), ["x", None, "x"]),
        (pa.array([None, None], pa.null()), [None, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_values_are_written_as_people_expect(array: pa.Array, expected: list[str | None]) -> None:
    assert texts(array) == expected


def test_chunked_arrays_are_written_like_plain_ones() -> None:
    assert texts(pa.chunked_array([[1], [], [2]])) == ["1", "2"]
    assert texts(pa.chunked_array([], pa.string())) == []


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False))))
def test_floats_read_back_as_they_were(values: list[float | None]) -> None:
    written = texts(pa.array(values, pa.float64()))
    assert [None if text is None else float(text) for text in written] == values


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\r\nlines\nmore", "two↵lines↵more"),
        ("a\tb", "a⇥b"),
        ("  both ", "··both·"),
        ("in  side", "in  side"),
        ("bell\x07", "bell␇"),
        ("del\x7f", "del␡"),
        ("\u202eevil", "⟨U+202E⟩evil"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\x1b[31mred", "␛[31mred"),
        ("日本", "日本"),
    ],
)
def test_what_the_eye_misses_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_visible_text_is_one_line_without_controls(text: str) -> None:
    shown = visible(text)
    assert not any(char in shown for char in "\r\n\t\x1b\x00\u202e")
    assert len(shown.splitlines()) <= 1


def test_null_empty_text_and_the_word_null_all_differ() -> None:
    pieces = [cell(text, of_text=True)[0] for text in (None, "", "null", '"null"')]
    assert [piece.text for piece in pieces] == ["null", '""', '"null"', '"\\"null\\""']
    assert [piece.mark for piece in pieces] == [Mark.NULL, Mark.PLAIN, Mark.PLAIN, Mark.PLAIN]


def test_long_text_is_cut_and_keeps_its_full_text() -> None:
    piece = cut("x" * 100, limit=10)
    assert piece.text == "x" * 9 + "…"
    assert piece.full == "x" * 100
    endless = cut("y" * (FULL * 3), limit=10).full
    assert endless is not None
    assert endless.endswith(f"… ({FULL * 3:,} characters)")
    assert len(endless) < FULL + 40


def test_a_change_late_in_a_long_text_is_in_sight() -> None:
    old, arrow, new = changed_cell("z" * 500 + "old", "z" * 500 + "new", old_text=True, new_text=True)
    assert old.text.startswith("…")
    assert old.text.endswith("old")
    assert new.text.endswith("new")
    assert arrow.text == " → "
    assert (old.mark, new.mark) == (Mark.OLD, Mark.NEW)


def test_a_number_that_became_text_can_be_told_from_it() -> None:
    old, _, new = changed_cell("1", "1", old_text=False, new_text=True)
    assert (old.text, new.text) == ("1", '"1"')


def test_types_know_their_side() -> None:
    assert stands_right(pa.decimal256(40, 2))
    assert not stands_right(pa.string())
    assert is_text(pa.dictionary(pa.int8(), pa.large_string()))
    assert not is_text(pa.binary())
