"""Several files as one table: their rows one after the other, under one schema.

Each file is opened once for its schema, and again when its rows are read, so that thousands of files hold nothing
open. Files that say their types (Parquet, Arrow) must agree, or differ by what loses nothing: a wider integer, a finer
unit, a missing column. Of files whose types are found (CSV, JSON, workbooks), a column that two of them see
differently is read again as text, from what stands in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.classify import classify
from dsa_workbench.files.convert import cast_given, parse_type
from dsa_workbench.files.folding import adapted, common_type
from dsa_workbench.files.forms import decide
from dsa_workbench.files.gather import FileSet, Part
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import ProgressHook, ReadOptions, Retyped, TableSource

Opener = Callable[[Input, ReadOptions], list[TableSource]]
_SHOWN = 20
"""Notes and names that a report lists."""


@dataclass(slots=True)
class _Share:
    """What one file has of a table: its schema as far as it is known, and whether its types are its own to say."""

    part: Part
    schema: pa.Schema
    declared: bool
    given: dict[str, str] = field(default_factory=dict)
    """The types under which it is read, where they are not those that are found."""
    kept: tuple[dict[str, str], TableSource] | None = None
    """The table once it knows better than its first guess, and the types that it was opened with."""
    rows: int = 0


def open_set(files: FileSet, options: ReadOptions, opener: Opener, progress: ProgressHook | None) -> list[TableSource]:
    """Open several files as one table; workbooks of several sheets as one table for each name of a sheet.

    Raises
    ------
    ImportRejected
        A file cannot be read, or two do not agree on a column's type; names them.
    InvalidInput
        An option does not fit the files.
    """
    found: dict[str, list[_Share]] = {}
    plain = replace(options, types=options.types if isinstance(options.types, str) else None, filename=None)
    for number, part in enumerate(files.parts):
        if progress is not None:
            progress(Progress(f"opening {part.label}", 0, number, len(files.parts)))
        file = part.opened()
        for table in opener(file, plain):
            found.setdefault(table.name, []).append(_Share(part, table.schema, says_types(file)))
    return [UnitedTable(name, files, shares, options, opener, progress) for name, shares in found.items()]


def says_types(file: Input) -> bool:
    """Say whether a file's types are written in it."""
    return file.head.startswith((b"PAR1", b"ARROW1", b"FEA1", b"\xff\xff\xff\xff"))


