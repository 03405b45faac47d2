"""Rows that were read from a server, on disk: a commit never changes, so what was read of it stays true.

A file of the folder is an Arrow stream, named by what was asked. It appears when it is whole, and the ones unused for
longest make room.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from blake3 import blake3

_ENDING = ".arrows"


class DiskCache:
    """A folder that no other user can enter, bounded by its bytes; processes share it."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes

    def open(self, key: str, fetch: Callable[[BinaryIO], None]) -> Any:
        """Give what was asked as a `pyarrow.RecordBatchReader` over the mapped file; `fetch` writes what is not here.

        Whatever `fetch` raises is raised, and nothing of its file is left.
        """
        path = self._folder / f"{blake3(key.encode()).hexdigest()}{_ENDING}"
        try:
            reader = pa.ipc.open_stream(pa.memory_map(str(path)))
            os.utime(path)
        except (OSError, pa.ArrowInvalid):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}")
            try:
                part.touch(mode=0o600, exist_ok=False)
                with part.open("wb") as file:
                    fetch(file)
                reader = pa.ipc.open_stream(pa.memory_map(str(part)))
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            self._make_room(path)
        return reader

    def _make_room(self, keep: Path) -> None:
        found = []
        for path in self._folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(FileNotFoundError):  # another process made room
                told = path.stat()
                found.append((told.st_mtime, told.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._max_bytes:
                return
            if path != keep:
                # A file that is mapped stays until nobody reads it.
                path.unlink(missing_ok=True)
                total -= size
