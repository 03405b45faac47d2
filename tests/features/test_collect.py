"""The collector unlinks before it deletes, and spares what is staged or young."""

from collections.abc import Sequence

import pytest

from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.core.services.postgres.store import PostgresStore
from dsa_workbench.features.upkeep.collect import Collected, Grace, collect
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.fixtures.history import ANN, make_segment, oid

NOW = Grace(writes=3600, segments=0, condemned=0)
HOUR = 3600.0


@pytest.fixture
def orphan(wb: Workbench, tmp_path) -> StoredSegment:
    """Give a segment that no commit needs, beside a commit that needs others."""
    path = tmp_path / "a.csv"
    path.write_text("id,v\n" + "".join(f"{i},{i % 7}\n" for i in range(50_000)))
    wb.import_file(path, "kept")
    segment = make_segment("orphan")
    wb.store.segments.put_many([segment])
    return segment


def missing(store: PostgresStore, *segments: StoredSegment) -> bool:
    return store.segments.missing([s.id for s in segments]) == {s.id for s in segments}


def stored(store: PostgresStore) -> set[bytes]:
    return {s.id for s in store.all_segments()}


def backdate(wb: Workbench, table: str, columns: Sequence[str], hours: float) -> None:
    changes = ", ".join(f"{c} = {c} - {hours} * interval '1 hour'" for c in columns)
    with wb.store.database.raw() as connection:
        connection.execute(f"UPDATE dsa.{table} SET {changes}")


def test_an_unused_segment_is_condemned_and_then_deleted_and_nothing_else(wb: Workbench, orphan) -> None:
    before = stored(wb.store)
    assert collect(ANN, wb.store, NOW) == Collected(1, 0, 0, 0)
    assert stored(wb.store) == before
    assert missing(wb.store, orphan)
    assert collect(ANN, wb.store, NOW) == Collected(0, 1, 4, 0)
    assert stored(wb.store) == before - {orphan.id}
    assert collect(ANN, wb.store, NOW) == Collected(0, 0, 0, 0)
    assert wb.check().ok


def test_what_is_young_is_spared_by_default(wb: Workbench, orphan) -> None:
    assert wb.collect() == Collected(0, 0, 0, 0)
    backdate(wb, "segments", ["created_at"], 25)
    assert wb.collect() == Collected(1, 0, 0, 0)
    assert wb.collect() == Collected(0, 0, 0, 0), "an hour is not over"
    backdate(wb, "condemned", ["at"], 1.1)
    assert wb.collect() == Collected(0, 1, 4, 0)


def test_a_write_that_began_before_keeps_what_it_found_stored(wb: Workbench, orphan) -> None:
    with wb.store.unit() as unit:
        staging = unit.staging.open(ANN)
        unit.commit()
    assert collect(ANN, wb.store, NOW).condemned == 1
    assert collect(ANN, wb.store, NOW).deleted == 0
    with wb.store.unit() as unit:
        unit.staging.close(staging)
        unit.commit()
    assert collect(ANN, wb.store, NOW).deleted == 1


def test_what_is_stored_again_is_taken_off_the_list(wb: Workbench, orphan) -> None:
    collect(ANN, wb.store, NOW)
    assert wb.store.segments.put_many([orphan]) == 0, "it is still there"
    assert not missing(wb.store, orphan)
    collect(ANN, wb.store, Grace(3600, HOUR, 0))
    assert orphan.id in stored(wb.store)


def test_what_is_stored_again_after_it_was_deleted_is_new(wb: Workbench, orphan) -> None:
    collect(ANN, wb.store, NOW)
    collect(ANN, wb.store, NOW)
    assert wb.store.segments.put_many([orphan]) == 1
    assert not missing(wb.store, orphan)


def test_what_a_commit_has_come_to_need_is_spared(wb: Workbench, tmp_path) -> None:
    """A failed import's segments are condemned; the same file is imported between the two passes."""
    path = tmp_path / "b.csv"
    path.write_text("id,v\n1,2\n")
    wb.import_file(path, "gone")
    with wb.store.database.raw() as connection:
        pages = connection.execute("DELETE FROM dsa.pages RETURNING id, body, stats").fetchall()
    assert collect(ANN, wb.store, NOW).condemned == 2
    with wb.store.database.raw() as connection:
        connection.cursor().executemany("INSERT INTO dsa.pages VALUES (%s, %s, %s)", pages)
    assert collect(ANN, wb.store, NOW) == Collected(0, 0, 0, 0)
    assert wb.check().ok
    assert wb.store.segments.missing([s.id for s in wb.store.all_segments()]) == set()


def test_a_patch_keeps_its_base(wb: Workbench, orphan) -> None:
    patch = make_segment("patch", base=orphan.id)
    wb.store.segments.put_many([patch])
    assert collect(ANN, wb.store, NOW).condemned == 1
    assert missing(wb.store, patch)
    assert not missing(wb.store, orphan)


def test_the_record_of_a_dead_write_is_removed(wb: Workbench) -> None:
    with wb.store.unit() as unit:
        unit.staging.open(ANN)
        unit.commit()
    assert wb.collect().dead_writes == 0
    backdate(wb, "staging", ["opened_at", "seen_at"], 24 * 8)
    assert wb.collect().dead_writes == 1
    assert wb.collect().dead_writes == 0


def test_imports_go_on_while_the_collector_runs(wb: Workbench, pg_url: str, tmp_path) -> None:
    """Every import finds or makes what it needs, though all that is unused is condemned and deleted at once."""
    files = []
    for n in range(3):
        files.append(tmp_path / f"{n}.csv")
        files[-1].write_text("id,v\n" + "".join(f"{i},{i % (n + 2)}\n" for i in range(2000)))
    trees = [wb.import_file(path, f"d{n}").tree for n, path in enumerate(files)]
    for round_ in range(5):
        wb.store.segments.put_many([make_segment((round_, i)) for i in range(20)])
        collect(ANN, wb.store, NOW)
        for n, path in enumerate(files):
            assert wb.import_file(path, f"e{round_}{n}").tree == trees[n]
        collect(ANN, wb.store, NOW)
    collect(ANN, wb.store, NOW)
    assert oid((4, 0)) not in stored(wb.store)
    with connect(pg_url, settings=Settings()) as other:
        assert other.check().ok
