"""Files and tables on their way to a server: in parts, each with its digest, taken up again where a line breaks."""

from __future__ import annotations

import base64
import hashlib
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import InvalidInput, UploadConflict
from dsa_workbench.files.memory import is_table, open_memory
from dsa_workbench.files.sets.gather import FileSet, Part, gather
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import SINGLE
from dsa_workbench.remote.transport import Transport

ProgressHook = Callable[[Progress], None]
BYTES = "application/octet-stream"
_TRIES = 5


@dataclass(frozen=True)
class Sent:
    """Uploads that are ready to be completed: the path of the first, and what is to be said of the others."""

    path: tuple[str, ...]
    body: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    paths: tuple[tuple[str, ...], ...] = ()
    """All of them."""


class Sender:
    """Sends what is to be imported into one branch; `progress` is told of all bytes together."""

    def __init__(self, transport: Transport, dataset: str, ref: str, progress: ProgressHook | None) -> None:
        self._transport, self._progress = transport, progress
        self._begun = ("datasets", dataset, "refs", ref, "uploads")
        self._done = 0
        self._alone = True

    def send(self, source: Any, name: str | None = None) -> Sent:
        """Send files or tables in memory, whatever `open_tables` takes; `name` is that of a file object.

        Raises
        ------
        InvalidInput
            A file is not there, or cannot be read; or a dict holds what is not one file or table.
        """
        if isinstance(source, Mapping):
            return self._send_tables(source)
        path, notes = self._send_one(source, name)
        if path is not None:
            return Sent(path, {}, notes, (path,))
        self._alone = False
        found = gather(source, name)
        assert isinstance(found, FileSet)  # noqa: S101 - one file was sent above
        paths = [self._send_part(part) for part in found.parts]
        # Only a folder in a path says anything: a name alone is that of the upload.
        places = [part.label if part.folders or "/" in part.label else None for part in found.parts]
        files = [
            {"upload": path[-1]} | ({} if not any(places) else {"path": place or part.label})
            for path, place, part in zip(paths, places, found.parts, strict=True)
        ]
        return Sent(paths[0], {"files": files}, (), tuple(paths))

    def _send_tables(self, source: Mapping[Any, Any]) -> Sent:
        self._alone = len(source) == 1
        paths: dict[str, tuple[str, ...]] = {}
        notes: tuple[str, ...] = ()
        for name, one in source.items():
            path, said = self._send_one(one, None)
            if path is None:
                raise InvalidInput(
                    f"The table {name!r} is several files.", hint="Over HTTP a table of a dict is one file or table."
                )
            paths[str(name)] = path
            notes += said
        if not paths:
            raise InvalidInput("The dict of tables is empty.", hint="Give at least one table.")
        every = tuple(paths.values())
        return Sent(every[0], {"tables": {n: path[-1] for n, path in paths.items()}}, notes, every)

    def _send_one(self, source: Any, name: str | None) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
        """Send one file or table in memory; None where the source is several files."""
        if is_table(source):
            table = open_memory(source, SINGLE)
            with tempfile.TemporaryFile() as file:
                with pa.ipc.new_stream(file, table.schema) as writer:
                    for batch in table.batches():
                        writer.write_batch(batch)
                file.seek(0)
                return self._send_file(file, f"{SINGLE}.arrows"), tuple(table.notes)
        found = gather(source, name)
        if isinstance(found, FileSet) and len(found.parts) > 1:
            return None, ()
        if isinstance(found, FileSet):
            if found.parts[0].folders:
                return None, ()
            return self._send_part(found.parts[0]), ()
        return self._send_input(found), ()

    def _send_part(self, part: Part) -> tuple[str, ...]:
        return self._send_input(part.opened())

    def _send_input(self, source: Input) -> tuple[str, ...]:
        with source.open_raw() as file:
            return self._send_file(file, source.label)

    def _send_file(self, file: BinaryIO, name: str) -> tuple[str, ...]:
        start = file.tell()
        size = file.seek(0, io.SEEK_END) - start
        file.seek(start)
        told = self._transport.ask("POST", self._begun, body={"name": name[-500:], "size": size}).json()
        path = (*self._begun, told["id"])
        offset = 0
        while piece := file.read(told["part_bytes"]):
            offset = _send_part(self._transport, path, offset, piece)
            self._done += len(piece)
            if self._progress is not None:
                self._progress(Progress("sending", 0, self._done, size if self._alone else None))
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
