"""CSV and its kin as a stream of typed batches, parsed on all cores in bounded memory.

The file is cut into blocks at record borders (`records`), each block is parsed by Arrow into texts, and every value
of every column is looked at (`blocks`). The first look is at the head and the tail of the file; it gives a schema
that is nearly always right, so the usual file is parsed once. A value that disagrees ends the typed stream: the
rest is read for its types alone and `Retyped` tells the importer to begin again under the final schema.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.core.model.finding import Finding
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.header import column_names
from dsa_workbench.files.rejects import I64
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import MIB, SINGLE, ProgressHook, ReadOptions, Retyped, TableSource
from dsa_workbench.files.text.blocks import BlockReader, BlockResult, Reading
from dsa_workbench.files.text.lenient import records_at
from dsa_workbench.files.text.parse import BadEncoding, Misfit, Texts, Wider, parse_block
from dsa_workbench.files.text.records import Block
from dsa_workbench.files.text.sniff import Found
from dsa_workbench.files.text.tally import findings_of_file
from dsa_workbench.files.text.text_file import TextFile
from dsa_workbench.files.values.convert import contract
from dsa_workbench.files.values.forms import Evidence, Form, decide, is_settled
from dsa_workbench.files.values.tally import Tally
from dsa_workbench.files.words import an

MAX_THREADS = 4
"""At most so many parse, and no more than half the cores: who takes the rows encodes them on others, and more threads
than cores wait for the interpreter's lock, which takes longer than the work."""


def open_delimited(file: Input, options: ReadOptions, *, progress: ProgressHook | None = None) -> list[TableSource]:
    """Open a file of delimited text.

    Raises
    ------
    ImportRejected
        The file is empty, is no text, or cannot be read as a table.
    InvalidInput
        An option does not fit the file.
    """
    return [DelimitedTable(file, options, progress)]


