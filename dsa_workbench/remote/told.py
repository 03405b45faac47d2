"""From what a server tells to what the verbs hand back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from dsa_workbench.core.model.change import SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.core.model.ids import from_hex
from dsa_workbench.core.model.job import Job, JobError, JobKind, JobState
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import Dataset, Ref, RefKind
from dsa_workbench.core.model.table_profile import ColumnProfile

Told = Mapping[str, Any]


def moment(text: str | None) -> datetime | None:
    """Read a moment."""
    return None if text is None else datetime.fromisoformat(text)


def when(text: str) -> datetime:
    """Read a moment that is there."""
    return datetime.fromisoformat(text)


def dataset(told: Told) -> Dataset:
    """Read a dataset; its number is the server's business."""
    return Dataset(
        0, told["name"], when(told["created_at"]), told["created_by"], told["description"], told["metadata"],
        moment(told.get("deleted_at")),
    )  # fmt: skip


def ref(told: Told) -> Ref:
    """Read a ref."""
    return Ref(
        0, told["name"], RefKind(told["kind"]), from_hex(told["commit"]), when(told["updated_at"]),
        told["updated_by"], told["protected"],
    )  # fmt: skip


def commit(told: Told) -> Commit:
    """Read a commit."""
    return Commit(
        told["id"], told["tree"], tuple(told["parents"]), told["author"], told["message"], when(told["time"]),
        told["summary"], told["sources"],
    )  # fmt: skip


def changes(told: list[Told]) -> tuple[SchemaChange, ...]:
    """Read changes of a schema."""
    return tuple(
        SchemaChange(SchemaChangeKind(c["kind"]), c["column"], c.get("old"), c.get("new")) for c in told
    )  # fmt: skip


def events(told: list[Told]) -> tuple[Event, ...]:
    """Read what happened to a table as a whole."""
    return tuple(
        Event(EventKind(e["kind"]), e["sentence"], tuple(e.get("columns", ())), e.get("hint", "")) for e in told
    )


def moved_columns(told: list[Told]) -> tuple[MovedColumn, ...]:
    """Read which columns' distributions moved."""
    return tuple(
        MovedColumn(
            c["column"], c["distance"], c["nulls_before"], c["nulls_after"], c.get("distinct_before"),
            c.get("distinct_after"),
        ) for c in told
    )  # fmt: skip


def job(told: Told) -> Job:
    """Read a job; what it was told to do stays with the server."""
    at, error = told["progress"], told.get("error")
    return Job(
        told["id"], JobKind(told["kind"]), told["about"], JobState(told["state"]), told["actor"],
        when(told["created_at"]), when(told["seen_at"]), told.get("dataset"), told.get("ref"),
        Progress(at["phase"], at["rows"], at["bytes_done"], at.get("bytes_total")), told.get("result"),
        None if error is None else JobError(error["message"], error["hint"], error["code"]),
        cancel_requested_by=told.get("cancel_requested_by"), started_at=moment(told.get("started_at")),
        ended_at=moment(told.get("ended_at")), command={} if told["durable"] else None, attempts=told["attempts"],
        next_try_at=moment(told.get("next_try_at")), retry_of=told.get("retry_of"),
    )  # fmt: skip


def column_profile(told: Told) -> ColumnProfile:
    """Read a column's numbers, values of its type where JSON has none of them."""
    kind = told["type"]
    return ColumnProfile(
        told["name"], kind, told["rows"], told["nulls"], told.get("distinct"), _value(kind, told.get("minimum")),
        _value(kind, told.get("maximum")), tuple(_value(kind, q) for q in told["quartiles"]),
        tuple(told["histogram"]),
    )  # fmt: skip


def _value(kind: str, told: Any) -> Any:
    if not isinstance(told, str):
        return told
    if kind.startswith("decimal"):
        return Decimal(told)
    return float(told) if kind.startswith(("float", "double", "half")) else told
