"""Profiles from the door: set, kept by version, and followed by diffs; and files that differ where tables do not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dsa_workbench.core.model.event import EventKind
from dsa_workbench.core.model.profile import make_profile
from dsa_workbench.errors import InvalidInput, NotFound
from dsa_workbench.workbench import Workbench

OLD = pd.DataFrame(
    {"id": ["a", "b", "c"], "city": ["Ulm", "Bonn", "Kiel"], "price": [1.0, 2.0, 3.0], "at": ["x", "x", "x"]}
)
NEW = pd.DataFrame(
    {"id": ["A", "b", "c"], "city": ["Ulm", "BONN", "Rom"], "price": [1.0, 2.0 + 1e-12, 3.0], "at": ["y", "y", "y"]}
)


@pytest.fixture
def sales(wb: Workbench) -> Workbench:
    wb.commit(OLD, "sales", key="id")
    wb.commit(NEW, "sales")
    return wb


def test_a_diff_goes_by_the_profile_of_the_dataset(sales: Workbench) -> None:
    assert sales.diff("sales").summary["data"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 0}
    sales.set_equality("sales", ignore="at", case=True, float_tolerance=1e-9)
    diff = sales.diff("sales")
    assert diff.summary["data"] == {"added": 0, "removed": 0, "changed": 1, "unchanged": 2}
    assert diff.profile is not None
    assert diff.profile.title == "version 1 of the profile of sales"
    assert diff.tables["data"].counts.reformed == {"id": 1, "city": 1, "price": 1}
    shown = repr(diff)
    short = diff.profile.profile.short
    assert f"Equality by version 1 of the profile of sales ({short}): at is ignored; case does not count;" in shown
    forms = diff.to_pandas(form=True)
    assert forms["changed_columns"].map(list).tolist() == [["id"], ["city", "price"]]
    assert forms["change"].tolist() == ["reformed"] * 2


def test_other_profiles_on_request(sales: Workbench) -> None:
    sales.set_equality("sales", ignore=["at"])
    sales.set_equality("sales", case=True)
    plain = sales.diff("sales", profile="none")
    assert (plain.profile, plain.summary["data"]["changed"]) == (None, 2)
    assert sales.diff("sales", profile=1).summary["data"] == {"added": 1, "removed": 1, "changed": 2, "unchanged": 0}
    assert sales.diff("sales", profile=2).summary["data"]["added"] == 0
    here = sales.diff("sales", profile={"ignore": ["at", "price", "city"]})
    assert here.profile is not None
    assert here.profile.title == "the profile that was given"
    assert here.summary["data"] == {"added": 1, "removed": 1, "changed": 0, "unchanged": 2}
    assert sales.diff("sales", profile=make_profile()).profile is None
    with pytest.raises(NotFound, match="no version 3"):
        sales.diff("sales", profile=3)
    with pytest.raises(InvalidInput, match="no equality profile"):
        sales.diff("sales", profile="strict")
    with pytest.raises(InvalidInput, match="no setting 'colour'"):
        sales.diff("sales", profile={"colour": True})
    with pytest.raises(InvalidInput, match="no stored profile"):
        sales.diff(OLD, NEW, profile=1)


def test_frames_go_by_the_profile_of_the_version_beside_them(sales: Workbench) -> None:
    sales.set_equality("sales", ignore=["at"], case=True, float_tolerance=1e-9)
    assert sales.diff("sales@main~1", NEW).summary["data"]["changed"] == 1
    assert sales.diff(OLD, "sales").summary["data"]["changed"] == 1
    assert sales.diff(OLD, NEW).profile is None


def test_versions_of_a_profile(sales: Workbench) -> None:
    assert sales.equality("sales").version == 0
    assert "There is no profile" in repr(sales.equality("sales"))
    one = sales.set_equality("sales", ignore=["at"])
    two = sales.set_equality("sales", null_tokens=["NA"])
    assert (one.version, two.version) == (1, 2)
    assert two.profile == make_profile(ignore=["at"], null_tokens=["NA"])
    assert sales.set_equality("sales", ignore=["at"]).version == 2
    assert sales.set_equality("sales", clear=True, case=["city"]).profile == make_profile(case=["city"])
    assert sales.set_equality("sales", one.profile).version == 4
    log = sales.equality("sales", log=True)
    assert [(v.version, v.created_by) for v in log.versions] == [(4, "ann"), (3, "ann"), (2, "ann"), (1, "ann")]
    assert log.versions[3].profile == one.profile
    assert "case does not count in city" in repr(log)
    sales.delete_dataset("sales")
    with pytest.raises(NotFound):
        sales.equality("sales")
    sales.restore_dataset("sales")
    assert sales.equality("sales").version == 4


def test_what_cannot_be_is_refused_and_nothing_is_kept(sales: Workbench) -> None:
    with pytest.raises(NotFound, match=r"has a column 'prize'.*Did you mean price"):
        sales.set_equality("sales", case=["prize"])
    with pytest.raises(NotFound, match="no dataset 'sale'"):
        sales.set_equality("sale", case=True)
    with pytest.raises(InvalidInput, match="none of"):
        sales.set_equality("sales", whitespace="some")
    with pytest.raises(InvalidInput, match="profile and settings"):
        sales.set_equality("sales", make_profile(), case=True)
    assert sales.equality("sales").version == 0


def test_a_cleared_profile_is_none(sales: Workbench) -> None:
    sales.set_equality("sales", ignore=["at"])
    assert "values alone count" in repr(sales.set_equality("sales", clear=True))
    assert sales.diff("sales").profile is None


TEXT = "id,name,note\n1,é,x\n2,b,y\n3,c,z\n"
FILES = [
    ("line ends (LF → CRLF)", TEXT.replace("\n", "\r\n").encode()),
    ("line ends", TEXT.rstrip("\n").encode()),
    ("byte order mark (no → yes)", TEXT.encode("utf-8-sig")),
    ("encoding (utf-8 → windows-1252)", TEXT.encode("cp1252")),
    ("lines above the table (0 → 1)", f"# by hand\n{TEXT}".encode()),
    ("lines above the table (0 → 1)", f"Notes of March\n\n{TEXT}".encode()),
    ("lines above the table (0 → 2)", f"Notes,\n\nof March,\n{TEXT}".encode()),
    ("the lines above the table", f"\n{TEXT}".encode()),
    ("the lines above the table", f"sep=,\n{TEXT}".encode()),
    ("quotes around cells", TEXT.replace("é", '"é"').encode()),
    ("delimiter (, → ;)", TEXT.replace(",", ";").encode()),
]


@pytest.mark.parametrize(("what", "data"), FILES, ids=[what for what, _ in FILES])
def test_what_a_file_differs_in_alone(wb: Workbench, tmp_path: Path, what: str, data: bytes) -> None:
    path = tmp_path / "notes.csv"
    path.write_bytes(TEXT.encode())
    wb.import_file(path, "notes")
    assert not [n for n in wb.import_file(path, "notes").notes if "The table is the same" in n]
    path.write_bytes(data)
    again = wb.import_file(path, "notes")
    assert not again.created
    assert f"The table is the same; the file differs in {what} alone." in again.notes


def test_a_diff_of_equal_tables_from_other_files(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    for text in (TEXT, TEXT.replace("x", "q"), TEXT.replace("\n", "\r\n")):
        path.write_bytes(text.encode())
        wb.import_file(path, "notes")
    diff = wb.diff("notes@main~2", "notes")
    assert not diff
    (event,) = diff.events["data"]
    assert event.kind is EventKind.SOURCE
    assert event.sentence == "The table is the same; the file differs in line ends (LF → CRLF) alone."
    assert event.sentence in repr(diff)
    assert wb.diff("notes@main~1", "notes").events["data"] == ()
    assert wb.diff("notes", "notes").events["data"] == ()


def test_other_bytes_of_one_table_are_not_explained_away(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text("id,v\n1,1.5\n2,2.5\n")
    wb.import_file(path, "notes")
    path.write_text("id,v\r\n1,1.50\r\n2,2.5\r\n")
    assert "The table is the same; the bytes of the file are others." in wb.import_file(path, "notes").notes


def test_rows_that_were_added_have_no_file(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "notes.csv"
    path.write_text(TEXT)
    first = wb.import_file(path, "notes")
    assert set(first.commit.sources) == {"data"}
    path.write_text("id,name,note\n4,d,w\n")
    assert wb.import_file(path, "notes", mode="append").commit.sources == {}


@pytest.mark.corpora
def test_a_real_history_changes_its_line_ends_once(wb: Workbench, corpora: Path) -> None:
    folder = corpora / "histories" / "mledoze-countries"
    wb.import_file(folder / "0020.csv", "countries")
    again = wb.import_file(folder / "0021.csv", "countries")
    assert "The table is the same; the file differs in line ends (CRLF → LF) alone." in again.notes
