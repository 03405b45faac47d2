"""The folder of uploads. A byte counts as received when it is on disk, so that a broken connection goes on from there.

Each upload has a folder of its own, with the file and a note of what it is. Its name is made of the client's, and can
be no path; its id is a secret that only its owner is told.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from dsa_workbench.core.model.user import Actor
from dsa_workbench.errors import InvalidInput, NotFound, QuotaExceeded, UploadConflict

_ID = re.compile(r"[0-9a-f]{32}")
_SAFE = re.compile(r"[^\w .()+,=@-]", re.UNICODE)
_NOTE = ".upload.json"
_SET = "set"
_NO_NAME = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_LONGEST = 150
_AT_ONCE = 8 << 20
"""Bytes that are copied at once."""
_ROOM = 256 << 20
"""Bytes of the disk that are left free: the database may be on it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: `offset` bytes of it are on disk. `size` and `sha256` are what the client promised."""

    id: str
    name: str
    actor: str
    dataset: str
    ref: str
    created_at: str
    expires_at: str
    size: int | None = None
    sha256: str | None = None
    offset: int = 0
    job: int | None = None
    """The job that imports it: it stays until that has ended."""


class Spool:
    """The uploads of a server, in a folder that no other user of the machine can enter."""

    def __init__(self, folder: Path, *, quota_bytes: int, keep: timedelta) -> None:
        self._folder = folder
        self._quota = quota_bytes
        self._keep = keep
        self._busy: dict[str, int] = {}
        """Uploads of which a part is being received, and where it begins: nothing after that counts yet."""
        self._lock = threading.Lock()

    def create(
        self, actor: Actor, name: str, dataset: str, ref: str, *, size: int | None = None, sha256: str | None = None
    ) -> Upload:
        """Begin an upload.

        Raises
        ------
        QuotaExceeded
            It would take more than the uploads may, or than the disk has.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room(size or 0)
        now = datetime.now(UTC)
        found = Upload(
            secrets.token_hex(16), file_name(name), actor.name, dataset, ref, now.isoformat(),
            (now + self._keep).isoformat(), size, sha256.lower() if sha256 else None,
        )  # fmt: skip
        (self._folder / found.id).mkdir(mode=0o700)
        self.path(found).touch(mode=0o600)
        (self._folder / found.id / _NOTE).write_text(json.dumps(asdict(found)))
        return found

    def take(
        self, actor: Actor, source: Path, name: str, dataset: str, ref: str, *, sha256: str | None = None
    ) -> Upload:
        """Copy a file of this machine into an upload, which is whole then; what becomes of the file later is no matter.

        Raises
        ------
        InvalidInput
            It is no file, or grew while it was copied.
        NotFound
            It cannot be read.
        QuotaExceeded
            There is no room for it.
        """
        try:
            if not source.is_file():
                raise InvalidInput(f"{name} is no file.", hint="Choose files; a folder is not taken.")
            with source.open("rb") as file:
                upload = self.create(actor, name, dataset, ref, size=os.fstat(file.fileno()).st_size, sha256=sha256)
                try:
                    receiving = self.receive(upload, 0)
                    try:
                        while data := file.read(_AT_ONCE):
                            receiving.write(data)
                        return receiving.keep()
                    finally:
                        receiving.drop()
                except BaseException:
                    self.remove(upload)
                    raise
        except OSError as err:
            raise NotFound(f"{name} cannot be read: {err.strerror}.", hint="Look whether it is still there.") from err

    def get(self, actor: Actor, upload_id: str) -> Upload:
        """Look at an upload; NotFound where there is none of this id, or it is another's."""
        with self._lock:
            found = self._read(upload_id) if _ID.fullmatch(upload_id) else None
            counts = self._busy.get(upload_id)
        if found is None or found.actor != actor.name:
            raise NotFound("There is no such upload.", hint="It may have expired: begin it again.")
        return found if counts is None else replace(found, offset=counts)

    def path(self, upload: Upload) -> Path:
        """Say where the file is."""
        return self._folder / upload.id / upload.name

    def lay_out(self, first: Upload, files: Mapping[str, Upload]) -> Path:
        """Make a folder in which files stand under the paths that a client gives them; it goes with the first one.

        Raises
        ------
        InvalidInput
            A path leaves the folder, or its parts could be no names.
        """
        place = self._folder / first.id / _SET / secrets.token_hex(8)
        for path, upload in files.items():
            parts = path.split("/")
            if any(part in ("", ".", "..") or len(part) > _LONGEST or _NO_NAME.search(part) for part in parts):
                raise InvalidInput(f"{path!r:.200} is no path of a file in a set.", hint="Give it as year=2026/a.csv.")
            target = place.joinpath(*parts)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.symlink_to(self.path(upload).absolute())
        return place

    def receive(self, upload: Upload, offset: int) -> Receiving:
        """Begin to write a part; one writer at a time.

        Raises
        ------
        UploadConflict
            The part begins elsewhere than the file ends, or another is being written.
        """
        with self._lock:
            if upload.id in self._busy:
                raise UploadConflict(
                    "Another part of this upload is being received.", hint="Wait for its end, then ask for the offset."
                )
            self._busy[upload.id] = offset
        try:
            file = self.path(upload).open("r+b")
            here = file.seek(0, os.SEEK_END)  # another part may have ended since the upload was looked at
            if offset != here:
                file.close()
                raise UploadConflict(
                    f"The part begins at {offset:,}, and {here:,} bytes are here.",
                    hint="Send what follows.", offset=here,
                )  # fmt: skip
            return Receiving(self, replace(upload, offset=here), file)
        except BaseException:
            self.release(upload)
            raise

    def release(self, upload: Upload) -> None:
        """Let another part be received."""
        with self._lock:
            self._busy.pop(upload.id, None)

    def check(self, upload: Upload) -> None:
        """See that a file is whole: its size and its digest are those that were promised.

        Raises
        ------
        UploadConflict
            Bytes are missing.
        InvalidInput
            The digest is another.
        """
        if upload.size is not None and upload.offset != upload.size:
            raise UploadConflict(
                f"{upload.offset:,} of {upload.size:,} bytes of {upload.name} are here.",
                hint="Send what follows.", offset=upload.offset,
            )  # fmt: skip
        if upload.sha256 is not None:
            with self.path(upload).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != upload.sha256:
                raise InvalidInput(
                    f"The SHA-256 of {upload.name} is {found}, and {upload.sha256} was promised.",
                    hint="Begin the upload again.",
                )

    def remove(self, upload: Upload) -> None:
        """Forget an upload and its bytes."""
        shutil.rmtree(self._folder / upload.id, ignore_errors=True)

    def hand_over(self, upload: Upload, job: int) -> None:
        """Leave a file to a job: it does not expire before that has ended."""
        (self._folder / upload.id / _NOTE).write_text(json.dumps(asdict(replace(upload, job=job))))

    def expire(self, now: datetime | None = None) -> int:
        """Remove the uploads whose time is over, but those that jobs have; return how many."""
        moment = now or datetime.now(UTC)
        gone = [
            u
            for u in self._all()
            if u.job is None and datetime.fromisoformat(u.expires_at) < moment and u.id not in self._busy
        ]
        for upload in gone:
            self.remove(upload)
        return len(gone)

    def settle(self, has_ended: Callable[[int], bool]) -> int:
        """Remove the uploads whose jobs have ended, and those whose time is over; return how many."""
        done = [u for u in self._all() if u.job is not None and has_ended(u.job)]
        for upload in done:
            self.remove(upload)
        return len(done) + self.expire()

    def room(self, size: int) -> None:
        """See that there is room for more bytes; errors are those of `create`."""
        self._make_room(size)

    def _make_room(self, size: int) -> None:
        self.expire()
        free = shutil.disk_usage(self._folder).free
        if size + _ROOM > free:
            raise QuotaExceeded(f"The server's disk has no room for {size:,} bytes.", hint="Tell who runs it.")
        used = sum(max(u.offset, u.size or 0) for u in self._all())
        if used + size > self._quota:
            raise QuotaExceeded(
                f"Uploads may take {self._quota:,} bytes at once, and take {used:,} already.",
                hint="Wait for others to end, or abort those that are no longer wanted.",
            )

    def _all(self) -> Iterator[Upload]:
        for place in self._folder.iterdir() if self._folder.is_dir() else ():
            if _ID.fullmatch(place.name) and (found := self._read(place.name)) is not None:
                yield found

    def _read(self, upload_id: str) -> Upload | None:
        try:
            found = Upload(**json.loads((self._folder / upload_id / _NOTE).read_text()))
            return replace(found, offset=self.path(found).stat().st_size)
        except (OSError, ValueError, TypeError):
            return None


