"""What is found about text files that are written in unusual ways, and what is told about it."""

from __future__ import annotations

import bz2
import csv
import gc
import gzip
import io
import lzma
import os
import zipfile
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.explain import Explanation, explain
from dsa_workbench.files.source import ReadOptions, TableSource, open_tables, read_all


def opened(text: str | bytes, **options: Any) -> TableSource:
    data = text.encode() if isinstance(text, str) else text
    return open_tables(io.BytesIO(data), ReadOptions(**options))[0]


def rows(text: str | bytes, **options: Any) -> list[tuple[Any, ...]]:
    table = read_all(opened(text, **options))
    return [tuple(table.schema.names), *zip(*(c.to_pylist() for c in table.columns), strict=True)]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|", "^", "~", "\x01", "\x1f"])
def test_delimiters_are_found(sign: str) -> None:
    text = "\n".join(sign.join(row) for row in (("id", "name", "price"), ("1", "Ann", "2.5"), ("2", "Bo", "3.25")))
    assert rows(text) == rows(text, delimiter=sign) == [("id", "name", "price"), (1, "Ann", 2.5), (2, "Bo", 3.25)]


def test_runs_of_blanks_delimit_lined_up_columns() -> None:
    assert rows("id   price  n\n 1    2.5   10\n22   13.5    2\n") == [
        ("id", "price", "n"),
        (1, 2.5, 10),
        (22, 13.5, 2),
    ]


def test_blanks_that_each_delimit_keep_their_empty_cells() -> None:
    text = 'id "the name" note\n1 "Ann Lee" \n2 "Bo Chan" x\n3  "y z"\n'
    assert rows(text) == [("id", "the name", "note"), (1, "Ann Lee", None), (2, "Bo Chan", "x"), (3, None, "y z")]


def test_in_a_lone_row_the_sign_that_comes_first_delimits() -> None:
    assert rows("id,name,a|b|c|d|e\n")[0] == ("id", "name", "a|b|c|d|e")
    assert rows('"a,b";c\n')[0] == ("a,b", "c")


@pytest.mark.parametrize("text", ["name\nAnn Lee\nBo Chan\n", "at\n10:30:00\n11:00:00\n", 'who\n"Lee, Ann"\nBo\n'])
def test_a_single_column_stays_one(text: str) -> None:
    assert len(rows(text)[0]) == 1


def test_apostrophes_around_cells_are_quotes_where_there_are_no_others() -> None:
    assert rows("id,who\n1,'Lee, Ann'\n2,'Chan, Bo'\n") == [("id", "who"), (1, "Lee, Ann"), (2, "Chan, Bo")]
    assert rows("id,who\n1,Ann's\n2,Bo's\n") == [("id", "who"), (1, "Ann's"), (2, "Bo's")]


def test_an_escaped_apostrophe_says_that_the_others_are_quotes() -> None:
    text = "id|said|n\n1|no|x\n2|'it\\'s, so'|y\n'3'|yes|z\n"
    assert rows(text)[1:] == [(1, "no", "x"), (2, "it's, so", "y"), (3, "yes", "z")]
    assert rows("id,who\n1,'twas\n2,'Ann'\n")[1:] == [(1, "'twas"), (2, "'Ann'")]


def test_quotes_behind_a_zero_byte_are_found_and_split_no_row() -> None:
    text = 'id,said\n1,"so \0"he\0", she, and a good many words more"\n2,"a\nb \0"c\0","\n'
    assert rows(text) == [("id", "said"), (1, 'so "he", she, and a good many words more'), (2, 'a\nb "c",')]
    for block in (3, 11):
        assert rows(text, escape="\0", block_bytes=block) == rows(text)


def test_backslashes_before_quotes_are_found() -> None:
    text = 'id,said\n1,"so \\"he\\", she"\n2,"no, \\"x\\" y"\n'
    assert rows(text) == [("id", "said"), (1, 'so "he", she'), (2, 'no, "x" y')]
    assert rows('id,said\n1,"a ""b"" c"\n') == [("id", "said"), (1, 'a "b" c')]


