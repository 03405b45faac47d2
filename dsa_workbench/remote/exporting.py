"""A version written to a file of this machine by a server."""

from __future__ import annotations

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


def export_to(
    transport: Transport, dataset: str, target: Path, format: str | None, query: dict[str, Any],
    progress: ProgressHook | None,
) -> int:  # fmt: skip
    """Write the file, and give its bytes; what was at the path is as it was until all of it is here.

    Raises
    ------
    InvalidInput
        The path says no format, or cannot be written.
    """
    endings = [ending.lower().lstrip(".") for ending in target.suffixes]
    asked = dict(query)
    if endings and endings[-1] in _PACKED:
        asked.setdefault("compression", endings.pop())
    found = format or _ENDINGS.get(endings[-1], endings[-1]) if format or endings else ""
    if found not in FORMATS:
        raise InvalidInput(f"{target.name} says no format.", hint=f"Give format=, one of: {', '.join(FORMATS)}.")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    size = 0
    try:
        with (
            transport.stream(("datasets", dataset, "export"), asked | {"format": found}) as answer,
            part.open("xb") as file,
        ):
            for piece in answer.iter_raw():
                size += file.write(piece)
                if progress is not None:
                    progress(Progress("receiving", 0, size))
        part.replace(target)
    except OSError as err:
        raise InvalidInput(f"{target} cannot be written ({err.strerror}).", hint="Choose another place.") from err
    finally:
        part.unlink(missing_ok=True)
    return size