class Receiving:
    """A part that is being written."""

    def __init__(self, spool: Spool, upload: Upload, file: BinaryIO) -> None:
        self.upload = upload
        self._spool, self._file = spool, file
        self._digest = hashlib.sha256()
        self._end = upload.offset
        self._checked = upload.offset

    def write(self, data: bytes) -> None:
        """Take bytes.

        Raises
        ------
        InvalidInput
            They are more than the client promised.
        QuotaExceeded
            There is no more room.
        """
        self._end += len(data)
        if self.upload.size is not None and self._end > self.upload.size:
            raise InvalidInput(
                f"More bytes came than the {self.upload.size:,} that were promised.", hint="Begin the upload again."
            )
        if self.upload.size is None and self._end - self._checked > _ROOM // 2:
            self._spool.room(0)
            self._checked = self._end
        self._file.write(data)
        self._digest.update(data)

    def keep(self, sha256: str | None = None) -> Upload:
        """Put the part on disk, and let it count.

        Raises
        ------
        InvalidInput
            Its digest is another than the client said; nothing of it counts.
        """
        found = self._digest.hexdigest()
        if sha256 is not None and found != sha256.lower():
            self.drop()
            raise InvalidInput(
                f"The SHA-256 of the part is {found}, and {sha256} was said.",
                hint=f"Send it again from {self.upload.offset:,}.", offset=self.upload.offset,
            )  # fmt: skip
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._close()
        return replace(self.upload, offset=self._end)

    def drop(self) -> None:
        """Take back what came."""
        if not self._file.closed:
            self._file.truncate(self.upload.offset)
            self._close()

    def _close(self) -> None:
        self._file.close()
        self._spool.release(self.upload)


def file_name(given: str) -> str:
    """Make a name of a file out of what a client calls it: no folder, nothing hidden, nothing that a shell minds."""
    last = re.split(r"[/\\]", given)[-1]
    plain = _SAFE.sub("_", last).strip(" .")[-_LONGEST:].lstrip(" .-")
    return plain or "upload"