def test_escaped_quotes_and_newlines_split_no_row_at_any_block_size() -> None:
    text = "id,said\n" + "".join(f'{i},"line \\"{i}\\",\n two"\n' for i in range(40))
    want = rows(text, escape="\\")
    assert len(want) == 41
    for block in (7, 64, 301):
        assert rows(text, escape="\\", block_bytes=block) == want


def test_comments_are_left_out_and_keep_their_line_numbers() -> None:
    text = '# by "the office"\nid,n\n# a, b, "c\n1,2\n# d\n3,4\n'
    assert rows(text) == [("id", "n"), (1, 2), (3, 4)]
    assert rows(text, comment="#", block_bytes=9) == [("id", "n"), (1, 2), (3, 4)]
    with pytest.raises(ImportRejected, match="line 7: 3 cells"):
        rows(text + "5,6,7\n", comment="#")


def test_comments_do_not_hide_the_delimiter() -> None:
    assert rows("# one\n# two\n# three\nid;n\n# four\n1;2\n") == [("id", "n"), (1, 2)]


def test_a_header_that_begins_with_a_hash_is_a_header() -> None:
    assert rows("#id,n\n1,2\n3,4\n") == [("#id", "n"), (1, 2), (3, 4)]


def test_lines_above_the_table_are_found_and_noted() -> None:
    text = "Report of March\nprinted 2026-03-31\n\nid,name,n\n1,a,2\n2,b,3\n"
    source = opened(text)
    assert read_all(source).schema.names == ["id", "name", "n"]
    assert any("2 line(s) above the table" in note for note in source.notes)
    assert rows(text, skip_rows=3)[0] == ("id", "name", "n")
    assert rows("Title,,\n,,\nid,name,n\n1,a,2\n")[0] == ("id", "name", "n")


def test_lines_above_a_table_of_few_rows_are_found() -> None:
    text = "Vendor\tAcme\nFrom\t2024-06-02\nTo\t2024-06-29\nday\tsku\tqty\tprice\tzone\tnote\n"
    want = [("day", "sku", "qty", "price", "zone", "note"), ("19 June", "a", 1, 2.5, "X", "y")]
    assert rows(text + "19 June\ta\t1\t2.5\tX\ty\n" * 2)[:2] == want
    assert rows("notes\nmore,notes\nn,text,day\n3.5,a,2000-12-13\n")[0] == ("n", "text", "day")
    with pytest.raises(ImportRejected, match="line 2: 3 cells"):
        rows("a,b\nx,y,z\nu,v,w\n")


def test_names_that_another_sign_separates_are_names() -> None:
    source = opened('day qty "the name"\n2024-06-19,1,x y\n2024-06-20,2,z\n')
    assert source.schema.names == ["day", "qty", "the name"]
    assert read_all(source).num_rows == 2
    assert any("separated by blanks, unlike the rows" in note for note in source.notes)
    assert opened("a few words\n1,2,x,y\n3,4,z,u\n").schema.names == ["c1", "c2", "c3", "c4"]


def test_an_error_below_a_preamble_names_the_line_of_the_file() -> None:
    with pytest.raises(ImportRejected, match="line 6: 2 cells"):
        rows("Report\n\nid,name,n\n1,a,2\n2,b,3\n3,c\n4,d,5\n5,e,6\n6,f,7\n7,g,8\n")


def test_a_first_row_that_looks_like_the_others_is_no_header() -> None:
    assert rows("1,ann,2.5\n2,bo,3.5\n")[0] == ("c1", "c2", "c3")
    assert rows("1,ann,2.5\n2,bo,3.5\n", header=True)[0] == ("1", "ann", "2.5")
    assert rows("country,2019,2020\nA,5,6\nB,7,8\n")[0] == ("country", "2019", "2020")
    assert rows("2019,2020\n5,6\n7,8\n")[0] == ("2019", "2020")
    assert rows("0,1\n5.5,6\n7,8\n")[0] == ("0", "1")
    assert rows("1,2,3\n4,5,5\n")[0] == ("1", "2", "3")
    assert rows("a,b\nx,y\n")[0] == ("a", "b")


