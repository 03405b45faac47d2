"""What each command does: words in, one verb of the door, its result out."""

from __future__ import annotations

import os
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput
from kernel_magics.grammar import literal
from kernel_magics.options import LINE_ENDS
from kernel_magics.session import Session
from kernel_magics.words import AssignedWord, ObjectWord

_WRITE = ("key", "mode", "message", "rename", "idempotency_key", "table")
_SOURCE = (
    "types", "sheets", "delimiter", "encoding", "quote", "escape", "comment", "skip_rows", "decimal", "thousands",
    "decimals", "null_tokens", "ragged", "member", "compression", "filename",
)  # fmt: skip
_ASIDE = ("rejects", "max_rejects", "rejects_to")
_NONE = {"quote": None, "escape": "", "comment": ""}
"""What the word `none` says to options that take a sign."""


def connect(session: Session, words: Namespace) -> Any:
    """Connect to a store and show it."""
    return session.connect(words.url).status()


def import_file(session: Session, words: Namespace) -> Any:
    """Import a file, or a file object given as an expression."""
    source = words.source.value if isinstance(words.source, ObjectWord) else _path(words.source)
    reading = _given(words, *_SOURCE)
    if words.huge:
        reading["huge"] = True
    if words.header or words.no_header:
        reading["header"] = not words.no_header
    if words.line_end is not None:
        reading["line_end"] = LINE_ENDS[words.line_end]
    reading |= {name: nothing for name, nothing in _NONE.items() if reading.get(name) == "none"}
    if words.explain:
        return session.workbench.explain(source, **reading)
    dataset, ref = session.target(words.dataset, words.ref)
    given = _given(words, *_WRITE, *_ASIDE) | reading | _behind(session, words)
    given |= {name: True for name in ("dry_run", "exact") if getattr(words, name)}
    return session.workbench.import_file(source, dataset, ref=ref, **given)


def commit(session: Session, words: Namespace) -> Any:
    """Commit a table that a variable holds."""
    data = session.frame(words.data)
    dataset, ref = session.target(words.dataset, words.ref)
    given = _given(words, *_WRITE)
    return session.workbench.commit(data, dataset, ref=ref, progress=session.report, **given)


def keys(session: Session, words: Namespace) -> Any:
    """Suggest key columns of a file, a version or a variable."""
    given = _given(words, "columns", "most", "sheets")
    source = words.source
    if isinstance(source, ObjectWord):
        return session.workbench.suggest_keys(source.value, **given)
    if source is not None and Path(_path(source)).is_file():
        return session.workbench.suggest_keys(Path(_path(source)), **given)
    found = session.spec_or_frame(source) if source is not None else session.spec(None)
    return session.workbench.suggest_keys(found, **given)


def read(session: Session, words: Namespace) -> Any:
    """Read a table, as a lazy reading or as a frame."""
    spec = _with_table(session.spec(words.spec), words.table)
    reading = session.workbench.read(spec, **_given(words, "columns", "where", "offset", "limit"))
    match getattr(words, "as"):
        case "pandas":
            return reading.to_pandas()
        case "arrow":
            return reading.to_arrow()
        case "polars":
            return reading.to_polars()
        case _:
            return reading


def profile(session: Session, words: Namespace) -> Any:
    """Tell a table's columns in numbers."""
    spec = _with_table(session.spec(words.spec), words.table)
    return session.workbench.profile(spec, **_given(words, "columns"))


def blame(session: Session, words: Namespace) -> Any:
    """Say which commit gave each cell of a row its value."""
    spec = _with_table(session.spec(words.spec), words.table)
    if words.key is None:
        raise InvalidInput("Which row?", hint="Give the value of its key: %dsa blame SPEC --key VALUE.")
    return session.workbench.blame(spec, words.key, **_given(words, "columns", "profile"))


def sql(session: Session, words: Namespace) -> Any:
    """Ask versions in SQL, and keep the result under a name where one is given."""
    parameters = dict(_parameter(session, word) for word in words.param or ())
    result = session.workbench.sql(words.cell, parameters, **_given(words, "limit"))
    if words.out is not None:
        session.names[words.out] = result
    return result


def _parameter(session: Session, word: str) -> tuple[str, Any]:
    """Read ``name`` (the variable of that name), ``name=value`` or ``name={expression}``."""
    name, equals, value = word.partition("=")
    if not name.isidentifier():
        raise InvalidInput(f"--param {word}: {name!r} is no name.", hint="Write --param name or --param name=value.")
    if isinstance(word, AssignedWord):
        return name, word.value
    return name, literal(value) if equals else session.variable(name)


def diff(session: Session, words: Namespace) -> Any:
    """Compare two versions, a version and a variable, or a version and the one before it."""
    old = session.spec_or_frame(words.old) if words.old is not None else session.spec(None)
    new = session.spec_or_frame(words.new) if words.new is not None else None
    old, new = (_with_table(side, words.table) if isinstance(side, str) else side for side in (old, new))
    given = _given(words, "key", "rename", "profile")
    found = replace(session.workbench.diff(old, new, merge_base=words.merge_base, **given), form=words.form)
    labels = {name: str(getattr(words, name)) for name, side in (("old", old), ("new", new)) if _unnamed(side)}
    found = replace(found, **labels) if labels else found
    if words.out is None:
        return found
    table = {} if words.table is None else {"table": words.table}
    return found.export(_path(words.out), **table, **_given(words, "format", "limit", "context"))


