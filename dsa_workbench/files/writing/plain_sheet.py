"""XlsxWriter's workbook and sheet, set to write values as they are: no text is a formula, a link or a piece of XML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class ExactFloat(float):
    """A float that is formatted with as many digits as give it back, whatever is asked: XlsxWriter asks for 16."""

    __slots__ = ()

    def __format__(self, _: str) -> str:
        """Give the shortest text that is this number."""
        return repr(self).removesuffix(".0")


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet of values.

    The methods with an underscore are XlsxWriter's own; tests/files/test_workbooks_out.py would notice if they were
    called otherwise one day.
    """

    quoted: Any = None
    """The style of the empty text, which marks it as one."""

    def release(self) -> None:
        """Close the file of rows; XlsxWriter opens it again to pack it, and would hold one a sheet till then."""
        self._opt_close()

    def write_text(self, row: int, column: int, value: str, style: Any) -> None:
        """Write a text; the empty one as if an apostrophe had been typed, which keeps it apart from no cell."""
        self.write_string(row, column, value, style if value else self.quoted)

    def write_text_or_number(self, row: int, column: int, value: Any, style: Any) -> None:
        """Write a number, or without its style the text that stands for one."""
        if isinstance(value, str):
            self.write_string(row, column, value)
        else:
            self.write_number(row, column, value, style)

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        """Write a text that begins with <r> and ends with </r> as text: it would go into the XML as it is."""
        self._xml_inline_string(string, True, attributes)

    @staticmethod
    def _escape_control_characters(data: Any) -> Any:
        """Escape what XML cannot hold: _x0001_, and each underscore that would begin such an escape, the second too."""
        return _ILLEGAL.sub(lambda m: f"_x{ord(m[0]):04X}_", data) if isinstance(data, str) else data


class PlainWorkbook(Workbook):  # type: ignore[misc]
    """A workbook that writes rows as they come, to files in a folder, and is packed by `close`."""

    worksheet_class = PlainSheet

    def __init__(self, path: Path, folder: Path) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "use_zip64": True,  # only where several sheets together need it
        }
        super().__init__(path, options)
        self._quoted = self.add_format({"quote_prefix": True})

    def add_worksheet(self, name: str | None = None) -> PlainSheet:
        """Add a sheet at the end; without a name it gets one."""
        sheet: PlainSheet = super().add_worksheet(name)
        sheet.quoted = self._quoted
        return sheet
