"""A check finds what was changed behind the store's back, names it, and says nothing of what is whole."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from dsa_workbench.workbench import Workbench


def swapped(table: str, column: str) -> str:
    """Give one row of a table the column of another."""
    return f"""
        WITH two AS (SELECT min(id) AS a, max(id) AS b FROM dsa.{table})
        UPDATE dsa.{table} t SET {column} = o.{column} FROM two, dsa.{table} o WHERE t.id = two.a AND o.id = two.b
    """


LONGER = "UPDATE dsa.{} SET body = body || '\\x00'::bytea"
DAMAGE = {
    "a segment's bytes": (swapped("segments", "blob"), "Segment .* is not what its id says"),
    "a segment's rows": ("UPDATE dsa.segments SET rows = rows + 1", "Segment .* is not what its id says"),
    "a segment": ("DELETE FROM dsa.segments WHERE id = (SELECT min(id) FROM dsa.segments)", "Segment .* is not stored"),
    "a sketch": (swapped("segments", "sketch"), "The sketch of segment .* is not that of its values"),
    "a sketch's bytes": ("UPDATE dsa.segments SET sketch = 'x'", "The sketch of segment .* is not that of its values"),
    "statistics": (swapped("pages", "stats"), "statistics of segment .* that are not those of its values"),
    "statistics' bytes": ("UPDATE dsa.pages SET stats = 'x'", "Statistics of a page cannot be read"),
    "a message": ("UPDATE dsa.commits SET message = 'other'", "Commit .* of held is not what its id says"),
    "a time": ("UPDATE dsa.commits SET time = time + interval '1 s'", "Commit .* of held is not what its id says"),
    "a tree": (LONGER.format("trees"), "Tree .* is not what its id says"),
    "a manifest": (LONGER.format("manifests"), "Manifest .* is not what its id says"),
    "a page": (LONGER.format("pages"), "Page .* is not what its id says"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_was_changed_is_found(wb: Workbench, damage: str) -> None:
    wb.commit(pa.table({"x": [1, 2, 3], "y": [7, 8, 9]}), "held", key="x")
    wb.commit(pa.table({"x": [1, 2, 3], "y": [7, 8, 5]}), "held")
    whole = wb.check()
    assert whole.ok
    assert whole.counts["sketches"] == whole.counts["segments"] == 3
    statement, words = DAMAGE[damage]
    with wb.store.database.raw() as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(statement)
    found = wb.check()
    assert not found.ok
    assert any(re.search(words, problem) for problem in found.problems), found.problems
