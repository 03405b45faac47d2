"""What a file holds, from those who made it first, and from the agreement of independent readers where they are silent.

Three sources, in this order: a file that the origin ships beside it (JSON, a clean copy, the text that Excel itself
wrote, dialects annotated by hand); the number of rows on which independent engines agree, with the cells that Python's
csv module reads; the cells on which the readers of workbooks agree. Where none speaks, a reader can only misbehave.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from benchmarks.fidelity.values import same

csv.field_size_limit(1 << 30)
SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "space": " ", "doublequote": '"', "": ""}
SIGNS |= {"singlequote": "'", "backslash": "\\"}
USUAL = ",;\t|"
HEADLESS = frozenset({"file_no_header.csv"})
"""Files that their origin made without a header."""

Records = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a file; `source` names who said it, and is empty where nobody did."""

    source: str = ""
    records: Records | None = None
    """All rows as the file has them, the header among them."""
    header: bool | None = None
    """Whether the first of them is a header; None where nobody said."""
    delimiter: str | None = None
    quote: str | None = None
    unreadable: bool = False
    ragged: bool = False
    """Rows of unlike length: to refuse them is right, and to fill them up is right."""
    sheets: Mapping[str, tuple[Records, ...]] = field(default_factory=dict)
    """Of each sheet the rows of cells that hold something, as each witness has them."""
    count: int | None = None
    names: Sequence[str] | None = None
    rows: Sequence[Mapping[str, Any]] = ()
    """Of a Parquet file, the first rows."""
    second: Truth | None = None
    """What a second witness saw in the file, where the truth contradicts it; as right as the truth."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The folder with its manifest and oracles."""

    root: Path
    oracle: Mapping[str, Mapping[str, Any]]
    dialects: Mapping[str, Mapping[str, str]]


def open_corpus(root: Path) -> tuple[Corpus, list[dict[str, Any]]]:
    """Read the manifest and the oracles; give the entries of files that can be imported."""
    oracle = {k: json.loads((root / "oracle" / f"{k}.json").read_text()) for k in ("csv", "excel", "parquet")}
    dialects = json.loads((root / "csv" / "csvsniffer" / "dialects.json").read_text())
    entries = json.loads((root / "manifest.json").read_text())["entries"]
    return Corpus(root, oracle, dialects), [e for e in entries if e["category"] in oracle]


def find_truth(corpus: Corpus, entry: Mapping[str, Any]) -> Truth:
    """Find what is known of one file."""
    told = corpus.oracle[entry["category"]].get(entry["path"], {})
    match entry["category"]:
        case "csv":
            return _csv(corpus, entry, told)
        case "excel":
            return _excel(corpus, entry, told)
        case _:
            return _parquet(told)


# ------------------------------------------------------------------------------------------------------ CSV


def _csv(corpus: Corpus, entry: Mapping[str, Any], told: Mapping[str, Any]) -> Truth:
    path = corpus.root / entry["path"]
    if not path.stat().st_size:
        return Truth("the file is empty", unreadable=True)
    shipped = [corpus.root / e["path"] for e in entry["expected"]]
    match entry["suite"]:
        case "csv-spectrum":
            told_rows = json.loads(shipped[0].read_text())
            rows = told_rows if isinstance(told_rows, list) else [told_rows]
            return Truth("its JSON", [list(rows[0]), *(list(r.values()) for r in rows)], header=True)
        case "pollock-polluted":
            clean = _records(shipped[0].read_text(), ",", '"')
            ragged = _is_ragged(_text(path, "utf-8"))
            return Truth("its clean copy", clean, header=path.name not in HEADLESS, ragged=ragged)
        case "csvsniffer":
            return _annotated(corpus, entry, path)
        case "w3c-csvw":
            found = _w3c(path, [s for s in shipped if s.suffix == ".json"])
            if found is not None:
                return found
    return _agreed(entry, told, path)


def _annotated(corpus: Corpus, entry: Mapping[str, Any], path: Path) -> Truth:
    dialect = corpus.dialects[path.name]
    delimiter, quote = SIGNS[dialect["delimiter"]], SIGNS[dialect["quote"]]
    text = _text(path, entry["facts"]["encoding"])
    records = _records(text, delimiter, quote)
    # The annotation names the quote that would be used; a file in which it does not occur proves nothing.
    return Truth(
        "its annotated dialect",
        records,
        None,
        delimiter,
        quote if quote in text else None,
        ragged=len(set(map(len, records))) > 1,
    )


def _w3c(path: Path, shipped: Sequence[Path]) -> Truth | None:
    """Take the JSON where no metadata changed names or values: no tool is given the metadata."""
    raw = _records(_text(path, "utf-8"), ",", '"')
    for file in shipped:
        told = json.loads(file.read_text())
        for table in told.get("tables", []) if isinstance(told, dict) else []:
            rows = [d for row in table.get("row", []) for d in row.get("describes", [])]
            if not table.get("url", "").endswith(path.name) or not rows or len(rows) != len(raw) - 1:
                continue
            names = [n.strip() for n in raw[0]]
            cells = [[row.get(n, "") for n in names] for row in rows]
            plain = all(set(row) <= {*names, "@id"} for row in rows)
            if plain and all(map(same, chain(*raw[1:]), chain(*cells))):
                return Truth("its JSON", [names, *cells], header=True)
    return None


