"""What a dataset takes: each segment of any of its versions once, whoever else needs it, and nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import sqlalchemy as sa

from dsa_workbench.errors import NotFound
from dsa_workbench.workbench import Workbench

ROWS = 20_000
_LENGTHS = "SELECT count(*), sum(octet_length(blob)), sum(size) FROM dsa.segments"


def table(seed: int) -> pa.Table:
    return pa.table({"id": range(ROWS), "x": np.random.default_rng(seed).random(ROWS)})


def lengths(wb: Workbench) -> tuple[int, int, int]:
    with wb.store.database.transaction() as connection:
        count, stored, raw = connection.execute(sa.text(_LENGTHS)).one()
    return count, stored, raw


def test_a_dataset_alone_takes_all_segments(wb: Workbench) -> None:
    wb.commit(table(1), "alone", key="id")
    wb.commit(table(2), "alone")
    found = wb.storage("alone")
    assert (found.dataset, found.versions) == ("alone", 2)
    assert (found.segments, found.bytes_stored, found.bytes_raw) == lengths(wb)
    assert found.bytes_raw > found.bytes_stored > 12 * ROWS
    assert "What alone takes" in repr(found)


def test_what_versions_share_is_counted_once(wb: Workbench) -> None:
    wb.commit(table(1), "shared", key="id")
    first = wb.storage("shared")
    wb.commit(table(1).set_column(1, "x", [[*table(1)["x"].to_pylist()[:-1], 0.5]]), "shared")
    second = wb.storage("shared")
    assert second.versions == 2
    assert first.bytes_stored < second.bytes_stored < 1.5 * first.bytes_stored
    wb.commit(table(1), "shared")
    third = wb.storage("shared")
    assert (third.versions, third.segments, third.bytes_stored) == (3, second.segments, second.bytes_stored)


def test_what_datasets_share_is_counted_for_each_and_what_is_of_others_is_not(wb: Workbench) -> None:
    wb.commit(table(1), "one", key="id")
    one = wb.storage("one")
    wb.commit(table(1), "two", key="id")
    wb.commit(table(2), "two")
    two = wb.storage("two")
    assert wb.storage("one") == one
    assert one.bytes_stored + two.bytes_stored > lengths(wb)[1] == two.bytes_stored


def test_commits_that_no_branch_reaches_are_counted(wb: Workbench) -> None:
    wb.commit(table(1), "left", key="id")
    wb.branch("left", "dev")
    wb.commit(table(2), "left", ref="dev")
    both = wb.storage("left")
    wb.delete_ref("left", "dev")
    assert wb.storage("left") == both


def test_an_empty_dataset_and_one_that_is_not_there(wb: Workbench) -> None:
    wb.commit(table(1).slice(0, 0), "empty")
    assert (wb.storage("empty").versions, wb.storage("empty").bytes_raw) == (1, 0)
    with pytest.raises(NotFound):
        wb.storage("nowhere")
