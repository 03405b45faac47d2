"""Whole-file events: one sentence that says what happened where a list of rows would not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EventKind(StrEnum):
    """What happened to a table, or to a column of it. Each is proved on every row that it speaks of."""

    EMPTIED = "emptied"
    FILLED = "filled"
    ORDER = "order only"
    FORM = "form only"
    SOURCE = "file only"
    MULTIPLIED = "rows repeated"
    DIVIDED = "repeats removed"
    APPENDED = "appended only"
    TRUNCATED = "end cut off"
    HEADER_LOST = "header lost"
    HEADER_FOUND = "header found"
    HEADER_AMONG_ROWS = "header among the rows"
    KEY_FORM = "keys written differently"
    ONE_COLUMN = "one column only"
    SHIFTED = "columns shifted"
    SCALED = "scaled"
    MOVED_IN_TIME = "moved in time"
    ENCODING = "encoding"
    TEXT_FORM = "text written differently"
    TYPE = "type only"
    REPLACED = "one value for another"


@dataclass(frozen=True, slots=True)
class Event:
    """A finding: its kind, a sentence with its numbers, the columns concerned, and what one may do about it."""

    kind: EventKind
    sentence: str
    columns: tuple[str, ...] = ()
    hint: str = ""
