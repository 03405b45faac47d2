"""Finds how a sample of delimited text is written: delimiter, quote, escape, comments, padding.

A sample that every row of which has the same number of cells under the usual quotes is taken as it is: no cleverness
may change a plain file (RFC 4180). Only where that fails, or gives a single column, are all dialects tried. Each is
rated by the consistency of its rows and the share of its cells that look like values, after van den Burg, Nazabal and
Sutton, "Wrangling messy CSV files by detecting row and type patterns", 2019.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dsa_workbench.files.text.records import Dialect
from dsa_workbench.files.text.shape import Record, Shape, find_shape, kind_of

PLAIN = (",", ";", "\t", "|")
RARE = (":", "^", "~", " ", "\x01", "\x1f", "\x1e")
RATED_ROWS = 400
_TRUST = {":": 0.93, "^": 0.97, "~": 0.97, " ": 0.85}
"""How much a delimiter is believed against a usual one that gives as good a table."""
_VALUE = re.compile(
    r"\s*(?:"
    r"|[+-]?(?:\d{1,3}(?:[.,]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][+-]?\d+)?\s?%?|\d+(?:,\d+){2,}|[$€£¥]\s?-?[\d.,]+|-?[\d.,]+\s?[$€£¥]"
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[AaPp][Mm])?"
    r"|[a-z]+://\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[^\W_][\w .'\u2019()/&%#+*!?@=<>$°-]*"
    r")\s*"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dialect, the rows that it gives, and how good they are: `consistency` times `typed` is the `score`."""

    dialect: Dialect
    shape: Shape
    consistency: float
    typed: float
    score: float


@dataclass(frozen=True, slots=True)
class Fixed:
    """What the user said; None is to be found, the empty text means that there is none."""

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    comment: str | None = None
    skip: int | None = None


def find_dialect(sample: str, fixed: Fixed, *, whole: bool) -> list[Candidate]:
    """Rank the dialects for a sample of text; the first is the one to take.

    `whole` says that the sample is all of the file: then its last row is a row like all others.
    """
    lines = list(io.StringIO(sample, newline=""))
    plain = _usual(lines, fixed, whole)
    if _is_clean(plain) and not _is_wrapped(plain, sample, fixed):
        return [plain]
    if _is_single(plain):
        return [plain] if fixed.delimiter is not None else _split(lines, plain, sample, fixed, whole)
    dialects = _dialects(lines, sample, fixed, plain)
    found = [plain, *(rate(lines, d, fixed, whole) for d in dialects if d != plain.dialect)]
    best = max(found, key=lambda c: c.score)
    found.sort(key=lambda c: (c is not best, -c.score))
    return found


def heading_above(sample: str, found: Candidate) -> tuple[list[str], str]:
    """Look for names right above a table without a header, in a line that another sign cuts into as many cells."""
    shape, quote = found.shape, found.dialect.quote
    if not shape.preamble or shape.preamble[-1].line + 1 != shape.rows[0].line:
        return [], ""
    line = list(io.StringIO(sample, newline=""))[shape.preamble[-1].line]
    for sign in (*PLAIN, " "):
        cells = next(read_records([line], Dialect(sign, quote), True), Record(0, [])).cells
        if len(cells) == len(shape.rows[0].cells) > 2 and all(c.strip() and not kind_of([c]) for c in cells):
            return cells, sign
    return [], ""


def rate(lines: Sequence[str], dialect: Dialect, fixed: Fixed, whole: bool) -> Candidate:
    """Read the sample in a dialect, and rate what comes out."""
    records = list(read_records(lines, dialect, whole))
    shape = find_shape(records, fixed.skip)
    rows = [r.cells for r in shape.rows[:RATED_ROWS]]
    consistency = _consistency(rows)
    typed = _typed(rows)
    trust = _TRUST.get(dialect.delimiter, 1.0)
    trust *= {'"': 1.0, "'": 0.98, None: 0.96}.get(dialect.quote, 0.95)
    trust *= 0.99 ** sum((dialect.escape is not None, dialect.comment is not None, dialect.blanks))
    trust *= 0.995 ** len(shape.preamble)
    return Candidate(dialect, shape, consistency, typed, consistency * typed * trust)


