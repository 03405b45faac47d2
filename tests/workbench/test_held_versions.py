"""What is held of a version is found with one question, and is never that of another version."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import NotFound
from dsa_workbench.features.versioning.get_data import get_tables
from dsa_workbench.workbench import Workbench


def rows(wb: Workbench, spec: str) -> list[int]:
    [(_, found)] = get_tables(wb.actor, wb.store, wb.cache, parse_spec(spec))
    table = found.table.read(["x"], range(len(found.table.chunks)))
    values: list[int] = table["x"].to_pylist()
    return values


def test_a_ref_that_moves_is_seen_at_once(wb: Workbench) -> None:
    for values in ([1], [1, 2], [3]):
        wb.commit(pa.table({"x": values}), "held")
        assert [rows(wb, "held") for _ in range(3)] == [values] * 3
    assert rows(wb, "held@main~1") == [1, 2]
    wb.branch("held@main~2", "dev")
    assert [rows(wb, "held@dev") for _ in range(2)] == [[1]] * 2
    assert rows(wb, f"held@{wb.log('held')[0].id}") == [3]


def test_what_is_deleted_is_not_found_though_it_is_held(wb: Workbench) -> None:
    wb.commit(pa.table({"x": [1]}), "gone")
    assert rows(wb, "gone") == rows(wb, "gone") == [1]
    wb.delete_dataset("gone")
    with pytest.raises(NotFound):
        rows(wb, "gone")
    wb.commit(pa.table({"x": [2]}), "gone")
    assert rows(wb, "gone") == rows(wb, "gone") == [2]


def test_a_whole_commit_id_is_one_of_its_dataset(wb: Workbench) -> None:
    wb.commit(pa.table({"x": [1]}), "held")
    wb.commit(pa.table({"x": [1, 2]}), "held")
    wb.commit(pa.table({"y": [9]}), "other")
    last, first = (commit.id for commit in wb.log("held"))
    for _ in range(2):
        assert (rows(wb, f"held@{first}"), rows(wb, f"held@{last}")) == ([1], [1, 2])
        with pytest.raises(NotFound):
            rows(wb, f"other@{last}")


def test_tables_of_a_version_are_named_or_all(wb: Workbench) -> None:
    wb.commit({"a": pa.table({"x": [1]}), "b": pa.table({"x": [2]})}, "two")
    spec = parse_spec("two")
    for _ in range(2):
        assert [name for name, _ in get_tables(wb.actor, wb.store, wb.cache, spec)] == ["a", "b"]
        assert rows(wb, "two:b") == [2]
        with pytest.raises(NotFound, match="no table 'c'"):
            rows(wb, "two:c")


def test_sessions_that_end_are_not_noticed(wb: Workbench) -> None:
    wb.commit(pa.table({"x": [1]}), "held")
    for _ in range(10):
        assert rows(wb, "held") == [1]
        with wb.store.database.raw(autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert rows(wb, "held") == [1]
