"""Background jobs, as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.job import Job, JobKind, JobLine, JobState
from dsa_workbench.rendering.cells import cut
from dsa_workbench.rendering.controls import visible
from dsa_workbench.rendering.document import Block, Document, Grid, Head, Heading, Mark, Piece, Pieces, Row, line, plain
from dsa_workbench.rendering.progress import sentence
from dsa_workbench.rendering.words import count, duration, moment, size

_MARKS = {
    JobState.SUCCEEDED: Mark.ADDED,
    JobState.FAILED: Mark.WARN,
    JobState.CANCELLED: Mark.DIM,
    JobState.QUEUED: Mark.DIM,
    JobState.RUNNING: Mark.STRONG,
}


def job(found: Job) -> Document:
    """Show one job: what it does, its state, its progress with rate, its result or error."""
    head = Heading(
        (Piece(f"Job {found.id}"), Piece(f"  {found.state}", _MARKS[found.state]), Piece(f"  {_about(found)}"))
    )
    blocks: list[Block] = [head]
    if found.error is not None:
        blocks.append(line(f"{visible(found.error.message)} {visible(found.error.hint)}".rstrip()))
        if found.state is JobState.QUEUED and found.next_try_at is not None:
            blocks.append(line(f"It is tried again at {moment(found.next_try_at)}."))
    elif found.result is not None:
        blocks.append(line(*_result(found, found.result), f", {duration(found.seconds)}."))
        blocks += [line(visible(note)) for note in found.result.get("notes", ())]
    elif found.state is JobState.RUNNING:
        blocks.append(line(_progress(found) or "It has just begun."))
    else:
        blocks.append(line("It waits for its turn."))
    if found.cancel_requested and found.state is JobState.RUNNING:
        blocks.append(line(f"{visible(found.cancel_requested_by or '')} asked it to end; it does at its next step."))
    if found.cancel_requested and found.state is JobState.SUCCEEDED:
        blocks.append(line("The request to cancel it came when the work was done."))
    if found.attempts > 1:
        blocks.append(line(f"This was try {found.attempts}." if found.ended else f"Tries so far: {found.attempts}."))
    times = [f"by {visible(found.actor)}", f"created {moment(found.created_at)}"]
    if found.ended_at is not None:
        times.append(f"ended {moment(found.ended_at)}")
    blocks.append(line(Piece(", ".join(times), Mark.DIM)))
    return tuple(blocks)


def jobs(found: Sequence[Job]) -> Document:
    """Show jobs, latest first."""
    if not found:
        return (line("There are no jobs yet. Begin one with %dsa import FILE NAME --background."),)
    heads = (Head("job", right=True), Head("state"), Head("what"), Head("how far"), Head("created"), Head("by"))
    rows = tuple(
        Row(
            (
                plain(str(one.id)),
                (Piece(str(one.state), _MARKS[one.state]),),
                (cut(one.about, limit=60),),
                _how_far(one),
                plain(moment(one.created_at)),
                (cut(one.actor, limit=24),),
            )
        )
        for one in found
    )
    return Heading(plain(count(len(found), "job"))), Grid("", heads, rows)


def log(number: int, lines: Sequence[JobLine]) -> Document:
    """Show what happened to a job; faults stand out."""
    head = Heading(plain(f"Log of job {number}"))
    if not lines:
        return head, line("Nothing was written down.")
    heads = (Head("when"), Head("what"))
    marks = {"warning": Mark.WARN, "error": Mark.WARN}
    told = [(Piece(visible(one.text), marks.get(one.level, Mark.PLAIN)),) for one in lines]
    rows = tuple(Row((plain(moment(one.at)), text)) for one, text in zip(lines, told, strict=True))
    return head, Grid("", heads, rows)


def _about(found: Job) -> str:
    return visible(found.about)


def _how_far(found: Job) -> Pieces:
    if found.error is not None:
        return (cut(found.error.message, limit=100),)
    if found.result is not None:
        return tuple(Piece(part) if isinstance(part, str) else part for part in _result(found, found.result))
    return plain(_progress(found)) if found.state is JobState.RUNNING else ()


def _progress(found: Job) -> str:
    return visible(sentence(found.progress, found.seconds)).strip()


def _result(found: Job, result: Mapping[str, Any]) -> tuple[str | Piece, ...]:
    if found.kind is JobKind.CHECK:
        problems = len(result.get("problems", ()))
        return (count(problems, "problem") if problems else "the store is sound",)
    if found.kind is JobKind.COLLECT:
        done = result.get("collected", {})
        deleted = f"{count(done.get('deleted', 0), 'segment')} deleted, {size(done.get('bytes_deleted', 0))}"
        return (f"{deleted}, {done.get('condemned', 0):,} condemned",)
    rows = count(result.get("rows", 0), "row")
    if found.kind is JobKind.EXPORT:
        return (f"{rows}, {size(result.get('bytes', 0))} in ", Piece(visible(result.get("path", "")), Mark.CODE))
    if not result.get("created", True):
        return ("nothing changed, so no commit was made",)
    where = f"{result.get('dataset')}@{result.get('ref')}"
    return (f"{visible(where)}  ", Piece(str(result.get("commit", ""))[:10], Mark.CODE), f"  {rows}")
