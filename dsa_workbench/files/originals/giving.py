"""Gives back the bytes of a file: the rows as its look makes them, and the texts that differ in their places."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.errors import StoreCorrupt
from dsa_workbench.files.originals.remembered import encoder, remembered
from dsa_workbench.files.writing.render import joined, render_rows


def restored(
    schema: pa.Schema, entries: Iterable[pa.RecordBatch], rows: Iterable[pa.RecordBatch]
) -> Iterator[tuple[bytes, int]]:
    """Give the bytes of a file from its original (schema and entries) and its rows, with the rows done so far.

    Raises
    ------
    StoreCorrupt
        At the end: what was given is not what was imported.
    """
    known = remembered(schema)
    whole = hashlib.sha256()
    encode = encoder(known.encoding or "utf-8")
    raw = known.encoding is None
    for text, done in _raw(entries) if raw else _texts(known.look, _Entries(entries), rows, bytes.fromhex(known.mark)):
        piece = text if raw or done < 0 else encode(text)
        whole.update(piece)
        yield piece, max(done, 0)
    if whole.hexdigest() != known.sha256:
        raise StoreCorrupt(
            "The bytes that would be written are not those that were imported.",
            hint="Numbers may be written in another way by a newer pyarrow: use the version that imported the file.",
        )


def _raw(entries: Iterable[pa.RecordBatch]) -> Iterator[tuple[bytes, int]]:
    for batch in entries:
        yield joined(batch.column("text").cast(pa.large_binary())), 0


def _texts(look: Any, entries: _Entries, rows: Iterable[pa.RecordBatch], mark: bytes) -> Iterator[tuple[bytes, int]]:
    """Give the texts in order; the mark comes first, as bytes, with -1 for the rows done."""
    if mark:
        yield mark, -1
    done = blank = 0
    for batch in rows:
        count = batch.num_rows
        if not count:
            continue
        lines = render_rows(batch, look).cast(pa.large_binary())
        lines, blank = _replaced(lines, entries.before(done + count), done, blank)
        yield joined(lines), done + count
        done += count
    for _, _, texts in entries.before(None):
        yield b"".join(texts), done


def _replaced(lines: Any, found: Iterable[tuple[Any, Any, list[bytes]]], start: int, blank: int) -> tuple[Any, int]:
    """Put texts in the place of lines; `blank` lines at the beginning belong to a text before them."""
    count = len(lines)
    changed: dict[int, bytes] = dict.fromkeys(range(min(blank, count)), b"")
    blank = max(0, blank - count)
    before: dict[int, bytes] = {}
    for places, rows, texts in found:
        for place, size, text in zip((places - start).tolist(), rows.tolist(), texts, strict=True):
            if size == 0:
                before[place] = before.get(place, b"") + text
                continue
            changed[place] = text
            if size > 1:
                changed.update(dict.fromkeys(range(place + 1, min(place + size, count)), b""))
                blank = max(0, place + size - count)
    for place, text in before.items():
        changed[place] = text + (changed[place] if place in changed else lines[place].as_py())
    if not changed:
        return lines, blank
    mask = np.zeros(count, bool)
    mask[list(changed)] = True
    texts_in_order = pa.array([changed[i] for i in sorted(changed)], pa.large_binary())
    return pc.replace_with_mask(lines, pa.array(mask), texts_in_order), blank


class _Entries:
    """The entries of an original, with the row at which each stands."""

    def __init__(self, batches: Iterable[pa.RecordBatch]) -> None:
        self._batches = iter(batches)
        self._held: deque[tuple[Any, Any, Any]] = deque()
        self._row = 0

    def before(self, row: int | None) -> Iterator[tuple[Any, Any, list[bytes]]]:
        """Give the entries that stand before a row, or all that are left: their places, rows and texts."""
        while True:
            if not self._held and not self._fetch():
                return
            places, rows, texts = self._held[0]
            cut = len(places) if row is None else int(np.searchsorted(places, row, side="left"))
            if cut:
                yield places[:cut], rows[:cut], texts.slice(0, cut).to_pylist()
            if cut < len(places):
                self._held[0] = (places[cut:], rows[cut:], texts.slice(cut))
                return
            self._held.popleft()

    def _fetch(self) -> bool:
        batch = next(self._batches, None)
        if batch is None:
            return False
        skips, rows = (batch.column(name).to_numpy() for name in ("skip", "rows"))
        places = self._row + np.cumsum(skips) + np.concatenate([[0], np.cumsum(rows)[:-1]])
        if len(places):
            self._row = int(places[-1] + rows[-1])
            self._held.append((places, rows, batch.column("text")))
        return True