@pytest.mark.parametrize(
    "text", ["1,2\n5,3\n", "1,2,3,4\n1,2,3,4\n", "1,2,AAA\n4,5,BBB\n", "ann,2011\nbo,2012\n", "7,x,y\n", "2024-01-31\n"]
)
def test_numbers_in_the_first_row_are_values_like_those_below(text: str) -> None:
    found = rows(text)
    assert [*found[0]] == [f"c{i}" for i in range(1, len(found[0]) + 1)]
    assert len(found) == text.count("\n") + 1


def test_a_delimiter_at_the_end_of_every_row_is_no_column() -> None:
    assert rows("a,b\n1,2,\n3,4,\n5,6\n") == [("a", "b"), (1, 2), (3, 4), (5, 6)]
    late = "a,b\n" + "1,2,\n" * 40_000
    assert len(rows(late)) == 40_001
    with pytest.raises(ImportRejected, match="line 40,002: 3 cells"):
        rows(late + "5,6,7\n")


def test_the_first_line_may_name_the_delimiter() -> None:
    assert rows("sep=;\na;b\n1;2,5\n")[0] == ("a", "b")


def test_blanks_before_quotes_are_left_out() -> None:
    assert rows('a, b, c\n1, "x, y", 2\n3, "z", 4\n') == [("a", "b", "c"), (1, "x, y", 2), (3, "z", 4)]
    assert rows('a, b, c\n1, "x, y", 2\n3, "z", 4\n', block_bytes=5)[1:] == [(1, "x, y", 2), (3, "z", 4)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_found_and_those_in_quotes_end_nothing(end: str) -> None:
    text = end.join(["id,note", '1,"a\nb"', "2,c", '3,"d\r\ne"', ""])
    assert rows(text) == [("id", "note"), (1, "a\nb"), (2, "c"), (3, "d\r\ne")]


def test_decimal_commas_are_found_beyond_doubt_only() -> None:
    assert rows("id;price\n1;2,5\n2;1.234,75\n") == [("id", "price"), (1, 2.5), (2, 1234.75)]
    assert rows("id;n\n1;1,234\n2;5,678\n")[1] == (1, "1,234")
    assert rows("id;price\n1;2,5\n2;1.5\n", decimal=",")[1:] == [(1, "2,5"), (2, "1.5")]
    assert rows("id;price\n1;2,5\n2;3,5\n", decimal=".")[1:] == [(1, "2,5"), (2, "3,5")]
    assert rows("id;price;code\n1;2,5;0,10\n2;3,5;x\n")[1:] == [(1, 2.5, "0,10"), (2, 3.5, "x")]


def test_thousands_can_be_given() -> None:
    assert rows('n\n"1,234"\n"12"\n"1,234,567"\n', thousands=",")[1:] == [(1234,), (12,), (1234567,)]
    assert rows('n\n"1,23"\n"12"\n', thousands=",")[1:] == [("1,23",), ("12",)]


def test_a_note_names_the_value_as_it_is_written() -> None:
    text = "id;price\n" + "".join(f"{i};{i},5\n" for i in range(50)) + "51;1.5\n"
    source = opened(text, decimal=",")
    assert read_all(source)["price"].to_pylist()[-1] == "1.5"
    assert any("row 51 holds '1.5'" in note for note in source.notes)


ENCODED = [
    ("windows-1252", "city,n\nZürich,1\nMálaga – “old”,2\n"),
    ("cp1250", "city,n\nŁódź,1\nGdańsk,2\nWarszawa Śródmieście,3\n"),
    # ruff: noqa: RUF001 - Cyrillic is what is tested
    ("cp1251", "город,n\nМосква,1\nКазань,2\n"),
    ("mac_roman", "city,n\nZürich,1\nBogotá,2\nSão Paulo,3\n"),
    ("cp932", "名前,n\n山田太郎,1\nさくら,2\nテスト,3\n"),
    ("gb18030", "姓名,n\n北京,1\n上海市,2\n"),
    ("euc_kr", "이름,n\n서울,1\n부산,2\n"),
]


@pytest.mark.parametrize(("encoding", "text"), ENCODED, ids=[e for e, _ in ENCODED])
def test_encodings_are_guessed_from_what_the_text_would_be(encoding: str, text: str) -> None:
    data = text.encode({"windows-1252": "cp1252"}.get(encoding, encoding))
    source = opened(data)
    table = read_all(source)
    want = [line.split(",") for line in text.splitlines()]
    assert [table.schema.names, *([a, str(b)] for a, b in table.to_pandas().itertuples(index=False))] == want
    assert any(f"as {encoding}" in note for note in source.notes)
    # The same where the first look sees ASCII alone.
    late = opened(b"a,b\n" + b"x,1\n" * 40_000 + data.split(b"\n", 1)[1])
    assert read_all(late)["a"].to_pylist()[40_000:] == [row[0] for row in want[1:]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_utf16_and_marks_are_found(encoding: str) -> None:
    assert rows("id,name\n1,Zoë\n2,Łódź\n".encode(encoding)) == [("id", "name"), (1, "Zoë"), (2, "Łódź")]


def test_marks_in_the_middle_of_files_put_together_are_left_out() -> None:
    source = opened(b"\xef\xbb\xbfid,n\n1,2\n\xef\xbb\xbf3,4\n")
    assert read_all(source).to_pydict() == {"id": [1, 3], "n": [2, 4]}
    assert any("byte order mark" in note for note in source.notes)


def packed(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("_csv", ".csv"), data)
    return out.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda b: packed(a_csv=b)])
