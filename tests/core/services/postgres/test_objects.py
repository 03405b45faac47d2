import uuid

import pytest
import sqlalchemy as sa

from dsa_workbench.core.services.interfaces import StoredPage
from dsa_workbench.core.services.postgres.tables import staging
from dsa_workbench.errors import NotFound, StoreCorrupt
from tests.fixtures.history import ANN, oid


@pytest.fixture
def unit(store):
    with store.unit() as unit:
        yield unit


def test_objects_come_back_and_putting_twice_does_nothing(unit):
    objects = unit.objects
    for put, get in [(objects.put_tree, objects.get_tree), (objects.put_manifest, objects.get_manifest)]:
        put(oid(1), b"body \x00\xff")
        put(oid(1), b"another body")
        assert get(oid(1)) == b"body \x00\xff"
    pages = [StoredPage(oid(i), b"body %d" % i, b"\x00" * i) for i in range(1200)]
    objects.put_pages(pages[:700])
    objects.put_pages([*pages[600:], pages[3]])
    objects.put_pages([])
    asked = [*pages[::-1], pages[7]]
    assert objects.get_pages([p.id for p in asked]) == asked
    assert objects.get_pages([]) == []


def test_lost_object_is_named(unit):
    lost = oid("lost")
    for ask in (unit.objects.get_tree, unit.objects.get_manifest, lambda oid: unit.objects.get_pages([oid])):
        with pytest.raises(StoreCorrupt, match=lost.hex()):
            ask(lost)


def test_staging_record_lives_until_it_is_closed(unit):
    def records():
        return unit.staging._connection.execute(sa.select(staging)).all()

    first, second = unit.staging.open(ANN), unit.staging.open(ANN)
    assert first != second
    unit.staging.touch(first)
    by_id = {row.id: row for row in records()}
    assert by_id[first].seen_at > by_id[first].opened_at
    assert by_id[second].seen_at == by_id[second].opened_at
    assert by_id[first].actor == "ann"
    unit.staging.close(first)
    unit.staging.close(first)
    assert [row.id for row in records()] == [second]
    with pytest.raises(NotFound):
        unit.staging.touch(first)
    with pytest.raises(NotFound):
        unit.staging.touch(str(uuid.uuid4()))
