"""What is always true of a store (docs/architecture.md), each with a test of its name."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.types import model_schema, parse_type
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.objects import parse_manifest, parse_page, parse_tree
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.errors import DsaError
from dsa_workbench.features.versioning import commit_tables as committing
from dsa_workbench.features.versioning.manifests import build_manifest
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.write_table import TableInput, write_table
from dsa_workbench.workbench import Workbench

ROWS = 30_000


def make_table(rows: int = ROWS, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "id": np.arange(rows),
            "price": np.round(rng.random(rows) * 100, 2),
            "city": pa.array(["Rome", "Oslo", None, "Bonn"]).take(pa.array(rng.integers(0, 4, rows))),
        }
    )


@pytest.fixture
def filled(wb: Workbench) -> Workbench:
    """Give a workbench with two datasets, branches, a tag and some history."""
    table = make_table()
    wb.commit(table, "sales", key="id")
    wb.branch("sales", "dev")
    wb.commit(table.slice(1), "sales", ref="dev")
    wb.tag("sales@dev", "v1")
    wb.commit(table.slice(0, 10), "sales", mode="append", key=[])
    wb.commit({"a": table.select(["id"]), "b": table.select(["city"])}, "book")
    return wb


def all_commits(wb: Workbench) -> Iterator[Any]:
    for dataset in wb.datasets():
        for ref in wb.refs(dataset.name):
            yield from wb.log(f"{dataset.name}@{ref.name}")


def test_a_ref_points_to_a_stored_commit(filled: Workbench) -> None:
    with filled.store.unit() as unit:
        for dataset in unit.datasets.list():
            known = set(unit.commits.ids(dataset.id))
            assert {ref.commit_id for ref in unit.refs.list(dataset.id)} <= known
        dataset = unit.datasets.list()[0]
        head = unit.refs.list(dataset.id)[0]
        with pytest.raises(DsaError):
            unit.refs.move(dataset.id, head.name, head.commit_id, ObjectId(bytes(32)), filled.actor)


def test_a_commit_points_to_a_stored_tree(filled: Workbench) -> None:
    commits = list(all_commits(filled))
    with filled.store.unit() as unit:
        assert all(parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(c.tree)))).tables for c in commits)
    orphan = dataclasses.replace(commits[0], id="ab" * 32, tree="cd" * 32)
    with filled.store.unit() as unit:
        dataset = unit.datasets.list()[0]
        with pytest.raises(DsaError):
            unit.commits.put(dataset.id, orphan)


def test_a_manifest_points_to_stored_segments(filled: Workbench) -> None:
    segments = set()
    with filled.store.unit() as unit:
        for commit in all_commits(filled):
            for _, oid in parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree)))).tables:
                manifest = parse_manifest(unit.objects.get_manifest(oid))
                for page in unit.objects.get_pages([p.id for p in manifest.pages]):
                    segments |= {s for chunk in parse_page(page.body) for s in chunk.segments}
    assert segments
    assert filled.store.segments.missing(sorted(segments)) == set()


def test_a_segment_id_is_the_hash_of_its_canonical_bytes(filled: Workbench) -> None:
    stored = {s.id: s for s in filled.store.all_segments()}
    kinds: dict[ObjectId, str] = {}
    with filled.store.unit() as unit:
        for commit in all_commits(filled):
            for _, oid in parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree)))).tables:
                manifest = parse_manifest(unit.objects.get_manifest(oid))
                for page in unit.objects.get_pages([p.id for p in manifest.pages]):
                    for chunk in parse_page(page.body):
                        kinds |= zip(chunk.segments, (c.type for c in manifest.schema.columns), strict=True)
    assert set(kinds) == set(stored)
    for oid, segment in stored.items():
        kind = kinds[oid]
        array = codec.load(segment.encoding, segment.blob, segment.size, parse_type(kind), segment.rows)
        assert canonical.segment_id(kind, segment.rows, canonical.encode(array)) == oid


def test_the_same_table_gives_the_same_tree(wb: Workbench, tmp_path: Path) -> None:
    table = make_table()
    tree = wb.commit(table, "frame", key="id").tree
    csv.write_csv(table, tmp_path / "t.csv")
    assert wb.import_file(tmp_path / "t.csv", "file", key="id").tree == tree
    wb.commit(table.slice(0, 20_001), "grown", key="id")
    assert wb.commit(table.slice(20_001), "grown", mode="append").tree == tree
    wb.commit(table.filter(pa.array(np.arange(ROWS) != 7)), "detour", key="id")
    assert wb.commit(table, "detour").tree == tree
    schema = model_schema(table.schema)
    for encoders, rows in ((1, 997), (4, 65_536), (4, 1)):
        part = table.slice(0, 5_000) if rows == 1 else table
        ids = set()
        for batches in (part.to_batches(max_chunksize=rows), part.to_batches()):
            source = TableInput(schema, lambda batches=batches: iter(batches), ("id",), ("id",))
            chunks = write_table(source, MemorySegments(), encoders=encoders)
            ids.add(build_manifest(schema, ("id",), ("id",), chunks).id)
        assert len(ids) == 1


def test_writes_go_leaves_first_and_the_ref_last(wb: Workbench, pg_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wb.commit(make_table(1_000), "sales")
    segments = wb.store.segments
    seen: list[str] = []
    put, publish = segments.put_many, committing._publish

    def put_many(batch: list[StoredSegment]) -> int:
        seen.append("segments")
        return put(batch)

    def watched(*args: Any) -> Any:
        seen.append("publish")
        with psycopg.connect(pg_url) as other:
            row = other.execute("SELECT count(*) FROM dsa.segments").fetchone()
        assert row is not None
        assert row[0] == 6, "segments are durable before anything points to them"
        return publish(*args)

    monkeypatch.setattr(segments, "put_many", put_many)
    monkeypatch.setattr(committing, "_publish", watched)
    wb.commit(make_table(1_000, seed=1).slice(1), "sales")
    assert seen == ["segments", "publish"]


def test_what_a_reader_holds_never_changes(wb: Workbench) -> None:
    table = make_table()
    wb.commit(table, "sales")
    reading = wb.read("sales")
    batches = reading.to_batches()
    first = next(batches)
    wb.commit(make_table(seed=9), "sales")
    wb.commit(make_table(5), "sales")
    rest = pa.Table.from_batches([first, *batches])
    assert rest.equals(table)
    assert reading.to_arrow().equals(table)
    assert wb.read("sales").num_rows == 5