def apply(session: Session, words: Namespace) -> Any:
    """Apply a diff: a file, or a variable that holds a diff."""
    given = words.diff.value if isinstance(words.diff, ObjectWord) else _path(words.diff)
    dataset, ref = session.target(words.dataset, words.ref)
    flags = {"reverse": words.reverse, "dry_run": words.dry_run}
    return session.workbench.apply(given, dataset, ref, **flags, **_given(words, "mode", "message"))


def _unnamed(side: Any) -> bool:
    return side is not None and not isinstance(side, str)


def log(session: Session, words: Namespace) -> Any:
    """Show a history."""
    return session.workbench.log(session.spec(words.spec), **_given(words, "limit"))


def show(session: Session, words: Namespace) -> Any:
    """Show one commit."""
    return session.workbench.show(session.spec(words.spec))


def merge(session: Session, words: Namespace) -> Any:
    """Merge a version into a branch."""
    source = session.spec(words.source)
    into = session.spec(words.into) if words.into is not None else None
    given = _given(words, "message", "resolve")
    return session.workbench.merge(source, into, dry_run=words.dry_run, **given)


def branch(session: Session, words: Namespace) -> Any:
    """Make a branch."""
    spec, name = _start_and_name(session, words)
    session.workbench.branch(spec, name)
    return session.workbench.refs(parse_spec(spec).dataset)


def tag(session: Session, words: Namespace) -> Any:
    """Make a tag."""
    spec, name = _start_and_name(session, words)
    session.workbench.tag(spec, name)
    return session.workbench.refs(parse_spec(spec).dataset)


def _start_and_name(session: Session, words: Namespace) -> tuple[str, str]:
    """Take ``SPEC NAME``, or ``NAME`` alone for the dataset in use."""
    if words.name is None:
        return session.spec(None), words.spec
    return session.spec(words.spec), words.name


def refs(session: Session, words: Namespace) -> Any:
    """List branches and tags, after deleting or protecting one where that is asked for."""
    dataset = parse_spec(session.spec(words.dataset)).dataset
    if words.delete:
        session.workbench.delete_ref(dataset, words.delete)
    if words.protect:
        session.workbench.protect(dataset, words.protect, True)
    if words.unprotect:
        session.workbench.protect(dataset, words.unprotect, False)
    return session.workbench.refs(dataset)


def datasets(session: Session, words: Namespace) -> Any:
    """List datasets, after deleting or restoring one where that is asked for."""
    if words.delete:
        session.workbench.delete_dataset(words.delete)
    if words.restore:
        session.workbench.restore_dataset(words.restore)
    return session.workbench.datasets(deleted=words.deleted)


def storage(session: Session, words: Namespace) -> Any:
    """Tell what a dataset takes."""
    return session.workbench.storage(parse_spec(session.spec(words.dataset)).dataset)


def job(session: Session, words: Namespace) -> Any:
    """List jobs; or look at one, wait for it, cancel it, do it again, or read its log."""
    if words.cancel and words.retry:
        raise InvalidInput("A job is cancelled or tried again, not both.", hint="Cancel it first.")
    if words.id is None:
        if words.wait or words.cancel or words.retry or words.log:
            raise InvalidInput("No job is named.", hint="Name it by its number, as in: %dsa job 12 --wait")
        return session.workbench.jobs(**_given(words, "limit"))
    if not words.id.isascii() or not words.id.isdecimal():
        raise InvalidInput(f"{words.id!r} is no number of a job.", hint="List them with: %dsa job")
    number = int(words.id)
    found = session.workbench.retry_job(number) if words.retry else session.workbench.job(number)
    if words.cancel:
        found.cancel()
    if words.log:
        if words.wait:
            found.wait(progress=session.report)
        return session.workbench.job_log(found.id)
    return found.wait(progress=session.report) if words.wait else found


def status(session: Session, words: Namespace) -> Any:
    """Show the connection."""
    return session.workbench.status()


def check(session: Session, words: Namespace) -> Any:
    """Check the store."""
    return session.workbench.check()


def use(session: Session, words: Namespace) -> Any:
    """Choose the dataset, and the branch, that specs without a dataset mean."""
    if words.clear:
        session.in_use = None
        session.tell("No dataset is in use.")
        return None
    if words.spec is not None:
        spec = parse_spec(session.spec(words.spec))
        if spec.table is not None:
            raise InvalidInput("A dataset or a version can be in use, not a table.", hint="Leave the table out.")
        session.workbench.refs(spec.dataset)  # raises where there is no such dataset
        session.in_use = spec
    if session.in_use is None:
        session.tell("No dataset is in use. Choose one with: %dsa use NAME")
    else:
        used = f"{session.in_use.dataset}@{session.in_use.version}"
        session.tell(f"In use: {used}. Now @main~1 means {session.in_use.dataset}@main~1.")
    return None


def _behind(session: Session, words: Namespace) -> dict[str, Any]:
    """Say whether the work goes on in the background; if not, its progress is shown."""
    return {"background": True} if words.background else {"progress": session.report}


def _given(words: Namespace, *names: str) -> dict[str, Any]:
    """Pick the options that were given, so that the door's own defaults hold for the others."""
    return {name: value for name in names if (value := getattr(words, name)) is not None}


def _path(word: str) -> str:
    return os.path.expanduser(word)  # noqa: PTH111 - pathlib would eat the slashes of a URL


def _with_table(spec: str, table: str | None) -> str:
    if table is None:
        return spec
    parsed = parse_spec(spec)
    if parsed.table is not None and parsed.table != table:
        raise InvalidInput(f"{spec!r} and --table {table} name two tables.", hint="Leave one of them out.")
    return str(parsed.with_table(table))
