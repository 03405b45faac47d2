"""From whatever the user gave to a stream of bytes: paths, file objects, compression.

A stream is opened anew for every pass. A file object that cannot be wound back is first copied to a temporary file.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import shutil
import tempfile
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyarrow as pa

from dsa_workbench.errors import ImportRejected, InvalidInput

# Text may begin with BZh; the sign of the first block behind it is part of the format.
_MAGIC = {
    b"\x1f\x8b": "gz",
    **{b"BZh%d1AY&SY" % n: "bz2" for n in range(1, 10)},
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
}
HEAD_BYTES = 1 << 16
_SUFFIXES = {"gz": ".gz", "bz2": ".bz2", "xz": ".xz", "zst": ".zst"}


@dataclass(frozen=True)
class Input:
    """A file that can be opened again and again."""

    label: str
    size: int | None
    path: Path | None
    file: BinaryIO | None
    compression: str | None
    head: bytes
    """The first bytes after decompression."""
    start: int = 0

    @property
    def is_whole(self) -> bool:
        """Say whether the head is all of the file."""
        return len(self.head) < HEAD_BYTES if self.compression else len(self.head) == self.size

    @property
    def suffix(self) -> str:
        """Give the file's ending in lower case, without that of its compression."""
        path = Path(self.label.lower())
        return (
            Path(path.stem).suffix if self.compression and path.suffix == _SUFFIXES[self.compression] else path.suffix
        )

    @contextmanager
    def open_raw(self) -> Iterator[BinaryIO]:
        """Open the file as it is; a file object of the user's is wound back, and stays open."""
        if self.file is not None:
            self.file.seek(self.start)
            yield self.file
        elif self.path is not None:
            with self.path.open("rb") as file:
                yield file

    def chunks(self, size: int) -> Iterator[tuple[bytes, int]]:
        """Read decompressed bytes, with how far the file itself was read."""
        with self.open_raw() as raw, damaged(self.label, self.compression):
            stream = _decompress(raw, self.compression)
            while chunk := stream.read(size):
                yield chunk, raw.tell() - self.start

    def tail(self, size: int) -> bytes:
        """Read the last bytes of a file that is not compressed."""
        with self.open_raw() as raw, damaged(self.label):
            raw.seek(max(self.start, self.start + (self.size or 0) - size))
            return raw.read(size)


def open_input(source: str | os.PathLike[str] | BinaryIO | Input, name: str | None = None) -> Input:
    """Open a path or a binary file object; what is open already stays as it is.

    Raises
    ------
    InvalidInput
        There is no such file, it is a folder, may not be read, or the object is not a binary file.
    """
    if isinstance(source, Input):
        return source
    if isinstance(source, (str, os.PathLike)):
        path = Path(os.path.expanduser(os.fspath(source)))  # noqa: PTH111 - Path.expanduser raises RuntimeError
        return _described(_check_path(path), None, name or path.name)
    file: Any = source
    if isinstance(file, io.TextIOBase):
        if not isinstance(file, io.StringIO):
            raise InvalidInput("The file is opened as text.", hint='Open it with mode "rb", or give its path.')
        file = io.BytesIO(file.read().encode())
    if not hasattr(file, "read"):
        raise InvalidInput(
            f"A {type(source).__name__} is no table and no file.",
            hint="Give a path, a binary file object, a pandas, polars or Arrow table, or a dict of these.",
        )
    given = getattr(source, "name", None)
    label = name or (Path(given).name if isinstance(given, str) and given else "file")
    if not (hasattr(file, "seekable") and file.seekable()):
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Input
        shutil.copyfileobj(file, spool, 1 << 20)
        spool.seek(0)
        return owning(_described(None, cast("BinaryIO", spool), label), spool)
    opened = _described(None, cast("BinaryIO", file), label)
    if opened.start and not opened.head:
        raise InvalidInput(
            f"{label}: the file object stands at its end, and nothing is left to read.",
            hint="Wind it back first: file.seek(0).",
        )
    return opened


def packed_as(file: Input, told: str) -> Input:
    """Give the same file, packed as the user says and not as its first bytes do.

    Raises
    ------
    InvalidInput
        There is no such packing.
    ImportRejected
        It is not packed so.
    """
    if told not in (*_SUFFIXES, "none"):
        raise InvalidInput(f"compression={told!r} is not known.", hint=f"Give one of {', '.join(_SUFFIXES)} or none.")
    kind = None if told == "none" else told
    probe = Input(file.label, file.size, file.path, file.file, kind, b"", file.start)
    head = next(probe.chunks(HEAD_BYTES), (b"", 0))[0]
    found = replace(probe, head=head)
    weakref.finalize(found, id, file)  # keeps a temporary file that the other may own
    return found


def unpacked(file: Input) -> Input:
    """Give the same file without compression, by way of a temporary copy, for readers that jump about in it."""
    if file.compression is None:
        return file
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Input
    size = 0
    for chunk, _ in file.chunks(1 << 20):
        size += copy.write(chunk)
    return owning(Input(file.label, size, None, cast("BinaryIO", copy), None, file.head), copy)


def owning(file: Input, spool: IO[bytes]) -> Input:
    """Close a temporary file when nobody reads it any more."""
    weakref.finalize(file, spool.close)
    return file


@contextmanager
def damaged(label: str, compression: str | None = None) -> Iterator[None]:
    """Turn what decompressors and the system raise into one sentence."""
    try:
        yield
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as err:
        raise ImportRejected(
            f"{label}: the {compression or 'compressed'} data is damaged or cut off: {err}.",
            hint="Get the file again.", file=label,
        ) from err  # fmt: skip
    except OSError as err:
        if compression is not None and err.errno is None:
            raise ImportRejected(
                f"{label}: the {compression} data is damaged or cut off: {err}.", hint="Get the file again.", file=label
            ) from err
        raise InvalidInput(f"{label} cannot be read: {err.strerror or err}.", hint="Check the file.") from err


def _check_path(path: Path) -> Path:
    try:
        if path.is_dir():
            raise InvalidInput(f"{path} is a folder.", hint="Give the path of one file in it.")
        with path.open("rb"):
            return path
    except FileNotFoundError as err:
        hint = "Check the spelling; relative paths begin at the working folder."
        raise InvalidInput(f"There is no file {path}.", hint=hint) from err
    except PermissionError as err:
        raise InvalidInput(f"{path} may not be read by you.", hint="Ask its owner for read permission.") from err
    except (OSError, ValueError) as err:
        raise InvalidInput(f"{str(path)!r} cannot be opened: {err}.", hint="Check the path.") from err


def _described(path: Path | None, file: BinaryIO | None, label: str) -> Input:
    start = 0 if file is None else file.tell()
    probe = Input(label, None, path, file, None, b"", start)
    with probe.open_raw() as raw, damaged(label):
        head = raw.read(HEAD_BYTES)
        size = raw.seek(0, os.SEEK_END) - start
    compression = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)
    if compression is not None:
        packed = Input(label, size, path, file, compression, b"", start)
        head = next(packed.chunks(HEAD_BYTES), (b"", 0))[0]
    return Input(label, size, path, file, compression, head, start)


def _decompress(raw: BinaryIO, compression: str | None) -> Any:
    if compression == "gz":
        return gzip.GzipFile(fileobj=raw)
    if compression == "bz2":
        return bz2.BZ2File(raw)
    if compression == "xz":
        return lzma.LZMAFile(raw)
    if compression == "zst":
        # zstandard's own reader takes a file that is cut off for a whole one.
        return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")
    return raw
