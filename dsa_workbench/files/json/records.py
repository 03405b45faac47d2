"""JSON text as a stream of objects, in bounded memory: JSON lines, objects one after the other, or one array of them.

Python's own parser reads it, since it loses nothing: whole numbers of any length, and numbers with a point as floats
only where these give back the same decimal number, else as `Decimal`. The text comes in blocks. A block of JSON lines
is parsed at one stroke; whatever is not one object a line goes object by object. What a block's end cuts in two
waits for the next block.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.stream import Input
from dsa_workbench.files.tables import MIB

LINES, ARRAY = "objects, one after the other", "an array of objects"
_BLANK = re.compile(r"[ \t\n\r\ufeff]*")
_EXACT_CHARS = 16
"""A number written with so many characters, one of them its point, has at most 15 digits: a float holds it."""
_LONGEST_INT = 4000
"""Digits that Python converts without being told that it may."""
_CUT = 16
"""An error so near to the end of a block may come from the cut: a word or an escape is not whole."""
_KINDS = {list: "an array", str: "a text", bool: "a boolean", type(None): "null"}


class RepeatedKey(Exception):
    """An object that holds a key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class Records:
    """The objects of a block. `starts` says where each begins in `text`; None where each is a line of it."""

    rows: list[dict[str, Any]]
    first: int
    """The number of the first row, from 0."""
    text: str
    starts: list[int] | None
    line: int
    """The line of the file in which `text` begins."""
    position: int
    """How many bytes of the file were read."""

    def line_of(self, index: int) -> int:
        """Give the line of the file in which a row of this block begins."""
        return self.line + (index if self.starts is None else self.text.count("\n", 0, self.starts[index]))


def encoding_of(file: Input, given: str | None) -> str:
    """Say how a file of JSON is encoded: as given, or by its byte order mark or zeros, else in UTF-8.

    Raises
    ------
    InvalidInput
        There is no such encoding.
    """
    name = given or json.detect_encoding(file.head[:4])
    name = "utf-8-sig" if name.lower().replace("_", "-") in ("utf-8", "utf8") else name
    try:
        codecs.lookup(name)
    except LookupError as err:
        raise InvalidInput(
            f"There is no encoding {given!r}.", hint="Say utf-8, utf-16 or cp1252, for example."
        ) from err
    return name


