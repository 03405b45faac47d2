"""Real histories of tables and what an independent diff makes of each step.

`DSA_CORPORA` names a folder with `histories/NAME/meta.json` and the versions beside it. `read_version` reads a version
with Python's csv module, all columns as text; `mismatches` compares a diff of ours with a step of `meta.json`.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

_MOST_COLUMNS = 30
"""The oracle lists the columns with most changed cells, so many at most."""


@dataclass(frozen=True)
class Version:
    """A version of a table: its columns as text, the key, and for each row its key with `#2`, `#3` for repeats."""

    path: Path
    table: Any
    key: tuple[str, ...]
    labels: list[tuple[str, ...]]
    meta: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """Two consecutive versions and what is known of their difference."""

    name: str
    old: Version
    new: Version
    expected: dict[str, Any]


def histories(folder: Path) -> list[Path]:
    """List the histories of a corpus."""
    return sorted(p.parent for p in folder.glob("histories/*/meta.json"))


def steps(history: Path) -> Iterator[Step]:
    """Walk the steps of a history."""
    meta = json.loads((history / "meta.json").read_text("utf-8"))
    versions = {v["file"]: read_version(history / v["file"], v) for v in meta["versions"]}
    for step in meta["steps"]:
        name = f"{meta['name']} {step['from']} {step['to']}"
        yield Step(name, versions[step["from"]], versions[step["to"]], step)


def read_version(path: Path, meta: Mapping[str, Any]) -> Version:
    """Read a version as text: short rows are filled with the empty text, what exceeds the header is dropped."""
    text = path.read_bytes().decode(meta["encoding"])
    records = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=meta["delimiter"]) if r]
    records = records[meta["preamble_lines"] :]
    if meta["header"] is None:
        header = [f"c{i + 1}" for i in range(meta["cols"])]
    else:
        header = meta["header"]
        assert records.pop(0) == header
    assert len(records) == meta["rows"], (path, len(records), meta["rows"])
    rows = [(r + [""] * len(header))[: len(header)] for r in records]
    columns = zip(*rows, strict=True) if rows else [() for _ in header]
    table = pa.table({n: pa.array(c, pa.string()) for n, c in zip(header, columns, strict=True)})
    return Version(path, table, tuple(meta["key"]), _labels(table, meta["key"]), dict(meta))


def _labels(table: Any, key: Sequence[str]) -> list[tuple[str, ...]]:
    seen: Counter[tuple[str, ...]] = Counter()
    out = []
    for value in zip(*(table.column(k).to_pylist() for k in key), strict=True):
        seen[value] += 1
        out.append(value if seen[value] == 1 else (*value, f"#{seen[value]}"))
    return out


def mismatches(step: Step, summary: Mapping[str, int], cells: Mapping[str, int], rows: Any) -> list[str]:
    """Say where a diff differs from what is known of a step.

    Parameters
    ----------
    summary
        Counts of rows `added`, `removed`, `changed`, `unchanged`.
    cells
        Column -> changed cells.
    rows
        All changed rows, in the layout of `TableDiff.rows`.
    """
    expected = step.expected
    out = []
    for ours, theirs in (
        ("added", "added"),
        ("removed", "removed"),
        ("changed", "modified"),
        ("unchanged", "unchanged"),
    ):
        if summary[ours] != expected[f"rows_{theirs}"]:
            out.append(f"{ours}: {summary[ours]}, expected {expected[f'rows_{theirs}']}")
    held, known = {name: n for name, n in cells.items() if n}, expected["cells_modified_by_column"]
    same = known.items() <= held.items() if len(known) == _MOST_COLUMNS else known == held
    if not same:
        out.append(f"cells: {held}, expected {known}")
    if sum(held.values()) != expected["cells_modified"]:
        out.append(f"cells: {sum(held.values())} in all, expected {expected['cells_modified']}")
    if expected["detail"] is not None:
        ours, theirs = detail(step, rows), _known_detail(expected["detail"])
        out += [f"{kind}: {ours[kind]}, expected {theirs[kind]}" for kind in ours if ours[kind] != theirs[kind]]
    return out


def detail(step: Step, rows: Any) -> dict[str, list[Any]]:
    """Give the changed rows of a diff as sorted keys, and changed cells as (key, {(column, old, new)})."""
    out: dict[str, list[Any]] = {"added": [], "removed": [], "modified": []}
    for row in rows.to_pylist():
        if row["change"] == "added":
            out["added"].append(step.new.labels[row["new_row"]])
        elif row["change"] == "removed":
            out["removed"].append(step.old.labels[row["old_row"]])
        else:
            changed = sorted((c, row[f"old.{c}"], row[f"new.{c}"]) for c in row["changed_columns"])
            assert step.old.labels[row["old_row"]] == step.new.labels[row["new_row"]]
            out["modified"].append((step.new.labels[row["new_row"]], changed))
    return {kind: sorted(found) for kind, found in out.items()}


def _known_detail(known: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {
        "added": sorted(tuple(k) for k in known["added"]),
        "removed": sorted(tuple(k) for k in known["removed"]),
        "modified": sorted((tuple(m["key"]), sorted(tuple(c) for c in m["cells"])) for m in known["modified"]),
    }
