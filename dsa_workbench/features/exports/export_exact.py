"""Giving back the bytes of a file that was imported exactly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import parse_tree
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.features.versioning.read_table import load_table
from dsa_workbench.features.versioning.resolve import Resolved, resolve
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.files.originals import restored
from dsa_workbench.files.writing import WriteOptions, Written, format_of
from dsa_workbench.files.writing.options import compression_of
from dsa_workbench.files.writing.target import compressed, open_target


def export_exact(
    _actor: Actor,
    store: IStore,
    cache: SegmentCache,
    spec: VersionSpec,
    target: Any,
    format: str | None,
    options: WriteOptions,
    progress: Callable[[Progress], None] | None,
) -> Written:
    """Write the bytes of the file that a table was imported from.

    Raises
    ------
    NotFound
        The version does not hold them: says which one does, if any.
    InvalidInput
        Another format than delimited text is asked for, or the place cannot be written to.
    """
    if format is not None and format_of(target, format) not in ("csv", "tsv"):
        raise InvalidInput(
            f"exact=True (--exact) gives back delimited text, and no {format}.", hint="Leave format= (--format) out."
        )
    with store.unit() as unit:
        found = resolve(unit, spec)
        name, manifest = found.table()
        oid = dict(found.tree.originals).get(name)
        if oid is None:
            raise _gone(unit, found, name)
        table = load_table(unit, store.segments, cache, manifest)
        original = load_table(unit, store.segments, cache, oid)
    entries = original.read_chunks(original.schema.names, range(len(original.chunks)))
    rows = table.read_chunks(table.schema.names, range(len(table.chunks)))
    with open_target(target) as sink:
        with compressed(sink, compression_of(target, options, "csv")) as packed:
            for text, done in restored(original.arrow_schema(), entries, rows):
                packed.write(text)
                if progress is not None:
                    progress(Progress("writing", done))
        return Written(table.rows, sink.bytes)


def _gone(unit: IUnitOfWork, found: Resolved, name: str) -> NotFound:
    """Say why there are no bytes, and which version before has them."""
    for commit in unit.commits.history(found.commit.oid):
        tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree))))
        if name in dict(tree.originals):
            return NotFound(
                f"{found.spec} does not hold the bytes of a file: the table was changed after the import in commit "
                f"{commit.short} ({commit.title}).",
                hint=f"That one still has them: export {found.spec.dataset}@{commit.short}, or leave exact out.",
            )
    return NotFound(
        f"{found.spec} does not hold the bytes of a file: no import of it was exact.",
        hint="Import the file with exact=True (--exact), or leave exact out of the export.",
    )
