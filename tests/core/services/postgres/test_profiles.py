from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from dsa_workbench.core.model.profile import make_profile
from dsa_workbench.errors import DsaError
from tests.fixtures.history import ANN, BOB


def dataset(store, name="sales"):
    with store.unit() as unit:
        made = unit.datasets.create(name, ANN)
        unit.commit()
    return made.id


def add(store, dataset_id, profile, actor=ANN):
    with store.unit() as unit:
        unit.profiles.lock(dataset_id)
        made = unit.profiles.add(dataset_id, profile, actor)
        unit.commit()
    return made


def test_versions_are_kept_and_read_back(store):
    sales, other = dataset(store), dataset(store, "other")
    profiles = [make_profile(case=True, ignore=["ä", 'a"b']), make_profile(), make_profile(float_tolerance=1e-9)]
    made = [add(store, sales, p, who) for p, who in zip(profiles, (ANN, BOB, ANN), strict=True)]
    assert [m.version for m in made] == [1, 2, 3]
    assert [m.created_by for m in made] == ["ann", "bob", "ann"]
    with store.unit() as unit:
        assert unit.profiles.history(sales) == made[::-1]
        assert unit.profiles.current(sales) == made[2]
        assert unit.profiles.find(sales, 1) == made[0]
        assert unit.profiles.find(sales, 4) is None
        assert unit.profiles.current(other) is None
        assert unit.profiles.history(other) == []
        assert made[0].created_at.utcoffset().total_seconds() == 0


def test_writers_at_once_take_a_number_each(store):
    sales = dataset(store)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: add(store, sales, make_profile(decimal_scale=n)), range(8)))
    assert sorted(m.version for m in made) == list(range(1, 9))


def test_a_profile_needs_its_dataset(store):
    with pytest.raises((DsaError, IntegrityError)), store.unit() as unit:
        unit.profiles.add(12345, make_profile(), ANN)
