"""Which steps of the real histories show which events; each was looked at beside the files."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsa_workbench.workbench import Workbench

pytestmark = pytest.mark.corpora

# History, old and new version, and how the sentence of one of the step's events begins.
STEPS = [
    ("country-codes", "0016.csv", "0017.csv", "All 41 changed cells of Continent held '' and hold 'NA' now."),
    ("country-codes", "0013.csv", "0014.csv", "22 of 24 rows that came and went differ in white space alone."),
    ("country-codes", "0018.csv", "0019.csv", "All 5 changed cells of official_name_fr differ in white space alone."),
    ("country-codes", "0026.csv", "0027.csv", "A row repeats the names of the columns (row 251)."),
    ("country-codes", "0033.csv", "0034.csv", "The same 249 rows in another order."),
    ("covid-key-countries", "0002.csv", "0003.csv", "11 rows came at the end; all before is as it was."),
    ("mledoze-countries", "0007.csv", "0008.csv", "The same 249 rows in another order."),
    (
        "openflights-airlines",
        "0004.csv",
        "0005.csv",
        "9,403 of 9,468 rows are there again, their values one column to the right.",
    ),
    (
        "sp500-constituents",
        "0017.csv",
        "0018.csv",
        "All 5 changed cells of GICS Sub-Industry held 'Internet & Direct Marketing Retail' and hold '' now.",
    ),
]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), STEPS, ids=[f"{s[0]} {s[2]}" for s in STEPS])
def test_a_step_says_what_happened(wb: Workbench, corpora: Path, name: str, old: str, new: str, sentence: str) -> None:
    sides = [_import(wb, corpora / "histories" / name / file) for file in (old, new)]
    diff = wb.diff(*sides)
    found = [event.sentence for event in diff.events["data"]]
    assert any(text.startswith(sentence) for text in found), found
    shown = " ".join(repr(diff).split())
    assert all(" ".join(text.split()) in shown for text in found)


QUIET = [("country-codes", "0038.csv"), ("chess-openings-b", "0021.tsv"), ("world-bank-gdp", "0003.csv")]


@pytest.mark.parametrize(("name", "file"), QUIET)
def test_a_version_and_itself_have_no_event(wb: Workbench, corpora: Path, name: str, file: str) -> None:
    side = _import(wb, corpora / "histories" / name / file)
    assert wb.diff(side, side).events == {"data": ()}


def _import(wb: Workbench, path: Path) -> str:
    header = None if path.parent.name != "openflights-airlines" else False
    done = wb.import_file(path, "history", types="text", null_tokens=(), ragged="fill", header=header)
    return f"history@{done.id}"
