"""Finds in the sheets of an .xlsb workbook what calamine does not tell, by a walk over its records."""

from __future__ import annotations

import struct
import zipfile

from dsa_workbench.files.workbooks.lost_cells import Lost
from dsa_workbench.files.workbooks.packages import records

_ROW = 0
_BLANK = 1
_ERROR, _FORMULA_ERROR = 3, 11
_LAST_CELL = 11
_MERGED = 176
_SHARED_TEXT, _TEXT = 7, 19
_MOST = 2 << 30


def survey_xlsb(archive: zipfile.ZipFile, part: str, texts: str | None = None) -> Lost:
    """Look through a sheet's records; `texts` is the part with the texts that cells share.

    Raises
    ------
    ValueError
        Cells share long texts so often that their copies would take all memory.
    """
    lost = Lost()
    row = -1
    lengths = [] if texts is None else [len(body) for kind, body in records(archive.read(texts)) if kind == _TEXT]
    size = 0
    for kind, body in records(archive.read(part)):
        if kind > _LAST_CELL:
            lost.merged += kind == _MERGED
        elif len(body) < 4:
            continue
        elif kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind != _BLANK:
            (column,) = struct.unpack_from("<I", body)
            lost.filled += 1
            lost.reach(row, column)
            if kind == _SHARED_TEXT and len(body) >= 12:
                (number,) = struct.unpack_from("<I", body, 8)
                size += lengths[number] if number < len(lengths) else 0
            if kind in (_ERROR, _FORMULA_ERROR):
                lost.error((row, column))
    if size > _MOST:
        raise ValueError(f"its cells repeat long texts to {size:,} bytes in all")
    return lost
