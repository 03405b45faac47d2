"""The diff of two versions of a table: schema first, then rows, then cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dsa_workbench.columns.equality import bits_are_values
from dsa_workbench.core.model.change import ChangeCounts, SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.profile import EqualityProfile, Rules
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.cells import CellDiff, compare_cells
from dsa_workbench.features.versioning.differ.edits import gaps
from dsa_workbench.features.versioning.differ.keyed import pair_by_key
from dsa_workbench.features.versioning.differ.keyless import pair_by_rows
from dsa_workbench.features.versioning.differ.keys import Pairing, choose_key
from dsa_workbench.features.versioning.differ.renames import renames_by_segments, renames_by_values
from dsa_workbench.features.versioning.differ.result import TableDiff, display_order
from dsa_workbench.features.versioning.differ.runs import Runs, count_moved, distinct, uncovered
from dsa_workbench.features.versioning.differ.schema import (
    Matching,
    check_rename,
    match_columns,
    schema_changes,
)
from dsa_workbench.features.versioning.differ.sides import ColumnPair, Sides, side_of
from dsa_workbench.features.versioning.table_version import TableVersion


def diff_tables(
    old: TableVersion | None,
    new: TableVersion | None,
    *,
    key: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    profile: EqualityProfile | None = None,
) -> TableDiff:
    """Compare two versions of a table.

    Parameters
    ----------
    old, new
        The versions; None where the table does not exist. One of them must.
    key
        The columns that pair rows, by their new names, instead of the declared key. They may repeat.
    rename
        Old column name -> new one. Renames are also found by themselves (see `renames`).
    profile
        What counts as equal beyond equality of value; columns may be named as they were or as they are.

    Raises
    ------
    InvalidInput
        A column that `key` or `rename` names is not there, or there is no version at all.
    """
    if old is None or new is None:
        return _one_sided(old, new)
    sides = Sides(side_of(old), side_of(new))
    told = dict(rename or {})
    check_rename(old.schema, new.schema, told)
    matching = match_columns(old.schema, new.schema, told)
    if matching.dropped and matching.added:
        told |= renames_by_segments(sides, matching)
        matching = match_columns(old.schema, new.schema, told)
    sides = replace(sides, rules=_rules(profile, matching))
    pairing = choose_key(sides, matching, key)
    rows = _pair(sides, matching, pairing)
    if matching.dropped and matching.added:
        told |= renames_by_values(sides, matching, rows.runs)
        matching = match_columns(old.schema, new.schema, told)
    sentence = rows.sentence or pairing.sentence
    changes = schema_changes(old.schema, new.schema, matching, old.key, new.key)
    return _result(sides, matching, replace(pairing, sentence=sentence), rows, changes)


def _rules(profile: EqualityProfile | None, matching: Matching) -> dict[str, Rules]:
    """Give the rules of the columns that a profile loosens, by their new names."""
    if profile is None or profile.plain:
        return {}
    found = {p.new: profile.rules(p.new, p.old) for p in matching.common}
    return {name: rules for name, rules in found.items() if rules.ignored or rules.normalise or rules.tolerate}


@dataclass(frozen=True, slots=True)
class _Paired:
    """Paired rows, their cells, and a sentence where more is to say than the choice of key says."""

    runs: Runs
    cells: dict[str, CellDiff]
    sentence: str = ""


def _pair(sides: Sides, matching: Matching, pairing: Pairing) -> _Paired:
    compared = [p for p in matching.common if p.new not in sides.rules or not sides.rules[p.new].ignored]
    if not pairing.key:
        return _Paired(*pair_by_rows(sides, compared))
    key = matching.pairs(pairing.key)
    runs, repeats = pair_by_key(sides, key, unique=pairing.unique)
    # Equal keys can still differ in form where their type or the profile says so.
    settled = [p for p in key if _one_form(sides, p)]
    cells = compare_cells(sides, runs, [p for p in compared if p not in settled])
    if not repeats:
        return _Paired(runs, cells)
    names = ", ".join(pairing.key)
    keys = "1 key" if repeats == 1 else f"{repeats:,} keys"
    return _Paired(runs, cells, f"{names} repeats ({keys}): repeats are paired in order.")


def _one_form(sides: Sides, pair: ColumnPair) -> bool:
    old, new = sides.old.type(pair.old), sides.new.type(pair.new)
    return bool(old == new and bits_are_values(old)) and not sides.normalised([pair])


def _result(
    sides: Sides, matching: Matching, pairing: Pairing, rows: _Paired, changes: tuple[SchemaChange, ...]
) -> TableDiff:
    runs = rows.runs
    removed = uncovered(runs.old, runs.rows, sides.old.rows)
    added = uncovered(runs.new, runs.rows, sides.new.rows)
    cells = {name: c.changed for name, c in rows.cells.items() if len(c.changed)}
    reformed = {
        name: np.sort(np.concatenate([c.reformed, c.tolerated])) if len(c.tolerated) else c.reformed
        for name, c in rows.cells.items()
        if len(c.reformed) or len(c.tolerated)
    }
    changed = distinct(np.concatenate([np.zeros(0, np.int64), *cells.values()]))
    after, _ = gaps(runs, removed, added)
    names = [p.new for p in matching.common]
    dropped = matching.dropped_labels()
    return TableDiff(
        schema_changes=changes,
        counts=ChangeCounts(
            added=len(added),
            removed=len(removed),
            changed=len(changed),
            unchanged=runs.pairs - len(changed),
            cells={name: len(cells[name]) for name in names if name in cells},
            moved=count_moved(runs),
            reformed={name: len(reformed[name]) for name in names if name in reformed},
        ),
        pairing=pairing.sentence,
        key=pairing.key,
        columns=(*sides.new.version.schema.names, *dropped),
        old=sides.old.version,
        new=sides.new.version,
        old_names={p.new: p.old for p in matching.common} | dropped,
        entries=display_order(removed, after, added, runs.old_at(changed), changed),
        cells=cells,
        runs=runs,
        reformed=reformed,
        ignored=tuple(name for name in names if name in sides.rules and sides.rules[name].ignored),
    )


def _one_sided(old: TableVersion | None, new: TableVersion | None) -> TableDiff:
    """Give the diff of a table that only one side has: all its rows came or went."""
    only = new if new is not None else old
    if only is None:
        raise InvalidInput("There is no table to compare on either side.", hint="Name a table that one side has.")
    rows, none = np.arange(only.rows), np.zeros(0, np.int64)
    kind = SchemaChangeKind.TABLE_ADDED if new is not None else SchemaChangeKind.TABLE_DROPPED
    added, removed = (rows, none) if new is not None else (none, rows)
    names = only.schema.names
    return TableDiff(
        schema_changes=(SchemaChange(kind, ""),),
        counts=ChangeCounts(added=len(added), removed=len(removed)),
        pairing="The table is new: every row is added."
        if new is not None
        else "The table is gone: every row is removed.",
        key=tuple(only.key),
        columns=names,
        old=old,
        new=new,
        old_names={} if new is not None else {name: name for name in names},
        entries=display_order(removed, np.full(len(removed), -1, np.int64), added, none, none),
        cells={},
    )
