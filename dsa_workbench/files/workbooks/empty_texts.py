"""Finds the cells of an .xlsx sheet that hold the empty text on purpose.

An apostrophe alone, typed into a cell, makes the empty text of it, and a style says so (`quotePrefix`, ECMA-376
18.8.45). Exports write the empty text in this way. Without the mark an empty text is what many programs leave where
there is nothing, and is null.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import cached_property
from xml.etree import ElementTree as ET

_SHARED = re.compile(rb"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_SHARES = re.compile(rb"\bt\s*=\s*[\"']s[\"']")
_ANY_TEXT = re.compile(rb"<(?:\w+:)?t\b[^>]*[^/]>[^<]|<(?:\w+:)?t>[^<]")


class EmptyTexts:
    """Finds them in pieces of one sheet; `styles` and `shared` name the parts of styles and shared texts."""

    def __init__(self, archive: zipfile.ZipFile, styles: str | None, shared: str | None) -> None:
        self._archive, self._shared = archive, shared
        marked = b"|".join(str(i).encode() for i in _marked_styles(archive, styles))
        self._cell = (
            re.compile(
                rb"<(?:\w+:)?c\b([^>]*\bs\s*=\s*[\"'](?:" + marked + rb")[\"'][^>]*[^/])>\s*"
                rb"(?:<(?:\w+:)?is\s*>\s*<(?:\w+:)?t\b[^>]*(?:/>|></(?:\w+:)?t>)\s*</(?:\w+:)?is>"
                rb"|<(?:\w+:)?v>(\d{1,9})</(?:\w+:)?v>)\s*</(?:\w+:)?c>"
            )
            if marked
            else None
        )

    def tags_in(self, piece: bytes) -> Iterator[bytes]:
        """Give the attributes of each cell that holds the empty text."""
        if self._cell is None:
            return
        for match in self._cell.finditer(piece):
            if match[2] is None or (_SHARES.search(match[1]) and int(match[2]) in self._empty_shared):
                yield match[1]

    @cached_property
    def _empty_shared(self) -> frozenset[int]:
        data = b"" if self._shared is None else self._archive.read(self._shared)
        texts = enumerate(_SHARED.finditer(data))
        return frozenset(i for i, match in texts if not match[1] or not _ANY_TEXT.search(match[1]))


def _marked_styles(archive: zipfile.ZipFile, part: str | None) -> list[int]:
    data = b"" if part is None else archive.read(part)
    if b"quotePrefix" not in data:
        return []
    root = ET.fromstring(data)  # noqa: S314
    styles = next((e for e in root if e.tag.rpartition("}")[2] == "cellXfs"), ())
    return [i for i, style in enumerate(styles) if style.get("quotePrefix") in ("1", "true")]
