"""Real files: every one is read or refused with a sentence, and texts are those of Python's csv module."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dsa_workbench.errors import DsaError
from dsa_workbench.files.source import ReadOptions, open_tables, read_all

pytestmark = pytest.mark.corpora

LARGEST = 3_000_000
"""Bytes; the few larger files take longer than a test may."""


def histories(corpora: Path) -> list[tuple[Path, dict[str, object], dict[str, object]]]:
    found = []
    for meta in sorted((corpora / "histories").glob("*/meta.json")):
        told = json.loads(meta.read_text())
        found += [(meta.parent / version["file"], told, version) for version in told["versions"]]
    return found


WE_KNOW_BETTER = (
    "duckdb-fuzz",  # a single line of control characters, in which nobody can know a header
    "unquoted_escape/mixed.csv",  # four rows with escaped commas and line ends, which the engines take for one column
)
AS_THE_ENGINES = ReadOptions(skip_rows=0, header=True, comment="", quote='"', escape="", ragged="fill")


def test_histories_are_read_cell_for_cell(corpora: Path) -> None:
    versions = histories(corpora)
    assert versions
    for path, told, version in versions:
        encoding = "utf-8-sig" if version["bom"] else str(version["encoding"])
        options = ReadOptions(
            types="text",
            ragged="fill",
            encoding=encoding,
            header=bool(told["has_header"]),
            delimiter=version["delimiter"],
        )
        table = read_all(open_tables(path, options)[0])
        text = path.read_bytes().decode(encoding)
        want = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=str(version["delimiter"])) if row]
        want = want[1:] if told["has_header"] else want
        got = [[cell or "" for cell in row] for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]
        assert got == [row + [""] * (table.num_columns - len(row)) for row in want], path.name


@pytest.mark.parametrize("kind", ["csv", "excel", "parquet"])
def test_every_file_is_read_or_refused(kind: str, corpora: Path, capfd: pytest.CaptureFixture[str]) -> None:
    oracle = json.loads((corpora / "oracle" / f"{kind}.json").read_text())
    read = 0
    unnamed: list[str] = []
    for name, told in oracle.items():
        path = corpora / name
        if not path.is_file() or path.stat().st_size > LARGEST:
            continue
        try:
            tables = [read_all(source) for source in open_tables(path)]
        except DsaError as err:
            unnamed += [name] if path.name not in str(err) else []
            continue
        read += 1
        consensus = told.get("consensus_rows")
        if kind == "csv" and consensus is not None and not any(part in name for part in WE_KNOW_BETTER):
            rows = tables[0].num_rows
            if rows != consensus:
                # The engines agree where none of them looks for a preamble, a comment or a missing header.
                rows = read_all(open_tables(path, AS_THE_ENGINES)[0]).num_rows
            assert rows == consensus, name
    assert not unnamed
    assert read > len(oracle) / 2
    capfd.readouterr()