def read_records(lines: Sequence[str], dialect: Dialect, whole: bool) -> Iterator[Record]:
    """Read rows of cells with the line where each begins; the last row goes where it may be cut off."""
    if dialect.comment is not None:
        comment = dialect.comment
        lines = ["\n" if line.startswith(comment) else line for line in lines]
    if dialect.runs:
        run = re.compile(f"{re.escape(dialect.delimiter)}+")
        lines = [run.sub(dialect.delimiter, re.sub(r"^ +| +(?=[\r\n]*$)", "", line)) for line in lines]
    quoting = {"quotechar": dialect.quote} if dialect.quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(
        lines, delimiter=dialect.delimiter, escapechar=dialect.escape, skipinitialspace=dialect.blanks, **quoting
    )
    held: Record | None = None
    while True:
        start = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error:
            return
        if cells and not (len(cells) == 1 and not cells[0].strip(" ")):
            if held is not None:
                yield held
            held = Record(start, cells)
    if held is not None and (whole or held.line == 0):
        yield held


def _usual(lines: Sequence[str], fixed: Fixed, whole: bool) -> Candidate:
    """Choose among the usual delimiters the one that gives the most even rows, with the usual quotes."""
    quote = '"' if fixed.quote is None else fixed.quote or None
    base = Dialect(",", quote, escape=fixed.escape or None, comment=fixed.comment or None)
    if fixed.delimiter is not None:
        return rate(lines, replace(base, delimiter=fixed.delimiter), fixed, whole)
    best, choice = (0.0, 0), base
    # Lines that may be comments must not hide the delimiter of all others.
    rows = [line for line in lines if not line.startswith("#")] or lines
    for delimiter in PLAIN:
        dialect = replace(base, delimiter=delimiter)
        if not any(delimiter in line for line in rows):
            continue
        records = list(read_records(rows, dialect, whole))
        if not records:
            continue
        (cells, times) = Counter(len(r.cells) for r in records).most_common(1)[0]
        # One row alone proves nothing by its length: there the sign that comes first is believed.
        many = cells if len(records) > 1 else -len(records[0].cells[0])
        if cells > 1 and (score := (round(times / len(records), 2), many)) > best:
            best, choice = score, dialect
    return rate(lines, choice, fixed, whole)


def _is_clean(found: Candidate) -> bool:
    """Say whether every row has as many cells as the first, and there are cells to count."""
    rows = found.shape.all_rows
    widths = {len(r.cells) for r in rows}
    return len(rows) > 0 and len(widths) == 1 and (widths.pop() > 1 or len(rows) == 1)


def _is_single(found: Candidate) -> bool:
    """Say whether every row is a single cell."""
    return all(len(r.cells) == 1 for r in found.shape.all_rows)


def _split(lines: Sequence[str], plain: Candidate, sample: str, fixed: Fixed, whole: bool) -> list[Candidate]:
    """Look for a rare delimiter in what seems to be a single column; the proof must be strong, or it stays one."""
    found = [plain]
    if kind_of([r.cells[0] for r in plain.shape.rows[1:]]):
        return found
    tried = [(d, runs) for d in RARE if d in sample for runs in ((True, False) if d == " " else (False,))]
    for delimiter, runs in tried:
        candidate = rate(lines, replace(plain.dialect, delimiter=delimiter, runs=runs), fixed, whole)
        if _is_clean(candidate) and len(candidate.shape.rows[0].cells) > 1 and _is_proved(candidate, lines):
            return [candidate, *found]
        found.append(candidate)
    return found


def _is_proved(found: Candidate, lines: Sequence[str]) -> bool:
    """Say whether a rare delimiter is no part of plain text."""
    rows = [r.cells for r in found.shape.rows]
    delimiter = found.dialect.delimiter
    if len(rows) < 2 or delimiter not in (" ", ":"):
        return len(rows) > 1
    kinds = [kind_of(column) for column in zip(*rows[1:], strict=True)]
    if found.shape.header and all(kinds) and not any(kind_of([c]) for c in rows[0]):
        return True
    aligned = sum("  " in line.strip() for line in lines)
    quoted = sum(' "' in line or '" ' in line for line in lines)
    return delimiter == " " and any(kinds) and len(rows) > 2 and (aligned > 0.9 * len(rows) or quoted > 0.5 * len(rows))


