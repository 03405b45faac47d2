"""Where a file is written. It appears whole or not at all: it is written beside its place, then renamed."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.options import Target


class Counted:
    """A binary file that is written to, and how many bytes went there; it stays open, whoever closes it."""

    closed = False

    def __init__(self, sink: Any) -> None:
        self._sink = sink
        self._seekable = hasattr(sink, "seekable") and sink.seekable()
        self._start = sink.tell() if self._seekable else 0
        self._place = 0
        self.bytes = 0

    def write(self, data: Any) -> int:
        """Write bytes."""
        size = memoryview(data).nbytes
        self._sink.write(data)
        self._place += size
        self.bytes = max(self.bytes, self._place)
        return size

    def tell(self) -> int:
        """Say where we stand, from where the file stood at first."""
        return self._place

    def seek(self, place: int, whence: int = 0) -> int:
        """Go back to a place, or to the end."""
        if not self._seekable:
            raise OSError("This file is written from its first byte to its last.")
        self._place = place if whence == 0 else self.bytes + place
        self._sink.seek(self._start + self._place)
        return self._place

    def flush(self) -> None:
        """Hand on what is held back."""
        if hasattr(self._sink, "flush"):
            self._sink.flush()

    def seekable(self) -> bool:
        """Say whether we can go back."""
        return bool(self._seekable)

    def readable(self) -> bool:
        """Say no."""
        return False

    def writable(self) -> bool:
        """Say yes."""
        return True

    def close(self) -> None:
        """Leave it open: who opened the file closes it."""


@contextmanager
def open_target(target: Target) -> Iterator[Counted]:
    """Give a file to write to; under the target's name it stands only once all is written and on disk.

    Raises
    ------
    InvalidInput
        The place cannot be written to.
    """
    if not isinstance(target, (str, os.PathLike)):
        yield Counted(target)
        return
    path = expanded(target)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder.", hint="Give the name of the file too.")
        with beside.open("xb") as sink:
            yield Counted(sink)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as err:
        raise InvalidInput(f"{path} cannot be written: {err.strerror}.", hint="Check the folder.") from err
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def open_folder(target: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a folder to fill; under the target's name it stands only once all is written.

    Raises
    ------
    InvalidInput
        There is something of this name already, or the place cannot be written to.
    """
    path = expanded(target)
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InvalidInput(f"{path} is there already.", hint="Give a folder that is not there yet, or is empty.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        beside.mkdir()
        yield beside
        if path.is_dir():
            path.rmdir()
        beside.replace(path)
        _sync_folder(path.parent)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as err:
        raise InvalidInput(f"{path} cannot be written: {err.strerror}.", hint="Check the folder.") from err
    finally:
        shutil.rmtree(beside, ignore_errors=True)


@contextmanager
def compressed(sink: Counted, compression: str | None) -> Iterator[Any]:
    """Give a file that compresses what is written, and ends the compression when all is."""
    match compression:
        case "gz":
            # Without name and time in it, the same rows give the same file.
            with gzip.GzipFile("", "wb", 6, sink, mtime=0) as packed:
                yield packed
        case "bz2":
            with bz2.BZ2File(sink, "wb") as packed:
                yield packed
        case "xz":
            with lzma.LZMAFile(sink, "wb") as packed:  # type: ignore[arg-type]
                yield packed
        case "zst":
            with pa.CompressedOutputStream(pa.PythonFile(sink, "w"), "zstd") as packed:
                yield packed
        case _:
            yield sink


def expanded(path: str | os.PathLike[str]) -> Path:
    """Take ~ for the home folder."""
    return Path(os.path.expanduser(os.fspath(path)))  # noqa: PTH111 - Path.expanduser raises RuntimeError


def _sync_folder(folder: Path) -> None:
    """Make the new name durable where the system lets folders be synced."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
