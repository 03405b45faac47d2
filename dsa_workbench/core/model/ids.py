"""Object ids: 32 bytes of BLAKE3, shown as hexadecimal."""

from __future__ import annotations

from typing import NewType

from dsa_workbench.errors import InvalidInput

ObjectId = NewType("ObjectId", bytes)
"""The id of a segment, page, manifest, tree or commit."""

ID_BYTES = 32
SHORT = 10
"""Hexadecimal digits that a person is shown."""


def short(oid: ObjectId) -> str:
    """Shorten an id for the eye."""
    return oid.hex()[:SHORT]


def from_hex(text: str) -> ObjectId:
    """Read an id from its 64 hexadecimal digits.

    Raises
    ------
    InvalidInput
        The text is not 64 hexadecimal digits.
    """
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != ID_BYTES:
        raise InvalidInput(f"{text!r} is not an object id.", hint="An id has 64 hexadecimal digits.")
    return ObjectId(raw)
