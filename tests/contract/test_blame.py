"""Which commit gave each cell its value does not depend on where the store is, and is what a plain model says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput, NotFound

BASE = pd.DataFrame({"id": [1, 2, 3], "qty": [10, 20, 30], "city": ["Rome", "Oslo", None]})


def messages(blame: Any) -> dict[str, str]:
    return {name: blame[name].message for name in blame.columns}


@pytest.fixture
def sales(door: Any, dataset: str) -> str:
    """Give a dataset of three commits: two cells changed, a row came."""
    door.commit(BASE, dataset, key="id", message="First")
    frame = BASE.copy()
    frame.loc[1, "qty"] = 25
    door.commit(frame, dataset, message="Second")
    frame.loc[2, "city"] = "Bonn"
    door.commit(pd.concat([frame, pd.DataFrame({"id": [4], "qty": [1], "city": ["Ulm"]})]), dataset, message="Third")
    return dataset


def test_each_cell_has_its_commit(door: Any, sales: str) -> None:
    found = door.blame(sales, 2)
    assert messages(found) == {"id": "First", "qty": "Second", "city": "First"}
    assert (found.added.message, found.row.to_pylist()) == ("First", [{"id": 2, "qty": 25, "city": "Oslo"}])
    assert messages(door.blame(sales, "3", "city")) == {"city": "Third"}
    assert messages(door.blame(f"{sales}@main~1", 2, ["qty"])) == {"qty": "Second"}
    assert door.blame(sales, {"id": 4}).added.message == "Third"
    frame = found.to_pandas()
    assert frame["value"].tolist() == ["2", "25", "Oslo"]
    assert frame["message"].tolist() == ["First", "Second", "First"]
    shown = repr(found)
    assert "id = 2" in shown
    assert "Second" in shown
    assert f"The row came with {found.added.short}, First." in shown


def test_what_is_not_there_is_said(door: Any, sales: str) -> None:
    with pytest.raises(NotFound, match="has no row with id = 9"):
        door.blame(sales, 9)
    with pytest.raises(NotFound, match="no column 'price'"):
        door.blame(sales, 1, "price")
    for wrong in ("one", 1.5, None):
        with pytest.raises(InvalidInput):
            door.blame(sales, wrong)
    with pytest.raises(InvalidInput, match="2 values were given"):
        door.blame(sales, [1, 2])
    with pytest.raises(InvalidInput, match="Give a value for each of its columns"):
        door.blame(sales, {"qty": 10})
    door.commit(BASE, f"{sales}-keyless")
    with pytest.raises(InvalidInput, match="has no key"):
        door.blame(f"{sales}-keyless", 1)


def test_merges_are_seen_through(door: Any, sales: str) -> None:
    door.branch(sales, "dev")
    ours, theirs = (door.read(sales).to_pandas() for _ in range(2))
    ours.loc[0, "qty"] = 11
    theirs.loc[0, "city"] = "Roma"
    door.commit(ours, sales, message="Ours")
    door.commit(theirs, f"{sales}", ref="dev", message="Theirs")
    door.merge(f"{sales}@dev", message="Merge")
    assert messages(door.blame(sales, 1)) == {"id": "First", "qty": "Ours", "city": "Theirs"}
    ours.loc[1, "qty"], theirs.loc[1, "qty"] = 98, 99
    theirs.loc[0, "qty"], ours.loc[0, "city"] = 11, "Roma"
    door.commit(ours, sales, message="Ours again")
    door.commit(theirs, sales, ref="dev", message="Theirs again")
    conflict = door.merge(f"{sales}@dev", resolve="theirs", message="Settled")
    assert conflict
    assert messages(door.blame(sales, 2))["qty"] == "Theirs again"


def test_renames_types_and_new_columns(door: Any, sales: str) -> None:
    frame = door.read(sales).to_pandas().rename(columns={"qty": "count"})
    door.commit(frame, sales, rename={"qty": "count"}, message="Renamed")
    assert messages(door.blame(sales, 2)) == {"id": "First", "count": "Second", "city": "First"}
    frame["count"] = frame["count"].astype("float64")
    door.commit(frame.assign(note="x"), sales, message="Typed")
    assert messages(door.blame(sales, 2)) == {"id": "First", "count": "Second", "city": "First", "note": "Typed"}


def test_a_row_that_came_back_came_with_its_return(door: Any, sales: str) -> None:
    whole = door.read(sales).to_pandas()
    door.commit(whole[whole["id"] != 2], sales, message="Removed")
    door.commit(whole.iloc[::-1], sales, message="Returned")
    found = door.blame(sales, 2)
    assert (found.added.message, set(messages(found).values())) == ("Returned", {"Returned"})
    assert door.blame(sales, 1).added.message == "First"


def test_keys_of_several_columns_and_of_any_type(door: Any, dataset: str) -> None:
    day = dt.date(2026, 3, 1)
    stock = pa.table({
        "shop": ["Ulm, Süd", "Ulm, Süd", "Bonn"], "on": [day, dt.date(2026, 3, 2), day],
        "price": pa.array([Decimal("1.50"), Decimal("2.00"), None], pa.decimal128(9, 2)), "n": [1, 2, 3],
    })  # fmt: skip
    door.commit(stock, dataset, key=["shop", "on"], message="First")
    door.commit(stock.set_column(3, "n", pa.array([1, 5, 3])), dataset, message="Second")
    for key in (
        ("Ulm, Süd", dt.date(2026, 3, 2)),
        ["Ulm, Süd", "2026-03-02"],
        {"on": "2026-03-02", "shop": "Ulm, Süd"},
    ):
        assert messages(door.blame(dataset, key)) == {"shop": "First", "on": "First", "price": "First", "n": "Second"}


def test_what_the_profile_takes_for_the_same_is_no_change(door: Any, sales: str) -> None:
    frame = door.read(sales).to_pandas()
    frame.loc[0, "city"] = "ROME"
    door.commit(frame, sales, message="Shouted")
    assert messages(door.blame(sales, 1))["city"] == "Shouted"
    assert messages(door.blame(sales, 1, profile={"case": True}))["city"] == "First"
    door.set_equality(sales, case=True)
    assert messages(door.blame(sales, 1))["city"] == "First"
    assert messages(door.blame(sales, 1, profile="none"))["city"] == "Shouted"


def test_a_key_that_was_declared_late(door: Any, dataset: str) -> None:
    door.commit(pd.DataFrame({"id": [1, 1, 2], "n": [1, 2, 3]}), dataset, message="Twice")
    door.commit(pd.DataFrame({"id": [1, 2], "n": [2, 3]}), dataset, key="id", message="Keyed")
    assert messages(door.blame(dataset, 1)) == {"id": "Keyed", "n": "Keyed"}
    assert messages(door.blame(dataset, 2)) == {"id": "Twice", "n": "Twice"}
