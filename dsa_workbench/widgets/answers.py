"""What a widget's page asks of the kernel, and how it is answered: in the shapes of the REST API, over the comm."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from pydantic import BaseModel, ValidationError

from dsa_workbench.errors import DsaError, InvalidInput

ARROW = "application/vnd.apache.arrow.stream"

PART_BYTES = 4 << 20
"""What a page is told to send at once: messages of 10 MB and more are refused by Jupyter's servers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: which route, with which parameters, what came with it, and what form of answer is accepted."""

    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    accept: str = ""
    method: str = "GET"
    body: Any = None
    bytes: Any = None
    """Bytes that came beside the words: a part of a file."""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back: a shape of `models`, in JSON where a server told it; or bytes; and what is said beside it."""

    told: BaseModel | Mapping[str, Any] | None = None
    bytes: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def arrow_of(table: Any, **headers: str) -> Answer:
    """Answer with a table, as an Arrow stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return Answer(bytes=sink.getvalue(), headers={name.replace("_", "-"): text for name, text in headers.items()})


def reply(
    message: Mapping[str, Any], answer: Callable[[Asked], Answer], buffers: Sequence[Any] = ()
) -> tuple[dict[str, Any], list[bytes]]:
    """Answer a message of the page; what went wrong is told in it, as a sentence and what to do."""
    told: dict[str, Any] = {"id": message["id"]}
    try:
        query = {name: value for name, value in (message.get("query") or {}).items() if value is not None}
        path = tuple(unquote(part) for part in str(message["path"]).split("/"))
        asked = Asked(
            path, query, message.get("accept") or "", message.get("method") or "GET", message.get("body"),
            buffers[0] if buffers else None, message.get("headers") or {},
        )  # fmt: skip
        found = answer(asked)
    except ValidationError as err:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in err.errors())
        return told | {"problem": _problem(InvalidInput(f"The request cannot be used as given: {faults}."))}, []
    except DsaError as err:
        return told | {"problem": _problem(err)}, []
    if isinstance(found.told, BaseModel):
        told["told"] = found.told.model_dump(mode="json", by_alias=True, exclude_none=True)
    elif found.told is not None:
        told["told"] = dict(found.told)
    told["headers"] = dict(found.headers)
    return told, [] if found.bytes is None else [found.bytes]


def unforeseen(message: Mapping[str, Any], err: Exception) -> dict[str, Any]:
    """Tell the page of an error that is not ours; the kernel's log has all of it."""
    found = DsaError(f"The kernel failed: {type(err).__name__}: {err}.", hint="Its log tells more.")
    return {"id": message.get("id"), "problem": _problem(found)}


def _problem(err: DsaError) -> dict[str, Any]:
    details = {name: value for name, value in err.details.items() if isinstance(value, str | int | float | None)}
    return {"code": err.code, "detail": err.message, "hint": err.hint, "details": details}
