"""Finds in the sheets of an .xlsb workbook what calamine does not tell, by a walk over its records."""

from __future__ import annotations

import struct
import zipfile

from dsa_workbench.files.lost_cells import Lost
from dsa_workbench.files.packages import records

_ROW = 0
_BLANK = 1
_ERROR, _FORMULA_ERROR = 3, 11
_LAST_CELL = 11
_MERGED = 176


def survey_xlsb(archive: zipfile.ZipFile, part: str) -> Lost:
    """Look through a sheet's records."""
    lost = Lost()
    row = -1
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
            if kind in (_ERROR, _FORMULA_ERROR):
                lost.error((row, column))
    return lost
