"""Whole-file events: what happened to a table in one sentence, where a list of its changed rows says little.

An event is said only where it is proved on every row that it speaks of. What is read for it is what the diff found
changed, so the cost follows the change. `row_events`, `header_events`, `key_events` and `column_events` each know some
of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.features.versioning.differ.column_events import column_events
from dsa_workbench.features.versioning.differ.header_events import header_events
from dsa_workbench.features.versioning.differ.key_events import key_events
from dsa_workbench.features.versioning.differ.row_events import row_events

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff


def find_events(diff: TableDiff) -> tuple[Event, ...]:
    """Find the events of a table's diff, those of the whole table first."""
    old, new = diff.old, diff.new
    if old is None or new is None:
        return ()
    found = [*header_events(diff, old, new), *row_events(diff, old, new)]
    found += [*key_events(diff, old, new), *column_events(diff, old, new)]
    counts = diff.counts
    if not found and counts.same and counts.reformed and not counts.moved:
        cells = sum(counts.reformed.values())
        what = "1 cell is" if cells == 1 else f"{cells:,} cells are"
        found.append(Event(EventKind.FORM, f"No value changed; {what} written differently.", tuple(counts.reformed)))
    return tuple(found)
