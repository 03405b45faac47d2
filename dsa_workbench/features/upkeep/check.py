"""Checking a whole store: every ref, commit, tree, manifest, page and segment against its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.identity import object_id
from dsa_workbench.columns.sketch import sketch
from dsa_workbench.columns.sketch_form import is_sketch_of
from dsa_workbench.columns.stats import column_stats, unpack_stats
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import ColumnStats, PageRef
from dsa_workbench.core.model.objects import commit_body, page_body, parse_manifest, parse_page, parse_tree
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork, StoredPage, StoredSegment
from dsa_workbench.errors import DsaError

_AT_ONCE = 64
ProgressHook = Callable[[Progress], None]


@dataclass(slots=True)
class _Named:
    """What pages say of a segment: its type, its rows, and the statistics, each with a page that has them."""

    kind: str
    rows: int
    stats: dict[ColumnStats, str] = field(default_factory=dict)


@dataclass(slots=True)
class Findings:
    """What was checked, and what is wrong, in sentences."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def count(self, what: str, number: int = 1) -> None:
        """Count things that were looked at."""
        self.counts[what] = self.counts.get(what, 0) + number


def check(_actor: Actor, store: IStore, progress: ProgressHook | None = None) -> Findings:
    """Read everything that any ref or dataset reaches, and hash it again.

    Nothing is changed. Problems are found and listed, never raised. What `progress` raises ends the check.
    """
    findings = Findings()
    segments: dict[ObjectId, _Named] = {}
    with store.unit() as unit:
        trees = _check_commits(unit, findings)
        manifests = _check_trees(unit, trees, findings)
        for oid in sorted(manifests):
            _guard(
                findings,
                f"manifest {oid.hex()}",
                partial(_check_manifest, unit, oid, segments, findings),
            )
    _check_segments(store, segments, findings, progress or (lambda _: None))
    return findings


def _guard(findings: Findings, what: str, work: Callable[[], Any]) -> Any:
    try:
        return work()
    except DsaError as err:
        findings.problems.append(f"{what}: {err.message}")
        return None


def _check_commits(unit: IUnitOfWork, findings: Findings) -> set[ObjectId]:
    trees: set[ObjectId] = set()
    for dataset in [*unit.datasets.list(), *unit.datasets.list(deleted=True)]:
        findings.count("datasets")
        known = set(unit.commits.ids(dataset.id))
        for ref in unit.refs.list(dataset.id):
            findings.count("refs")
            if ref.commit_id not in known:
                findings.problems.append(f"{dataset.name}@{ref.name} points at a commit that is not stored.")
        for oid in known:
            commit = _guard(findings, f"commit {oid.hex()}", partial(unit.commits.get, oid))
            if commit is not None:
                findings.count("commits")
                _check_commit(dataset.name, commit, known, findings)
                trees.add(ObjectId(bytes.fromhex(commit.tree)))
    return trees


def _check_commit(dataset: str, commit: Commit, known: set[ObjectId], findings: Findings) -> None:
    body = commit_body(commit.tree, commit.parents, commit.author, commit.message, commit.time)
    if object_id("commit", body) != commit.oid:
        findings.problems.append(f"Commit {commit.short} of {dataset} is not what its id says.")
    for parent in commit.parents:
        if ObjectId(bytes.fromhex(parent)) not in known:
            findings.problems.append(
                f"Commit {commit.short} of {dataset} has a parent that is not stored: {parent[:10]}."
            )


def _check_trees(unit: IUnitOfWork, trees: Iterable[ObjectId], findings: Findings) -> set[ObjectId]:
    manifests: set[ObjectId] = set()
    for oid in trees:
        body = _guard(findings, f"tree {oid.hex()}", partial(unit.objects.get_tree, oid))
        if body is None:
            continue
        findings.count("trees")
        if object_id("tree", body) != oid:
            findings.problems.append(f"Tree {oid.hex()[:10]} is not what its id says.")
        tree = _guard(findings, f"tree {oid.hex()}", partial(parse_tree, body))
        manifests |= set() if tree is None else set(tree.manifests)
    return manifests