def test_compression_is_found(pack: Any) -> None:
    assert rows(pack(b"a,b\n1,2\n")) == [("a", "b"), (1, 2)]


def test_compression_can_be_given_and_must_be_true() -> None:
    assert rows(gzip.compress(b"a,b\n1,2\n"), compression="gz") == [("a", "b"), (1, 2)]
    assert rows(b"BZh,b\n1,2\n") == rows(b"BZh,b\n1,2\n", compression="none") == [("BZh", "b"), (1, 2)]
    with pytest.raises(ImportRejected, match="the gz data is damaged"):
        rows(b"a,b\n1,2\n", compression="gz")
    with pytest.raises(InvalidInput, match="compression='rar' is not known"):
        rows(b"a,b\n1,2\n", compression="rar")


def test_a_pipe_that_is_said_to_be_packed_is_read_to_its_end() -> None:
    get, put = os.pipe()
    with os.fdopen(put, "wb") as file:
        file.write(gzip.compress(b"a,b\n1,2\n"))
    with os.fdopen(get, "rb") as pipe:
        source = open_tables(pipe, ReadOptions(compression="gz"))[0]
        gc.collect()
        assert read_all(source).to_pydict() == {"a": [1], "b": [2]}


def test_a_zip_archive_of_several_files_asks_for_one() -> None:
    data = packed(a_csv=b"a\n1\n", b_csv=b"b\n2\n")
    with pytest.raises(InvalidInput, match=r"2 files: a\.csv, b\.csv"):
        opened(data)
    assert rows(data, member="b.csv") == [("b",), (2,)]
    with pytest.raises(InvalidInput, match=r"holds no 'c\.csv'"):
        opened(data, member="c.csv")


@pytest.mark.parametrize(
    "options",
    [{"delimiter": ""}, {"delimiter": ";;"}, {"delimiter": ";", "quote": ";"}, {"decimal": ",", "thousands": ","},
     {"skip_rows": -1}, {"comment": "//"}, {"escape": "é"}],
)  # fmt: skip
def test_options_that_no_file_can_be_read_with_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        opened("a;b\n1;2\n", **options)


