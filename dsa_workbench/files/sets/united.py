"""Several files as one table: their rows one after the other, under one schema.

Each file is opened once for its schema, and again when its rows are read, so that thousands of files hold nothing
open. Files that say their types (Parquet, Arrow) must agree, or differ by what loses nothing: a wider integer, a finer
unit, a missing column. Of files whose types are found (CSV, JSON, workbooks), a column that two of them see
differently is read again as text, from what stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.json.table import JsonTable
from dsa_workbench.files.sets.folding import adapted
from dsa_workbench.files.sets.gather import FileSet
from dsa_workbench.files.sets.unifying import Share, unify
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import ArrowSource, ProgressHook, ReadOptions, Retyped, TableSource
from dsa_workbench.files.text.delimited import DelimitedTable
from dsa_workbench.files.values.classify import classify
from dsa_workbench.files.values.convert import cast_given, parse_type
from dsa_workbench.files.values.forms import Form, decide
from dsa_workbench.files.workbooks.sheets import SheetSource

Opener = Callable[[Input, ReadOptions], list[TableSource]]
_SHOWN = 20
"""Notes and names that a report lists."""


def open_set(files: FileSet, options: ReadOptions, opener: Opener, progress: ProgressHook | None) -> list[TableSource]:
    """Open several files as one table; workbooks of several sheets as one table for each name of a sheet.

    Raises
    ------
    ImportRejected
        A file cannot be read, or two do not agree on a column's type; names them.
    InvalidInput
        An option does not fit the files.
    """
    # Row numbers would be those of one file or another: what does not fit refuses the set.
    options = replace(options, rejects=None)
    found: dict[str, list[Share]] = {}
    plain = replace(options, types=options.types if isinstance(options.types, str) else None, filename=None)
    for number, part in enumerate(files.parts):
        if progress is not None:
            progress(Progress(f"opening {part.label}", 0, number, len(files.parts)))
        file = part.opened()
        for table in opener(file, plain):
            declared = says_types(file)
            blank = frozenset() if declared else _blank_columns(table, file, options)
            fields = [f.with_type(pa.null()) if f.name in blank else f for f in table.schema]
            schema = pa.schema(fields, table.schema.metadata)
            share = Share(part, schema, declared, blank, _forms(table), _is_whole(file, options))
            found.setdefault(table.name, []).append(share)
    return [UnitedTable(name, files, shares, options, opener, progress) for name, shares in found.items()]


def says_types(file: Input) -> bool:
    """Say whether a file's types are written in it."""
    return file.head.startswith((b"PAR1", b"ARROW1", b"FEA1", b"\xff\xff\xff\xff"))


def _blank_columns(table: TableSource, file: Input, options: ReadOptions) -> frozenset[str]:
    """Find the columns of a file of text, or of a sheet, in which nothing stands; none where that is not known yet."""
    if isinstance(options.types, str):
        return frozenset()
    if isinstance(table, DelimitedTable) and _is_whole(file, options):
        names = zip(table.schema.names, table.seen, strict=True)
        return frozenset(name for name, seen in names if not seen.forms & ~Form.EMPTY)
    if isinstance(table, JsonTable) and _is_whole(file, options):
        return _blank_members(table)
    if isinstance(table, ArrowSource | SheetSource):
        batches = list(table.batches())
        columns = enumerate(table.schema.names)
        return frozenset(name for i, name in columns if all(b.column(i).null_count == len(b) for b in batches))
    return frozenset()


def _blank_members(table: JsonTable) -> frozenset[str]:
    """Name the members that are null in all objects seen so far."""
    return frozenset(name for name, member in table.seen.fields.items() if not member.first)


def _is_whole(file: Input, options: ReadOptions) -> bool:
    """Say whether the first look at a file of delimited text sees all of it."""
    return not file.compression and (file.size or 0) <= options.block_bytes


def _forms(table: TableSource) -> dict[str, Form] | None:
    """Give the forms seen so far in the columns of delimited text; None of other tables."""
    if not isinstance(table, DelimitedTable):
        return None
    return {name: seen.forms for name, seen in zip(table.schema.names, table.evidence, strict=True)}