class UnitedTable:
    """The table that several files make; its schema may still be a guess, see `Retyped`."""

    def __init__(
        self, name: str, files: FileSet, shares: Sequence[_Share], options: ReadOptions, opener: Opener,
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
        for number, share in enumerate(self.shares):
            share.rows = 0
            table = self._open(share)
            try:
                for batch in table.batches():
                    if not wrong:
                        yield self._fitted(batch, share)
                    share.rows += batch.num_rows
            except Retyped:
                wrong = True
                share.kept = (share.given, table)
            share.schema = self._own_schema(share, table)
            self._read[share.part.label] = table.notes
            rows += share.rows
            if self._progress is not None:
                what = "typing" if wrong else "reading"
                self._progress(Progress(f"{what} {share.part.label}", rows, number + 1, len(self.shares)))
        if wrong:
            self._schema = self._unify()
            raise Retyped(self._schema, f"{self.label} has values that do not fit the first guess")

    def _own_schema(self, share: _Share, table: TableSource) -> pa.Schema:
        """Give what the file itself says of its types; columns read under a given type keep what was found before."""
        fields = (
            share.schema.field(f.name) if f.name in share.given and f.name in share.schema.names else f
            for f in table.schema
        )
        return pa.schema(list(fields), table.schema.metadata)

    def _open(self, share: _Share) -> TableSource:
        if share.kept is not None and share.kept[0] == share.given:
            return share.kept[1]
        types = self._options.types if isinstance(self._options.types, str) else (share.given or None)
        options = replace(self._options, types=types, filename=None)
        return next(t for t in self._opener(share.part.opened(), options) if t.name == self.name)

    # ------------------------------------------------------------------------------------- one schema

    def _unify(self) -> pa.Schema:
        fields: dict[str, Any] = {}
        first: dict[str, _Share] = {}
        self._notes = []
        for share in self.shares:
            for arrow in share.schema:
                if arrow.name not in fields:
                    fields[arrow.name], first[arrow.name] = arrow, share
                else:
                    fields[arrow.name] = self._folded(fields[arrow.name], arrow, first[arrow.name], share)
        for share in self.shares:
            found = share.schema.field
            share.given = {
                name: told for name in share.schema.names
                if not share.declared and (told := self._told(fields[name].type, found(name).type, name))
            }  # fmt: skip
        self._note_missing(fields)
        for key, kind in self._folders.items():
            fields[key] = pa.field(key, kind)
        if self._options.filename is not None:
            fields[self._options.filename] = pa.field(self._options.filename, pa.string(), nullable=False)
        return pa.schema(list(fields.values()), self.shares[0].schema.metadata)

    def _folded(self, known: Any, arrow: Any, first: _Share, share: _Share) -> Any:
        """Find the type of a column that two files have."""
        name = arrow.name
        if not share.declared and (given := self._types.get(name)) is not None:
            return pa.field(name, parse_type(given))
        kind = common_type(known.type, arrow.type)
        if kind is None and (share.declared or first.declared):
            raise ImportRejected(
                f"{self.label}: the column {name!r} is {known.type} in {first.part.label}, "
                f"and {arrow.type} in {share.part.label}.",
                hint="Import them apart, or write one of them again with the type of the other.",
                file=share.part.label, column=name, expected=str(known.type),
            )  # fmt: skip
        if kind is None or (self._found_differently(known.type, arrow.type) and not share.declared):
            note = f"{name} is text: {first.part.label} has {known.type}, {share.part.label} {arrow.type}."
            if known.type != pa.string():
                self._notes.append(note)
            kind = pa.string()
        return pa.field(name, kind, known.nullable or arrow.nullable, known.metadata)

    def _found_differently(self, a: pa.DataType, b: pa.DataType) -> bool:
        """Say whether types that were found, not said, are of two kinds, which text alone holds."""
        return (a == pa.string()) != (b == pa.string()) and not (pa.types.is_null(a) or pa.types.is_null(b))

    def _told(self, wanted: Any, own: Any, name: str) -> str | None:
        """Give the type that a file must be told so that a column comes as wanted from its text."""
        if name in self._types:
            return self._types[name]
        if isinstance(self._options.types, str) or wanted.equals(own):
            return None
        return str(wanted) if pa.types.is_string(wanted) or pa.types.is_decimal(wanted) else None

    def _note_missing(self, fields: dict[str, Any]) -> None:
        for name, arrow in list(fields.items()):
            without = [s.part.label for s in self.shares if name not in s.schema.names]
            if without:
                fields[name] = arrow.with_nullable(True)
                others = f" and {len(without) - 1:,} more" if len(without) > 1 else ""
                self._notes.append(f"{name} is not in {without[0]}{others}: null there.")

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

    def _fitted(self, batch: pa.RecordBatch, share: _Share) -> pa.RecordBatch:
        """Bring a file's batch under the schema of all."""
        names = batch.schema.names
        folders = dict(share.part.folders)
        arrays = []
        for arrow in self._schema:
            if arrow.name == self._options.filename:
                arrays.append(_repeated(share.part.label, arrow.type, batch.num_rows))
            elif arrow.name in names:
                arrays.append(self._cast(batch.column(names.index(arrow.name)), arrow, share))
            elif arrow.name in self._folders:
                arrays.append(_repeated(folders[arrow.name], arrow.type, batch.num_rows))
            else:
                arrays.append(pa.nulls(batch.num_rows, arrow.type))
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _cast(self, array: Any, arrow: Any, share: _Share) -> Any:
        try:
            return adapted(array, arrow.type)
        except pa.ArrowInvalid as err:
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
