"""Events of rows: the table emptied, reordered, repeated, longer or shorter at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.codes import Codes
from dsa_workbench.core.model.change import SchemaChangeKind
from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.features.versioning.differ.joining import column_codes, row_codes
from dsa_workbench.features.versioning.differ.runs import Positions
from dsa_workbench.features.versioning.table_version import TableVersion

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff

_TIMES = {2: "twice"}


def row_events(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find what happened to the rows as a whole."""
    counts = diff.counts
    if old.rows and not new.rows:
        yield Event(EventKind.EMPTIED, f"All {_rows(old.rows)} are gone; of the table its columns are left.")
    elif new.rows and not old.rows:
        yield Event(EventKind.FILLED, f"The table was empty, and has {_rows(new.rows)} now.")
    elif counts.same:
        if counts.moved and not _reshaped(diff):
            yield Event(EventKind.ORDER, f"The same {_rows(new.rows)} in another order{_sorted_by(diff, old, new)}.")
    elif not counts.changed and not (counts.added and counts.removed):
        yield from _longer_or_shorter(diff, old, new)


def _longer_or_shorter(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Look at a table that only gained rows or only lost some."""
    gained = diff.counts.added > 0
    short, long, extra = (old, new, diff.positions("added")) if gained else (new, old, diff.positions("removed"))
    times, rest = divmod(long.rows, short.rows)
    repeated = None if rest or _reshaped(diff) else _repeated(diff, short, long, extra, gained=gained)
    if repeated is not None:
        often = _TIMES.get(times, f"{times} times")
        if gained:
            how = ": the table was appended to itself" if repeated else ""
            yield Event(EventKind.MULTIPLIED, f"Every row stands there {often} as often as before{how}.")
        else:
            yield Event(EventKind.DIVIDED, f"Every row stood there {often} as often; the repeats are gone.")
    elif not diff.counts.moved and int(extra[0]) >= short.rows:
        if gained:
            yield Event(EventKind.APPENDED, f"{_rows(len(extra))} came at the end; all before is as it was.")
        else:
            gone = "row is" if len(extra) == 1 else f"{_rows(len(extra))} are"
            yield Event(EventKind.TRUNCATED, f"The last {gone} gone; all before is as it was.")


def _repeated(
    diff: TableDiff, short: TableVersion, long: TableVersion, extra: Positions, *, gained: bool
) -> bool | None:
    """Tell whether the extra rows are all rows again, each as often: True if one after the other, None if not."""
    names = list(diff.compared)
    if not names:
        return None
    olds = [diff.old_names[n] for n in names]
    of_short, of_long = (olds, names) if gained else (names, olds)
    once, again = (
        _columns(short, of_short, np.arange(short.rows)),
        _columns(long, of_long, extra),
    )
    all_rows, more, count = row_codes(column_codes(once, again))
    times = long.rows // short.rows - 1
    if not np.array_equal(np.bincount(all_rows, minlength=count) * times, np.bincount(more, minlength=count)):
        return None
    return bool(extra[0] == short.rows and np.array_equal(np.tile(all_rows, times), more))


def _columns(version: TableVersion, names: Sequence[str], rows: Positions | Codes) -> list[Any]:
    table = version.take(names, rows)
    return [table.column(name) for name in names]


def _reshaped(diff: TableDiff) -> bool:
    """Tell whether columns came, went or changed their type."""
    kinds = {SchemaChangeKind.ADDED, SchemaChangeKind.DROPPED, SchemaChangeKind.RETYPED}
    return any(change.kind in kinds for change in diff.schema_changes)


def _sorted_by(diff: TableDiff, old: TableVersion, new: TableVersion) -> str:
    """Say by which column the new rows are sorted and the old ones were not; nothing where few rows moved."""
    if 4 * diff.counts.moved < new.rows:
        return ""
    for name in new.schema.names:
        (column,) = _columns(new, [name], np.arange(new.rows))
        how = _order(column)
        if how is not None and _order(_columns(old, [diff.old_names[name]], np.arange(old.rows))[0]) != how:
            return f", sorted by {name}{how} now"
    return ""


def _order(column: Any) -> str | None:
    """Tell how a column is sorted, None if it is not or has one value alone; nulls may stand at one end."""
    t = pa.types
    if t.is_nested(column.type) or t.is_null(column.type) or t.is_interval(column.type):
        return None
    held = column.drop_null()
    rows = len(column)
    nulls = column.is_null().to_numpy()
    if len(held) < 2 or (len(held) < rows and nulls[: len(held)].any() and nulls[rows - len(held) :].any()):
        return None
    before, after = held.slice(0, len(held) - 1), held.slice(1)
    if pc.all(pc.equal(before, after)).as_py():
        return None
    if pc.all(pc.less_equal(before, after)).as_py():
        return ""
    return " from the greatest down" if pc.all(pc.greater_equal(before, after)).as_py() else None


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
