"""Commits, refs, datasets and what the other verbs say, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dsa_workbench.core.model.change import SchemaChange
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.finding import finding_of
from dsa_workbench.core.model.ids import short
from dsa_workbench.core.model.ref import Dataset, Ref
from dsa_workbench.rendering.cells import cut
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.diff import schema_sentence
from dsa_workbench.rendering.document import (
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Head,
    Heading,
    Line,
    Mark,
    Piece,
    Pieces,
    Row,
    Verbatim,
    line,
    plain,
)
from dsa_workbench.rendering.imports import report_lines
from dsa_workbench.rendering.words import count, moment, short_changes, size

SHOWN = 50
"""Entries of a list that are shown."""


def summary_of(commit: Commit) -> str:
    """Write what a commit changed: ``+2 −1 ~3``, with the tables' names where there are several."""
    parts = {name: _short(counts) for name, counts in commit.summary.items()}
    if not parts:
        return ""
    if len(parts) == 1:
        return next(iter(parts.values()))
    touched = {name: text for name, text in parts.items() if text != short_changes(0, 0, 0)}
    return "; ".join(f"{visible(name)} {text}" for name, text in touched.items()) or short_changes(0, 0, 0)


def _short(counts: Mapping[str, Any]) -> str:
    return short_changes(counts.get("added", 0), counts.get("removed", 0), counts.get("changed", 0))


def log(title: str, commits: Sequence[Commit], marks: Mapping[str, Sequence[str]]) -> Document:
    """Show a history, latest first; `marks` names the refs that point at a commit."""
    heads = (Head("commit"), Head("time"), Head("author"), Head("change", note=""), Head("message"))
    rows = tuple(
        Row(
            (
                (Piece(commit.short, Mark.CODE),),
                plain(moment(commit.time)),
                (cut(commit.author, limit=24),),
                plain(summary_of(commit)),
                (*_marked(marks.get(commit.id, ())), cut(commit.title, limit=80)),
            )
        )
        for commit in commits[:SHOWN]
    )
    return (
        Heading((Piece(visible(title)), Piece(f"  {count(len(commits), 'commit')}", Mark.DIM))),
        Grid("", heads, rows, foot=_more(len(commits))),
    )


def _marked(names: Sequence[str]) -> Pieces:
    return tuple(Piece(f"({visible(name)}) ", Mark.DIM) for name in names)


def _more(entries: int) -> str:
    return f"… and {entries - SHOWN:,} more." if entries > SHOWN else ""


def commit(commit: Commit, refs: Sequence[str], schema: Mapping[str, Sequence[SchemaChange]]) -> Document:
    """Show one commit: who, when, why, what changed in numbers, and which refs point at it."""
    facts: list[tuple[str, Pieces]] = [
        ("commit", (Piece(commit.id, Mark.CODE),)),
        ("tree", (Piece(commit.tree, Mark.CODE),)),
        ("parent" if len(commit.parents) < 2 else "parents", _parents(commit)),
        ("author", plain(visible(commit.author))),
        ("time", plain(moment(commit.time))),
    ]
    if refs:
        facts.append(("refs", plain(visible(", ".join(refs)))))
    blocks: list[Block] = [Heading(plain(visible(commit.title) or "(no message)")), Facts(tuple(facts))]
    body = commit.message.partition("\n")[2].strip("\n")
    if body:
        blocks.append(Verbatim("\n".join(visible(part) for part in body.split("\n"))))
    if commit.summary:
        blocks.append(_summary_grid(commit.summary))
        told = {name: [finding_of(f) for f in counts.get("report", ())] for name, counts in commit.summary.items()}
        lines = report_lines(told, noted=True)
        if lines:
            blocks += [line("Told by the import:"), Bullets(tuple(lines))]
    for name, found in schema.items():
        if found:
            blocks.append(line(f"Schema of {visible(name)}:"))
            blocks.append(Bullets(tuple(schema_sentence(change) for change in found)))
    return tuple(blocks)


def _parents(commit: Commit) -> Pieces:
    if not commit.parents:
        return (Piece("none: this is the first", Mark.DIM),)
    return (Piece(", ".join(parent[:10] for parent in commit.parents), Mark.CODE),)


