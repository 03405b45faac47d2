"""Encodings: finds byte order marks and UTF-16, and turns whatever a file is into a stream of UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from dsa_workbench.errors import ImportRejected, InvalidInput

SAMPLE_BYTES = 64 * 1024
CP1252 = "windows-1252"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Five bytes mean nothing in Windows-1252; as in the WHATWG encoding standard they stand for the C1 controls, so that
# every byte has a meaning and comes back when written.
CP1252_TABLE = "".join(
    chr(b) if b in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([b]).decode("cp1252") for b in range(256)
)


# Of the controls that no text holds; 1, 30 and 31 stand between cells in some.
_CONTROLS = (0, *range(2, 9), *range(14, 27), 28, 29)


def split_bom(head: bytes) -> tuple[str | None, int]:
    """Give the encoding that a byte order mark tells, and the mark's length."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding, len(mark)
    return None, 0


def guess_utf16(head: bytes) -> str | None:
    """Recognise UTF-16 without a mark: ASCII text has a zero in every second byte."""
    sample = head[: 4096 & ~1]
    if len(sample) < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > 0.7 * half and not even:
        return "utf-16-le"
    if even > 0.7 * half and not odd:
        return "utf-16-be"
    return None


def is_utf8(head: bytes, *, whole: bool = False) -> bool:
    """Say whether bytes are UTF-8; a character that the end cuts off does not count unless they are the whole file."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def first_not_utf8(chunks: Iterator[tuple[bytes, int]]) -> int:
    """Find the offset of the first byte of a stream that is not UTF-8; its length where there is none."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    seen = 0
    for chunk, _ in chunks:
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as err:
            return seen - held + err.start
        seen += len(chunk)
    return seen - len(decoder.getstate()[0])


def check_text(head: bytes, encoding: str, label: str) -> None:
    """Refuse what is no text: more than one in twelve of its first bytes is a control character.

    Raises
    ------
    ImportRejected
        The file looks binary.
    """
    if encoding != "utf-8":
        return
    sample = head[:4096]
    odd = sum(sample.count(c) for c in _CONTROLS)
    if odd * 12 > len(sample):
        raise ImportRejected(
            f"{label} does not look like text, and is no format that is known here.",
            hint="Give a CSV, Excel, Parquet or Arrow file; if it is text, name its encoding=.", file=label,
        )  # fmt: skip


def known_encoding(name: str) -> str:
    """Check an encoding's name; `cp1252` in all its spellings is taken in its web form, where each byte has a meaning.

    Raises
    ------
    InvalidInput
        Python has no text encoding of this name.
    """
    try:
        info = codecs.lookup(name)
        info.encode("a,b\n")
    except (LookupError, TypeError, ValueError) as err:
        raise InvalidInput(
            f"There is no encoding {name!r}.",
            hint="Common ones are utf-8, utf-16, cp1252, latin-1 and shift_jis.",
        ) from err
    return CP1252 if info.name == "cp1252" else "utf-8" if info.name == "utf-8-sig" else info.name


def to_utf8(chunks: Iterator[tuple[bytes, int]], encoding: str, skip: int, label: str) -> Iterator[tuple[bytes, int]]:
    """Turn a stream of bytes into UTF-8; `skip` leaves out a byte order mark.

    UTF-8 itself passes unread; who parses it finds what is wrong in it.

    Raises
    ------
    ImportRejected
        The bytes are not of this encoding.
    """
    decoder = None
    if encoding not in ("utf-8", CP1252):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
    seen = 0
    try:
        for chunk, position in chunks:
            body = chunk[skip:] if seen == 0 else chunk
            seen += len(chunk)
            if encoding == CP1252:
                body = codecs.charmap_decode(body, "strict", CP1252_TABLE)[0].encode()
            elif decoder is not None:
                body = decoder.decode(body).encode()
            yield body, position
        if decoder is not None:
            yield decoder.decode(b"", final=True).encode(), seen
    except UnicodeError as err:
        raise ImportRejected(
            f"{label} is not {encoding} text: {err}.", hint="Name the right encoding, such as encoding='cp1252'.",
            file=label,
        ) from err  # fmt: skip
