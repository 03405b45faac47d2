"""Types that were given are a contract: later imports keep it until they are told otherwise."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from dsa_workbench.errors import ImportRejected
from dsa_workbench.workbench import Workbench


def file(text: str) -> io.BytesIO:
    return io.BytesIO(text.encode())


def types(wb: Workbench) -> dict[str, str]:
    return {f.name: str(f.type) for f in wb.read("s").schema}


@pytest.fixture
def given(wb: Workbench) -> Workbench:
    wb.import_file(file("id,zip,qty\n1,12345,5\n2,54321,6\n"), "s", types={"zip": "text", "qty": "float"})
    return wb


def test_a_later_import_reads_by_the_types_that_were_given(given: Workbench) -> None:
    done = given.import_file(file("id,zip,qty\n1,12345,5\n2,2139,7\n"), "s")
    assert types(given) == {"id": "int64", "zip": "string", "qty": "double"}
    assert any("earlier import" in note and "zip, qty" in note for note in done.notes)
    given.import_file(file("id,zip,qty\n1,12345,5\n2,2139,8\n"), "s")
    assert types(given)["zip"] == "string"


def test_a_value_that_does_not_fit_is_refused_with_the_way_out(given: Workbench) -> None:
    with pytest.raises(ImportRejected, match=r"line 3, column 'qty': 'many' is not a double.*types='detect'") as caught:
        given.import_file(file("id,zip,qty\n1,12345,5\n2,2139,many\n"), "s")
    assert caught.value.details["row"] == 2
    given.import_file(file("id,zip,qty\n1,12345,5\n2,2139,many\n"), "s", types={"qty": "text"})
    assert types(given) == {"id": "int64", "zip": "string", "qty": "string"}


def test_the_word_detect_ends_the_contract_for_all_or_for_one(given: Workbench) -> None:
    text = "id,zip,qty\n1,12345,5\n2,2139,7\n"
    given.import_file(file(text), "s", types={"zip": "detect"})
    assert types(given) == {"id": "int64", "zip": "int64", "qty": "double"}
    given.import_file(file(text + "3,1,1\n"), "s", types="detect")
    given.import_file(file(text), "s")
    assert types(given) == {"id": "int64", "zip": "int64", "qty": "int64"}


def test_one_type_for_all_holds_for_columns_that_come_later(wb: Workbench) -> None:
    wb.import_file(file("a,b\n1,2\n"), "s", types="text")
    wb.import_file(file("a,b,c\n1,2,3\n"), "s")
    assert set(types(wb).values()) == {"string"}


def test_a_renamed_column_keeps_its_type(given: Workbench) -> None:
    given.import_file(file("id,postcode,qty\n1,12345,5\n2,54321,6\n"), "s", rename={"zip": "postcode"})
    assert types(given)["postcode"] == "string"


def test_appends_keep_it_too_and_a_frame_brings_its_own(given: Workbench) -> None:
    given.import_file(file("id,zip,qty\n3,777,9\n"), "s", mode="append")
    assert given.read("s").to_pandas()["zip"].tolist() == ["12345", "54321", "777"]
    done = given.commit(pd.DataFrame({"id": [1], "zip": [12345], "qty": [1.0]}), "s")
    assert types(given)["zip"] == "int64"
    assert any("zip (int64)" in note for note in done.notes)


def test_without_types_nothing_is_remembered(wb: Workbench) -> None:
    wb.import_file(file("id,zip\n1,12345\n"), "s")
    assert all(not f.metadata for f in wb.read("s").schema)
