"""The stored format does not move: ids, canonical bytes, fingerprints, borders and objects, as on the first day."""

import json
from typing import Any

import pytest

from dsa_workbench.columns import canonical, codec
from dsa_workbench.columns.types import parse_type
from dsa_workbench.errors import StoreCorrupt, Unsupported
from tests.golden import samples, write

GOLDEN: dict[str, Any] = json.loads(write.FILE.read_text(encoding="utf-8"))
ARRAYS = {**samples.samples(), **samples.many()}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_have_the_ids_of_the_first_day(name: str) -> None:
    assert write.describe(ARRAYS[name]) == GOLDEN["arrays"][name]


def test_no_golden_array_is_left_out() -> None:
    assert set(GOLDEN["arrays"]) == set(ARRAYS) == set(GOLDEN["stored"])


@pytest.mark.parametrize("name", GOLDEN["stored"])
def test_what_was_stored_on_the_first_day_is_read(name: str) -> None:
    entry = GOLDEN["stored"][name]
    kind, blob = parse_type(entry["type"]), bytes.fromhex(entry["blob"])
    array = codec.load(entry["encoding"], blob, entry["size"], kind, entry["rows"])
    array.validate(full=True)
    assert canonical.segment_id(entry["type"], entry["rows"], canonical.encode(array)).hex() == entry["id"]


def test_every_encoding_is_held() -> None:
    assert {entry["encoding"] for entry in GOLDEN["stored"].values()} == {0, 1, 3}


@pytest.mark.parametrize(("name", "key"), [("key", ("id",)), ("no key", ())])
def test_tables_have_the_borders_and_objects_of_the_first_day(name: str, key: tuple[str, ...]) -> None:
    assert write.objects(key) == GOLDEN["objects"][name]


@pytest.mark.parametrize("same", ["words", "dictionary", "dictionary int8", "large_string", "string_view"])
def test_layouts_of_the_same_values_have_one_id(same: str) -> None:
    assert GOLDEN["arrays"][same] == GOLDEN["arrays"]["words"]


def test_zeros_and_nans_are_told_apart() -> None:
    one, other = (write.describe(samples.samples()["nan payload"].slice(i, 1)) for i in (0, 1))
    assert one["id"] != other["id"]


@pytest.mark.parametrize("name", GOLDEN["stored"])
def test_a_damaged_blob_is_never_taken_for_what_was_stored(name: str) -> None:
    entry = GOLDEN["stored"][name]
    kind, blob = parse_type(entry["type"]), bytes.fromhex(entry["blob"])
    for place in range(0, len(blob), max(1, len(blob) // 7)):
        damaged = blob[:place] + bytes([blob[place] ^ 0x55]) + blob[place + 1 :]
        try:
            array = codec.load(entry["encoding"], damaged, entry["size"], kind, entry["rows"])
            body = canonical.encode(array)
        except (StoreCorrupt, Unsupported):
            continue
        if body != canonical.encode(codec.load(entry["encoding"], blob, entry["size"], kind, entry["rows"])):
            assert canonical.segment_id(entry["type"], entry["rows"], body).hex() != entry["id"]


def test_an_encoding_of_the_future_is_refused() -> None:
    with pytest.raises(Unsupported, match="encoding 2"):
        codec.load(2, b"", 0, parse_type("int64"), 0)
