"""One block of delimited text -> typed rows, and what was seen in it; what was seen in many blocks, folded.

A `BlockReader` holds all that the blocks of one file have in common, and can be pickled: a block can be read on any
thread and in any process, and what comes of it does not depend on where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from dsa_workbench.files.text.lenient import Contracted, Kept, read_leniently
from dsa_workbench.files.text.numerals import Numerals
from dsa_workbench.files.text.parse import Layout, Misfit, Texts, parse_block, record_line
from dsa_workbench.files.text.records import Block
from dsa_workbench.files.text.tally import FILLED, tally_found, tally_given, tally_lines
from dsa_workbench.files.values.classify import classify
from dsa_workbench.files.values.convert import cast_given, cast_proved
from dsa_workbench.files.values.digits import places_of
from dsa_workbench.files.values.forms import Evidence, Form, holds, is_settled
from dsa_workbench.files.values.tally import Tally


@dataclass(slots=True)
class Reading:
    """What was seen in some rows: the forms in each column, and counts.

    `rows` counts the rows of the file, with those that are left out; `wrong` says that the types do not hold.
    """

    evidence: list[Evidence]
    rows: int = 0
    filled: int = 0
    wrong: bool = False
    tally: Tally = field(default_factory=Tally)

    def fold(self, later: Reading) -> None:
        """Take in what the rows after these showed."""
        for seen, new in zip(self.evidence, later.evidence, strict=True):
            seen.fold(new, self.rows)
        self.tally.fold(later.tally)
        self.rows += later.rows
        self.filled += later.filled
        self.wrong = self.wrong or later.wrong


@dataclass(slots=True)
class BlockResult:
    """A block's rows under the types that were asked for; `batch` is None where these do not hold."""

    reading: Reading
    batch: pa.RecordBatch | None
    rejects: pa.Table | None = None


@dataclass(frozen=True, slots=True)
class BlockReader:
    """How the blocks of one file are read.

    Parameters
    ----------
    kinds
        A type for each column; by `final` they are proved, else they are looked at in each value.
    given
        Those of them that the user gave, by the column's place.
    exact
        Whether decimal numbers keep their digits.
    lenient
        Whether rows that do not fit are left out. `sure` says then that the encoding is beyond doubt.
    """

    layout: Layout
    names: tuple[str, ...]
    kinds: tuple[pa.DataType, ...]
    given: Mapping[int, pa.DataType]
    numerals: Numerals | None
    exact: bool = False
    final: bool = False
    lenient: bool = False
    sure: bool = False

    @property
    def schema(self) -> pa.Schema:
        """Give the schema of the batches."""
        return pa.schema(list(zip(self.names, self.kinds, strict=True)))

    def read(self, block: Block, known: list[Form]) -> BlockResult:
        """Parse and type one block; `known` are forms seen in blocks before it, perhaps not all of them.

        Raises
        ------
        ImportRejected, Wider, BadEncoding
            As `parse_block`.
        Misfit
            A value does not fit the type that the user gave.
        """
        kept = self.kept(block) if self.lenient else None
        texts = kept.texts if kept is not None else parse_block(block, self.layout)
        evidence: list[Evidence] = []
        arrays: list[pa.Array] = []
        tally = Tally()
        for i, column in enumerate(texts.columns):
            told = self._told(i, column)
            if kept is not None and i in self.given:
                seen, array = Evidence(), kept.typed[i]
            else:
                seen, array = self._typed(i, column, told, known[i], block)
            if kept is not None:
                seen.first = {form: (int(kept.records[row]), value) for form, (row, value) in seen.first.items()}
            evidence.append(seen)
            if array is not None:
                arrays.append(array)
                (tally_given if i in self.given else tally_found)(tally, i, column, told, array)
        records = texts.rows if kept is None else kept.total
        tally_lines(tally, block, self.layout, records)
        tally.add(FILLED, -1, texts.filled)
        whole = len(arrays) == len(texts.columns)
        batch = pa.RecordBatch.from_arrays(arrays, schema=self.schema) if whole else None
        reading = Reading(evidence, records, texts.filled, not whole, tally)
        return BlockResult(reading, batch, kept.rejects if kept is not None else None)

    def kept(self, block: Block) -> Kept:
        """Parse a block and leave out the rows that do not fit."""
        return read_leniently(block, self.layout, Contracted(self.names, self.given, self.numerals, self.sure))

    def texts(self, block: Block) -> Texts:
        """Parse a block for a first look."""
        return self.kept(block).texts if self.lenient else parse_block(block, self.layout)

    def classified(self, written: pa.StringArray) -> tuple[Evidence, pa.Array | None]:
        """Find the forms of a column, in whatever way its numbers are written."""
        told = written if self.numerals is None else self.numerals.translated(written)
        seen, parsed = classify(told)
        if self.exact:
            seen.places = places_of(told)
        if self.numerals is None:
            return seen, parsed
        for form, (row, _) in seen.first.items():
            seen.first[form] = (row, written[row].as_py())
        return seen, parsed

    def _told(self, i: int, written: pa.StringArray) -> pa.StringArray:
        """Give the texts of a column with its numbers in the usual form."""
        if self.numerals is None or self.kinds[i] == pa.string():
            return written
        return self.numerals.translated(written)

    def _typed(
        self, i: int, written: pa.StringArray, column: pa.StringArray, known: Form, block: Block
    ) -> tuple[Evidence, pa.Array | None]:
        kind = self.kinds[i]
        if i in self.given:
            array, misfit = cast_given(column, kind)
            if array is None:
                raise Misfit(i, misfit, written[misfit].as_py(), record_line(block, self.layout, misfit))
            return Evidence(), array
        if self.final or (is_settled(known) and not self.exact):
            # A block before may have made text of what was guessed to be numbers: this one waits for the next pass.
            fits = self.final or kind == pa.string()
            return Evidence(), cast_proved(column, kind) if fits else None
        if self.numerals is not None and kind == pa.string():
            return self.classified(written)[0], written
        seen, parsed = self.classified(written)
        if not (seen.places.fits(kind) if pa.types.is_decimal(kind) else holds(kind, seen.forms)):
            return seen, None
        if parsed is not None and parsed.type == kind:
            return seen, parsed
        return seen, cast_proved(column, kind)
