"""The three-way merge of a table: schema first, then rows and cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from dsa_workbench.core.model.schema import Schema
from dsa_workbench.features.versioning.differ.tables import diff_tables
from dsa_workbench.features.versioning.merger.choices import Choice
from dsa_workbench.features.versioning.merger.columns import MergedSchema, merge_schemas
from dsa_workbench.features.versioning.merger.conflicts import MergedColumn, TableConflicts
from dsa_workbench.features.versioning.merger.keyless import find_ranges
from dsa_workbench.features.versioning.merger.lineage import EmptyVersion, Lineage, lineage
from dsa_workbench.features.versioning.merger.plan import Plan, plan_batches
from dsa_workbench.features.versioning.merger.rows import Skipped, merge_rows
from dsa_workbench.features.versioning.table_version import TableVersion


@dataclass(frozen=True, slots=True)
class MergedTable:
    """A merged table: its schema and key, its rows, or the conflicts that keep it from being written.

    `as_ours` says that the table is ours as it stands, `certain` that the key cannot repeat. `swapped` says that the
    sides were exchanged: ours is what was theirs.
    """

    merged: MergedSchema
    schema: Schema
    key: tuple[str, ...]
    batches: Callable[[], Iterator[Any]]
    conflicts: TableConflicts
    notes: tuple[str, ...] = ()
    as_ours: bool = False
    certain: bool = True
    swapped: bool = False


def merge_tables(
    base: TableVersion | None,
    ours: TableVersion,
    theirs: TableVersion,
    choice: Choice | None = None,
    *,
    renamed_ours: Mapping[str, str] | None = None,
    renamed_theirs: Mapping[str, str] | None = None,
) -> MergedTable:
    """Merge what two sides made of a table.

    Parameters
    ----------
    base
        The table that both began with; None where both added it.
    choice
        How conflicts are settled.
    renamed_ours, renamed_theirs
        Base name -> name on the side, where that is known.

    Raises
    ------
    InvalidInput
        The choice speaks of no conflict, or gives values that cannot stand.
    """
    choice = choice or Choice()
    before = base if base is not None else EmptyVersion()
    a, b = lineage(before, ours, renamed_ours), lineage(before, theirs, renamed_theirs)
    merged = merge_schemas(a, b, choice.side)
    key = _pairing_key(merged, a, b)
    conflicts = TableConflicts(before, ours, theirs, key)
    notes = _notes(merged, a, b)
    if merged.conflicts:
        return _stopped(merged, replace(conflicts, schema=merged.conflicts), notes)
    if key:
        return _by_rows(merged, conflicts, a, b, choice, notes)
    return _keyless(merged, conflicts, a, b, choice, notes)


def _pairing_key(merged: MergedSchema, ours: Lineage, theirs: Lineage) -> tuple[MergedColumn, ...]:
    """Give the columns that name rows: the merged key, or that of the base where one side dropped it."""
    if merged.key or not (ours.diff.key and theirs.diff.key):
        return merged.key
    by_base = {c.base: c for c in merged.columns}
    names = ours.base.key
    return tuple(by_base[n] for n in names) if names and all(n in by_base for n in names) else ()


def _by_rows(
    merged: MergedSchema,
    conflicts: TableConflicts,
    ours: Lineage,
    theirs: Lineage,
    choice: Choice,
    notes: tuple[str, ...],
    skipped: Skipped | None = None,
) -> MergedTable:
    rows = merge_rows(ours, theirs, merged, choice, conflicts, skipped)
    choice.check_used()
    if rows.conflicts or rows.misfits:
        found = replace(conflicts, rows=tuple(rows.conflicts), schema=tuple(rows.misfits))
        return _stopped(merged, found, notes)
    return _done(merged, conflicts, rows.plan, ours, theirs, notes)


def _keyless(
    merged: MergedSchema,
    conflicts: TableConflicts,
    ours: Lineage,
    theirs: Lineage,
    choice: Choice,
    notes: tuple[str, ...],
) -> MergedTable:
    if choice.side == "theirs":
        # Theirs' edits win where both edited one place: the same merge with the sides exchanged.
        turned = replace(merged, columns=tuple(replace(c, ours=c.theirs, theirs=c.ours) for c in merged.columns))
        known = TableConflicts(conflicts.base, conflicts.theirs, conflicts.ours)
        return replace(_keyless(turned, known, theirs, ours, Choice("ours"), notes), swapped=True)
    ranges, skipped = find_ranges(ours, theirs, merged, conflicts)
    if not ranges:
        return _by_rows(merged, conflicts, ours, theirs, choice, notes)
    if diff_tables(ours.side, theirs.side).counts.same and ours.side.schema == theirs.side.schema:
        # Both ended with the same rows, whatever the way.
        return replace(_stopped(merged, conflicts, notes), as_ours=True)
    if choice.side is None:
        return _stopped(merged, replace(conflicts, ranges=ranges), notes)
    return _by_rows(merged, conflicts, ours, theirs, choice, notes, skipped)


def _done(
    merged: MergedSchema,
    conflicts: TableConflicts,
    plan: Plan,
    ours: Lineage,
    theirs: Lineage,
    notes: tuple[str, ...],
) -> MergedTable:
    schema, key = merged.schema, tuple(c.name for c in merged.key)
    as_ours = plan.empty and schema == ours.side.schema and key == tuple(ours.side.key)
    batches = plan_batches(plan, schema, ours.side, theirs.side)
    certain = set(ours.diff.key) == set(theirs.diff.key) == set(key) if key else True
    return MergedTable(merged, schema, key, batches, conflicts, notes, as_ours=as_ours, certain=certain)


def _stopped(merged: MergedSchema, conflicts: TableConflicts, notes: tuple[str, ...]) -> MergedTable:
    return MergedTable(merged, merged.schema, tuple(c.name for c in merged.key), lambda: iter(()), conflicts, notes)


def _notes(merged: MergedSchema, ours: Lineage, theirs: Lineage) -> tuple[str, ...]:
    notes = []
    for column in merged.dropped:
        side, dropper = (theirs, "ours") if column.ours is None else (ours, "theirs")
        keeper = "theirs" if column.ours is None else "ours"
        if len(side.added):
            many = "1 row" if len(side.added) == 1 else f"{len(side.added):,} rows"
            notes.append(f"{dropper} dropped the column {column.name}: {many} that {keeper} added come in without it.")
    moved = theirs.diff.counts.moved
    if moved:
        notes.append(f"theirs also moved {moved:,} rows: the order is that of ours.")
    return tuple(notes)
