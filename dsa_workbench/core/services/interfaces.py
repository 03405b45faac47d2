"""What the versioning core asks of a store.

A store promises: objects are immutable; putting one that is there already does nothing; a ref moves by
compare-and-swap and by nothing else. Objects are written leaves first, the ref last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, Self

from dsa_workbench.core.model.commit import Commit, CommitNode
from dsa_workbench.core.model.head import Head
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile
from dsa_workbench.core.model.ref import Dataset, Ref, RefKind
from dsa_workbench.core.model.request import SavedAnswer, StoredRequest
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.job_interfaces import IJobHistory, IJobRepository, ITicketRepository
from dsa_workbench.core.services.usage_interfaces import IUsageRepository


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment as it is stored: `encoding` says how to get the canonical bytes out of `blob`.

    `base` is the segment that a patch refers to. `size` counts canonical bytes. `sketch` is written with the segment,
    and fetched by `get_sketches` alone.
    """

    id: ObjectId
    rows: int
    size: int
    encoding: int
    blob: bytes
    base: ObjectId | None = None
    sketch: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A manifest page: `body` is what its id hashes, `stats` are the statistics beside it."""

    id: ObjectId
    body: bytes
    stats: bytes


class ISegmentStore(Protocol):
    """Segments by id. Each call is its own transaction, and may come from any thread."""

    def missing(self, ids: Sequence[ObjectId]) -> set[ObjectId]:
        """Tell which of these are not stored."""
        ...

    def put_many(self, segments: Sequence[StoredSegment]) -> int:
        """Store those that are not there yet; return how many were new."""
        ...

    def get_many(self, ids: Sequence[ObjectId]) -> dict[ObjectId, StoredSegment]:
        """Fetch segments by id.

        Raises
        ------
        StoreCorrupt
            One of them is not stored.
        """
        ...

    def get_sketches(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the sketches of those of these segments that have one; no segment is read."""
        ...


class IHeadRepository(Protocol):
    """What hangs on a ref, found at once."""

    def find(self, dataset: str, ref: str) -> Head | None:
        """Find a ref of a live dataset with its commit and tree; None where any of it is missing."""
        ...


