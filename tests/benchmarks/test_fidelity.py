"""The judge of docs/fidelity.md: one rule for all tools, strict about losses and not about forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.fidelity.judge import REFUSED, RIGHT, UNKNOWN, judge, judge_count, judge_dialect
from benchmarks.fidelity.reading import Grid, Outcome, Reading, Written
from benchmarks.fidelity.running import run_all
from benchmarks.fidelity.shown import same_as_shown
from benchmarks.fidelity.truth import Truth, find_truth, open_corpus
from benchmarks.fidelity.values import same
from benchmarks.fidelity.witnesses import DISPUTED


@pytest.mark.parametrize(
    ("got", "want", "equal"),
    [
        (1.5, "1.50", True),
        (2139, "02139", False),
        (None, "NA", False),
        (None, "", True),
        (True, "true", True),
        (1234, "1,234", True),
        (dt.date(2018, 1, 28), "28/01/2018", True),
        (dt.date(2018, 1, 28), "2018-01-29", False),
        (dt.datetime.fromisoformat("2020-02-02T12:30"), "2020-02-02 12:30:00", True),
        (b"\x01\x02", "hex:0102", True),
        ({"a": [1, None]}, {"a": [1, None]}, True),
        ([("k", 1)], {"k": 2}, False),
    ],
)
def test_cells_are_compared_as_values(got: Any, want: Any, equal: bool) -> None:
    assert same(got, want) is equal


@pytest.mark.parametrize(
    ("got", "want", "equal"),
    [
        (0.1234, "12%", True),
        (0.1234, "13%", False),
        (-1234.5, "(1,234.50)", True),
        (1.23456e-7, "1.23E-07", True),
        (dt.datetime.fromisoformat("2014-02-19T14:30"), "2/19/14", True),
        (dt.date(1900, 1, 1), 1.0, True),
        ("1.5", 1.5, True),
        ("1.5", 1.6, False),
    ],
)
def test_values_are_what_a_workbook_shows_of_them(got: Any, want: Any, equal: bool) -> None:
    assert same_as_shown(got, want) is equal


def read(names: list[str], *rows: list[Any]) -> Outcome:
    return Outcome(Reading({"data": Grid(names, list(rows), len(rows))}))


TABLE = Truth("its JSON", [["a", "b"], ["1", "x"], ["2", "y"]], header=True)


def test_every_fault_has_its_word() -> None:
    assert judge(read(["a", "b"], [1, "x"], [2, "y"]), TABLE).word == RIGHT
    assert judge(read(["a", "b"], [1, "x"]), TABLE).word == "rows"
    assert judge(read(["a", "b"], [1, "x"], [2, "z"]), TABLE).word == "cells"
    assert judge(read(["c1", "c2"], [1, "x"], [2, "y"]), TABLE).word == "header"
    assert judge(Outcome(refusal="no"), TABLE).word == "refused"
    assert judge(Outcome(broke="hang"), TABLE).word == "hang"
    assert judge(read(["a"], [1]), Truth("nobody can read it", unreadable=True)).word == "read"


def test_where_nobody_annotated_a_header_or_titles_each_way_is_right() -> None:
    open_truth = Truth("the engines agree", [["Title", ""], ["1", "x"], ["2", "y"]])
    assert judge(read(["c1", "c2"], ["Title", None], ["1", "x"], ["2", "y"]), open_truth).word == RIGHT
    assert judge(read(["Title", "c2"], [1, "x"], [2, "y"]), open_truth).word == RIGHT
    assert judge(read(["1", "x"], [2, "y"]), open_truth).word == RIGHT
    assert judge(read(["2", "y"]), open_truth).word == "rows"


def test_a_refusal_is_right_where_nothing_else_is_known_to_be() -> None:
    assert judge(Outcome(refusal="no"), Truth("it", TABLE.records, ragged=True)).word == REFUSED
    assert judge(Outcome(refusal="no"), Truth("it", unreadable=True)).word == REFUSED
    assert judge(Outcome(refusal="no"), Truth()).word == UNKNOWN


def test_a_second_witness_is_as_right_as_the_truth() -> None:
    disputed = replace(TABLE, second=Truth("another", [["a", "b"], ["1", "x"], ["2", "z"]], header=True))
    assert judge(read(["a", "b"], [1, "x"], [2, "y"]), disputed).word == RIGHT
    assert judge(read(["a", "b"], [1, "x"], [2, "z"]), disputed).word == RIGHT
    assert judge(read(["a", "b"], [1, "x"], [2, "w"]), disputed).word == "cells"
    assert judge(Outcome(broke="hang"), disputed).word == "hang"


@pytest.mark.parametrize("path", DISPUTED)
def test_witnesses_contradict_the_truth_and_we_agree_with_them(path: str, corpora: Path) -> None:
    corpus, entries = open_corpus(corpora)
    [entry] = [e for e in entries if e["path"] == path]
    truth, witness = find_truth(corpus, entry), DISPUTED[path].hear(corpora / path)
    [ours] = run_all("ours", [(entry["category"], str(corpora / path))])
    assert judge(ours, truth).is_wrong
    assert not judge(ours, witness).is_wrong


def test_dialects_and_counts_are_judged_only_where_they_are_known() -> None:
    annotated = Truth("annotated", TABLE.records, delimiter=";", quote='"')
    assert judge_dialect(Written(";", '"'), annotated) is True
    assert judge_dialect(Written(";", "'"), annotated) is False
    assert judge_dialect(None, annotated) is False
    assert judge_dialect(Written(",", '"'), TABLE) is None
    assert judge_count(read(["a", "b"], [1, "x"]), TABLE) is False
    assert judge_count(Outcome(refusal="no"), TABLE) is False
    assert judge_count(Outcome(), Truth()) is None


def test_a_reader_in_a_process_of_its_own_reads_refuses_and_says_how_it_is_written(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("a;b\n1;x\n2;y\n")
    bad.write_text("a,b\n1,x,2\n3,y\n")
    first, second = run_all("ours", [("csv", str(good)), ("csv", str(bad))])
    assert judge(first, TABLE).word == RIGHT
    assert first.written == Written(";", '"')
    assert second.reading is None
    assert "line 2" in second.refusal
    assert not second.broke
