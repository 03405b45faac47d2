"""A version written to a file of this machine by a server."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput
from dsa_workbench.remote.transport import Transport

ProgressHook = Callable[[Progress], None]
FORMATS = ("csv", "tsv", "parquet", "arrow", "arrows", "jsonl", "sql", "xlsx")
_ENDINGS = {"pq": "parquet", "feather": "arrow", "ndjson": "jsonl", "txt": "csv"}
_PACKED = ("gz", "zst", "bz2", "xz")


def format_of_target(target: Any, format: str | None, query: dict[str, Any]) -> dict[str, Any]:
    """Add to what is asked of an export the format and the packing that a path, or the name of a file object, says.

    Raises
    ------
    InvalidInput
        There is no such format, or none is said.
    """
    name = target if isinstance(target, str | os.PathLike) else getattr(target, "name", "")
    path = Path(name) if isinstance(name, str | os.PathLike) else Path()
    endings = [ending.lower().lstrip(".") for ending in path.suffixes]
    asked = dict(query)
    if endings and endings[-1] in _PACKED:
        asked.setdefault("compression", endings.pop())
    found = format or _ENDINGS.get(endings[-1], endings[-1]) if format or endings else ""
    if found not in FORMATS:
        raise InvalidInput(
            f"{path.name or 'The file'} says no format.", hint=f"Give format=, one of: {', '.join(FORMATS)}."
        )
    return asked | {"format": found}


def export_to(
    transport: Transport, dataset: str, target: Any, format: str | None, query: dict[str, Any],
    progress: ProgressHook | None,
) -> int:  # fmt: skip
    """Write the file, and give its bytes; what was at a path is as it was until all of it is here.

    Raises
    ------
    InvalidInput
        The path says no format, or cannot be written.
    """
    asked = format_of_target(target, format, query)
    return fetch_file(transport, ("datasets", dataset, "export"), asked, target, progress)


def fetch_file(
    transport: Transport, path: tuple[str, ...], query: dict[str, Any], target: Any, progress: ProgressHook | None
) -> int:
    """Write what a route gives to a path or a binary file, and give its bytes; errors are those of `export_to`."""
    if not isinstance(target, Path):
        if not hasattr(target, "write"):
            raise InvalidInput(f"{target!r:.80} is no path and no file.", hint="Give a path, or a file opened as wb.")
        return _receive(transport, path, query, target, progress)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            size = _receive(transport, path, query, file, progress)
        part.replace(target)
    except OSError as err:
        raise InvalidInput(f"{target} cannot be written ({err.strerror}).", hint="Choose another place.") from err
    finally:
        part.unlink(missing_ok=True)
    return size


def _receive(
    transport: Transport, path: tuple[str, ...], query: dict[str, Any], file: Any, progress: ProgressHook | None
) -> int:
    size = 0
    with transport.stream(path, query) as answer:
        for piece in answer.iter_raw():
            file.write(piece)
            size += len(piece)
            if progress is not None:
                progress(Progress("receiving", 0, size))
    return size
