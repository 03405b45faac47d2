"""Workbooks of Excel 2 to 2003 (.xls), read by xlrd.

calamine reads them too, but gives errors as empty cells, spoils texts that were compressed in a Unicode workbook, and
does not know what is older than Excel 5. xlrd tells all cells apart, and the format has not changed since 2003. It is
written in Python, so a damaged file can raise anything, but never ends the process.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import xlrd

from dsa_workbench.files.workbooks.lost_cells import Lost
from dsa_workbench.files.workbooks.sheets import Grid

_DURATION = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DAY_MICROSECONDS = 86_400_000_000
_EPOCHS = (dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1))  # noqa: DTZ001 - workbooks know no zones
_LEAP_DAY = 60
"""The serial number of the 29th of February 1900, which there never was: it is taken for the 28th, as calamine does.
Days before it are one off."""
_LAST_DAYS = (2_958_465, 2_957_003)
"""The serial number of the last day of the year 9999."""


def open_xls(data: bytes) -> xlrd.book.Book:
    """Open a workbook, with its number formats and merged cells.

    Raises
    ------
    xlrd.XLRDError
        It is encrypted or no workbook; a damaged one raises anything.
    """
    return xlrd.open_workbook(
        file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
    )


def other_sheets(book: xlrd.book.Book) -> int:
    """Count the sheets without cells: charts, macros and modules."""
    return int(book._all_sheets_map.count(-1))


def grid_of(book: xlrd.book.Book, number: int) -> Grid:
    """Read a sheet's cells."""
    sheet = book.sheet_by_index(number)
    lost = Lost(merged=len(sheet.merged_cells))
    durations = {i for i, xf in enumerate(book.xf_list) if _is_duration(book, xf)}
    return Grid(sheet.name, 0, _rows(sheet, book.datemode, durations, lost), lost)


def _is_duration(book: xlrd.book.Book, xf: Any) -> bool:
    found = book.format_map.get(xf.format_key)
    return found is not None and _DURATION.search(found.format_str) is not None


def _rows(sheet: Any, epoch: int, durations: set[int], lost: Lost) -> Iterator[list[Any]]:
    for row in range(sheet.nrows):
        values: list[Any] = sheet.row_values(row)
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                lost.error((row, column))
                values[column] = None
            elif kind == xlrd.XL_CELL_DATE:
                is_duration = sheet.cell_xf_index(row, column) in durations
                values[column] = moment_of(values[column], epoch, is_duration=is_duration)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                values[column] = bool(values[column])
        yield values


def moment_of(serial: float, epoch: int, *, is_duration: bool = False) -> Any:
    """Turn a serial number into a date, a moment, a time (below 1) or a duration; `epoch` is 0 for 1900, 1 for 1904.

    A number that no calendar has stays one.
    """
    if is_duration:
        return dt.timedelta(microseconds=_microseconds(serial))
    if not 0 <= serial < _LAST_DAYS[epoch] + 1:
        return serial
    if serial < 1:
        return (_EPOCHS[0] + dt.timedelta(microseconds=_microseconds(serial))).time()
    if epoch == 0 and serial < _LEAP_DAY:
        serial += 1
    moment = _EPOCHS[epoch] + dt.timedelta(microseconds=_microseconds(serial))
    return moment.date() if moment.time() == dt.time() else moment


def _microseconds(serial: float) -> int:
    """Give a serial number in microseconds, rounded to the millisecond that Excel can show."""
    return round(serial * _DAY_MICROSECONDS / 1000) * 1000
