"""Answers that are made on a thread and sent while they are made, in memory that does not grow with them."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import AsyncIterator, Callable
from typing import Any

PIECE = 256 << 10
"""Bytes that are sent at once, about."""
AHEAD = 8
"""Pieces that may be made before they are sent."""


class Gone(Exception):
    """Nobody reads any more: the client closed the connection."""


class Pipe:
    """A binary file that a thread writes to and an event loop reads from; a slow reader slows the writer down."""

    closed = False

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(AHEAD)
        self._held: list[bytes] = []
        self._size = 0
        self._gone = False

    # ------------------------------------------------------------------------------------- on the thread

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def seekable(self) -> bool:
        """Say that there is no way back."""
        return False

    def write(self, data: Any) -> int:
        """Take bytes, and hand them on when they are enough.

        Raises
        ------
        Gone
            Nobody reads any more.
        """
        piece = bytes(data)
        self._held.append(piece)
        self._size += len(piece)
        if self._size >= PIECE:
            self.flush_held()
        return len(piece)

    def flush(self) -> None:
        """Do nothing: what is held is small."""

    def flush_held(self) -> None:
        """Hand on what is held."""
        if self._held:
            whole = b"".join(self._held)
            self._held, self._size = [], 0
            self._put(whole)

    def _put(self, piece: bytes | None) -> None:
        if self._gone:
            raise Gone
        try:
            asyncio.run_coroutine_threadsafe(self._pieces.put(piece), self._loop).result()
        except (RuntimeError, concurrent.futures.CancelledError) as err:  # the loop has ended
            raise Gone from err
        if self._gone:
            raise Gone

    def end(self) -> None:
        """Say that all is written."""
        self.flush_held()
        self._put(None)

    # ------------------------------------------------------------------------------------- on the loop

    async def pieces(self, work: asyncio.Future[Any]) -> AsyncIterator[bytes]:
        """Give what is written until `work` ends; raise what it raises."""
        while True:
            taking = asyncio.ensure_future(self._pieces.get())
            await asyncio.wait({taking, work}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done():
                taking.cancel()
                work.result()
                while not self._pieces.empty():
                    piece = self._pieces.get_nowait()
                    if piece is not None:
                        yield piece
                return
            piece = taking.result()
            if piece is None:
                await work
                return
            yield piece

    def leave(self) -> None:
        """Read no more; the writer ends at its next piece."""
        self._gone = True
        while not self._pieces.empty():
            self._pieces.get_nowait()


def into(pipe: Pipe, work: Callable[[Pipe], None]) -> None:
    """Do the writing, on the thread: all of it, or until nobody reads."""
    work(pipe)
    pipe.end()
