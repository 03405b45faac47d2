"""JSON lines, objects one after the other, or an array of objects, as a stream of typed batches.

Members of the objects are the columns, in the order in which they first appear. The first block gives a guess of the
types, every value that follows is held to it (`json_types`), and a value that disagrees ends the typed stream: the
rest is read for its types alone, and `Retyped` tells the importer to begin again. A number in quotes is a text, and a
number only where `types` says so; dates and times have no other place than quotes, and are found as in a CSV.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.finding import Finding
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.json.records import ARRAY, LINES, Records, encoding_of, read_records
from dsa_workbench.files.json.types import Seen, build, texts
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import SINGLE, ProgressHook, ReadOptions, Retyped, TableSource
from dsa_workbench.files.values.convert import cast_given, cast_proved, parse_type
from dsa_workbench.files.values.tally import Tally, tally_moments

SUFFIXES = (".json", ".jsonl", ".ndjson", ".ldjson", ".jsonlines")
MOST_COLUMNS = 20_000
_SHOWN = 20
"""Notes of one kind that a report lists."""


def open_json(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open a file of JSON.

    Raises
    ------
    ImportRejected
        It is no JSON, or its rows are no objects; the message says line, column and row.
    InvalidInput
        A type was given to a column that is not there, or cannot be read.
    """
    return [JsonTable(file, options, progress)]


