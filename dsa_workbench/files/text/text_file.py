"""The bytes of one file of delimited text: decoded, without what stands above the table, cut into blocks of records.

What is known of the file may change while it is read: bytes that are not UTF-8 change the encoding, rows that are
longer than the header change the layout. Whoever changes it begins to read again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import ReadOptions
from dsa_workbench.files.text.cleaning import without_marks
from dsa_workbench.files.text.detect import CP1252, first_not_utf8, is_utf8, to_utf8
from dsa_workbench.files.text.line_ends import guarded
from dsa_workbench.files.text.parse import BadEncoding
from dsa_workbench.files.text.records import Block, cut_blocks
from dsa_workbench.files.text.sniff import encoding_note, guess_from, sniff

TAIL_BYTES = 256 * 1024
_MARKED = "byte order marks in the middle of the file were left out."


class TextFile:
    """A file, what the first look found, and how it is read now; `notes` say what was assumed."""

    def __init__(self, file: Input, options: ReadOptions) -> None:
        self.file = file
        self.label = file.label
        self._options = options
        self.found = sniff(file, options)
        self.layout, self.encoding = self.found.layout, self.found.encoding
        self.notes = list(self.found.notes)

    @property
    def line_end(self) -> str | None:
        """Give what alone ends rows, where the user said it."""
        return self._options.line_end

    @property
    def is_small(self) -> bool:
        """Say whether all of it is one block."""
        return not self.file.compression and (self.file.size or 0) <= self._options.block_bytes

    def blocks(self, size: int, written: deque[bytes] | None = None) -> Iterator[Block]:
        """Cut the file behind its header into blocks of whole records; `written` takes them as they are.

        Raises
        ------
        ImportRejected
            A record does not end, or the bytes are not of the encoding.
        """
        blocks = cut_blocks(
            self._body(size), self.layout.dialect, label=self.label, limit=self._options.max_record_bytes,
            line=self.found.lines, offset=self.found.bom + self.found.skipped,
        )  # fmt: skip
        for block in blocks:
            if written is not None:
                written.append(bytes(block.data))
            data, marked = without_marks(block.data)
            if marked:
                self.note_marks()
            yield replace(block, data=data) if marked else block

    def note_marks(self) -> None:
        """Say that byte order marks were left out."""
        if _MARKED not in self.notes:
            self.notes.append(_MARKED)

    def above(self) -> bytes:
        """Give the text (UTF-8) that stands before the first row, the header with it."""
        text = b""
        for chunk, _ in self._utf8(1 << 16):
            text += chunk
            if len(text) >= self.found.skipped:
                break
        return text[: self.found.skipped]

    def tail(self) -> Block | None:
        """Give the last rows as UTF-8; None where they cannot be told without reading all. They may begin in quotes."""
        if self.file.compression or self.encoding not in ("utf-8", CP1252):
            return None
        last = iter([(self.file.tail(TAIL_BYTES), 0)])
        decoded = guarded(to_utf8(last, self.encoding, 0, self.label), self._options.line_end)
        text = b"".join(part for part, _ in decoded)
        text = text[text.find(self.layout.dialect.newline) + 1 :]
        return Block(memoryview(text), 1, 0, 0) if is_utf8(text) else None

    def fall_back(self, err: BadEncoding) -> None:
        """Guess what a file that is not UTF-8 is, unless the user said it.

        Raises
        ------
        ImportRejected
            The user said it, or a byte order mark did.
        """
        if self._options.encoding or self.encoding != "utf-8" or self.found.bom:
            # What was parsed may have other lengths than the file: marks were left out, line ends have stand-ins.
            offset = first_not_utf8(self.file.chunks(1 << 20))
            raise ImportRejected(
                f"{self.label}, line {err.line:,}: byte 0x{err.byte:02x} at offset {offset:,} is not UTF-8.",
                hint="Name the file's encoding, such as encoding='cp1252'.",
                file=self.label, line=err.line, offset=offset,
            ) from err  # fmt: skip
        self.encoding = guess_from(self.file)[0].encoding
        self.notes.append(encoding_note(self.encoding, err.line, err.byte))

    def _body(self, size: int) -> Iterator[tuple[bytes, int]]:
        left = self.found.skipped
        for chunk, position in self._utf8(size):
            if left >= len(chunk):
                left -= len(chunk)
                continue
            yield chunk[left:] if left else chunk, position
            left = 0

    def _utf8(self, size: int) -> Iterator[tuple[bytes, int]]:
        decoded = to_utf8(self.file.chunks(size), self.encoding, self.found.bom, self.label)
        return guarded(decoded, self._options.line_end)
