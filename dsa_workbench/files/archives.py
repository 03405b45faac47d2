"""Zip archives that hold a file to import: the only one in it, or the one that was named."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from typing import IO, BinaryIO, cast

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.stream import Input, damaged, open_input, owning

_COPY_BYTES = 1 << 20
SHOWN = 20
"""Names that a message lists."""


def zip_member(file: Input, member: str | None) -> Input:
    """Unpack one file of an archive into a temporary file.

    Raises
    ------
    ImportRejected
        The archive is damaged, locked, or holds no file.
    InvalidInput
        It holds several files and none was named, or none of this name.
    """
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Input that reads it
    try:
        chosen = _unpack(file, member, copy)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return owning(open_input(cast("BinaryIO", copy), chosen.rsplit("/", 1)[-1]), copy)


def _unpack(file: Input, member: str | None, target: IO[bytes]) -> str:
    with file.open_raw() as raw, damaged(file.label, "zip"):
        try:
            with zipfile.ZipFile(raw) as archive:
                chosen = _chosen(file, [i for i in archive.infolist() if _is_file(i)], member)
                with archive.open(chosen) as packed:
                    shutil.copyfileobj(packed, target, _COPY_BYTES)
                return chosen.filename
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as err:
            raise ImportRejected(
                f"{file.label}: the zip archive cannot be read: {err}.",
                hint="Unpack it, and import the file in it.", file=file.label,
            ) from err  # fmt: skip


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Leave out folders and what operating systems put beside files."""
    name = entry.filename.rsplit("/", 1)[-1]
    return not (entry.is_dir() or entry.filename.startswith("__MACOSX/") or name.startswith(".") or name == "Thumbs.db")


def _chosen(file: Input, entries: list[zipfile.ZipInfo], member: str | None) -> zipfile.ZipInfo:
    if not entries:
        raise ImportRejected(f"{file.label} is a zip archive without files.", hint="Check it.", file=file.label)
    names = ", ".join(e.filename for e in entries[:SHOWN]) + (", ..." if len(entries) > SHOWN else "")
    if member is not None:
        for entry in entries:
            if member in (entry.filename, entry.filename.rsplit("/", 1)[-1]):
                return entry
        raise InvalidInput(f"{file.label} holds no {member!r}.", hint=f"It holds {names}.", file=file.label)
    if len(entries) > 1:
        raise InvalidInput(
            f"{file.label} is a zip archive of {len(entries)} files: {names}.",
            hint=f"Choose one: member={entries[0].filename!r} (--member).", file=file.label,
        )  # fmt: skip
    return entries[0]
