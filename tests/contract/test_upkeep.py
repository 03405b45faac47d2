"""The store is checked and tidied through either door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dsa_workbench.errors import NotFound, Unsupported
from dsa_workbench.features.upkeep.collect import Collected
from dsa_workbench.remote import RemoteWorkbench
from dsa_workbench.results import CheckReport


def test_a_check_tells_what_it_looked_at(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": range(1000), "x": ["a", "b"] * 500}), dataset, key="id")
    report = door.check()
    assert isinstance(report, CheckReport)
    assert (report.ok, report.problems) == (True, ())
    assert report.counts["segments"] >= 2
    assert report.counts["datasets"] >= 1
    assert "The store is sound." in repr(report)


def test_what_a_dataset_takes(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": range(1000), "x": ["a", "b"] * 500}), dataset, key="id")
    first = door.storage(dataset)
    assert (first.dataset, first.versions, first.segments) == (dataset, 1, 2)
    assert first.bytes_raw >= first.bytes_stored > 0
    door.commit(pa.table({"id": range(1000), "x": ["c", "d"] * 500}), dataset)
    second = door.storage(dataset)
    assert (second.versions, second.segments) == (2, 3)
    assert second.bytes_stored > first.bytes_stored
    assert door.status().bytes_stored > second.bytes_stored
    with pytest.raises(NotFound):
        door.storage(f"{dataset}-not")


def test_a_name_of_ones_own_choice_is_for_who_holds_the_store(door: Any, dataset: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    table = pa.table({"id": [1, 2]})
    for write in (lambda **more: door.import_file(tmp_path / "a.csv", dataset, **more),
                  lambda **more: door.commit(table, dataset, **more)):  # fmt: skip
        if isinstance(door, RemoteWorkbench):
            with pytest.raises(Unsupported, match="the name under which the server knows you"):
                write(author="bob")
            assert write().author == "ann"
        else:
            assert write(author="bob").author == "bob"


def test_what_is_used_is_not_collected(door: Any, dataset: str) -> None:
    door.commit(pa.table({"id": [1, 2]}), dataset, key="id")
    done = door.collect()
    assert isinstance(done, Collected)
    assert (done.deleted, done.bytes_deleted) == (0, 0)
    assert door.read(dataset).num_rows == 2
    if isinstance(door, RemoteWorkbench):
        [job, *_] = door.jobs()
        assert (job.kind, job.about, job.dataset) == ("collect", "Collect what nothing uses", None)
        assert "0 segments deleted" in repr(door.job(job.id))
        assert "0 segments deleted" in repr(door.jobs())
