"""Diffs as documents: schema first, then counts, then the first rows with old and new values side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from dsa_workbench.core.model.change import ChangeCounts, SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.event import Event
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.profile import UsedProfile
from dsa_workbench.core.model.schema import GIVEN
from dsa_workbench.rendering.cells import cell, changed_cell, is_text, stands_right, texts
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import (
    Block,
    Bullets,
    Document,
    Grid,
    Head,
    Heading,
    Line,
    Mark,
    Piece,
    Pieces,
    Row,
    RowKind,
    line,
    plain,
)
from dsa_workbench.rendering.equality import used
from dsa_workbench.rendering.words import count, listed

ROWS = 50
"""Rows of one table that are shown."""
ROWS_IN_ALL = 150
"""Rows that a diff of many tables shows, before only counts are given."""
ROWS_OF_A_PAGE = 10_000
"""Rows of one table that a page of its own shows, unless told otherwise."""
FEW_COLUMNS = 8
"""A table with more columns than this hides those in which nothing changed."""
MOST_COLUMNS = 20
DEFAULT_TABLE = "data"
"""The name of a file's only table, which need not be said."""


class TableChanges(Protocol):
    """What is shown of a table's diff: the differ gives it, and so may a client of a server."""

    @property
    def schema_changes(self) -> tuple[SchemaChange, ...]:
        """Changes of the schema."""
        ...

    @property
    def counts(self) -> ChangeCounts:
        """Counts of rows."""
        ...

    @property
    def pairing(self) -> str:
        """How rows were paired, as a sentence."""
        ...

    @property
    def key(self) -> tuple[str, ...]:
        """The columns by which rows were paired."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns in order of display."""
        ...

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened to the table as a whole."""
        ...

    @property
    def distributions(self) -> tuple[MovedColumn, ...]:
        """Columns whose distribution moved."""
        ...

    def rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read changed rows in Arrow: `change`, `changed_columns`, and `old.c` and `new.c` per column."""
        ...

    def reformed_rows(self, offset: int = 0, limit: int | None = None) -> Any:
        """Read rows with cells that changed in form alone; columns as in `rows`."""
        ...


def differs(table: TableChanges) -> bool:
    """Say whether anything differs: a row, or the schema."""
    return bool(table.schema_changes) or not table.counts.same


def view(
    old: str,
    new: str,
    tables: Mapping[str, TableChanges],
    rows: int | None = None,
    *,
    events: Mapping[str, Sequence[Event]] | None = None,
    moved: Mapping[str, Sequence[MovedColumn]] | None = None,
    profile: UsedProfile | None = None,
    form: bool = False,
) -> Document:
    """Show a diff of all tables of two versions; with `rows`, so many rows of each table, and all columns.

    `events` are shown above the counts of their table, `moved` columns below them. With `form` the rows shown are
    those that changed in form.
    """
    found, spread = events or {}, moved or {}
    blocks: list[Block] = [
        Heading((Piece(visible(old)), Piece("  →  ", Mark.DIM), Piece(visible(new)))),
    ]
    changed = {name: table for name, table in tables.items() if differs(table)}
    if not changed:
        same = sum(table.counts.unchanged for table in tables.values())
        blocks.append(line(f"No difference: {count(same, 'row is', 'rows are')} the same."))
    if len(tables) > 1:
        blocks.append(_overview(tables))
    left = ROWS_IN_ALL
    for name, table in changed.items():
        limit = min(ROWS, left) if rows is None else rows
        titled = len(tables) > 1 or name != DEFAULT_TABLE
        told = found.get(name, ()), spread.get(name, ())
        blocks += _table(name, table, limit, *told, titled=titled, form=form, every=rows is not None)
        left -= limit
    for name, table in tables.items():
        if name not in changed:
            blocks += [*_events(found.get(name, ())), *_quiet_facts(table.counts)]
            blocks += _form_rows(table, ROWS) if form else []
    if profile is not None:
        blocks.append(Line((Piece(used(profile), Mark.DIM),)))
    return tuple(blocks)


def _events(events: Sequence[Event]) -> list[Block]:
    """Say what happened to the table as a whole, each finding on a line of its own."""
    if not events:
        return []
    return [Bullets(tuple(_event(event) for event in events))]


def _event(event: Event) -> Pieces:
    said = (Piece(f"{event.kind.value.capitalize()}: ", Mark.STRONG), Piece(visible(event.sentence)))
    return (*said, Piece(f" {visible(event.hint)}", Mark.DIM)) if event.hint else said


def _overview(tables: Mapping[str, TableChanges]) -> Grid:
    heads = tuple(Head(name, right=i > 0) for i, name in enumerate(("table", *_COUNTED, "schema changes")))
    rows = [
        Row(
            (
                plain(visible(name)),
                *(plain(f"{value:,}") for value in table.counts.to_dict().values()),
                plain(f"{len(table.schema_changes):,}"),
            )
        )
        for name, table in tables.items()
    ]
    return Grid("", heads, tuple(rows))