class JsonTable:
    """One file of JSON: its schema may still be a guess, see `Retyped`."""

    name = SINGLE

    def __init__(self, file: Input, options: ReadOptions, progress: ProgressHook | None) -> None:
        self.label = file.label
        self.encoding = encoding_of(file, options.encoding)
        self._file, self._options, self._progress = file, options, progress
        types = options.types
        self.every = parse_type(types) if isinstance(types, str) else None
        told = {} if types is None or isinstance(types, str) else types
        self._given = {name: parse_type(text) for name, text in told.items()}
        self.seen = Seen()
        """What was seen of the rows, which are objects: by the first look, then of all."""
        self._absent: dict[str, int] = {}
        self._tally = Tally()
        self._rows = 0
        self._final = False
        blocks = self._records()
        first = next(blocks, None)
        if first is None:
            raise ImportRejected(
                f"{self.label} holds no objects.", hint="It has no row, and so no columns.", file=self.label
            )
        self._look(first)
        self.sample = first.rows[:5]
        self.shape = ARRAY if self._is_array() else LINES
        self._schema = self._decided()
        if (self._given or not self.seen.fields) and next(blocks, None) is None:
            self._check_given()

    @property
    def schema(self) -> pa.Schema:
        """Give the schema: final once all batches were read or `Retyped` was raised, nearly always right before."""
        return self._schema

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what was decided, and which members are absent somewhere."""
        open_members = (m for n, m in self.seen.fields.items() if self._type_given(n) is None)
        names = (n for n in self.seen.fields if self._type_given(n) is None)
        said = [r for n, m in zip(names, open_members, strict=True) for r in m.column_remarks(n)]
        notes = said[:_SHOWN] + ([f"so it is with {len(said) - _SHOWN} more columns."] if len(said) > _SHOWN else [])
        absent = [f"{name} ({rows:,})" for name, rows in self._absent.items() if rows]
        if absent:
            more = ", ..." if len(absent) > _SHOWN else ""
            notes.append(f"members that objects do not have are null there: {', '.join(absent[:_SHOWN])}{more}.")
        if self._rows == 1 and any(dict in m.first or list in m.first for m in self.seen.fields.values()):
            notes.append("the file is one object, and so one row.")
        return tuple(notes)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Tell which moments are written otherwise now; complete once all batches were read."""
        return tuple(self._tally.findings(self._schema.names))

    def locate(self, row: int) -> str:
        """Say which object it is."""
        return f"row {row + 1:,}"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order; see `TableSource`."""
        wrong = False
        seen, absent = deepcopy(self.seen), dict.fromkeys(self.seen.fields, 0)
        self._tally = Tally()
        rows = 0
        for records in self._records():
            if not self._final:
                self._fold(seen, records, absent)
                wrong = wrong or self._decided(seen) != self._schema
            rows += len(records.rows)
            if not wrong:
                yield self._batch(records)
            if self._progress is not None:
                phase = "typing" if wrong else "reading"
                self._progress(Progress(phase, rows, records.position, self._file.size))
        if not self._final:
            self.seen, self._absent, self._rows, self._final = seen, absent, rows, True
            self._check_given()
            if wrong:
                self._schema = self._decided()
                raise Retyped(self._schema, f"{self.label} has values that do not fit the first guess")

    def _records(self) -> Iterator[Records]:
        return read_records(
            self._file, self.encoding, size=self._options.block_bytes, limit=self._options.max_record_bytes,
            exact=self._options.decimals == "exact",
        )  # fmt: skip

    def _is_array(self) -> bool:
        return self._file.head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1] == b"["

    def _look(self, records: Records) -> None:
        absent: dict[str, int] = {}
        self._fold(self.seen, records, absent)
        self._absent, self._rows = absent, len(records.rows)

    def _fold(self, seen: Seen, records: Records, absent: dict[str, int]) -> None:
        """Take in a block, and count the members that its objects do not have."""
        seen.see(records.rows, lambda i: records.first + i)
        if len(seen.fields) > MOST_COLUMNS:
            raise ImportRejected(
                f"{self.label}: its objects have more than {MOST_COLUMNS:,} different keys.",
                hint="Keys that are values are no columns: write them as a member of their own.", file=self.label,
            )  # fmt: skip
        full = set(map(len, records.rows)) == {len(seen.fields)}
        for name in seen.fields:
            lacking = 0 if full else len(records.rows) - sum(name in row for row in records.rows)
            # All rows before this block lack a member that it is the first to have.
            absent[name] = absent.get(name, records.first) + lacking

    def _type_given(self, name: str) -> pa.DataType | None:
        return self.every if self.every is not None else self._given.get(name)

    def _decided(self, seen: Seen | None = None) -> pa.Schema:
        members = (seen or self.seen).fields
        kinds = ((name, self._type_given(name) or member.decide_column()) for name, member in members.items())
        return pa.schema([pa.field(name, kind) for name, kind in kinds])

    def _check_given(self) -> None:
        missing = [name for name in self._given if name not in self.seen.fields]
        if missing:
            raise InvalidInput(
                f"{self.label} has no column {', '.join(map(repr, missing))} to give a type to.",
                hint=f"Its columns are {', '.join(map(repr, list(self.seen.fields)[:30]))}.", file=self.label,
            )  # fmt: skip
        if not self.seen.fields:
            raise ImportRejected(
                f"{self.label}: its objects have no members.", hint="There are no columns in it.", file=self.label
            )

    def _batch(self, records: Records) -> pa.RecordBatch:
        arrays = [self._column(records, field, i) for i, field in enumerate(self._schema)]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def _found(self, values: list[Any], kind: pa.DataType, i: int) -> pa.Array:
        """Build a column whose type was found."""
        if not pa.types.is_temporal(kind):
            return build(values, kind)
        written = pa.array(values, pa.string())
        array = cast_proved(written, kind)
        if not pa.types.is_date(kind) and array.null_count < len(array):
            tally_moments(self._tally, i, written, array, "T")
        return array

    def _column(self, records: Records, field: Any, i: int) -> pa.Array:
        values = [row.get(field.name) for row in records.rows]
        try:
            if self._type_given(field.name) is None:
                return self._found(values, field.type, i)
            written = pa.array(texts(values), pa.string())
        except UnicodeEncodeError as err:
            raise self._unwritable(records, field.name, err) from err
        array, misfit = cast_given(written, field.type)
        if array is None:
            row, line = records.first + misfit + 1, records.line_of(misfit)
            raise ImportRejected(
                f"{self.label}, line {line:,} (row {row:,}), column {field.name!r}: "
                f"{written[misfit].as_py()!r:.80} is not {field.type}.",
                hint="Correct the value, or give the column another type.", file=self.label, line=line, row=row,
                column=field.name, value=written[misfit].as_py(), expected=str(field.type),
            )  # fmt: skip
        return array

    def _unwritable(self, records: Records, name: str, err: UnicodeEncodeError) -> ImportRejected:
        """Name the row of a text that holds half of a pair of surrogates, which is no character."""
        for i, row in enumerate(records.rows):
            try:
                texts_of = "".join(t for t in texts([row.get(name)]) if t is not None)
                texts_of.encode()
            except UnicodeEncodeError:
                line = records.line_of(i)
                return ImportRejected(
                    f"{self.label}, line {line:,} (row {records.first + i + 1:,}), column {name!r}: a text holds "
                    f"\\u{ord(err.object[err.start]):04x} alone, which is half of a character.",
                    hint="Correct the text.", file=self.label, line=line, row=records.first + i + 1, column=name,
                )  # fmt: skip
        return ImportRejected(f"{self.label}, column {name!r}: {err}.", hint="Correct the text.", file=self.label)
