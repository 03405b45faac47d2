"""Events, profiles and changes of form, as people see them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from dsa_workbench.core.model.change import ChangeCounts
from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.core.model.moved_column import MovedColumn
from dsa_workbench.core.model.profile import UsedProfile, make_profile
from dsa_workbench.rendering.equality import phrases
from dsa_workbench.results import Diff
from tests.rendering.hand_made import HandMade, diff_of

EVENT = Event(EventKind.KEY_FORM, "3 of 3 keys differ in <case> alone.", ("id",), "A profile with case pairs them.")
TABLE = diff_of({"id": pa.int64(), "name": pa.string()}, added=[(1, "a")])


def of(table: HandMade, **more: object) -> Diff:
    return Diff("a@1", "a@2", {"data": table}, **more)  # type: ignore[arg-type]


def test_events_stand_above_the_counts() -> None:
    shown = repr(of(replace(TABLE, events=(EVENT,))))
    line = "Keys written differently: 3 of 3 keys differ in <case> alone. A profile with case pairs them."
    assert line in shown
    assert shown.index(line) < shown.index("+1 added")


def test_events_are_escaped_where_they_must_be() -> None:
    diff = of(replace(TABLE, events=(EVENT,)))
    assert "in &lt;case&gt; alone" in diff._repr_html_()
    assert "<case>" not in diff._repr_html_()
    assert "Keys written differently" in diff._repr_markdown_()


def test_events_of_a_table_without_changes_are_said_too() -> None:
    same = replace(TABLE, counts=ChangeCounts(unchanged=3, moved=2), events=(EVENT,), schema_changes=())
    shown = repr(of(same))
    assert "No difference: 3 rows are the same." in shown
    assert "Keys written differently" in shown


def test_the_profile_is_named_in_the_last_line() -> None:
    used = UsedProfile("version 3 of the profile of sales", make_profile(ignore=["at"], case=["id"]))
    shown = repr(of(TABLE, profile=used)).splitlines()
    said = "Equality by version 3 of the profile of sales"
    assert any(line.startswith(said) for line in shown[-2:])
    assert "at is ignored; case does not count in id." in " ".join(shown[-2:])


def test_changes_of_form_are_shown_on_request_alone() -> None:
    rows = diff_of({"id": pa.int64(), "name": pa.string()}, changed=[((7, "A"), (7, "a"), ["name"])]).table
    reformed = rows.set_column(0, "change", pa.array(["reformed"]))
    table = replace(TABLE, reformed=reformed, counts=replace(TABLE.counts, reformed={"name": 1}))
    assert "Rows that changed in form alone" not in repr(of(table))
    shown = repr(of(table, form=True))
    assert "A → a" in shown.split("Rows that changed in form alone:")[1]


def test_phrases_say_every_setting() -> None:
    profile = make_profile(
        ignore=["a", "b"], case={"*": True, "c": False}, whitespace={"d": "collapse"}, null_tokens=["NA"],
        decimal_scale={"e": 1, "f": 2}, float_tolerance=0.5, relative_tolerance=1e-6,
    )  # fmt: skip
    assert phrases(profile) == [
        "a and b are ignored",
        "case does not count",
        "case counts in c",
        "a run of white space counts as one blank in d",
        '"NA" counts as null',
        "1 decimal counts in e",
        "2 decimals count in f",
        "floats may lie 0.5 apart",
        "floats may lie apart by 1e-06 of the larger one",
    ]
    assert phrases(make_profile()) == []


def test_moved_columns_stand_below_the_counts_and_are_escaped() -> None:
    moved = (MovedColumn("qty", 0.311, 0.0, 0.0, 3, 4), MovedColumn("<b>", 0.12, 0.01, 0.2, None, None))
    diff = of(replace(TABLE, distributions=moved))
    line = "Distributions moved: qty (0.31), <b> (0.12; nulls 1 % → 20 %)."
    assert line in repr(diff)
    assert repr(diff).index("+1 added") < repr(diff).index(line)
    assert line.replace("<b>", "&lt;b&gt;") in diff._repr_html_()
    assert "Distributions" not in repr(of(TABLE))
