"""What a reader of workbooks does not tell about a sheet.

These are cells that it gives as empty, or as a value, though they are neither, and how far the sheet reaches.
calamine makes an empty cell of an error (#N/A) and of a formula that was saved without a value. It lays a sheet out as
one block of memory from its first to its last cell, so a cell in the far corner of an empty sheet would ask for 300 GB,
and end the process. `lost_in_xlsx`, `lost_in_xlsb` and `lost_in_ods` find all that in the file before calamine sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.workbooks.cells import address

Place = tuple[int, int]
"""A cell's row and column, both from 0."""

LARGEST_BLOCK = 20_000_000
"""Cells between the first and the last of a sheet that may be nearly all empty: about 600 MB."""
_FILLED = 0.1


@dataclass(slots=True)
class Lost:
    """What there is to say of a sheet beside its values."""

    errors: int = 0
    first_error: Place | None = None
    bare: int = 0
    first_bare: Place | None = None
    merged: int = 0
    replaced: dict[Place, Any] = field(default_factory=dict)
    """What cells hold that calamine gives as something else; None for an error."""
    filled: int = 0
    """Cells that hold anything."""
    last_row: int = -1
    last_column: int = -1

    def error(self, place: Place) -> None:
        """Note a cell with an error."""
        self.errors += 1
        self.first_error = self.first_error or place

    def formula(self, place: Place) -> None:
        """Note a formula without a saved value."""
        self.bare += 1
        self.first_bare = self.first_bare or place

    def reach(self, row: int, column: int) -> None:
        """Note how far the sheet reaches."""
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def notes(self, sheet: str) -> list[str]:
        """Say what is null though its cell is not empty."""
        notes = []
        if self.first_error is not None:
            notes.append(
                f"{self.errors:,} cell(s) with an error such as #N/A are null, the first is "
                f"{address(sheet, *self.first_error)}."
            )
        if self.first_bare is not None:
            notes.append(
                f"{self.bare:,} formula(s) have no saved value and are null, the first is "
                f"{address(sheet, *self.first_bare)}; "
                "open the workbook in Excel and save it to have them calculated."
            )
        if self.merged:
            notes.append(
                f"{self.merged:,} range(s) of cells in sheet {sheet!r} are merged: "
                "the value stands in the first cell of each, the others are null."
            )
        return notes

    def check_size(self, sheet: str, label: str) -> None:
        """Refuse a sheet that is a few cells in a huge field.

        Raises
        ------
        ImportRejected
            It is one.
        """
        block = (self.last_row + 1) * (self.last_column + 1)
        if block > LARGEST_BLOCK and self.filled < _FILLED * block:
            raise ImportRejected(
                f"{label}, sheet {sheet!r} reaches to {address(sheet, self.last_row, self.last_column)}, "
                f"but only {self.filled:,} of its {block:,} cells hold anything.",
                hint="Delete the cells that stand far away from the others (Ctrl+End leads to the last), "
                "and save it again.",
                file=label,
            )


def place_of(reference: str) -> Place:
    """Read the address of a cell: C7 is (6, 2)."""
    column = 0
    for end, sign in enumerate(reference):
        if sign.isdigit():
            return int(reference[end:]) - 1, column - 1
        column = column * 26 + ord(sign) - ord("A") + 1
    return 0, column - 1
