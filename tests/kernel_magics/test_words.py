from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsa_workbench.errors import InvalidInput
from kernel_magics.words import ObjectWord, expand, split

NAMES: dict[str, Any] = {"x": 3, "folder": Path("/data/my files"), "tag": "v1.0", "rows": [1, 2], "d": {"k": "v"}}


def words(line: str) -> list[str]:
    return [expand(word, NAMES) for word in split(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("import orders.csv sales", ["import", "orders.csv", "sales"]),
        ("  two   blanks\t tab ", ["two", "blanks", "tab"]),
        ('-m "March extract"', ["-m", "March extract"]),
        ("-m 'it is $x {x}'", ["-m", "it is $x {x}"]),
        ('--message="a b"', ["--message=a b"]),
        ('-m ""', ["-m", ""]),
        (r"my\ file.csv", ["my file.csv"]),
        (r"C:\data\new.csv", [r"C:\data\new.csv"]),
        (r"\\server\share\a.csv", [r"\server\share\a.csv"]),
        ('-m "say \\"so\\""', ["-m", 'say "so"']),
        ("log sales # the history", ["log", "sales"]),
        ("--null-tokens #N/A", ["--null-tokens", "#N/A"]),
        ("sales@{2026-03-01}", ["sales@{2026-03-01}"]),
        ('"sales@{2026-03-01 14:30}"', ["sales@{2026-03-01 14:30}"]),
        ("sales@{tag}", ["sales@v1.0"]),
        ("{folder}/x.csv", ["/data/my files/x.csv"]),
        ("$folder", ["/data/my files"]),
        ("$tag.isdigit", [str(NAMES["tag"].isdigit)]),
        ("$nobody costs $5 $$x", ["$nobody", "costs", "$5", "$x"]),
        ("{x + 1}", ["4"]),
        ('{d["k"]}', ["v"]),
        ("{{x}", ["{x}"]),
        ("a{x}b", ["a3b"]),
        ("open{ brace", ["open{", "brace"]),
        ("data/2026-{01,02}*.csv", ["data/2026-{01,02}*.csv"]),
        ('"my data/{a,b}"', ["my data/{a,b}"]),
        ("{a,b}/**/x-?.csv", ["{a,b}/**/x-?.csv"]),
        ("p={x,x}", ["p=(3, 3)"]),
        ("", []),
    ],
)
def test_lines_become_words(line: str, expected: list[str]) -> None:
    assert words(line) == expected


def test_a_word_that_is_one_expression_keeps_its_object() -> None:
    (word,) = (expand(word, NAMES) for word in split("{rows + [3]}"))
    assert isinstance(word, ObjectWord)
    assert word.value == [1, 2, 3]
    assert word == "{rows + [3]}"


def test_an_expression_that_fails_is_told_in_one_line() -> None:
    with pytest.raises(InvalidInput, match=r"\{nobody\} cannot be evaluated: NameError: .*nobody"):
        words("{nobody}")


def test_an_open_quote_is_told() -> None:
    with pytest.raises(InvalidInput, match='The quote " is opened and not closed'):
        words('-m "never ends')


def test_words_know_where_they_start() -> None:
    line = "import 'a b' {x}"
    assert [line[word.start] for word in split(line)] == ["i", "'", "{"]


@given(st.lists(st.text(st.characters(blacklist_characters="'", blacklist_categories=["Cs"]), min_size=1)))
def test_single_quotes_keep_any_text(texts: list[str]) -> None:
    assert words(" ".join(f"'{text}'" for text in texts)) == texts


@given(st.text())
def test_any_line_splits_or_says_why(line: str) -> None:
    for word in split(line):
        assert 0 <= word.start < len(line)