class DelimitedTable:
    """One file of delimited text: its schema may still be a guess, see `Retyped`."""

    name = SINGLE

    def __init__(self, file: Input, options: ReadOptions, progress: ProgressHook | None) -> None:
        self.label = file.label
        self.options = options
        self._progress = progress
        self.text = TextFile(file, options)
        self._names = self.found.names
        self.seen: list[Evidence] = []
        """The forms that the first look saw, by column."""
        self.digest: str | None = None
        """Of the bytes of the file, once another has read them all (`slices`)."""
        self._given = contract(options.types, self._names, self.label)
        self._final = False
        self._evidence: list[Evidence] = []
        self._filled = 0
        self._tally = Tally()
        self._guess = self._first_guess()

    @property
    def reader(self) -> BlockReader:
        """Give what reads the blocks, under the types as they are held to be now."""
        return self._reader(self._guess)

    def _reader(self, kinds: Sequence[pa.DataType]) -> BlockReader:
        options = self.options
        sure = bool(options.encoding or self.found.bom or self.text.encoding != "utf-8")
        return BlockReader(
            self.text.layout, tuple(self._names), tuple(kinds), self._given, self.found.numerals,
            options.decimals == "exact", self._final, options.rejects is not None, sure,
        )  # fmt: skip

    @property
    def found(self) -> Found:
        """What the first look found."""
        return self.text.found

    @property
    def schema(self) -> pa.Schema:
        """Give the schema: final once all batches were read or `Retyped` was raised, nearly always right before."""
        return pa.schema(list(zip(self._names, self._guess, strict=True)))

    @property
    def evidence(self) -> list[Evidence]:
        """Give the forms seen in each column so far: by the first look, or in all rows once they were read."""
        return self._evidence or self.seen

    @property
    def delimiter(self) -> str:
        """Give the sign between cells."""
        return self.text.layout.dialect.delimiter

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what was assumed and decided."""
        notes = list(self.text.notes)
        for i, evidence in enumerate(self._evidence):
            if i in self._given:
                continue
            if self._guess[i] == pa.string() and (culprit := evidence.culprit()) is not None:
                row, value, before = culprit
                notes.append(f"{self._names[i]} is text, not {before}: {self.locate(row)} holds {value!r:.80}.")
            elif Form.EMPTY in evidence.forms and self._guess[i] != pa.string():
                notes.append(f"{self._names[i]}: quoted empty cells are null, since the column is {self._guess[i]}.")
        if self._filled:
            notes.append(f"{self._filled:,} short row(s) were filled with nulls.")
        return tuple(notes)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Tell what is written otherwise now, and what was lost; complete once all batches were read."""
        added = len(self._names) - len(self.found.names)
        return (*findings_of_file(self.found.bom, self.found.notes, added), *self._tally.findings(self._names))

    def locate(self, row: int) -> str:
        """Say which data row it is; blank lines and line ends in quotes keep it from being a line number."""
        return f"row {row + 1:,}"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order; see `TableSource`."""
        reading = Reading(self._evidence if self._final else [Evidence() for _ in self._names])
        self._tally = reading.tally
        if self.options.rejects is not None:
            self.options.rejects.restart(self.name)
        try:
            for block, result in self._run(reading.evidence):
                self._leave_out(result.rejects, reading.rows)
                reading.fold(result.reading)
                if result.batch is not None and not reading.wrong and result.batch.num_rows:
                    yield result.batch
                self.tell(reading, block.position)
        except Wider as err:
            self._widen(err)
            self._guess = self._first_guess()
            raise Retyped(self.schema, f"{self.label} has longer rows than the header") from err
        except BadEncoding as err:
            self.text.fall_back(err)
            self._guess = self._first_guess()
            raise Retyped(self.schema, f"{self.label} is not UTF-8") from err
        except Misfit as err:
            raise self._refused(err, reading.rows) from None
        self.conclude(reading)

    def conclude(self, reading: Reading) -> None:
        """Take in what was seen in all rows, here or by whoever read them with `reader`.

        Raises
        ------
        Retyped
            The types were a guess that does not hold; they are final now.
        """
        known = self._final
        self._filled, self._evidence, self._final, self._tally = reading.filled, reading.evidence, True, reading.tally
        decided = [self._given.get(i, self._decided(e)) for i, e in enumerate(reading.evidence)]
        if not known and decided != self._guess:
            self._guess = decided
            raise Retyped(self.schema, f"{self.label} has values that do not fit the first guess")

    def pieces(self) -> Iterator[tuple[bytes, pa.RecordBatch]]:
        """Read all rows once more, with the text that each batch was read from; the types must be final.

        A line end may stand behind the last text that is not in the file.
        """
        written: deque[bytes] = deque()
        for _, result in self._run([Evidence() for _ in self._names], written):
            if result.batch is None:
                raise Retyped(self.schema, f"{self.label} was changed while it was read")
            yield written.popleft(), result.batch

    def _leave_out(self, rejects: pa.Table | None, before: int) -> None:
        if rejects is not None and self.options.rejects is not None and len(rejects):
            self.options.rejects.add(self.name, rejects.set_column(0, "row", pc.add(rejects["row"], before)))

    def rows_at(self, places: I64) -> pa.Table:
        """Read again the rows at these places of the file (in order), as they stand there: `rejects.SCHEMA`."""
        blocks = self.text.blocks(self.options.block_bytes)
        reader = self.reader
        return records_at(places, ((block, reader.kept(block).total) for block in blocks), self.text.layout)

    def tell(self, reading: Reading, position: int) -> None:
        """Tell of the progress: what was read up to a position of the file."""
        if self._progress is not None:
            phase = "typing" if reading.wrong else "reading"
            self._progress(Progress(phase, reading.rows, position, self.text.file.size))

    def _widen(self, err: Wider) -> None:
        """Add columns for the cells beyond the header's."""
        cells = [*self._names, *[None] * (err.columns - len(self._names))]
        self.text.notes.append(
            f"line {err.line:,} has {err.columns} cells where the header has {len(self._names)}: columns were added."
        )
        self._names = column_names(cells)[0]
        self.text.layout = replace(self.text.layout, columns=err.columns)
        self._given = contract(self.options.types, self._names, self.label)

    def _refused(self, err: Misfit, rows: int) -> ImportRejected:
        name, kind = self._names[err.column], self._guess[err.column]
        return ImportRejected(
            f"{self.label}, line {err.line:,}, column {name!r}: {err.value!r:.80} is not {an(str(kind))}.",
            hint="Correct the value, or give the column another type.",
            file=self.label, line=err.line, row=rows + err.row + 1, column=name, value=err.value, expected=str(kind),
        )  # fmt: skip

    # ------------------------------------------------------------------------------ the first look

    def _first_guess(self) -> list[pa.DataType]:
        """Look at the head of the file, all of it if it is small, and at its tail."""
        small, reader = self.text.is_small, self._reader(())
        seen = [Evidence() for _ in self._names]
        try:
            for block in self.text.blocks(self.options.block_bytes if small else min(MIB, self.options.block_bytes)):
                self._fold_texts(reader.texts(block), seen)
                if not small:
                    break
        except Wider as err:
            self._widen(err)
            return self._first_guess()
        except BadEncoding as err:
            self.text.fall_back(err)
            return self._first_guess()
        self.seen = seen
        if not small:
            seen = [replace(e) for e in seen]
            for evidence, tail in zip(seen, self._tail(), strict=True):
                evidence.forms |= tail.forms
                evidence.places = evidence.places.fold(tail.places)
        return [self._given.get(i, self._decided(e)) for i, e in enumerate(seen)]

    def _decided(self, evidence: Evidence) -> pa.DataType:
        """Choose the type of a column in which all this was seen."""
        exact = evidence.places.kind if self.options.decimals == "exact" else None
        return decide(evidence.forms) if exact is None else exact

    def _tail(self) -> list[Evidence]:
        """Look at the last rows. It is a hint only: where they begin inside quotes, what is seen is wrong."""
        nothing = [Evidence() for _ in self._names]
        tail = self.text.tail()
        if tail is None:
            return nothing
        seen = [Evidence() for _ in self._names]
        try:
            self._fold_texts(parse_block(tail, self.text.layout), seen)
        except (ImportRejected, BadEncoding, Wider):
            return nothing
        return seen

    def _fold_texts(self, texts: Texts, seen: list[Evidence]) -> None:
        reader = self._reader(())
        for i, column in enumerate(texts.columns):
            if i not in self._given and (self.options.decimals == "exact" or not is_settled(seen[i].forms)):
                seen[i].fold(reader.classified(column)[0], 0)

    # --------------------------------------------------------------------------------- all blocks

    def _run(
        self, evidence: list[Evidence], written: deque[bytes] | None = None
    ) -> Iterator[tuple[Block, BlockResult]]:
        """Parse blocks on several threads and give them in order; a few are in flight at a time."""
        threads = 1 if self.text.is_small else self.options.threads or min(MAX_THREADS, -(-(os.cpu_count() or 1) // 2))
        blocks, reader = self.text.blocks(self.options.block_bytes, written), self.reader
        if threads == 1:
            for block in blocks:
                yield block, reader.read(block, [e.forms for e in evidence])
            return
        pool = ThreadPoolExecutor(threads, thread_name_prefix="dsa-csv")
        window: deque[tuple[Block, Future[BlockResult]]] = deque()
        try:
            for block in blocks:
                window.append((block, pool.submit(reader.read, block, [e.forms for e in evidence])))
                if len(window) > threads:
                    oldest, future = window.popleft()
                    yield oldest, future.result()
            while window:
                oldest, future = window.popleft()
                yield oldest, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