def _is_wrapped(found: Candidate, sample: str, fixed: Fixed) -> bool:
    """Say whether cells come in apostrophes, as other files have them in quotes."""
    if fixed.quote is not None or '"' in sample:
        return False
    rows = [r.cells for r in found.shape.rows[1:RATED_ROWS]]
    columns = [[_in_apostrophes(c) for c in column] for column in zip(*rows, strict=False)]
    if len(rows) > 1 and any(map(all, columns)):
        return True
    # An apostrophe that is escaped says what the others around it are for.
    return any(_in_apostrophes(c) and "\\'" in c for row in rows for c in row)


def _in_apostrophes(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == "'"


def _dialects(lines: Sequence[str], sample: str, fixed: Fixed, plain: Candidate) -> Iterator[Dialect]:
    """Give the dialects that the sample gives reason to try; rare delimiters where no usual one cuts half the rows."""
    widths = Counter(len(r.cells) for r in plain.shape.all_rows)
    width, times = widths.most_common(1)[0] if widths else (0, 0)
    known = PLAIN if width > 1 and 2 * times > widths.total() else (*PLAIN, *RARE)
    delimiters = [d for d in known if d in sample] if fixed.delimiter is None else [fixed.delimiter]
    hash_lines = any(line.startswith("#") for line in lines)
    comments = [fixed.comment or None] if fixed.comment is not None else [None, "#"] if hash_lines else [None]
    for delimiter in delimiters or [plain.dialect.delimiter]:
        for quote in _quotes(sample, delimiter, fixed):
            for escape in _escapes(sample, delimiter, quote, fixed):
                for comment in comments:
                    base = Dialect(delimiter, quote, plain.dialect.newline, escape, comment)
                    if delimiter == " ":
                        yield replace(base, runs=True)
                        if fixed.delimiter is not None:
                            continue
                    yield base
                    if quote and delimiter not in "\t " and f"{delimiter} {quote}" in sample:
                        yield replace(base, blanks=True)


def _quotes(sample: str, delimiter: str, fixed: Fixed) -> list[str | None]:
    if fixed.quote is not None:
        return [fixed.quote or None]
    found: list[str | None] = ['"']
    d = re.escape(delimiter)
    if re.search(rf"(?:^|{d})'(?:[^'\\\r\n]|''|\\.)*'(?={d}|\r?$)", sample, re.MULTILINE):
        found.append("'")
    if '"' in sample:
        found.append(None)
    return found


def _escapes(sample: str, delimiter: str, quote: str | None, fixed: Fixed) -> list[str | None]:
    if fixed.escape is not None:
        return [fixed.escape or None]
    signs = [e for e in ("\\", "\x00") if quote and e + quote in sample]
    d, q = re.escape(delimiter), re.escape(quote or "")
    for e in map(re.escape, signs):
        # In a quoted cell that goes on behind the quote, what stands before the quote takes its meaning.
        if re.search(rf"(?:^|{d}){q}[^{q}]*{e}{q}[^{d}{q}\r\n]", sample, re.MULTILINE):
            return list(signs)
    return [None, *signs]


def _consistency(rows: Sequence[Sequence[str]]) -> float:
    """Rate how alike the rows are: few different lengths, many cells."""
    lengths = Counter(len(row) for row in rows)
    if not lengths:
        return 0.0
    total = lengths.total()
    return sum(n / total * max(1e-3, k - 1) / k for k, n in lengths.items()) / len(lengths)


def _typed(rows: Sequence[Sequence[str]]) -> float:
    """Give the share of cells that look like values and not like pieces of a line."""
    total = sum(len(row) for row in rows)
    good = sum(1 for row in rows for cell in row if len(cell) < 2000 and _VALUE.fullmatch(cell))
    # Sentences with commas are no values, but no proof against a dialect either.
    text = sum(0.5 for row in rows for cell in row if " " in cell and cell[:1].isalpha() and not _VALUE.fullmatch(cell))
    return max(1e-3, (good + text) / total) if total else 0.0
