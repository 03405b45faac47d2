import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest

from dsa_workbench.core.services.interfaces import StoredSegment
from dsa_workbench.core.services.postgres import segments as module
from dsa_workbench.errors import StoreCorrupt, Unsupported
from tests.fixtures.history import make_segment, oid
from tests.fixtures.waiting import wait_until_blocked


@pytest.fixture
def segments(store):
    return store.segments


def test_segments_come_back_as_they_were_given(segments):
    given = [
        StoredSegment(oid(0), rows=0, size=0, encoding=0, blob=b""),
        StoredSegment(oid(1), rows=2**31 - 1, size=2**40, encoding=32767, blob=bytes(range(256)), base=oid(0)),
        StoredSegment(oid(2), rows=1, size=1, encoding=-1, blob=os.urandom(5_000_000)),
        *(make_segment(i, os.urandom(i)) for i in range(3, 300)),
    ]
    assert segments.put_many(given) == 300
    assert segments.get_many([s.id for s in given]) == {s.id: s for s in given}
    assert {s.id: s for s in segments.all()} == {s.id: s for s in given}


def test_repeats_count_once(segments):
    a, b = make_segment("a"), make_segment("b")
    assert segments.put_many([a, b, a]) == 2
    assert segments.put_many([a, b]) == 0
    assert segments.put_many([b, make_segment("c")]) == 1
    assert list(segments.get_many([a.id, b.id, a.id])) == [a.id, b.id]


def test_nothing_asked_nothing_done(segments):
    assert segments.put_many([]) == 0
    assert segments.get_many([]) == {}
    assert segments.missing([]) == set()
    assert list(segments.all()) == []


def test_missing_tells_what_is_not_stored(segments):
    segments.put_many([make_segment(i) for i in range(100)])
    asked = [oid(i) for i in range(50, 25_000)]
    assert segments.missing(asked) == set(asked[50:])


def test_lost_segment_is_named(segments):
    segments.put_many([make_segment("a")])
    with pytest.raises(StoreCorrupt, match=oid("lost").hex()) as caught:
        segments.get_many([oid("a"), oid("lost")])
    assert caught.value.details["id"] == oid("lost").hex()


def test_what_was_put_first_stays(segments):
    segments.put_many([make_segment("a", b"full", encoding=1)])
    segments.put_many([make_segment("a", b"patch", encoding=2, base=oid("b"))])
    assert segments.get_many([oid("a")])[oid("a")].blob == b"full"


def test_blob_that_is_too_large_is_refused_before_anything_is_sent(segments, monkeypatch):
    monkeypatch.setattr(module, "LARGEST_BLOB", 1000)
    with pytest.raises(Unsupported, match="1,001 bytes"):
        segments.put_many([make_segment("a"), make_segment("b", bytes(1001))])
    assert segments.missing([oid("a"), oid("b")]) == {oid("a"), oid("b")}
    segments.put_many([make_segment("b", bytes(1000))])


def test_large_blob_passes(segments):
    blob = os.urandom(1 << 20) * 24
    segments.put_many([make_segment("small"), make_segment("large", blob), make_segment("small too")])
    assert segments.get_many([oid("large")])[oid("large")].blob == blob


def test_blobs_are_stored_uncompressed_out_of_line(store, database):
    store.segments.put_many([make_segment("a", bytes(100_000))])
    with database.raw() as connection:
        row = connection.execute("SELECT pg_column_size(blob), octet_length(blob) FROM dsa.segments").fetchone()
    assert row == (100_000, 100_000)


@pytest.mark.parametrize("first_commits", [True, False])
def test_two_writers_of_one_segment_both_succeed(store, pg_url, first_commits):
    given = [make_segment(i) for i in range(20)]
    contested = given[:5]
    insert = "INSERT INTO dsa.segments (id, rows, size, encoding, blob) VALUES (%s, 10, 100, 1, 'blob')"
    with psycopg.connect(pg_url) as other, ThreadPoolExecutor(1) as threads:
        for segment in contested:
            other.execute(insert, [segment.id])
        answer = threads.submit(store.segments.put_many, given)
        wait_until_blocked(pg_url)
        if first_commits:
            other.commit()
        else:
            other.rollback()
        assert answer.result(30) == (15 if first_commits else 20)
    assert store.segments.get_many([s.id for s in given]) == {s.id: s for s in given}


def test_writers_in_a_deadlock_both_succeed(store, pg_url):
    """The other writer locks the higher id first, against the order that we keep."""
    low, high = sorted([make_segment("a"), make_segment("b")], key=lambda s: s.id)
    insert = "INSERT INTO dsa.segments (id, rows, size, encoding, blob) VALUES (%s, 10, 100, 1, 'blob')"
    with psycopg.connect(pg_url) as other, ThreadPoolExecutor(1) as threads:
        other.execute(insert, [high.id])
        # The other waits so long before it looks for deadlocks that ours is the one that finds it.
        other.execute("SET LOCAL deadlock_timeout = '100s'")
        answer = threads.submit(store.segments.put_many, [low, high])
        wait_until_blocked(pg_url)
        other.execute(insert, [low.id])
        other.commit()
        assert answer.result(60) == 0
    assert store.segments.missing([low.id, high.id]) == set()


def test_eight_threads_put_the_same_segments(segments):
    given = [make_segment(i, os.urandom(2000)) for i in range(400)]
    barrier = Barrier(8)

    def put(shift: int) -> int:
        barrier.wait()
        mine = given[shift * 50 :] + given[: shift * 50]
        return sum(segments.put_many(mine[i : i + 40]) for i in range(0, len(mine), 40))

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(put, range(8))) == len(given)
    assert segments.get_many([s.id for s in given]) == {s.id: s for s in given}


def test_threads_read_at_once(segments):
    given = [make_segment(i, os.urandom(5000)) for i in range(200)]
    segments.put_many(given)
    with ThreadPoolExecutor(16) as threads:
        for found in threads.map(segments.get_many, [[s.id for s in given[i::16]] for i in range(16)] * 4):
            assert all(found[s.id] == s for s in given if s.id in found)
            assert len(found) >= 12


def test_failed_put_leaves_nothing_and_the_pool_clean(segments):
    unfit = StoredSegment(oid("z"), rows="ten", size=1, encoding=1, blob=b"")
    with pytest.raises(TypeError):
        segments.put_many([make_segment("a"), unfit])
    assert segments.missing([oid("a")]) == {oid("a")}
    assert segments.put_many([make_segment("a")]) == 1
