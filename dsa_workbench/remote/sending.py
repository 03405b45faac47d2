"""Files and tables on their way to a server: in parts, each with its digest, taken up again where a line breaks."""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput, UploadConflict
from dsa_workbench.files.memory import open_memory
from dsa_workbench.files.tables import SINGLE
from dsa_workbench.remote.transport import Transport

ProgressHook = Callable[[Progress], None]
BYTES = "application/octet-stream"
_TRIES = 5


def send_file(
    transport: Transport, dataset: str, ref: str, source: Any, name: str | None, progress: ProgressHook | None
) -> tuple[str, ...]:
    """Send a file, and give the path of its upload, which is ready to be completed.

    Raises
    ------
    InvalidInput
        It is not there, or cannot be read.
    """
    if hasattr(source, "read"):
        called = name or Path(getattr(source, "name", "upload.csv")).name
        return _send(transport, dataset, ref, source, called, progress)
    path = Path(os.fspath(source)).expanduser()
    try:
        file = path.open("rb")
    except OSError as err:
        raise InvalidInput(
            f"{path} cannot be read ({err.strerror}).", hint="Over HTTP one file of this machine is sent at a time."
        ) from err
    with file:
        return _send(transport, dataset, ref, file, name or path.name, progress)


def _send(
    transport: Transport, dataset: str, ref: str, file: BinaryIO, name: str, progress: ProgressHook | None
) -> tuple[str, ...]:
    start = file.tell() if file.seekable() else 0
    size = file.seek(0, io.SEEK_END) - start if file.seekable() else None
    begun = ("datasets", dataset, "refs", ref, "uploads")
    told = transport.ask("POST", begun, body={"name": name} | ({} if size is None else {"size": size})).json()
    path = (*begun, told["id"])
    if file.seekable():
        file.seek(start)
    offset = 0
    while piece := file.read(told["part_bytes"]):
        offset = _send_part(transport, path, offset, piece)
        if progress is not None:
            progress(Progress("sending", 0, offset, size))
    return path


def _send_part(transport: Transport, path: tuple[str, ...], offset: int, piece: bytes) -> int:
    """Send a part, and give where the next begins; what arrived without its answer is not sent again."""
    digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
    headers = {"Content-Type": BYTES, "Content-Digest": f"sha-256=:{digest}:"}
    for attempt in range(_TRIES):
        try:
            transport.ask("PUT", path, {"offset": offset}, content=piece, headers=headers)
        except UploadConflict:
            # Another part is being received, which can only be this one; or it was, and its answer was lost.
            if transport.get(*path)["offset"] == offset + len(piece):
                break
            if attempt == _TRIES - 1:
                raise
        else:
            break
    return offset + len(piece)


def table_bytes(data: Any) -> tuple[bytes, tuple[str, ...]]:
    """Write a table in memory as an Arrow stream, and give what there is to say about it; errors of `open_memory`."""
    source = open_memory(data, SINGLE)
    out = io.BytesIO()
    with pa.ipc.new_stream(out, source.schema) as writer:
        for batch in source.batches():
            writer.write_batch(batch)
    return out.getvalue(), tuple(source.notes)