_COUNTED = ("added", "removed", "changed", "unchanged")


def _table(
    name: str, table: TableChanges, limit: int, events: Sequence[Event], moved: Sequence[MovedColumn],
    *, titled: bool, form: bool, every: bool,
) -> list[Block]:  # fmt: skip
    blocks: list[Block] = [Heading(plain(visible(name)), level=2)] if titled else []
    blocks += _events(events)
    blocks.append(Line(counts_line(table.counts)))
    if table.counts.cells:
        cells = sorted(table.counts.cells.items(), key=lambda item: -item[1])
        blocks.append(line(f"Changed cells: {listed([f'{visible(c)} {n:,}' for c, n in cells])}."))
    if moved:
        blocks.append(line(f"Distributions moved: {', '.join(map(_moved, moved))}."))
    blocks += _quiet_facts(table.counts)
    if table.schema_changes:
        blocks.append(Bullets(tuple(schema_sentence(change) for change in table.schema_changes)))
    total = table.counts.added + table.counts.removed + table.counts.changed
    if form:
        blocks += _form_rows(table, limit)
    elif total and limit:
        blocks.append(_rows(table, table.rows(0, limit), total, every=every))
    elif total:
        blocks.append(line("The rows are not shown here."))
    blocks.append(Line((Piece(table.pairing, Mark.DIM),)))
    return blocks


def _moved(column: MovedColumn) -> str:
    """Write how far a column moved, and its share of nulls where that is another: ``city (0.12; nulls 1 % → 20 %)``."""
    before, after = (f"{100 * share:.0f} %" for share in (column.nulls_before, column.nulls_after))
    nulls = f"; nulls {before} → {after}" if before != after else ""
    return f"{visible(column.column)} ({column.distance:.2f}{nulls})"


def _form_rows(table: TableChanges, limit: int) -> list[Block]:
    """Show the first rows that changed in form, if there are any."""
    if not table.counts.reformed or not limit:
        return []
    rows = table.reformed_rows(0, limit + 1)
    more = "… and more." if rows.num_rows > limit else ""
    grid = _rows(table, rows.slice(0, limit), min(limit, rows.num_rows), every=False)
    return [line("Rows that changed in form alone:"), replace(grid, foot=" ".join(filter(None, [more, grid.foot])))]


def counts_line(counts: ChangeCounts) -> Pieces:
    """Write the counts with their signs: ``+2 added  −1 removed  ~3 changed  1,204 unchanged``."""
    return (
        Piece(f"+{counts.added:,} added", Mark.ADDED if counts.added else Mark.DIM),
        Piece("  "),
        Piece(f"−{counts.removed:,} removed", Mark.REMOVED if counts.removed else Mark.DIM),
        Piece("  "),
        Piece(f"~{counts.changed:,} changed", Mark.CHANGED if counts.changed else Mark.DIM),
        Piece("  "),
        Piece(f"{counts.unchanged:,} unchanged", Mark.DIM),
    )


def _quiet_facts(counts: ChangeCounts) -> list[Block]:
    """Say what is no change of values, yet not the same either."""
    blocks: list[Block] = []
    if counts.moved:
        blocks.append(line(f"{count(counts.moved, 'row')} moved: the order is not the same."))
    if counts.reformed:
        cells = listed([f"{visible(c)} {n:,}" for c, n in counts.reformed.items()])
        blocks.append(line(f"Equal in value, written differently (not counted as changes): {cells}."))
    return blocks


def schema_sentence(change: SchemaChange) -> Pieces:
    """Write one schema change as a sentence."""
    kind, column = change.kind, Piece(visible(change.column), Mark.STRONG)
    old, new = Piece(visible(change.old or ""), Mark.OLD), Piece(visible(change.new or ""), Mark.NEW)
    match kind:
        case SchemaChangeKind.ADDED:
            return Piece("Column "), column, Piece(f" added{_of_type(change.new)}.")
        case SchemaChangeKind.DROPPED:
            return Piece("Column "), column, Piece(f" dropped{_of_type(change.old)}.")
        case SchemaChangeKind.RENAMED:
            return Piece("Column renamed: "), old, Piece(" → "), new
        case SchemaChangeKind.RETYPED:
            return Piece("Column "), column, Piece(" has another type: "), old, Piece(" → "), new
        case SchemaChangeKind.KEY:
            sides = (change.old or "none", Mark.OLD), (change.new or "none", Mark.NEW)
            before, after = (Piece(visible(text), mark) for text, mark in sides)
            return Piece("Key: "), before, Piece(" → "), after
        case SchemaChangeKind.TABLE_ADDED:
            return (Piece("The table is new."),)
        case SchemaChangeKind.TABLE_DROPPED:
            return (Piece("The table was dropped."),)
        case SchemaChangeKind.REORDERED:
            return (Piece("Columns stand in another order."),)
        case SchemaChangeKind.METADATA if (given := _given(change)) is not None:
            return Piece("Column " if change.column else "Table"), column, Piece(given)
        case SchemaChangeKind.NULLABILITY | SchemaChangeKind.METADATA:
            what = "nulls" if kind is SchemaChangeKind.NULLABILITY else "metadata"
            of = (Piece("Column "), column, Piece(f": {what} ")) if change.column else (Piece(f"Table {what} "),)
            return *of, old, Piece(" → "), new