def _check_manifest(unit: IUnitOfWork, oid: ObjectId, segments: dict[ObjectId, _Named], findings: Findings) -> None:
    body = unit.objects.get_manifest(oid)
    findings.count("manifests")
    if object_id("manifest", body) != oid:
        findings.problems.append(f"Manifest {oid.hex()[:10]} is not what its id says.")
    manifest = parse_manifest(body)
    types = [c.type for c in manifest.schema.columns]
    for ref, page in zip(manifest.pages, unit.objects.get_pages([p.id for p in manifest.pages]), strict=True):
        findings.count("pages")
        _guard(findings, f"page {ref.id.hex()}", partial(_check_page, ref, page, types, segments, findings))


def _check_page(
    ref: PageRef, page: StoredPage, types: Sequence[str], segments: dict[ObjectId, _Named], findings: Findings
) -> None:
    name = f"Page {ref.id.hex()[:10]}"
    if object_id("page", page.body) != ref.id:
        findings.problems.append(f"{name} is not what its id says.")
    chunks = parse_page(page.body)
    if page_body(chunks) != page.body:
        findings.problems.append(f"{name} is not written as pages are.")
    if (sum(c.rows for c in chunks), len(chunks)) != (ref.rows, ref.chunks):
        findings.problems.append(f"{name} has other rows than its manifest says.")
    if any(len(chunk.segments) != len(types) for chunk in chunks):
        findings.problems.append(f"{name} has other columns than its manifest.")
    for chunk in chunks:
        for segment, kind in zip(chunk.segments, types, strict=False):
            segments.setdefault(segment, _Named(kind, chunk.rows))
    stats = unpack_stats(page.stats)
    if [len(of) for of in stats] != [len(chunk.segments) for chunk in chunks]:
        findings.problems.append(f"{name} has statistics of other chunks or columns.")
    for chunk, told in zip(chunks, stats, strict=False):
        for segment, of in zip(chunk.segments, told, strict=False):
            segments[segment].stats[of] = name


def _rebuild(segment: StoredSegment, kind: str, rows: int) -> tuple[Any, bytes]:
    array = codec.load(segment.encoding, segment.blob, segment.size, parse_type(kind), rows)
    return array, canonical.encode(array)


def _check_segments(
    store: IStore, segments: dict[ObjectId, _Named], findings: Findings, progress: ProgressHook
) -> None:
    wanted, done = sorted(segments), 0
    for start in range(0, len(wanted), _AT_ONCE):
        progress(Progress("checking", 0, done))
        part = wanted[start : start + _AT_ONCE]
        missing = store.segments.missing(part)
        for oid in sorted(missing):
            findings.problems.append(f"Segment {oid.hex()[:10]} is not stored.")
        stored = [oid for oid in part if oid not in missing]
        sketches = store.segments.get_sketches(stored)
        for oid, segment in store.segments.get_many(stored).items():
            findings.count("segments")
            done += segment.size
            what = f"segment {oid.hex()[:10]}"
            _guard(findings, what, partial(_check_segment, segment, segments[oid], sketches.get(oid), what, findings))


def _check_segment(segment: StoredSegment, named: _Named, packed: bytes | None, what: str, findings: Findings) -> None:
    kind, rows = named.kind, named.rows
    array = codec.load(segment.encoding, segment.blob, segment.size, parse_type(kind), rows)
    body = canonical.encode(array)
    if canonical.segment_id(kind, rows, body) != segment.id or segment.rows != rows or segment.size != len(body):
        findings.problems.append(f"S{what[1:]} is not what its id says.")
        return
    found = column_stats(array)
    for told, page in named.stats.items():
        if told != found:
            findings.problems.append(f"{page} has statistics of {what} that are not those of its values.")
    if packed is not None:
        findings.count("sketches")
        if not is_sketch_of(packed, sketch(array)):
            findings.problems.append(f"The sketch of {what} is not that of its values.")
