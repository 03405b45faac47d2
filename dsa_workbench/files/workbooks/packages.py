"""The zip archive that an .xlsx, .xlsb or .ods file is: its parts, and whether it is safe to unpack."""

from __future__ import annotations

import posixpath
import struct
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree as ET

from dsa_workbench.errors import ImportRejected

_LARGE = 50_000_000
_TIGHTEST = 60
"""XML of cells packs to a tenth or a thirtieth of its size; what packs tighter repeats itself to no purpose."""
_BUNDLE_SHEET = 156
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@contextmanager
def open_package(raw: BinaryIO, start: int, label: str) -> Iterator[zipfile.ZipFile]:
    """Open the archive, if none of its parts blows up.

    Raises
    ------
    ImportRejected
        A part is a small file that unpacks to a huge one.
    """
    raw.seek(start)
    with zipfile.ZipFile(raw) as archive:
        for part in archive.infolist():
            if part.file_size > _LARGE and part.file_size > _TIGHTEST * part.compress_size:
                raise ImportRejected(
                    f"{label}: {part.filename} in it is {part.compress_size:,} bytes that unpack to "
                    f"{part.file_size:,}, as the parts of no honest workbook do.",
                    hint="If you trust it, open it in Excel or LibreOffice and save it again.",
                    file=label,
                )
        yield archive


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an .xlsx or .xlsb workbook: those of the sheets by their names, of the styles and shared texts."""

    sheets: Mapping[str, str]
    styles: str | None = None
    texts: str | None = None


def parts_of(archive: zipfile.ZipFile) -> Parts:
    """Find the parts of a workbook."""
    names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
    book = _book(archive, names)
    if book not in names:
        return Parts({})
    folder, base = posixpath.split(book)
    relations = _relations(archive, names, f"{folder}/_rels/{base}.rels")
    targets = {r.get("Id"): names.get(_resolved(folder, r.get("Target", ""))) for r in relations}
    kinds = {r.get("Type", "").rpartition("/")[2]: targets[r.get("Id")] for r in relations}
    listed = (_in_records if base.endswith(".bin") else _in_xml)(archive.read(names[book]))
    return Parts(
        {sheet: part for sheet, key in listed if (part := targets.get(key)) is not None},
        kinds.get("styles"),
        kinds.get("sharedStrings"),
    )


def _book(archive: zipfile.ZipFile, names: Mapping[str, str]) -> str:
    """Find the part that lists the sheets: the package says which it is."""
    for relation in _relations(archive, names, "_rels/.rels"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return _resolved("", relation.get("Target", ""))
    return next((book for book in ("xl/workbook.xml", "xl/workbook.bin") if book in names), "")


def _relations(archive: zipfile.ZipFile, names: Mapping[str, str], part: str) -> list[ET.Element]:
    name = names.get(part.lstrip("/"))
    return [] if name is None else list(ET.fromstring(archive.read(name)))  # noqa: S314


def _resolved(folder: str, target: str) -> str:
    path = target.replace("\\", "/").lower()
    return path.lstrip("/") if path.startswith("/") else posixpath.normpath(posixpath.join(folder, path))


def _in_xml(data: bytes) -> Iterator[tuple[str, str]]:
    for element in ET.fromstring(data).iter():  # noqa: S314
        if element.tag.endswith("}sheet"):
            yield element.get("name", ""), element.get(_RELATION) or element.get(_STRICT_RELATION) or ""


def _in_records(data: bytes) -> Iterator[tuple[str, str]]:
    for kind, body in records(data):
        if kind == _BUNDLE_SHEET:
            relation, end = _text(body, 8)
            yield _text(body, end)[0], relation


def records(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Walk the records of a part of an .xlsb workbook: kind and body."""
    view, at, end = memoryview(data), 0, len(data)
    while at < end:
        kind, at = data[at], at + 1
        if kind & 0x80 and at < end:
            kind, at = kind & 0x7F | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while at < end and shift < 28:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, view[at : at + size]
        at += size


def _text(body: memoryview, at: int) -> tuple[str, int]:
    """Read a text with its length before it; also where it ends."""
    (count,) = struct.unpack_from("<I", body, at)
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    return bytes(body[at + 4 : end]).decode("utf-16-le", "replace"), end
