"""Whole-file events: each is said where it is true, and one row that disagrees takes it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.core.model.event import EventKind
from dsa_workbench.features.versioning.differ import TableDiff, diff_tables
from tests.features.differ.memory_version import MemoryVersion

BASE = {
    "id": ["a1", "b2", "c3", "d4", "e5"],
    "name": ["Zoé", "Bär", "Çelik", "dora", "emil"],
    "city": ["Ulm", "Bonn", "Ulm", "Kiel", "Jena"],
    "qty": [5, 3, 9, 1, 7],
    "price": [1.25, 0.07, 19.99, 3.0, 0.1],
    "at": [dt.datetime(2026, 3, day, 12, tzinfo=dt.UTC) for day in (1, 2, 3, 5, 8)],
}


def version(table: dict[str, Any] | pa.Table, key: list[str] | None = None) -> MemoryVersion:
    made = pa.table(table) if isinstance(table, dict) else table
    return MemoryVersion(made, key or ())


def diff(old: Any, new: Any, key: list[str] | None = None) -> TableDiff:
    return diff_tables(version(old, key), version(new, key))


def said(old: Any, new: Any, key: list[str] | None = None) -> dict[EventKind, str]:
    return {event.kind: event.sentence for event in diff(old, new, key).events}


def base(**columns: list[Any]) -> dict[str, Any]:
    return BASE | columns


def picked(rows: list[int], table: dict[str, Any] = BASE) -> dict[str, Any]:
    return pa.table(table).take(pa.array(rows, pa.int64()))


KINDS = EventKind


def test_nothing_is_said_of_equal_tables() -> None:
    assert said(BASE, BASE) == said(BASE, BASE, ["id"]) == {}


def test_emptied_and_filled() -> None:
    assert said(BASE, picked([])) == {KINDS.EMPTIED: "All 5 rows are gone; of the table its columns are left."}
    assert said(picked([]), BASE) == {KINDS.FILLED: "The table was empty, and has 5 rows now."}


@pytest.mark.parametrize("key", [None, ["id"]])
def test_order_only(key: list[str] | None) -> None:
    assert said(BASE, picked([3, 1, 0, 4, 2]), key) == {
        KINDS.ORDER: "The same 5 rows in another order, sorted by qty now."
    }
    assert said(BASE, picked([2, 4, 0, 1, 3]), key) == {
        KINDS.ORDER: "The same 5 rows in another order, sorted by qty from the greatest down now."
    }
    assert said(BASE, picked([0, 1, 2, 4, 3]), key) == {KINDS.ORDER: "The same 5 rows in another order."}
    assert KINDS.ORDER not in said(BASE, picked([3, 1, 0, 4, 2], base(qty=[5, 3, 9, 2, 7])), key)


def test_a_column_with_nulls_in_the_middle_is_not_sorted() -> None:
    old = {"a": [3, None, 1, 2], "b": ["q", "r", "q", "p"]}
    assert said(old, picked([1, 2, 3, 0], old))[KINDS.ORDER].endswith("sorted by a now.")
    assert said(old, picked([2, 1, 3, 0], old))[KINDS.ORDER].endswith("another order.")


def test_doubled_and_halved() -> None:
    twice = [*range(5), *range(5)]
    assert said(BASE, picked(twice)) == {
        KINDS.MULTIPLIED: "Every row stands there twice as often as before: the table was appended to itself."
    }
    assert said(BASE, picked(sorted(twice))) == {KINDS.MULTIPLIED: "Every row stands there twice as often as before."}
    assert said(BASE, picked([*twice, *range(5)])) == {
        KINDS.MULTIPLIED: "Every row stands there 3 times as often as before: the table was appended to itself."
    }
    assert said(picked(twice), BASE) == {KINDS.DIVIDED: "Every row stood there twice as often; the repeats are gone."}
    almost = picked([*range(5), 0, 1, 2, 3, 3])
    assert said(BASE, almost) == {KINDS.APPENDED: "5 rows came at the end; all before is as it was."}


def test_appended_and_cut_off() -> None:
    assert said(picked([0, 1, 2]), BASE) == {KINDS.APPENDED: "2 rows came at the end; all before is as it was."}
    assert said(BASE, picked([0, 1, 2, 3])) == {KINDS.TRUNCATED: "The last row is gone; all before is as it was."}
    assert said(BASE, picked([0, 1, 3, 4])) == {}
    assert said(picked([1, 0, 2]), BASE) == {}
    assert said(picked([0, 1, 2]), base(qty=[5, 3, 8, 1, 7])) == {}


def test_a_header_that_became_data_and_back() -> None:
    names = list(BASE)
    texts = [[str(v) for v in column] for column in BASE.values()]
    lost = {f"c{i + 1}": [name, *column] for i, (name, column) in enumerate(zip(names, texts, strict=True))}
    assert said(BASE, lost)[KINDS.HEADER_LOST] == "The names of the columns stand in the first row, as data."
    assert said(lost, BASE)[KINDS.HEADER_FOUND].startswith("The names of the columns stood in the first row")
    nameless = {f"c{i + 1}": column for i, column in enumerate(BASE.values())}
    assert said(BASE, nameless)[KINDS.HEADER_LOST] == "The columns have no names any more: c1 to c6 now."
    assert said(nameless, BASE)[KINDS.HEADER_FOUND] == "The columns had no names, and have some now."
    eaten = {column[0]: column[1:] for column in texts}
    assert said(BASE | dict(zip(names, texts, strict=True)), eaten)[KINDS.HEADER_LOST] == (
        "The first row of before is taken for the names of the columns."
    )
    assert KINDS.HEADER_LOST not in said(BASE, {**nameless, "more": [1] * 5})


def test_a_header_among_the_rows() -> None:
    old = {"id": ["1", "2"], "name": ["x", "y"]}
    new = {"id": ["1", "2", "id", "1"], "name": ["x", "y", "name", "x"]}
    assert said(old, new)[KINDS.HEADER_AMONG_ROWS] == "A row repeats the names of the columns (row 3)."
    assert KINDS.HEADER_AMONG_ROWS not in said(old, {"id": ["1", "2", "id"], "name": ["x", "y", "nome"]})


def test_case_of_keys() -> None:
    upper = base(id=["A1", "B2", "C3", "D4", "x5"])
    assert said(BASE, upper, ["id"]) == {
        KINDS.KEY_FORM: "4 of 5 keys that came and went differ in case alone.",
    }
    spaced = base(id=[f"{i[0]} {i[1]}" for i in BASE["id"]])
    assert said(BASE, spaced, ["id"])[KINDS.KEY_FORM].endswith("differ in white space alone.")
    both = base(id=[f" {i.upper()}" for i in BASE["id"]])
    assert said(BASE, both, ["id"])[KINDS.KEY_FORM].endswith("differ in case and white space alone.")
    assert said(BASE, base(id=["q", "r", "s", "t", "u"]), ["id"]) == {}


def test_keys_that_lost_their_zeros_or_their_encoding() -> None:
    old = base(id=["007", "08", "9", "10", "x"])
    assert said(old, base(id=[7, 8, 9, 10, 11]), ["id"])[KINDS.KEY_FORM] == (
        "4 of 5 keys that came and went are the same number, written as text on one side."
    )
    names = {"name": ["é", "ü", "ß"], "v": [1, 2, 3]}
    broken = {"name": [n.encode().decode("cp1252") for n in names["name"]], "v": [1, 2, 3]}
    assert said(names, broken, ["name"])[KINDS.ENCODING] == (
        "3 of 3 keys that came and went are UTF-8 that was read as cp1252 now."
    )


def test_one_column_only() -> None:
    new = base(city=["a", "b", "c", "d", "e"])
    assert said(BASE, new, ["id"])[KINDS.ONE_COLUMN] == (
        "Every row changed, in city alone; the other 5 hold what they held."
    )
    assert KINDS.ONE_COLUMN not in said(BASE, base(city=["a", "b", "c", "d", "Jena"]), ["id"])
    assert KINDS.ONE_COLUMN not in said(BASE, new | {"qty": [5, 3, 9, 1, 8]}, ["id"])


@pytest.mark.parametrize("factor", [10, 100, 1000, 60, 1024])
def test_scaled(factor: int) -> None:
    times = base(price=[round(p * factor, 6) for p in BASE["price"]])
    assert said(BASE, times, ["id"])[KINDS.SCALED] == (
        f"All 5 changed cells of price are {factor:,} times what they were. That is every row."
    )
    assert f"divided by {factor:,}" in said(times, BASE, ["id"])[KINDS.SCALED]
    off = base(price=[*times["price"][:4], times["price"][4] + 0.001])
    assert KINDS.SCALED not in said(BASE, off, ["id"])


def test_scaled_cents_and_signs() -> None:
    cents = {"id": [1, 2, 3], "v": [1250, 7, 1999]}
    euros = {"id": [1, 2, 3], "v": [12.5, 0.07, 19.99]}
    assert "divided by 100" in said(cents, euros, ["id"])[KINDS.SCALED]
    assert "have the other sign" in said(cents, {"id": [1, 2, 3], "v": [-1250, -7, -1999]}, ["id"])[KINDS.SCALED]
    same = {"id": [1, 2, 3], "v": [7, 7, 7]}
    assert KINDS.SCALED not in said(same, {"id": [1, 2, 3], "v": [70, 70, 70]}, ["id"])


def test_moved_in_time() -> None:
    later = base(at=[t + dt.timedelta(hours=1) for t in BASE["at"]])
    assert said(BASE, later, ["id"])[KINDS.MOVED_IN_TIME] == "All 5 changed cells of at are 1 hour later."
    days = {"id": [1, 2, 3], "on": [dt.date(2026, 1, d) for d in (5, 7, 9)]}
    before = {"id": [1, 2, 3], "on": [dt.date(2026, 1, d) for d in (3, 5, 7)]}
    assert said(days, before, ["id"])[KINDS.MOVED_IN_TIME] == "All 3 changed cells of on are 2 days earlier."
    assert KINDS.MOVED_IN_TIME not in said(BASE, later | {"at": [*later["at"][:4], BASE["at"][0]]}, ["id"])


@pytest.mark.parametrize("page", ["cp1252", "latin-1", "mac-roman", "cp437", "cp850"])
def test_text_that_was_misread_and_repaired(page: str) -> None:
    words = ["é", "Zoë", "Ünal", "straße"]
    old = {"id": [1, 2, 3, 4], "name": words}
    new = {"id": [1, 2, 3, 4], "name": [w.encode().decode(page, "replace") for w in words]}
    if any("\ufffd" in w for w in new["name"]):
        pytest.skip("the code page has no sign for one of the bytes")
    assert "are UTF-8 that was read as" in said(old, new, ["id"])[KINDS.ENCODING]
    assert "and are right now" in said(new, old, ["id"])[KINDS.ENCODING]
    assert KINDS.ENCODING not in said(old, new | {"name": [*new["name"][:3], "strasse"]}, ["id"])


@pytest.mark.parametrize("sign", ["?", "\ufffd"])
def test_text_that_lost_its_letters(sign: str) -> None:
    new = base(name=[f"Zo{sign}", f"B{sign}r", f"{sign}elik", "dora", "emil"])
    assert "lost their letters beyond ASCII" in said(BASE, new, ["id"])[KINDS.ENCODING]
    assert "got back" in said(new, BASE, ["id"])[KINDS.ENCODING]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (str.upper, "case"),
        (lambda t: f" {t}\u00a0", "white space at the ends"),
        (lambda t: f"{t[0]} {t[1:]}", "white space"),
        (lambda t: f" {t.upper()}", "case and white space"),
    ],
)
def test_text_written_differently(change: Any, what: str) -> None:
    new = base(city=[change(t) for t in BASE["city"]])
    assert said(BASE, new, ["id"])[KINDS.TEXT_FORM] == f"All 5 changed cells of city differ in {what} alone."
    assert KINDS.TEXT_FORM not in said(BASE, new | {"city": [*new["city"][:4], "Rom"]}, ["id"])


def test_unicode_forms() -> None:
    old = {"id": [1, 2, 3], "name": ["é", "ü", "ö"]}
    new = {"id": [1, 2, 3], "name": ["e\u0301", "u\u0308", "o\u0308"]}
    assert "Unicode form" in said(old, new, ["id"])[KINDS.TEXT_FORM]


def test_one_value_for_another() -> None:
    old = {"id": [1, 2, 3, 4], "zone": ["EU", None, None, None]}
    new = {"id": [1, 2, 3, 4], "zone": ["EU", "NA", "NA", "NA"]}
    (event,) = diff(old, new, ["id"]).events
    assert event.sentence == "All 3 changed cells of zone held null and hold 'NA' now."
    assert event.hint == "A profile with null_tokens={'zone': ['NA']} takes them for the same."
    assert said(old, new | {"zone": ["EU", "NA", "NA", "SA"]}, ["id"]) == {}


def test_a_type_that_changed_and_nothing_else() -> None:
    old = {"id": [1, 2, 3], "code": [4, 8, 16]}
    assert said(old, {"id": [1, 2, 3], "code": ["4", "8", "16"]}, ["id"])[KINDS.TYPE] == (
        "All 3 changed cells of code hold what they held, and are text."
    )
    assert said({"id": [1, 2, 3], "code": ["004", "008", "016"]}, old, ["id"])[KINDS.TYPE] == (
        "All 3 changed cells of code hold the same numbers, and were text ('004' for 4)."
    )
    assert KINDS.TYPE not in said(old, {"id": [1, 2, 3], "code": ["4", "8", "17"]}, ["id"])


def test_shifted_columns() -> None:
    text = {n: [f"{n}{i}" for i in range(5)] for n in ("id", "a", "b", "c", "d")}
    rows = [2, 4]
    new = {n: list(c) for n, c in text.items()}
    for row in rows:
        for name, source in (("a", None), ("b", "a"), ("c", "b"), ("d", "c")):
            new[name][row] = "" if source is None else text[source][row]
    assert said(text, new, ["id"])[KINDS.SHIFTED] == (
        "In all 2 rows that differ, the values of a to c stand one column to the right."
    )
    assert "one column to the left" in said(new, text, ["id"])[KINDS.SHIFTED]
    new["c"][4] = new["d"][4] = "other"
    assert KINDS.SHIFTED not in said(text, new, ["id"])


def test_shifted_rows_that_do_not_pair_any_more() -> None:
    old = {f"c{i + 1}": [f"{i}/{row}" for row in range(6)] for i in range(4)}
    new = {"c1": [str(row) for row in range(6)]} | {f"c{i + 2}": old[f"c{i + 1}"] for i in range(4)}
    assert said(old, new)[KINDS.SHIFTED] == "6 of 6 rows are there again, their values one column to the right."


def test_form_only() -> None:
    old = {"id": [1, 2], "v": [0.0, 1.5]}
    assert said(old, {"id": [1, 2], "v": [-0.0, 1.5]}) == {
        KINDS.FORM: "No value changed; 1 cell is written differently."
    }


@given(
    st.lists(st.sampled_from(["a", "A", "é", "Ã©", "", "b "]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["a", "A", "é", "Ã©", "", "b "]), min_size=1, max_size=6),
    st.booleans(),
)
def test_events_never_fail_and_speak_of_columns_that_are_there(old: list[str], new: list[str], keyed: bool) -> None:
    tables = [{"k": [str(i % 4) for i in range(len(t))], "v": t} for t in (old, new)]
    found = diff_tables(version(tables[0]), version(tables[1]), key=["k"] if keyed else None).events
    for event in found:
        assert set(event.columns) <= {"k", "v"}
        assert event.sentence.endswith(".")