class IObjectRepository(Protocol):
    """Trees, manifests and manifest pages by id, as canonical bytes; StoreCorrupt where one is not stored."""

    def put_pages(self, pages: Sequence[StoredPage]) -> None:
        """Store pages that are not there yet."""
        ...

    def get_pages(self, ids: Sequence[ObjectId]) -> list[StoredPage]:
        """Fetch pages in the order asked for."""
        ...

    def put_manifest(self, oid: ObjectId, body: bytes) -> None:
        """Store a manifest if it is not there yet."""
        ...

    def get_manifest(self, oid: ObjectId) -> bytes:
        """Fetch a manifest's canonical bytes."""
        ...

    def get_manifests(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the canonical bytes of manifests, by id."""
        ...

    def put_tree(self, oid: ObjectId, body: bytes) -> None:
        """Store a tree if it is not there yet."""
        ...

    def get_tree(self, oid: ObjectId) -> bytes:
        """Fetch a tree's canonical bytes."""
        ...

    def get_trees(self, ids: Sequence[ObjectId]) -> dict[ObjectId, bytes]:
        """Fetch the canonical bytes of trees, by id."""
        ...


class IDatasetRepository(Protocol):
    """Datasets by name. A deleted dataset keeps its name in the record and frees it for others."""

    def create(self, name: str, actor: Actor) -> Dataset:
        """Create a dataset; raise AlreadyExists where a live one has the name."""
        ...

    def find(self, name: str) -> Dataset | None:
        """Find a live dataset by name."""
        ...

    def list(self, *, deleted: bool = False) -> list[Dataset]:
        """List live datasets by name, or the deleted ones, latest first."""
        ...

    def delete(self, dataset_id: int, actor: Actor) -> None:
        """Mark as deleted."""
        ...

    def restore(self, dataset_id: int, actor: Actor) -> None:
        """Take the mark back; raise AlreadyExists where a live one has the name by now."""
        ...

    def update(
        self, dataset_id: int, *, description: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Replace what is given."""
        ...


class IRefRepository(Protocol):
    """Branches and tags. Every move is logged, which also answers where a ref pointed at a moment."""

    def find(self, dataset_id: int, name: str) -> Ref | None:
        """Find a ref by name."""
        ...

    def list(self, dataset_id: int) -> list[Ref]:
        """List refs, branches first, by name."""
        ...

    def heads(self, name: str) -> dict[int, Ref]:
        """Find the refs of this name in all datasets, by dataset."""
        ...

    def create(self, dataset_id: int, name: str, kind: RefKind, commit_id: ObjectId, actor: Actor) -> Ref:
        """Create a ref; raise AlreadyExists where the name is taken, by a branch or a tag."""
        ...

    def move(
        self, dataset_id: int, name: str, expected: ObjectId, new: ObjectId, actor: Actor, *, force: bool = False
    ) -> bool:
        """Move a branch by compare-and-swap; return whether it still pointed at `expected`.

        Raises RefProtected for a protected branch unless `force`, InvalidInput for a tag, NotFound where there is none.
        """
        ...

    def delete(self, dataset_id: int, name: str, expected: ObjectId, actor: Actor) -> bool:
        """Delete a ref by compare-and-swap; raise RefProtected for a protected one."""
        ...

    def protect(self, dataset_id: int, name: str, protected: bool, actor: Actor) -> None:
        """Protect a ref from moves and deletion, or lift that."""
        ...

    def at(self, dataset_id: int, name: str, moment: datetime) -> ObjectId | None:
        """Tell where a ref pointed at a moment; None where it did not exist yet."""
        ...

    def remember(self, dataset_id: int, key: str, commit_id: ObjectId) -> None:
        """Note that the write with this idempotency key gave this commit."""
        ...

    def recall(self, dataset_id: int, key: str) -> ObjectId | None:
        """Tell which commit a write with this idempotency key gave, if it was done."""
        ...


class ICommitRepository(Protocol):
    """Commits, and which dataset each belongs to."""

    def put(self, dataset_id: int, commit: Commit) -> None:
        """Store a commit if it is not there, and note that it belongs to the dataset."""
        ...

    def get(self, oid: ObjectId) -> Commit:
        """Fetch a commit; raise NotFound where there is none."""
        ...

    def by_prefix(self, dataset_id: int, prefix: str) -> list[Commit]:
        """Find a dataset's commits by the first hexadecimal digits of their ids; at most 10."""
        ...

    def ancestor(self, oid: ObjectId, back: int) -> Commit | None:
        """Follow first parents `back` steps; None where history is shorter."""
        ...

    def history(self, oid: ObjectId, *, limit: int | None = None) -> list[Commit]:
        """List a commit and its ancestors, children before parents, latest first, through all parents."""
        ...

    def get_many(self, oids: Sequence[ObjectId]) -> list[Commit]:
        """Fetch commits in the order asked for; raise NotFound where one is not there."""
        ...

    def graph(self, oids: Sequence[ObjectId]) -> list[CommitNode]:
        """Give the graph of these commits and all their ancestors, in no order."""
        ...

    def ids(self, dataset_id: int) -> list[ObjectId]:
        """List all commits of a dataset."""
        ...


class IStagingRepository(Protocol):
    """Records of running writes, which keep the collector off what they have stored."""

    def open(self, actor: Actor) -> str:
        """Begin a staging record; return its id."""
        ...

    def touch(self, staging_id: str) -> None:
        """Say that the write is still alive."""
        ...

    def close(self, staging_id: str) -> None:
        """End a staging record; closing twice does nothing."""
        ...


class IProfileRepository(Protocol):
    """Equality profiles of datasets, by version. A version never changes; a change is a new version."""

    def current(self, dataset_id: int) -> StoredProfile | None:
        """Find the latest version; None where the dataset never had a profile."""
        ...

    def find(self, dataset_id: int, version: int) -> StoredProfile | None:
        """Find a version by its number, from 1."""
        ...

    def history(self, dataset_id: int) -> list[StoredProfile]:
        """List all versions, latest first."""
        ...

    def lock(self, dataset_id: int) -> None:
        """Keep others from adding a version until this unit of work ends."""
        ...

    def add(self, dataset_id: int, profile: EqualityProfile, actor: Actor) -> StoredProfile:
        """Add a version; `lock` comes first."""
        ...


class IRequestRepository(Protocol):
    """Requests with a key, and their answers."""

    def begin(self, actor: Actor, key: str, digest: bytes) -> StoredRequest | None:
        """Note that a request is begun; where one of this key was before, give that one instead."""
        ...

    def begin_again(self, actor: Actor, key: str, digest: bytes) -> None:
        """Take a request over that was begun and never ended."""
        ...

    def end(self, actor: Actor, key: str, answer: SavedAnswer) -> None:
        """Keep the answer of a request."""
        ...

    def drop(self, actor: Actor, key: str) -> None:
        """Forget a request that was begun and came to nothing."""
        ...

    def forget(self, seconds: float) -> int:
        """Forget requests of so long ago; return how many."""
        ...


class IGarbageRepository(Protocol):
    """What nothing refers to. It is condemned first, and deleted when no writer can still count on it."""

    def drop_dead_writes(self, seconds: float) -> int:
        """Remove the records of writes that were not heard of for so long; return how many."""
        ...

    def page_bodies(self) -> Iterator[bytes]:
        """Walk the bodies of all pages."""
        ...

    def bases(self) -> set[ObjectId]:
        """Name the segments that others are stored as a patch of."""
        ...

    def old_segments(self, seconds: float) -> Iterator[ObjectId]:
        """Walk the segments that were stored so long ago and are not condemned."""
        ...

    def condemn(self, ids: Sequence[ObjectId]) -> None:
        """Condemn segments that nothing refers to."""
        ...

    def due(self, seconds: float) -> list[ObjectId]:
        """List what was condemned so long ago, and before every write began that is under way."""
        ...

    def spare(self, ids: Sequence[ObjectId]) -> None:
        """Take segments off the list of the condemned."""
        ...

    def delete(self, ids: Sequence[ObjectId]) -> tuple[int, int]:
        """Delete those of these that are still condemned; return how many, and their bytes."""
        ...


class IUnitOfWork(Protocol):
    """One transaction and the repositories in it. It is rolled back unless `commit` was called."""

    datasets: IDatasetRepository
    refs: IRefRepository
    heads: IHeadRepository
    commits: ICommitRepository
    objects: IObjectRepository
    staging: IStagingRepository
    jobs: IJobRepository
    job_history: IJobHistory
    tickets: ITicketRepository
    garbage: IGarbageRepository
    profiles: IProfileRepository
    requests: IRequestRepository
    usage: IUsageRepository

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def commit(self) -> None:
        """Make all of it durable at once."""
        ...


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What holds the store, in words, and how many bytes it takes there, indexes included."""

    server: str
    bytes_stored: int


class IStore(Protocol):
    """A whole store: where units of work begin, and its segments."""

    @property
    def segments(self) -> ISegmentStore:
        """The store's segments."""
        ...

    def info(self) -> StoreInfo:
        """Describe the store."""
        ...

    def unit(self) -> IUnitOfWork:
        """Begin a unit of work, to be used in a `with` statement."""
        ...

    def head(self, dataset: str, version: str) -> ObjectId | None:
        """Find the commit of a ref or a whole commit id of a live dataset, in one round trip outside of any unit."""
        ...

    def all_segments(self) -> Iterable[StoredSegment]:
        """Walk all stored segments, in no order."""
        ...
