"""Finds in the sheets of an .ods workbook what calamine does not tell.

An error has no form of its own there: LibreOffice marks it as a text with `calcext:value-type="error"`, Excel writes
the number 0 and shows `#DIV/0!`. So the text that is shown beside a formula decides.
"""

from __future__ import annotations

import re
import zipfile
from xml.parsers import expat

from dsa_workbench.files.workbooks.lost_cells import Lost

_CHUNK = 1 << 18
_ERROR = re.compile(r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NV|GETTING_DATA|SPILL!|CALC!)|Err:\d+")
_MOST = 1 << 31
_MOST_ERRORS = 1_000_000
_LARGE = 1_000_000_000
_TIGHTEST = 20
_CELL = 64
"""Bytes that a cell takes beside its text."""


def survey_ods(archive: zipfile.ZipFile) -> dict[str, Lost]:
    """Look through all sheets.

    Raises
    ------
    xml.parsers.expat.ExpatError
        It is not well-formed.
    ValueError
        It is small because a few cells are repeated, and would take all memory.
    """
    walk = _Walk()
    with archive.open("content.xml") as stream:
        while chunk := stream.read(_CHUNK):
            walk.parser.Parse(chunk)
        walk.parser.Parse(b"", True)
    if walk.size > max(_LARGE, _TIGHTEST * archive.getinfo("content.xml").file_size):
        raise ValueError(f"its cells repeat what they hold to {walk.size:,} bytes in all")
    return walk.sheets


class _Walk:
    """Where the parser stands; a sheet's rows and cells are counted with their repetitions."""

    def __init__(self) -> None:
        self.sheets: dict[str, Lost] = {}
        self.size = 0
        """How much memory all cells take, about."""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._lost = Lost()
        self._row = self._column = 0
        self._rows = self._times = 1
        self._is_cell = self._has_formula = self._is_error = self._is_filled = False
        self._shown = ""
        self._length = 0
        self._errors: list[tuple[int, int]] = []
        """The columns from which to which the row has errors."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._lost = self.sheets.setdefault(attributes.get("table:name", ""), Lost())
            self._row = 0
        elif name == "table:table-row":
            self._rows, self._column = _times(attributes.get("table:number-rows-repeated")), 0
            self._errors = []
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._times = _times(attributes.get("table:number-columns-repeated"))
            self._is_cell = True
            self._has_formula = "table:formula" in attributes
            self._is_error = attributes.get("calcext:value-type") == "error"
            self._is_filled = "office:value-type" in attributes or self._has_formula
            self._shown = ""
            self._length = len(attributes.get("office:string-value", ""))
            self._lost.merged += any(
                attributes.get(f"table:number-{what}-spanned", "1") != "1" for what in ("rows", "columns")
            )

    def _text(self, text: str) -> None:
        if self._is_cell:
            self._length += len(text)
            self._shown += text[: max(0, 20 - len(self._shown))]

    def _end(self, name: str) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell()
        elif name == "table:table-row":
            self._end_row()

    def _end_cell(self) -> None:
        if self._is_filled:
            self._lost.reach(self._row + self._rows - 1, self._column + self._times - 1)
            self._lost.filled += 1
            self.size += self._times * self._rows * (_CELL + self._length)
            if self._is_error or (self._has_formula and _ERROR.fullmatch(self._shown.strip())):
                self._errors.append((self._column, self._column + self._times))
        self._column += self._times
        self._is_cell = False

    def _end_row(self) -> None:
        if sum(stop - start for start, stop in self._errors) * self._rows + self._lost.errors > _MOST_ERRORS:
            raise ValueError(f"it has more than {_MOST_ERRORS:,} cells with errors")
        for row in range(self._row, self._row + (self._rows if self._errors else 0)):
            for column in (c for start, stop in self._errors for c in range(start, stop)):
                self._lost.error((row, column))
                self._lost.replaced[row, column] = None
        self._row += self._rows


def _times(said: str | None) -> int:
    return min(int(said), _MOST) if said is not None and said.isdigit() and len(said) < 12 else 1