def _given(change: SchemaChange) -> str | None:
    """Say in a sentence that a type was given, or is no more; None where the metadata hold something else."""
    sides = [side for side in (change.old, change.new) if side is not None]
    if not all(side.startswith(f"{GIVEN}=") and side.count("=") == 1 for side in sides):
        return None
    of = ": its type" if change.column else ": the type of all columns"
    if change.new is None:
        return f"{of} is not given any more; imports find it."
    return f"{of} is given as {visible(change.new.partition('=')[2])}, and later imports keep it."


def _of_type(kind: str | None) -> str:
    return f" ({kind})" if kind else ""


def _rows(table: TableChanges, rows: Any, total: int, *, every: bool) -> Grid:
    changed_columns = rows.column("changed_columns").to_pylist()
    said = rows.column("change").to_pylist()
    kinds = [RowKind.CHANGED if kind == "reformed" else RowKind(kind) for kind in said]
    names, hidden = (list(table.columns), []) if every else _chosen_columns(table, changed_columns)
    notes = _notes(table.schema_changes)
    columns = [_column(rows, name, kinds, changed_columns) for name in names]
    heads = [
        Head(visible(name), note=notes.get(name, ""), right=_right(rows, name), key=name in table.key) for name in names
    ]
    if not table.key:
        heads.insert(0, Head("row", right=True))
        columns.insert(0, _positions(rows))
    body = tuple(Row(cells, kind) for kind, cells in zip(kinds, zip(*columns, strict=True), strict=True))
    foot = [f"… and {count(total - len(kinds), 'more row', 'more rows')}."] if total > len(kinds) else []
    if hidden:
        named = listed([visible(name) for name in hidden])
        foot.append(f"{count(len(hidden), 'column is', 'columns are')} hidden: {named}.")
    return Grid("", tuple(heads), body, signed=True, foot=" ".join(foot))


def _chosen_columns(table: TableChanges, changed: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Choose the columns to show: all of a narrow table, else the key and what changed in the rows shown."""
    if len(table.columns) <= FEW_COLUMNS:
        return list(table.columns), []
    wanted = set(table.key).union(*changed)
    wanted |= {change.column for change in table.schema_changes if change.kind is SchemaChangeKind.ADDED}
    if not all(changed):  # added and removed rows say little without some of their values
        for name in table.columns:
            if len(wanted) >= FEW_COLUMNS:
                break
            wanted.add(name)
    names = [name for name in table.columns if name in wanted][:MOST_COLUMNS]
    return names, [name for name in table.columns if name not in names]


def _notes(changes: Sequence[SchemaChange]) -> dict[str, str]:
    notes = {}
    for change in changes:
        match change.kind:
            case SchemaChangeKind.ADDED:
                notes[change.column] = "new column"
            case SchemaChangeKind.DROPPED:
                notes[change.column] = "dropped"
            case SchemaChangeKind.RENAMED:
                notes[change.new or change.column] = f"was {visible(change.old or '')}"
            case SchemaChangeKind.RETYPED:
                notes[change.column] = f"{change.old} → {change.new}"
            case _:
                pass
    return notes


def _right(rows: Any, name: str) -> bool:
    return stands_right(rows.schema.field(f"old.{name}").type) and stands_right(rows.schema.field(f"new.{name}").type)


def _column(rows: Any, name: str, kinds: Sequence[RowKind], changed: Sequence[Sequence[str]]) -> list[Pieces]:
    old_column, new_column = rows.column(f"old.{name}"), rows.column(f"new.{name}")
    old_text, new_text = is_text(old_column.type), is_text(new_column.type)
    cells: list[Pieces] = []
    for kind, columns, old, new in zip(kinds, changed, texts(old_column), texts(new_column), strict=True):
        if kind is RowKind.CHANGED and name in columns:
            cells.append(changed_cell(old, new, old_text=old_text, new_text=new_text))
        elif kind is RowKind.REMOVED:
            cells.append(cell(old, of_text=old_text))
        else:
            cells.append(cell(new, of_text=new_text))
    return cells


def _positions(rows: Any) -> list[Pieces]:
    pairs = zip(rows.column("old_row").to_pylist(), rows.column("new_row").to_pylist(), strict=True)
    return [plain(f"{old if new is None else new:,}") for old, new in pairs]
