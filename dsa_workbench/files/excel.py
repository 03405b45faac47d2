"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods): every sheet a table.

python-calamine reads the cells, formulas by the value that was saved with them. The first row that is not empty
holds the names; rows below it are data, down to the last that holds anything. It gives error cells (#N/A, #DIV/0!)
and formulas without a saved value as empty ones in silence, so `lost_cells` finds them in the file, and they are
null with a note.
"""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.cells import Column, address, as_text, build_column, is_blank
from dsa_workbench.files.header import column_names, numbered
from dsa_workbench.files.lost_cells import find_lost_cells
from dsa_workbench.files.stream import Input, unpacked
from dsa_workbench.files.tables import ArrowSource, ProgressHook, ReadOptions, TableSource

BATCH_ROWS = 65_536
SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".xla", ".xlam", ".ods")
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ZIP_MAGIC = b"PK\x03\x04"


def is_workbook(file: Input) -> bool:
    """Say whether a file is a zip archive that holds a workbook."""
    if not file.head.startswith(ZIP_MAGIC):
        return False
    with unpacked(file).open_raw() as raw:
        try:
            names = zipfile.ZipFile(raw).namelist()
        except zipfile.BadZipFile:
            return False
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


def open_excel(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open the sheets of a workbook, all of them or those of `options.sheets`.

    Raises
    ------
    ImportRejected
        It is no workbook, is encrypted or damaged, or holds no cells.
    InvalidInput
        A chosen sheet is not there.
    """
    tables: list[TableSource] = []
    skipped: list[str] = []
    with file.open_raw() as raw, _translated(file.label):
        workbook = calamine.CalamineWorkbook.from_filelike(raw)
        sheets = _chosen(workbook, options, file.label)
        lost = find_lost_cells(raw, file.start)
        for number, sheet in enumerate(sheets):
            if progress is not None:
                progress(Progress(f"reading sheet {sheet.name}", 0, number, len(sheets)))
            if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
                skipped.append(f"{sheet.name!r} is no sheet of cells and was skipped.")
                continue
            notes = [*_hidden(sheet), *lost.get(sheet.name, ())]
            table = _open_sheet(workbook.get_sheet_by_name(sheet.name), options, file.label, notes)
            if table is None:
                skipped.append(f"sheet {sheet.name!r} is empty and was skipped.")
            else:
                tables.append(table)
    if not tables:
        raise ImportRejected(
            f"{file.label} holds no cells. {' '.join(skipped)}".strip(),
            hint="Check that the right workbook was saved.",
            file=file.label,
        )
    first = tables[0]
    assert isinstance(first, ArrowSource)  # noqa: S101 - made just above
    tables[0] = first.noting(skipped)
    return tables


def _chosen(workbook: Any, options: ReadOptions, label: str) -> list[Any]:
    sheets = list(workbook.sheets_metadata)
    if options.sheets is None:
        return sheets
    by_name = {sheet.name: sheet for sheet in sheets}
    missing = [name for name in options.sheets if name not in by_name]
    if missing:
        raise InvalidInput(
            f"{label} has no sheet {', '.join(map(repr, missing))}.",
            hint=f"Its sheets are {', '.join(map(repr, by_name))}.",
            file=label,
        )
    return [by_name[name] for name in options.sheets]


def _hidden(sheet: Any) -> list[str]:
    return [] if sheet.visible == calamine.SheetVisibleEnum.Visible else [f"sheet {sheet.name!r} is hidden."]


def _open_sheet(sheet: Any, options: ReadOptions, label: str, notes: list[str]) -> ArrowSource | None:
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    if sheet.start is None:
        return None
    top, left = sheet.start
    filled = [i for i, row in enumerate(rows) if not all(map(is_blank, row))]
    if not filled:
        return None
    header = options.header is not False
    names_at, last = filled[0], filled[-1]
    body = rows[names_at + header : last + 1]
    width = max(map(len, rows))
    head = [None if is_blank(cell) else as_text(cell) for cell in rows[names_at]] if header else []
    head += [None] * (width - len(head))
    values = list(itertools.zip_longest(*body)) if body else []
    values += [()] * (width - len(values))
    used = [i for i in range(width) if head[i] or not all(map(is_blank, values[i]))]
    names, changes = column_names([head[i] for i in used]) if header else (numbered(len(used)), [])
    first_row = top + names_at + header + 1
    where = f"{label}, sheet {sheet.name!r}"
    types = _types(options, names, where)
    columns = [
        build_column(
            Column(where, sheet.name, name, left + i, first_row),
            values[i] or [None] * len(body),
            types.get(name),
        )
        for name, i in zip(names, used, strict=True)
    ]
    arrays = [array for array, _ in columns]
    table = pa.Table.from_arrays(arrays, names=names)
    notes = [*notes, *changes, *(note for _, said in columns for note in said)]
    if header and top + names_at > 0:
        notes.append(f"the header is row {top + names_at + 1} ({address(sheet.name, top + names_at, left)}).")

    def read() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches(max_chunksize=BATCH_ROWS)

    return ArrowSource(sheet.name, label, table.schema, read, tuple(notes), first_row)


def _types(options: ReadOptions, names: Sequence[str], where: str) -> dict[str, str]:
    if options.types is None:
        return {}
    if isinstance(options.types, str):
        return dict.fromkeys(names, options.types)
    missing = [name for name in options.types if name not in names]
    if missing:
        raise InvalidInput(
            f"{where} has no column {', '.join(map(repr, missing))} to give a type to.",
            hint=f"Its columns are {', '.join(map(repr, names[:30]))}.",
        )
    return dict(options.types)


@contextmanager
def _translated(label: str) -> Iterator[None]:
    try:
        yield
    except calamine.PasswordError as err:
        raise ImportRejected(
            f"{label} is encrypted with a password.", hint="Save it without one, and import that.", file=label
        ) from err
    except (calamine.CalamineError, OSError, ValueError, KeyError) as err:
        said = " ".join(str(err).split())[:200]
        raise ImportRejected(
            f"{label} is not a workbook that can be read: {said}.",
            hint="Open it in Excel or LibreOffice and save it again as .xlsx.",
            file=label,
        ) from err
    except BaseException as err:
        # A bug in the Rust reader surfaces as a BaseException of this name; all others pass.
        if type(err).__name__ != "PanicException":
            raise
        raise ImportRejected(
            f"{label} is damaged: the reader of workbooks gave up on it.",
            hint="Open it in Excel or LibreOffice and save it again as .xlsx.",
            file=label,
        ) from err