def _agreed(entry: Mapping[str, Any], told: Mapping[str, Any], path: Path) -> Truth:
    """Take the cells of Python's csv module where as many rows come out as the engines agree on."""
    count, facts = _consensus(told), entry.get("facts", {})
    if count is None or "delimiter" not in facts:
        return Truth()
    text = _text(path, facts["encoding"] or "utf-8")
    records = _records(text, facts["delimiter"] or ",", '"')
    if len(records) != count + 1:
        return Truth("the engines agree on its rows", count=count, ragged=_is_ragged(text))
    return Truth("the engines agree", records, count=count, ragged=_is_ragged(text))


def _consensus(told: Mapping[str, Any]) -> int | None:
    """Give the rows below a header; engines that differ by the header alone agree on the records."""
    if told.get("consensus_rows") is not None:
        return int(told["consensus_rows"])
    engines = [told.get(e, {}) for e in ("duckdb", "pandas", "pyarrow", "python_csv")]
    if told.get("python_csv_strict") is not True or not all(e.get("ok") and "rows" in e for e in engines):
        return None
    duckdb, pandas, pyarrow, records = (int(e["rows"]) for e in engines)
    return records - 1 if pandas == pyarrow == records - 1 and duckdb in (records, records - 1) else None


def _text(path: Path, encoding: str) -> str:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    elif path.suffix == ".bz2":
        data = bz2.decompress(data)
    return data.decode("utf-8-sig" if encoding in ("utf-8", "utf8", "ascii") else encoding, errors="replace")


def _records(text: str, delimiter: str, quote: str) -> Records:
    signs: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, **signs)
    return [list(row) for row in found if row]


def _is_ragged(text: str) -> bool:
    """Say whether every usual delimiter that cuts the text into several cells gives rows of unlike length."""
    widths = [{len(r) for r in _records(text, delimiter, '"')} for delimiter in USUAL if delimiter in text]
    cut = [w for w in widths if w != {1}]
    return bool(cut) and all(len(w) > 1 for w in cut)


# ---------------------------------------------------------------------------------------------------- Excel


def _excel(corpus: Corpus, entry: Mapping[str, Any], told: Mapping[str, Any]) -> Truth:
    if not told.get("sheets"):
        return Truth("no reader can read it", unreadable=True) if told.get("errors") else Truth()
    if not any(sheet.get("nonempty", 1) for sheet in told["sheets"].values()):
        return Truth("its readers agree that no sheet holds a cell", unreadable=True)
    written = _written_by_excel(corpus, entry, told)
    sheets: dict[str, tuple[Records, ...]] = {}
    for name, sheet in told["sheets"].items():
        witnesses = [written[name]] if name in written else []
        agreed = _agreed_sheet(sheet)
        if agreed is not None:
            witnesses.append(agreed)
        if witnesses:
            sheets[name] = tuple(witnesses)
    source = "Excel's own text" if written else "its readers agree" if sheets else ""
    return Truth(source, sheets=sheets)


def _written_by_excel(corpus: Corpus, entry: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Records]:
    """Read the CSV text of each sheet; the files are numbered in the order of the sheets."""
    names = list(told["sheets"])
    found = {}
    for expected in entry["expected"]:
        file = corpus.root / expected["path"]
        if file.suffix == ".csv" and ".excel" in file.parent.name:
            place = int(file.stem.rsplit(".", 1)[-1])
            if place < len(names):
                data = file.read_bytes()
                try:
                    text = data.decode("utf-8-sig")
                except UnicodeDecodeError:
                    text = data.decode("cp1252", errors="replace")
                found[names[place]] = [[c for c in r if c] for r in _records(text, ",", '"')]
    return {n: [r for r in rows if r] for n, rows in found.items()}


def _agreed_sheet(sheet: Mapping[str, Any]) -> Records | None:
    """Give the cells by rows if the readers agree on every one."""
    cells = sheet.get("agreed_cells")
    if cells is None or sheet.get("disagreeing") or len(cells) != sheet.get("nonempty"):
        return None
    rows: dict[int, list[tuple[int, Any]]] = {}
    for place, value in cells.items():
        row, column = map(int, place.split(","))
        rows.setdefault(row, []).append((column, value))
    return [[v for _, v in sorted(rows[r], key=lambda c: c[0])] for r in sorted(rows)]


# -------------------------------------------------------------------------------------------------- Parquet


def _parquet(told: Mapping[str, Any]) -> Truth:
    match told.get("verdict"):
        case "unreadable":
            return Truth("no engine can read it", unreadable=True)
        case "readable":
            arrow = told["pyarrow"]
            return Truth(
                "the engines agree", count=arrow["rows"], names=[n for n, _ in arrow["schema"]],
                rows=arrow.get("first_rows", ()),
            )  # fmt: skip
        case _:
            return Truth()