def _summary_grid(summary: Mapping[str, Mapping[str, Any]]) -> Grid:
    counted = ("added", "removed", "changed", "unchanged")
    heads = (Head("table"), *(Head(name, right=True) for name in counted))
    rows = tuple(
        Row((plain(visible(name)), *(plain(f"{counts.get(what, 0):,}") for what in counted)))
        for name, counts in summary.items()
    )
    return Grid("", heads, rows)


def refs(dataset: str, found: Sequence[Ref]) -> Document:
    """Show a dataset's branches and tags."""
    heads = tuple(Head(name) for name in ("ref", "kind", "commit", "moved", "by"))
    rows = tuple(
        Row(
            (
                plain(visible(ref.name)) + ((Piece("  protected", Mark.DIM),) if ref.protected else ()),
                plain(str(ref.kind)),
                (Piece(short(ref.commit_id), Mark.CODE),),
                plain(moment(ref.updated_at)),
                (cut(ref.updated_by, limit=24),),
            )
        )
        for ref in found[:SHOWN]
    )
    return (
        Heading((Piece(visible(dataset)), Piece(f"  {count(len(found), 'ref')}", Mark.DIM))),
        Grid("", heads, rows, foot=_more(len(found))),
    )


def datasets(found: Sequence[Dataset], *, deleted: bool) -> Document:
    """Show datasets; of deleted ones also when that was."""
    if not found:
        none = "There are no deleted datasets." if deleted else "There are no datasets yet."
        return (line(none, "" if deleted else " Begin with %dsa import FILE NAME."),)
    heads = [Head("dataset"), Head("created"), Head("by"), Head("description")]
    if deleted:
        heads.insert(1, Head("deleted"))
    rows = []
    for dataset in found[:SHOWN]:
        cells = [
            plain(visible(dataset.name)),
            plain(moment(dataset.created_at)),
            (cut(dataset.created_by, limit=24),),
            (cut(dataset.description),),
        ]
        if deleted:
            cells.insert(1, plain(_when(dataset.deleted_at)))
        rows.append(Row(tuple(cells)))
    kind = "deleted dataset" if deleted else "dataset"
    return Heading(plain(count(len(found), kind))), Grid("", tuple(heads), tuple(rows), foot=_more(len(found)))


def _when(value: datetime | None) -> str:
    return "" if value is None else moment(value)


def committed(commit: Commit, where: str, *, created: bool, rows: int, seconds: str) -> Document:
    """Show the outcome of an import or a commit; `where` is ``dataset@branch``."""
    head: Pieces
    if not created:
        head = (Piece(visible(where)), Piece("  nothing changed, so no commit was made", Mark.DIM))
        first = line("It stays at ", Piece(commit.short, Mark.CODE), f": {count(rows, 'row')}.")
    else:
        head = (
            Piece(visible(where)),
            Piece(f"  {commit.short}", Mark.CODE),
            Piece(f"  {visible(commit.title)}"),
        )
        change = summary_of(commit)
        first = line(f"{count(rows, 'row')}; {change}; {seconds}." if change else f"{count(rows, 'row')}; {seconds}.")
    return Heading(head), first


def exported(spec: str, path: str, *, rows: int, size_bytes: int, seconds: str, notes: Sequence[str] = ()) -> Document:
    """Show the outcome of an export."""
    head = Heading((Piece(visible(spec)), Piece("  →  ", Mark.DIM), Piece(visible(path), Mark.CODE)))
    written = line(f"{count(rows, 'row')}, {size(size_bytes)}, {seconds}.")
    return head, written, *([Bullets(tuple(plain(visible(note)) for note in notes))] if notes else [])


def check(problems: Sequence[str], counts: Mapping[str, int]) -> Document:
    """Show the outcome of a check of the store."""
    looked = ", ".join(f"{visible(name)} {number:,}" for name, number in counts.items())
    if not problems:
        return Heading(plain("The store is sound.")), line(f"Checked: {looked}.")
    head = Heading((Piece(f"{count(len(problems), 'problem')} found.", Mark.WARN),))
    items = Bullets(tuple(plain(visible(problem)) for problem in problems[:SHOWN]))
    more = [line(_more(len(problems)))] if len(problems) > SHOWN else []
    return (head, items, *more, Line((Piece(f"Checked: {looked}.", Mark.DIM),)))


def facts(title: str, pairs: Sequence[tuple[str, str]]) -> Document:
    """Show labels and values under a title."""
    return Heading(plain(visible(title))), Facts(tuple((label, plain(visible(value))) for label, value in pairs))
