"""The highlighter format of tabular diffs (daff, coopy; https://specs.frictionlessdata.io/tabular-diff), written.

A table of text: an action column, then the columns of both sides. It says what happened to rows, cells and names of
columns; of types, keys and metadata it knows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsa_workbench.features.patches.model import ADDED, MOVED, REMOVED, PatchColumn, TablePatch
from dsa_workbench.features.patches.order import heaviest_rising
from dsa_workbench.features.patches.values import to_text

HEAD, SCHEMA, INSERT, DELETE, UPDATE, SKIP, PART, MOVE = "@@", "!", "+++", "---", "->", "...", "+", ":"
NULL = "NULL"


def highlighted(patch: TablePatch) -> Iterator[list[str]]:
    """Give the lines of a patch in the highlighter format, as lists of cells."""
    columns = _in_order(patch)
    schema = _schema_row(patch, columns)
    if any(schema):
        yield [SCHEMA, *schema]
    yield [HEAD, *(c.new or c.old or "" for c in columns)]
    yield from _lines(patch, columns)


def encode(text: str | None) -> str:
    """Write a value so that null, the text NULL and the text _NULL stay apart."""
    if text is None:
        return NULL
    return f"_{text}" if text.lstrip("_") == NULL else text


def _in_order(patch: TablePatch) -> list[PatchColumn]:
    """Order columns as they are now, with dropped ones after the column that they followed."""
    out = [c for c in patch.columns if c.new is not None]
    if patch.old is not None:
        before: PatchColumn | None = None
        by_old = {c.old: c for c in patch.columns if c.old is not None}
        for name in patch.old.schema.names:
            column = by_old[name]
            if column.new is None:
                out.insert(out.index(before) + 1 if before is not None else 0, column)
            before = column
    return out


def _schema_row(patch: TablePatch, columns: Sequence[PatchColumn]) -> list[str]:
    if patch.old is None or patch.new is None:
        return ["" for _ in columns]
    kept = [c for c in columns if c.old is not None and c.new is not None]
    places = [patch.old.schema.index(c.old or "") for c in kept]
    stays = {kept[i].name for i in heaviest_rising(places, [1] * len(places))}
    out = []
    for column in columns:
        if column.old is None:
            out.append(INSERT)
        elif column.new is None:
            out.append(DELETE)
        else:
            name = f"({column.old})" if column.old != column.new else ""
            out.append(name if column.name in stays else MOVE + name)
    return out


def _lines(patch: TablePatch, columns: Sequence[PatchColumn]) -> Iterator[list[str]]:
    skip = [SKIP] * (len(columns) + 1)
    last = -1
    for batch in patch.rows():
        kinds, places, moves = (batch.column(n).to_pylist() for n in ("change", "new_row", "moved"))
        before = [to_text(batch.column(f"old.{c.name}")).to_pylist() for c in columns]
        after = [to_text(batch.column(f"new.{c.name}")).to_pylist() for c in columns]
        for i, (kind, place, moved) in enumerate(zip(kinds, places, moves, strict=True)):
            # Rows stand as in the new table, so there alone a gap shows.
            if place is not None and place > last + 1:
                yield skip
            last = last if place is None else place
            yield _line(kind, columns, [v[i] for v in before], [v[i] for v in after], moved=bool(moved))
    rows = patch.new.rows if patch.new is not None else None
    if rows is not None and last + 1 < rows:
        yield skip


def _line(
    kind: str, columns: Sequence[PatchColumn], old: list[str | None], new: list[str | None], *, moved: bool
) -> list[str]:
    if kind == ADDED:
        return [INSERT, *(encode(v) if c.new is not None else "" for c, v in zip(columns, new, strict=True))]
    if kind == REMOVED:
        return [DELETE, *(encode(v) if c.old is not None else "" for c, v in zip(columns, old, strict=True))]
    filled = any(c.old is None and v is not None for c, v in zip(columns, new, strict=True))
    alone = [encode(a if c.new is None else b) for c, a, b in zip(columns, old, new, strict=True)]
    changed = [c.old is not None and c.new is not None and a != b for c, a, b in zip(columns, old, new, strict=True)]
    if not any(changed):
        tag = MOVE if moved or kind == MOVED else PART if filled else ""
        return [tag, *alone]
    tag = separator([*alone, *(encode(v) for v in (*old, *new))])
    return [
        tag,
        *(
            f"{encode(a)}{tag}{encode(b)}" if differs else text
            for differs, a, b, text in zip(changed, old, new, alone, strict=True)
        ),
    ]


def separator(texts: Sequence[str]) -> str:
    """Find the arrow that stands in none of the cells of a row."""
    tag = UPDATE
    while any(tag in text for text in texts):
        tag = "-" + tag
    return tag