class UnitedTable:
    """The table that several files make; its schema may still be a guess, see `Retyped`."""

    def __init__(
        self, name: str, files: FileSet, shares: Sequence[Share], options: ReadOptions, opener: Opener,
        progress: ProgressHook | None,
    ) -> None:  # fmt: skip
        self.name, self.label = name, files.label
        self.shares = shares
        self._options, self._opener, self._progress = options, opener, progress
        self._notes: list[str] = []
        self._read: dict[str, tuple[str, ...]] = {}
        """The notes of each file, once it was read."""
        types = options.types
        self._types: Mapping[str, str] = {} if types is None or isinstance(types, str) else types
        self._folders = self._typed_folders()
        self._check_names()
        self._schema = self._unify()

    @property
    def schema(self) -> pa.Schema:
        """Give the schema of all files: final once all batches were read or `Retyped` was raised."""
        return self._schema

    @property
    def notes(self) -> tuple[str, ...]:
        """Say which files they were, where they differ, and what each of them noted."""
        labels = [s.part.label for s in self.shares]
        span = f"{len(labels):,} files were read as one table, {labels[0]} to {labels[-1]}."
        said = [f"{label}: {note}" for label, notes in self._read.items() for note in notes]
        more = [f"{len(said) - _SHOWN:,} more notes on single files are left out."] if len(said) > _SHOWN else []
        return (*([span] if len(labels) > 1 else []), *self._notes, *said[:_SHOWN], *more)

    def locate(self, row: int) -> str:
        """Say in which file a row stands, and where in it."""
        for share in self.shares:
            if row < share.rows:
                return f"{share.part.label}, row {row + 1:,}"
            row -= share.rows
        return f"row {row + 1:,}"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows of all files in order; see `TableSource`."""
        wrong, rows = False, 0
        told = [share.given for share in self.shares]
        for number, share in enumerate(self.shares):
            share.rows = 0
            table = self._open(share)
            try:
                for batch in table.batches():
                    fitted = None if wrong else self._fitted(batch, share)
                    if fitted is None:
                        wrong = True
                    else:
                        yield fitted
                    share.rows += batch.num_rows
            except Retyped:
                wrong = True
                share.kept = (share.given, table)
            self._learn(share, table)
            self._read[share.part.label] = table.notes
            rows += share.rows
            if self._progress is not None:
                what = "typing" if wrong else "reading"
                self._progress(Progress(f"{what} {share.part.label}", rows, number + 1, len(self.shares)))
        schema = self._unify()
        if wrong or schema != self._schema or told != [share.given for share in self.shares]:
            self._schema = schema
            raise Retyped(schema, f"{self.label} has values that do not fit the first guess")

    def _learn(self, share: Share, table: TableSource) -> None:
        """Note what a file is now that all of it was read; of columns that were read as told, what was known stays."""
        kept = share.given.keys() & set(share.schema.names)
        if isinstance(table, JsonTable):
            share.blank = (share.blank & kept) | (_blank_members(table) - kept)
        fields = [share.schema.field(f.name) if f.name in kept else f for f in table.schema]
        fields = [f.with_type(pa.null()) if f.name in share.blank and f.name not in kept else f for f in fields]
        forms = _forms(table)
        if forms is not None and share.forms is not None and not isinstance(self._options.types, str):
            share.forms = {name: share.forms[name] if name in kept else seen for name, seen in forms.items()}
            share.blank = frozenset(name for name in share.blank if not share.forms[name] & ~Form.EMPTY)
            share.whole = True
        share.schema = pa.schema(fields, table.schema.metadata)

    def _open(self, share: Share) -> TableSource:
        if share.kept is not None and share.kept[0] == share.given:
            return share.kept[1]
        types = self._options.types if isinstance(self._options.types, str) else (share.given or None)
        options = replace(self._options, types=types, filename=None)
        return next(t for t in self._opener(share.part.opened(), options) if t.name == self.name)

    # ------------------------------------------------------------------------------------- one schema

    def _unify(self) -> pa.Schema:
        fields, self._notes = unify(self.label, self.shares, self._options)
        fields += [pa.field(key, kind) for key, kind in self._folders.items()]
        if self._options.filename is not None:
            fields.append(pa.field(self._options.filename, pa.string(), nullable=False))
        return pa.schema(fields, self.shares[0].schema.metadata)

    def _check_names(self) -> None:
        names = {name for share in self.shares for name in share.schema.names}
        missing = [n for n in self._types if n not in names and n not in self._folders]
        if missing:
            raise InvalidInput(
                f"{self.label} has no column {', '.join(map(repr, missing))} to give a type to.",
                hint=f"Its columns are {', '.join(map(repr, sorted(names)[:30]))}.", file=self.label,
            )  # fmt: skip
        if self._options.filename in names | self._folders.keys():
            raise InvalidInput(
                f"{self.label} has a column {self._options.filename!r} already.",
                hint="Give the column for the files' names another name.", file=self.label,
            )  # fmt: skip

    # -------------------------------------------------------------------------------------- the rows

    def _fitted(self, batch: pa.RecordBatch, share: Share) -> pa.RecordBatch | None:
        """Bring a file's batch under the schema of all; None where that does not work out, and is not final either."""
        names = batch.schema.names
        folders = dict(share.part.folders)
        arrays = []
        for arrow in self._schema:
            if arrow.name == self._options.filename:
                arrays.append(_repeated(share.part.label, arrow.type, batch.num_rows))
            elif arrow.name in names:
                array = self._cast(batch.column(names.index(arrow.name)), arrow, share)
                if array is None:
                    return None
                arrays.append(array)
            elif arrow.name in self._folders:
                arrays.append(_repeated(folders[arrow.name], arrow.type, batch.num_rows))
            else:
                arrays.append(pa.nulls(batch.num_rows, arrow.type))
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _cast(self, array: Any, arrow: Any, share: Share) -> Any:
        try:
            return adapted(array, arrow.type)
        except pa.ArrowInvalid as err:
            if share.forms is not None and not share.whole:
                return None
            row, value = _first_unfit(array, arrow.type)
            raise ImportRejected(
                f"{share.part.label}, row {share.rows + row + 1:,}, column {arrow.name!r}: {value!r:.80} cannot be "
                f"{arrow.type} without a loss, which it is in other files.",
                hint=f"Give the column a type: types={{{arrow.name!r}: 'text'}} (--types {arrow.name}=text).",
                file=share.part.label, row=share.rows + row + 1, column=arrow.name, value=str(value),
            ) from err  # fmt: skip

    def _typed_folders(self) -> dict[str, pa.DataType]:
        """Find the types of what the folders' names say, unless the files have such columns themselves."""
        own = {name for share in self.shares for name in share.schema.names}
        found: dict[str, pa.DataType] = {}
        for key, _ in self.shares[0].part.folders:
            if key in own:
                continue
            texts = pa.array([dict(s.part.folders)[key] for s in self.shares], pa.string())
            given = self._options.types if isinstance(self._options.types, str) else self._types.get(key)
            found[key] = parse_type(given) if given is not None else decide(classify(texts)[0].forms)
            if given is not None and cast_given(texts, found[key])[0] is None:
                raise InvalidInput(f"{self.label}: the folders' {key} is not {given} everywhere.", hint="Use text.")
        return found


def _repeated(text: str | None, kind: pa.DataType, rows: int) -> Any:
    """Give one value to all rows; that its text is of the type was looked at before."""
    if text is None:
        return pa.nulls(rows, kind)
    array, _ = cast_given(pa.array([text], pa.string()), kind)
    return pa.repeat(array[0], rows) if array is not None else pa.nulls(rows, kind)


def _first_unfit(array: Any, kind: pa.DataType) -> tuple[int, Any]:
    low, high = 0, len(array)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            adapted(array.slice(low, middle - low), kind)
        except pa.ArrowInvalid:
            high = middle
        else:
            low = middle
    return low, array[low].as_py()
