"""Reads .xlsx workbooks that calamine cannot open, by openpyxl: ten times slower, and less strict."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO

from dsa_workbench.files.workbooks.lost_cells import Lost
from dsa_workbench.files.workbooks.sheets import Grid

_ERROR = "e"


def slow_grids(raw: BinaryIO) -> Iterator[tuple[str, bool, Callable[[], Grid] | None]]:
    """Give each sheet's name, whether it is hidden, and what reads its cells; None where it has none.

    Raises
    ------
    ValueError
        openpyxl cannot open it either; what it raises says little.
    """
    import openpyxl  # takes a third of a second, and is hardly ever needed

    try:
        with warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(raw, data_only=True)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as err:
        raise ValueError(f"its parts do not fit together ({type(err).__name__})") from err
    for name in book.sheetnames:
        sheet = book[name]
        yield name, sheet.sheet_state != "visible", partial(_grid, sheet) if hasattr(sheet, "iter_rows") else None


def _grid(sheet: Any) -> Grid:
    lost = Lost(merged=len(sheet.merged_cells.ranges))
    return Grid(sheet.title, 0, _rows(sheet, lost), lost)


def _rows(sheet: Any, lost: Lost) -> Iterator[list[Any]]:
    for row in sheet.iter_rows():
        values = []
        for cell in row:
            if cell.data_type == _ERROR:
                lost.error((cell.row - 1, cell.column - 1))
            values.append(None if cell.data_type == _ERROR else cell.value)
        yield values
