"""CSV and its kin as a stream of typed batches, parsed on all cores in bounded memory.

The file is cut into blocks at record borders (`records`), each block is parsed by Arrow into texts, and every value
of every column is looked at (`classify`). The first look is at the head and the tail of the file; it gives a schema
that is nearly always right, so the usual file is parsed once. A value that disagrees ends the typed stream: the
rest is read for its types alone and `Retyped` tells the importer to begin again under the final schema.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import pyarrow as pa

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.classify import classify
from dsa_workbench.files.cleaning import without_marks
from dsa_workbench.files.convert import cast_given, cast_proved, contract
from dsa_workbench.files.detect import (
    CP1252,
    is_utf8,
    to_utf8,
)
from dsa_workbench.files.digits import places_of
from dsa_workbench.files.forms import Evidence, Form, decide, holds, is_settled
from dsa_workbench.files.header import column_names
from dsa_workbench.files.parse import (
    BadEncoding,
    Layout,
    Misfit,
    Texts,
    Wider,
    parse_block,
    record_line,
)
from dsa_workbench.files.records import Block, cut_blocks
from dsa_workbench.files.sniff import encoding_note, guess_from, sniff
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import MIB, SINGLE, ProgressHook, ReadOptions, Retyped, TableSource

MAX_THREADS = 4
TAIL_BYTES = 256 * 1024
_MARKED = "byte order marks in the middle of the file were left out."


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


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


@dataclass(slots=True)
class _Result:
    """A block's rows under the present guess; `batch` is None where the guess does not hold."""

    rows: int
    filled: int
    batch: pa.RecordBatch | None
    evidence: list[Evidence]


