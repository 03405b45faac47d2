"""Checking a whole store: every ref, commit, tree, manifest, page and segment against its id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.identity import object_id
from dsa_workbench.columns.types import parse_type
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import commit_body, page_body, parse_manifest, parse_page, parse_tree
from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore, IUnitOfWork, StoredSegment
from dsa_workbench.errors import DsaError

_AT_ONCE = 64
ProgressHook = Callable[[Progress], None]


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
    segments: dict[ObjectId, tuple[str, int]] = {}
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
        manifests |= set(parse_tree(body).manifests)
    return manifests


def _check_manifest(
    unit: IUnitOfWork, oid: ObjectId, segments: dict[ObjectId, tuple[str, int]], findings: Findings
) -> None:
    body = unit.objects.get_manifest(oid)
    findings.count("manifests")
    if object_id("manifest", body) != oid:
        findings.problems.append(f"Manifest {oid.hex()[:10]} is not what its id says.")
    manifest = parse_manifest(body)
    types = [c.type for c in manifest.schema.columns]
    for ref, page in zip(manifest.pages, unit.objects.get_pages([p.id for p in manifest.pages]), strict=True):
        findings.count("pages")
        chunks = parse_page(page.body)
        if object_id("page", page.body) != ref.id or page_body(chunks) != page.body:
            findings.problems.append(f"Page {ref.id.hex()[:10]} is not what its id says.")
        if (sum(c.rows for c in chunks), len(chunks)) != (ref.rows, ref.chunks):
            findings.problems.append(f"Page {ref.id.hex()[:10]} has other rows than its manifest says.")
        for chunk in chunks:
            if len(chunk.segments) != len(types):
                findings.problems.append(f"Page {ref.id.hex()[:10]} has other columns than its manifest.")
            for segment, kind in zip(chunk.segments, types, strict=False):
                segments[segment] = (kind, chunk.rows)


def _rebuild(segment: StoredSegment, kind: str, rows: int) -> bytes:
    array = codec.load(segment.encoding, segment.blob, segment.size, parse_type(kind), rows)
    return canonical.encode(array)


def _check_segments(
    store: IStore, segments: dict[ObjectId, tuple[str, int]], findings: Findings, progress: ProgressHook
) -> None:
    wanted, done = sorted(segments), 0
    for start in range(0, len(wanted), _AT_ONCE):
        progress(Progress("checking", 0, done))
        part = wanted[start : start + _AT_ONCE]
        missing = store.segments.missing(part)
        for oid in sorted(missing):
            findings.problems.append(f"Segment {oid.hex()[:10]} is not stored.")
        for oid, segment in store.segments.get_many([o for o in part if o not in missing]).items():
            kind, rows = segments[oid]
            findings.count("segments")
            done += segment.size
            body = _guard(findings, f"segment {oid.hex()[:10]}", partial(_rebuild, segment, kind, rows))
            if body is not None and (
                canonical.segment_id(kind, rows, body) != oid or segment.rows != rows or segment.size != len(body)
            ):
                findings.problems.append(f"Segment {oid.hex()[:10]} is not what its id says.")
