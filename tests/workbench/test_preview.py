"""A dry run shows what an import would do, writes nothing, and can be done."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.errors import ImportRejected, NotFound, RefConflict, RefProtected
from dsa_workbench.features.versioning.memory_segments import MemorySegments
from dsa_workbench.features.versioning.spilled_segments import SpilledSegments
from dsa_workbench.results import Preview
from dsa_workbench.workbench import Workbench

OLD = "id,qty,city\n1,2,Ulm\n2,3,Bonn\n3,4,Kiel\n"
NEW = "id,qty,city\n1,2,Ulm\n2,7,Bonn\n4,4,Trier\n"


def put(folder: Path, text: str) -> Path:
    path = folder / "f.csv"
    path.write_text(text)
    return path


def stored(wb: Workbench) -> tuple[Any, ...]:
    with wb.store.unit() as unit:
        staging = unit.datasets.list()
    segments = sorted(segment.id for segment in wb.store.all_segments())
    refs = [(d.name, [(r.name, r.commit_id) for r in wb.refs(d.name)]) for d in staging]
    return segments, refs, wb.store.info().bytes_stored


def test_a_preview_of_a_first_import_shows_types_and_writes_nothing(wb: Workbench, tmp_path: Path) -> None:
    before = stored(wb)
    preview = wb.import_file(put(tmp_path, OLD), "s", key="id", dry_run=True)
    assert isinstance(preview, Preview)
    assert stored(wb) == before
    assert not wb.datasets()
    assert [(c.name, c.type) for c in preview.tables[0].schema.columns] == [
        ("id", "int64"), ("qty", "int64"), ("city", "string")
    ]  # fmt: skip
    assert (preview.rows, preview.changes, preview.refused) == (3, True, None)
    assert preview.diff.summary == {"data": {"added": 3, "removed": 0, "changed": 0, "unchanged": 0}}
    assert "The key id tells all rows apart." in repr(preview)
    assert "nothing was written" in preview._repr_html_()
    assert preview.commit().rows == 3
    assert wb.read("s").to_arrow().num_rows == 3


@pytest.mark.parametrize("mode", ["replace", "append", "upsert"])
def test_the_diff_of_a_preview_is_that_of_the_commit(wb: Workbench, tmp_path: Path, mode: str) -> None:
    wb.import_file(put(tmp_path, OLD), "s", key="id")
    text = NEW if mode != "append" else "id,qty,city\n4,4,Trier\n"
    before = stored(wb)
    preview = wb.import_file(put(tmp_path, text), "s", mode=mode, dry_run=True)
    assert stored(wb) == before
    done = preview.commit()
    real = wb.diff("s@main~1", "s@main")
    assert preview.diff.summary == real.summary
    assert preview.diff.to_arrow().equals(real.to_arrow())
    assert done.summary["data"]["added"] == real.summary["data"]["added"]


def test_a_preview_says_that_nothing_would_change(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, OLD), "s", key="id")
    preview = wb.import_file(put(tmp_path, OLD), "s", dry_run=True)
    assert not preview.changes
    assert "would change nothing" in repr(preview)
    assert not preview.commit().created


def test_a_preview_shows_all_that_does_not_fit_and_what_would_come_of_the_rest(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, OLD), "s", key="id", types={"qty": "int"})
    path = put(tmp_path, "id,qty,city\n1,2,Ulm\n2,x,Bonn\n3,4\n4,9,Trier\n4,8,Jena\n")
    preview = wb.import_file(path, "s", mode="upsert", dry_run=True)
    assert len(preview.rejects) == 3
    assert preview.refused == "rows do not fit"
    assert preview.tables[0].bad_keys == 1
    assert preview.diff.summary["data"] == {"added": 1, "removed": 0, "changed": 0, "unchanged": 3}
    assert "It would be refused: 3 rows do not fit." in repr(preview)
    assert "The key id does not hold: 1 row at fault." in repr(preview)
    with pytest.raises(ImportRejected):
        preview.commit()
    skipping = wb.import_file(path, "s", mode="upsert", dry_run=True, rejects="skip")
    assert skipping.refused is None
    assert skipping.commit().summary["data"]["added"] == 1


def test_a_preview_of_what_was_moved_or_changed_since_is_not_committed(wb: Workbench, tmp_path: Path) -> None:
    path = put(tmp_path, OLD)
    first = wb.import_file(path, "s", dry_run=True)
    path.write_text(NEW)
    with pytest.raises(ImportRejected, match="not what it was at the preview"):
        first.commit()
    assert not wb.datasets()
    path.write_text(OLD)
    wb.import_file(path, "s")
    with pytest.raises(RefConflict, match="moved since the preview"):
        first.commit()
    appended = wb.import_file(path, "s", mode="append", dry_run=True)
    wb.import_file(put(tmp_path, NEW), "s")
    with pytest.raises(RefConflict, match="moved since the preview"):
        appended.commit()


def test_a_protected_branch_is_told_and_a_missing_one_refused(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, OLD), "s", key="id")
    wb.protect("s", "main")
    preview = wb.import_file(put(tmp_path, NEW), "s", dry_run=True)
    assert preview.protected
    assert preview.diff.summary["data"]["changed"] == 1
    assert "s@main is protected" in repr(preview)
    with pytest.raises(RefProtected):
        preview.commit()
    with pytest.raises(NotFound, match="no branch 'dev'"):
        wb.import_file(put(tmp_path, NEW), "s", ref="dev", dry_run=True)


def test_file_objects_frames_and_several_tables_can_be_previewed(wb: Workbench) -> None:
    file = io.BytesIO(OLD.encode())
    assert wb.import_file(file, "a", dry_run=True).commit().rows == 3
    frame = pd.DataFrame({"x": [1, 2]})
    assert wb.import_file(frame, "b", dry_run=True).commit().rows == 2
    tables = {"one": pa.table({"x": [1]}), "two": pa.table({"y": [2, 3]})}
    preview = wb.import_file(tables, "c", dry_run=True)
    assert [t.name for t in preview.tables] == ["one", "two"]
    preview.commit()
    fewer = wb.import_file({"one": tables["one"], "three": tables["two"]}, "c", dry_run=True)
    assert fewer.diff.summary["two"]["removed"] == 2
    assert fewer.diff.summary["three"]["added"] == 2


def test_segments_in_a_file_are_read_as_they_were_put() -> None:
    below = MemorySegments()
    kept = StoredSegment(ObjectId(b"a" * 32), 1, 2, 0, b"below")
    below.put_many([kept])
    spill = SpilledSegments(below)
    one, two = (StoredSegment(ObjectId(c * 32), 1, 2, 0, c * 5000) for c in (b"b", b"c"))
    assert spill.put_many([one]) == 1
    assert spill.put_many([one, two]) == 1
    assert spill.get_many([two.id, kept.id, one.id]) == {one.id: one, two.id: two, kept.id: kept}
    assert spill.missing([one.id, kept.id, ObjectId(b"d" * 32)]) == {ObjectId(b"d" * 32)}
    assert below.missing([one.id]) == {one.id}


def test_a_preview_goes_by_the_equality_profile(wb: Workbench, tmp_path: Path) -> None:
    wb.import_file(put(tmp_path, OLD), "sales", key="id")
    wb.set_equality("sales", case=True, ignore=["qty"])
    shouted = put(tmp_path, OLD.replace("Bonn", "BONN").replace(",4,", ",9,"))
    preview = wb.import_file(shouted, "sales", dry_run=True)
    assert preview.changes
    assert preview.diff.summary["data"]["changed"] == 0
    assert "profile" in repr(preview)
    assert wb.import_file(shouted, "sales").created