def looks_like_json(head: bytes) -> bool:
    """Say whether a text begins with an object of JSON, or with an array of objects."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    return _OPENING.match(head.removeprefix(codecs.BOM_UTF8)) is not None


_OPENING = re.compile(rb'\s*(\[\s*)?\{\s*("([^"\\\n]|\\.)*"\s*:\s*["\[{\d\-tfnNI]|\}\s*([,\]{]|$))')


def read_records(
    file: Input, encoding: str, *, size: int, limit: int = 64 * MIB, exact: bool = False
) -> Iterator[Records]:
    """Read the objects of a file in blocks of about `size` bytes.

    Raises
    ------
    ImportRejected
        The text is no JSON, holds what is no object, an object with a key twice, or one longer than `limit` characters;
        names row, line and column.
    """
    scan = _Scan(file.label, exact)
    left, wanted = "", 0
    for text, position in _texts(file, encoding, size):
        left += text
        # What is cut in two again and again is parsed again only when twice as much of it is there.
        if len(left) < wanted:
            continue
        found, used = scan.take(left, position, final=False)
        if found is not None:
            yield found
        left = left[used:]
        wanted = 2 * len(left) if found is None else 0
        if len(left) > limit:
            raise scan.wrong(left, 0, f"an object is longer than {limit // MIB} MiB", "Give a line to each row.")
    found, used = scan.take(left, file.size or 0, final=True)
    if found is not None:
        yield found
    scan.finish(left, used)


def _texts(file: Input, encoding: str, size: int) -> Iterator[tuple[str, int]]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, chunk, position = 1, b"", 0
    try:
        for chunk, position in file.chunks(size):
            text = decoder.decode(chunk)
            yield text, position
            lines += text.count("\n")
        chunk = b""
        yield decoder.decode(b"", True), position
    except UnicodeDecodeError as err:
        line = lines + bytes(err.object[: err.start]).count(b"\n")
        raise ImportRejected(
            f"{file.label}, line {line:,}: byte 0x{err.object[err.start]:02x} is not {encoding.removesuffix('-sig')}.",
            hint="Name the file's encoding, such as encoding='cp1252' (--encoding cp1252).", file=file.label, line=line,
        ) from err  # fmt: skip


class _Scan:
    """Takes objects off the front of a text, and remembers where it stands in the file."""

    def __init__(self, label: str, exact: bool) -> None:
        self.label = label
        self.decoder = _decoder(exact)
        self.careful = _decoder(exact, _any_int)
        self.shape: str | None = None
        self.rows, self.line, self.column = 0, 1, 1
        self.between = False
        """Whether a value of an array was read, and a comma or the end must follow."""
        self.closed = False
        self.by_line = True

    def take(self, text: str, position: int, *, final: bool) -> tuple[Records | None, int]:
        """Parse the whole objects at the front of a text: these, and how much of the text is done with."""
        if self.shape is None:
            start = _after_blanks(text, 0)
            if start == len(text):
                return None, 0
            self.shape = ARRAY if text[start] == "[" else LINES
            if self.shape is ARRAY:
                self.by_line = False
                self._pass(text, start + 1)
                found, used = self.take(text[start + 1 :], position, final=final)
                return found, start + 1 + used
        taken = self._by_line(text, final) if self.by_line else None
        rows, starts, used = taken if taken is not None else self._one_by_one(text, final)
        found = Records(rows, self.rows, text, starts, self.line, position) if rows else None
        self.rows += len(rows)
        self._pass(text, used)
        return found, used

    def finish(self, text: str, used: int) -> None:
        """Check that the text ended where JSON may end."""
        if self.shape is None:
            raise ImportRejected(
                f"{self.label} is empty.", hint="Check that the right file was saved.", file=self.label
            )
        if self.shape is ARRAY and not self.closed:
            raise self.wrong(text[used:], 0, "the array is not closed: the file is cut off", "Get it again.")

    def _by_line(self, text: str, final: bool) -> tuple[list[Any], None, int] | None:
        """Parse lines that hold an object each; None where they do not."""
        used = len(text) if final else text.rfind("\n") + 1
        lines = text[:used].rstrip("\n\r \t")
        if not lines:
            return None
        try:
            rows = self.decoder.decode(f"[{lines.replace(chr(10), ',')}]")
        except (ValueError, RecursionError, RepeatedKey):
            return None
        if len(rows) != lines.count("\n") + 1 or set(map(type, rows)) != {dict}:
            return None
        return rows, None, used

    def _one_by_one(self, text: str, final: bool) -> tuple[list[Any], list[int], int]:
        rows: list[Any] = []
        starts: list[int] = []
        done = 0
        while True:
            done = at = _after_blanks(text, done)
            if at == len(text):
                break
            if self.shape is ARRAY and self._punctuation(text, at, self.rows + len(rows)):
                done += 1
                continue
            found = self._value(text, at, final, self.rows + len(rows) + 1)
            if found is None:
                break
            value, done = found
            if type(value) is not dict:
                what = _KINDS.get(type(value), "a number")
                raise self.wrong(text, at, f"{what} stands where an object must", _OBJECTS, self.rows + len(rows) + 1)
            rows.append(value)
            starts.append(at)
            self.between = True
        return rows, starts, done

    def _punctuation(self, text: str, at: int, rows: int) -> bool:
        """Take a comma or the end of an array; False where a value must follow."""
        char = text[at]
        if self.closed:
            raise self.wrong(
                text, at, f"{char!r} follows the end of the array", "One array may stand in a file.", rows + 1
            )
        if char == "]" and (self.between or not rows):
            self.closed = True
            return True
        if not self.between:
            return False
        if char != ",":
            raise self.wrong(text, at, f"a comma must stand before {char!r}", "Correct the file.", rows + 1)
        self.between = False
        return True

    def _value(self, text: str, at: int, final: bool, row: int) -> tuple[Any, int] | None:
        """Parse one value; None where it may go on in the next block."""
        try:
            try:
                return self.decoder.raw_decode(text, at)
            except json.JSONDecodeError:
                raise
            except ValueError:
                return self.careful.raw_decode(text, at)
        except json.JSONDecodeError as err:
            open_text = err.msg.startswith("Unterminated string")
            if not final and (open_text or err.pos >= len(text) - _CUT):
                return None
            ended = open_text or err.pos >= len(text.rstrip())
            said = f"it is cut off ({err.msg})" if ended else err.msg
            raise self.wrong(text, err.pos, said, "Correct the line, or get the file again.", row) from err
        except RepeatedKey as err:
            raise self.wrong(
                text, at, f"the key {err.key!r} stands twice in one object",
                "Nobody can know which value is meant: rename or remove one.", row,
            ) from err  # fmt: skip
        except RecursionError as err:
            raise self.wrong(text, at, "the object is nested too deeply", "Flatten it first.", row) from err

    def wrong(self, text: str, at: int, what: str, hint: str, row: int | None = None) -> ImportRejected:
        """Say what is wrong at a place of the text."""
        row = row or self.rows + 1
        breaks = text.count("\n", 0, at)
        column = at - text.rfind("\n", 0, at) if breaks else self.column + at
        line = self.line + breaks
        return ImportRejected(
            f"{self.label}, line {line:,}, column {column:,} (row {row:,}): {what}.",
            hint=hint, file=self.label, line=line, row=row,
        )  # fmt: skip

    def _pass(self, text: str, used: int) -> None:
        breaks = text.count("\n", 0, used)
        self.line += breaks
        self.column = used - text.rfind("\n", 0, used) if breaks else self.column + used


_OBJECTS = 'Rows are objects, as in {"id": 1}: one a line, or all of them in one array.'


def _decoder(exact: bool, parse_int: Any = None) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_members, parse_float=Decimal if exact else _number, parse_int=parse_int)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        raise RepeatedKey(next(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return members


def _number(text: str) -> float | Decimal:
    value = float(text)
    if len(text) <= _EXACT_CHARS and "e" not in text and "E" not in text:
        return value
    if repr(value) == text:
        return value
    exact = Decimal(text)
    return value if exact == Decimal(repr(value)) else exact


def _after_blanks(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _any_int(text: str) -> int | Decimal:
    return int(text) if len(text) < _LONGEST_INT else Decimal(text)
