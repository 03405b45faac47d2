"""What there is to say of a file whose format leaves nothing to guess, or of a set of files: for `explain`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.columnar.arrow import arrow_kind
from dsa_workbench.files.columnar.foreign import inspect_parquet
from dsa_workbench.files.columnar.parquet import is_parquet
from dsa_workbench.files.json.records import ARRAY
from dsa_workbench.files.json.table import JsonTable
from dsa_workbench.files.json.types import json_text
from dsa_workbench.files.sets.united import UnitedTable, says_types
from dsa_workbench.files.stream import Input, unpacked
from dsa_workbench.files.tables import MIB, ArrowSource, Retyped, TableSource

SHOWN = 5
"""Rows of a sample, and names of files."""
COUNTED_BYTES = 256 * MIB
"""Arrow files up to this size are read to count their rows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file is, facts about it as (name, value, reason), the first rows, and what an import would trip over."""

    kind: str
    facts: tuple[tuple[str, str, str], ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()
    problem: str | None = None
    size: int | None = None


def describe(table: TableSource, file: Input | None) -> Facts:
    """Describe a table that was opened, and the file that it is in; None where it is in several, or in memory."""
    if isinstance(table, UnitedTable):
        return _set(table)
    if file is None:
        return Facts("a table in memory")
    if isinstance(table, JsonTable):
        return _json(table, file)
    if isinstance(table, ArrowSource) and is_parquet(file):
        return _parquet(table, file)
    if isinstance(table, ArrowSource) and says_types(file):
        return _arrow(table, file)
    return Facts("a workbook", (), (), None, file.size)


def _set(table: UnitedTable) -> Facts:
    labels = [share.part.label for share in table.shares]
    more = ", ..." if len(labels) > SHOWN else ""
    folders = ", ".join(key for key, _ in table.shares[0].part.folders) or "none"
    return Facts(
        "files as one table",
        (
            ("files", f"{len(labels):,}", f"{', '.join(labels[:SHOWN])}{more}"),
            ("columns from folders", folders, "folders called name=value, which all paths have"),
            ("how each is read", "by itself", "explain one of them to see it"),
        ),
    )


def _json(table: JsonTable, file: Input) -> Facts:
    names = table.schema.names
    rows = tuple(tuple("" if row.get(n) is None else json_text(row[n]) for n in names) for row in table.sample)
    begins = "it begins with [" if table.shape == ARRAY else "it begins with an object"
    return Facts(
        "JSON",
        (
            ("form", table.shape, begins),
            ("encoding", table.encoding.removesuffix("-sig"), "by its first bytes, or given"),
            ("texts", "stay texts", "dates and numbers in quotes have a type where it is given: --types day=date"),
        ),
        rows, None, file.size,
    )  # fmt: skip


def _parquet(table: ArrowSource, file: Input) -> Facts:
    try:
        found = inspect_parquet(unpacked(file))
    except ImportRejected as err:
        return Facts("Parquet", (), (), str(err), file.size)
    facts = [(name, f"{found[name]:,}", "") for name in ("rows", "row groups")]
    facts += [(name, ", ".join(found[name]).lower() or "none", "") for name in ("codecs", "encodings")]
    facts.append(("written by", str(found["created by"] or "nobody says"), ""))
    return Facts("Parquet", tuple(facts), _sample(table), None, file.size)


def _arrow(table: ArrowSource, file: Input) -> Facts:
    """Count the rows of an Arrow file, which says it batch by batch only."""
    try:
        counts = [batch.num_rows for batch in table.batches()] if (file.size or 0) <= COUNTED_BYTES else None
    except ImportRejected as err:
        return Facts(arrow_kind(file), (), (), str(err), file.size)
    facts = () if counts is None else (("rows", f"{sum(counts):,}", ""), ("batches", f"{len(counts):,}", ""))
    return Facts(arrow_kind(file), facts, _sample(table), None, file.size)


def _sample(table: TableSource) -> tuple[tuple[str, ...], ...]:
    batch: Any = next(iter(_batches(table)), None)
    if batch is None:
        return ()
    columns = [_texts(column.slice(0, SHOWN)) for column in batch.columns]
    return tuple(zip(*columns, strict=True))


def _batches(table: TableSource) -> Any:
    try:
        yield from table.batches()
    except (Retyped, ImportRejected):
        return


def _texts(array: Any) -> list[str]:
    try:
        return ["" if text is None else text for text in array.cast(pa.string()).to_pylist()]
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return ["" if not value.is_valid else str(value) for value in array]