def explained(text: str | bytes, **options: Any) -> Explanation:
    data = text.encode() if isinstance(text, str) else text
    return explain(io.BytesIO(data), ReadOptions(**options))[0]


def setting(found: Explanation, name: str) -> Any:
    return next(s for s in found.settings if s.name == name)


def test_an_explanation_says_what_was_found_and_how_to_change_it() -> None:
    found = explained("# made by hand\nid;price\n1;2,5\n# end\n2;NA\n".encode("cp1252"))
    assert setting(found, "delimiter").value == "';' (semicolons)"
    assert "--delimiter" in setting(found, "delimiter").override
    assert setting(found, "comments").value == "lines that begin with #"
    assert "--header" in setting(found, "header").override
    assert [c.name for c in found.columns] == ["id", "price"]
    assert found.problem is None


def test_an_explanation_tells_of_words_that_may_be_nulls_and_of_given_settings() -> None:
    found = explained("id,price\n1,2.5\n2,NA\n3,4.5\n", delimiter=",")
    assert "'NA'" in setting(found, "null").reason
    assert setting(found, "delimiter").given
    price = found.columns[1]
    assert price.type == "string"
    assert "'NA'" in price.reason


def test_an_explanation_says_why_an_import_would_be_refused() -> None:
    found = explained("a,b\n1,2\n3\n")
    assert found.problem is not None
    assert "line 3: 1 cells" in found.problem


def test_tables_that_say_their_types_are_explained_too() -> None:
    found = explain(pa.table({"a": [1]}))[0]
    assert [(c.name, c.type) for c in found.columns] == [("a", "int64")]


CELLS = st.text(st.sampled_from("ab1 ,;|'\"#\\\n\r.-"), max_size=6)


@st.composite
def written(draw: st.DrawFn) -> tuple[str, list[list[str]], dict[str, Any]]:
    """Write random cells in a random dialect, every cell in quotes, with comments between the rows."""
    delimiter = draw(st.sampled_from([",", ";", "|", "\t", "^"]))
    quote = draw(st.sampled_from(['"', "'"]))
    doubled = draw(st.booleans())
    width = draw(st.integers(2, 4))
    table = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=12))
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=delimiter, quotechar=quote, quoting=csv.QUOTE_ALL, doublequote=doubled,
        escapechar=None if doubled else "\\", lineterminator="\n",
    )  # fmt: skip
    writer.writerow([f"h{i}" for i in range(width)])
    for row in table:
        if draw(st.booleans()):
            out.write(f"# no row{delimiter}{quote} of it\n")
        writer.writerow(row)
    escape = "" if doubled else "\\"
    return out.getvalue(), table, {"delimiter": delimiter, "quote": quote, "escape": escape, "comment": "#"}


@given(written(), st.integers(1, 80))
def test_every_dialect_reads_the_same_at_any_block_size(case: tuple[Any, ...], block: int) -> None:
    text, table, options = case
    found = read_all(opened(text, types="text", header=True, skip_rows=0, block_bytes=block, **options))
    assert [list(row) for row in zip(*(c.to_pylist() for c in found.columns), strict=True)] == table


def test_a_decimal_comma_is_found_beside_errors_where_the_type_was_given() -> None:
    text = b"id;price\n1;1.234,50\n2;12,25\n3;7,x5\n"
    with pytest.raises(ImportRejected, match=r"line 4, column 'price': '7,x5' is not a double"):
        read_all(open_tables(io.BytesIO(text), ReadOptions(types={"price": "float"}))[0])
    plain = read_all(open_tables(io.BytesIO(text))[0])
    assert plain["price"].to_pylist() == ["1.234,50", "12,25", "7,x5"]


def test_points_beside_commas_are_not_guessed_at_though_a_type_was_given() -> None:
    text = b"id;price\n1;12,25\n2;7.5\n"
    with pytest.raises(ImportRejected, match=r"'12,25' is not a double"):
        read_all(open_tables(io.BytesIO(text), ReadOptions(types={"price": "float"}))[0])
