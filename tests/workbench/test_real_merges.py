"""Merges that people made, merged by us: the same result where we merge, and no change lost where we do not."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from dsa_workbench.results import MergeResult
from dsa_workbench.workbench import Workbench

AS_PEOPLE = {"07", "08", "09", "10", "11", "12", "13", "14"}
"""Cases in which our merge is what people committed."""
CONFLICTS = {"01": 1, "02": 1}
"""Cases with a real conflict, and how many."""
APPENDED = {"03", "04", "06"}
"""Cases in which both sides added rows to one place of a table whose key repeats: ours come first."""
WITHOUT_KEY = {"05"}
"""Cases in which both sides added another row under a key that other rows repeat: both are kept."""


@pytest.mark.corpora
@pytest.mark.parametrize("case", sorted({*AS_PEOPLE, *CONFLICTS, *APPENDED, *WITHOUT_KEY}))
def test_merges_of_people(wb: Workbench, corpora: Path, case: str) -> None:
    (folder,) = (corpora / "merges").glob(f"{case}-*")
    meta = json.loads((folder / "meta.json").read_text())
    merged = _merge(wb, folder, meta)
    if case in CONFLICTS:
        assert sum(map(len, merged.conflicts.values())) == CONFLICTS[case] == len(meta["keyed_conflicts"])
        assert rows(wb, "m@main") == rows(wb, "m@ours")
        return
    assert merged.outcome == "merged"
    found = rows(wb, "m@main")
    if case in AS_PEOPLE:
        assert found == rows(wb, "m@people")
        return
    base, ours, theirs = (rows(wb, f"m@{name}") for name in ("base", "ours", "theirs"))
    for row in {*base, *ours, *theirs}:
        assert found[row] == ours[row] + theirs[row] - base[row] or ours[row] == theirs[row] == found[row]


def rows(wb: Workbench, spec: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row.values()) for row in wb.read(spec).to_arrow().to_pylist())


def _merge(wb: Workbench, folder: Path, meta: dict[str, Any]) -> MergeResult:
    """Import the versions of a case, each as a branch, and merge ours and theirs into main."""

    def put(version: str, ref: str) -> None:
        wb.import_file(
            next(folder.glob(f"{version}.*")),
            "m",
            ref=ref,
            key=[] if any(meta["duplicate_keys"]) else meta["key_columns"],
            types="text",
            null_tokens=(),
            ragged="fill",
            delimiter=meta["delimiter"],
            header=meta["has_header"],
            quote=None if meta["quoting"] == "none" else '"',
        )

    put("base", "main")
    for branch in ("base", "theirs", "people"):
        wb.branch("m", branch)
    put("ours", "main")
    wb.branch("m", "ours")
    put("theirs", "theirs")
    put("merged", "people")
    return wb.merge("m@theirs", "m@main")