class DelimitedTable:
    """One file of delimited text: its schema may still be a guess, see `Retyped`."""

    name = SINGLE

    def __init__(self, file: Input, options: ReadOptions, progress: ProgressHook | None) -> None:
        self.label = file.label
        self._file = file
        self._options = options
        self._progress = progress
        found = sniff(file, options)
        self._layout, self._names, self._encoding = found.layout, found.names, found.encoding
        self.found = found
        self.seen: list[Evidence] = []
        """The forms that the first look saw, by column."""
        self._opening_notes = list(found.notes)
        self._given = contract(options.types, self._names, self.label)
        self._final = False
        self._evidence: list[Evidence] = []
        self._filled = 0
        self._guess = self._first_guess()

    @property
    def schema(self) -> pa.Schema:
        """Give the schema: final once all batches were read or `Retyped` was raised, nearly always right before."""
        return pa.schema(list(zip(self._names, self._guess, strict=True)))

    @property
    def notes(self) -> tuple[str, ...]:
        """Say what was assumed and decided."""
        notes = list(self._opening_notes)
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

    def locate(self, row: int) -> str:
        """Say which data row it is; blank lines and line ends in quotes keep it from being a line number."""
        return f"row {row + 1:,}"

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read the rows in order; see `TableSource`."""
        rows = 0
        filled = 0
        wrong = False
        evidence = self._evidence if self._final else [Evidence() for _ in self._names]
        known = self._final
        try:
            for block, result in self._run(evidence):
                for seen, new in zip(evidence, result.evidence, strict=True):
                    seen.fold(new, rows)
                rows += result.rows
                filled += result.filled
                wrong = wrong or result.batch is None
                if result.batch is not None and not wrong and result.rows:
                    yield result.batch
                self._tell("typing" if wrong else "reading", rows, block.position)
        except Wider as err:
            self._widen(err)
            self._guess = self._first_guess()
            raise Retyped(self.schema, f"{self.label} has longer rows than the header") from err
        except BadEncoding as err:
            self._fall_back(err)
            self._guess = self._first_guess()
            raise Retyped(self.schema, f"{self.label} is not UTF-8") from err
        except Misfit as err:
            raise self._refused(err, rows) from None
        self._filled, self._evidence, self._final = filled, evidence, True
        decided = [self._given.get(i, self._decided(e)) for i, e in enumerate(evidence)]
        if not known and decided != self._guess:
            self._guess = decided
            raise Retyped(self.schema, f"{self.label} has values that do not fit the first guess")

    @property
    def layout(self) -> Layout:
        """How the rows are written."""
        return self._layout

    @property
    def file(self) -> Input:
        """The file that it reads."""
        return self._file

    @property
    def encoding(self) -> str:
        """The encoding: final once all batches were read."""
        return self._encoding

    def above(self) -> bytes:
        """Give the text (UTF-8) that stands before the first row, the header with it."""
        text = b""
        for chunk, _ in self._utf8(1 << 16):
            text += chunk
            if len(text) >= self.found.skipped:
                break
        return text[: self.found.skipped]

    def pieces(self) -> Iterator[tuple[bytes, pa.RecordBatch]]:
        """Read all rows once more, with the text that each batch was read from; the types must be final.

        A line end may stand behind the last text that is not in the file.
        """
        written: deque[bytes] = deque()
        for _, result in self._run([Evidence() for _ in self._names], written):
            if result.batch is None:
                raise Retyped(self.schema, f"{self.label} was changed while it was read")
            yield written.popleft(), result.batch

    def _blocks(self, size: int, written: deque[bytes] | None = None) -> Iterator[Block]:
        """Cut the file behind its header into blocks of whole records; `written` takes them as they are."""
        blocks = cut_blocks(
            self._body(size), self._layout.dialect, label=self.label, limit=self._options.max_record_bytes,
            line=self.found.lines, offset=self.found.bom + self.found.skipped,
        )  # fmt: skip
        for block in blocks:
            if written is not None:
                written.append(bytes(block.data))
            data, marked = without_marks(block.data)
            if marked and _MARKED not in self._opening_notes:
                self._opening_notes.append(_MARKED)
            yield replace(block, data=data) if marked else block

    def _body(self, size: int) -> Iterator[tuple[bytes, int]]:
        left = self.found.skipped
        for chunk, position in self._utf8(size):
            if left >= len(chunk):
                left -= len(chunk)
                continue
            yield chunk[left:] if left else chunk, position
            left = 0

    def _utf8(self, size: int) -> Iterator[tuple[bytes, int]]:
        return to_utf8(self._file.chunks(size), self._encoding, self.found.bom, self.label)

    def _is_small(self) -> bool:
        return not self._file.compression and (self._file.size or 0) <= self._options.block_bytes

    def _tell(self, phase: str, rows: int, position: int) -> None:
        if self._progress is not None:
            self._progress(Progress(phase, rows, position, self._file.size))

    def _fall_back(self, err: BadEncoding) -> None:
        """Guess what a file that is not UTF-8 is, unless the user said it."""
        if self._options.encoding or self._encoding != "utf-8" or self.found.bom:
            raise ImportRejected(
                f"{self.label}, line {err.line:,}: byte 0x{err.byte:02x} at offset {err.offset:,} is not UTF-8.",
                hint="Name the file's encoding, such as encoding='cp1252'.",
                file=self.label, line=err.line, offset=err.offset,
            ) from err  # fmt: skip
        self._encoding = guess_from(self._file)[0].encoding
        self._opening_notes.append(encoding_note(self._encoding, err.line, err.byte))

    def _widen(self, err: Wider) -> None:
        """Add columns for the cells beyond the header's."""
        cells = [*self._names, *[None] * (err.columns - len(self._names))]
        self._opening_notes.append(
            f"line {err.line:,} has {err.columns} cells where the header has {len(self._names)}: columns were added."
        )
        self._names = column_names(cells)[0]
        self._layout = replace(self._layout, columns=err.columns)
        self._given = contract(self._options.types, self._names, self.label)

    def _refused(self, err: Misfit, rows: int) -> ImportRejected:
        name, kind = self._names[err.column], self._guess[err.column]
        return ImportRejected(
            f"{self.label}, line {err.line:,}, column {name!r}: {err.value!r:.80} is not {_article(str(kind))}.",
            hint="Correct the value, or give the column another type.",
            file=self.label, line=err.line, row=rows + err.row + 1, column=name, value=err.value, expected=str(kind),
        )  # fmt: skip

    # ------------------------------------------------------------------------------ the first look

    def _first_guess(self) -> list[pa.DataType]:
        """Look at the head of the file, all of it if it is small, and at its tail."""
        small = self._is_small()
        seen = [Evidence() for _ in self._names]
        try:
            for block in self._blocks(self._options.block_bytes if small else min(MIB, self._options.block_bytes)):
                self._fold_texts(parse_block(block, self._layout), seen)
                if not small:
                    break
        except Wider as err:
            self._widen(err)
            return self._first_guess()
        except BadEncoding as err:
            self._fall_back(err)
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
        exact = evidence.places.kind if self._options.decimals == "exact" else None
        return decide(evidence.forms) if exact is None else exact

    def _tail(self) -> list[Evidence]:
        """Look at the last rows. It is a hint only: where they begin inside quotes, what is seen is wrong."""
        nothing = [Evidence() for _ in self._names]
        if self._file.compression or self._encoding not in ("utf-8", CP1252):
            return nothing
        tail = b"".join(
            text for text, _ in to_utf8(iter([(self._file.tail(TAIL_BYTES), 0)]), self._encoding, 0, self.label)
        )
        tail = tail[tail.find(self._layout.dialect.newline) + 1 :]
        if not is_utf8(tail):
            return nothing
        seen = [Evidence() for _ in self._names]
        try:
            self._fold_texts(parse_block(Block(memoryview(tail), 1, 0, 0), self._layout), seen)
        except (ImportRejected, BadEncoding, Wider):
            return nothing
        return seen

    def _fold_texts(self, texts: Texts, seen: list[Evidence]) -> None:
        for i, column in enumerate(texts.columns):
            if i not in self._given and (self._options.decimals == "exact" or not is_settled(seen[i].forms)):
                seen[i].fold(self._classified(column)[0], 0)

    def _classified(self, written: pa.StringArray) -> tuple[Evidence, pa.Array | None]:
        """Find the forms of a column, in whatever way its numbers are written."""
        told = written if self.found.numerals is None else self.found.numerals.translated(written)
        seen, parsed = classify(told)
        if self._options.decimals == "exact":
            seen.places = places_of(told)
        if self.found.numerals is None:
            return seen, parsed
        for form, (row, _) in seen.first.items():
            seen.first[form] = (row, written[row].as_py())
        return seen, parsed

    # --------------------------------------------------------------------------------- all blocks

    def _run(self, evidence: list[Evidence], written: deque[bytes] | None = None) -> Iterator[tuple[Block, _Result]]:
        """Parse blocks on several threads and give them in order; a few are in flight at a time."""
        threads = 1 if self._is_small() else self._options.threads or min(MAX_THREADS, os.cpu_count() or 1)
        blocks = self._blocks(self._options.block_bytes, written)
        if threads == 1:
            for block in blocks:
                yield block, self._task(block, [e.forms for e in evidence])
            return
        pool = ThreadPoolExecutor(threads, thread_name_prefix="dsa-csv")
        window: deque[tuple[Block, Future[_Result]]] = deque()
        try:
            for block in blocks:
                window.append((block, pool.submit(self._task, block, [e.forms for e in evidence])))
                if len(window) > threads:
                    oldest, future = window.popleft()
                    yield oldest, future.result()
            while window:
                oldest, future = window.popleft()
                yield oldest, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _task(self, block: Block, known: list[Form]) -> _Result:
        """Parse and type one block; `known` are forms seen in blocks before it, perhaps not all of them."""
        texts = parse_block(block, self._layout)
        evidence: list[Evidence] = []
        arrays: list[pa.Array] = []
        for i, column in enumerate(texts.columns):
            seen, array = self._typed(i, column, known[i], block)
            evidence.append(seen)
            if array is not None:
                arrays.append(array)
        batch = None
        if len(arrays) == len(texts.columns):
            batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        return _Result(texts.rows, texts.filled, batch, evidence)

    def _typed(self, i: int, written: pa.StringArray, known: Form, block: Block) -> tuple[Evidence, pa.Array | None]:
        guess = self._guess[i]
        column = written
        if self.found.numerals is not None and guess != pa.string():
            column = self.found.numerals.translated(written)
        if i in self._given:
            array, misfit = cast_given(column, guess)
            if array is None:
                raise Misfit(i, misfit, written[misfit].as_py(), record_line(block, self._layout, misfit))
            return Evidence(), array
        if self._final or (is_settled(known) and self._options.decimals != "exact"):
            # A block before may have made text of what was guessed to be numbers: this one waits for the next pass.
            fits = self._final or guess == pa.string()
            return Evidence(), cast_proved(column, guess) if fits else None
        if self.found.numerals is not None and guess == pa.string():
            return self._classified(written)[0], written
        seen, parsed = self._classified(written)
        if not (seen.places.fits(guess) if pa.types.is_decimal(guess) else holds(guess, seen.forms)):
            return seen, None
        if parsed is not None and parsed.type == guess:
            return seen, parsed
        return seen, cast_proved(column, guess)
