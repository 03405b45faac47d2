from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dsa_workbench.core.model.change import SchemaChange, SchemaChangeKind
from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.ref import Dataset, Ref, RefKind
from dsa_workbench.rendering import text
from dsa_workbench.rendering.document import Bullets, Facts, Grid, Head, Heading, Line, Row, Verbatim, plain
from dsa_workbench.rendering.words import count, duration, listed, moment, short_changes, size
from dsa_workbench.results import (
    CheckReport,
    CommitResult,
    CommitView,
    Datasets,
    Displayed,
    Exported,
    Log,
    Refs,
    Status,
)

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
SUMMARY = {"data": {"added": 2, "removed": 1, "changed": 0, "unchanged": 1204}}


def commit(digit: str = "3", message: str = "March extract", **more: object) -> Commit:
    values = {"parents": ("c" * 64,), "summary": SUMMARY} | more
    return Commit(id=digit * 64, tree="a" * 64, author="ana", message=message, time=NOON, **values)  # type: ignore[arg-type]


def test_a_commit_result_says_what_was_committed() -> None:
    result = CommitResult(commit(), "sales", "main", True, 1206, 0.4211, ("Column zip is text: row 3 holds 02139.",))
    assert repr(result).splitlines() == [
        "sales@main  3333333333  March extract",
        "1,206 rows; +2 −1; 0.42 s.",
        "- Column zip is text: row 3 holds 02139.",
    ]
    assert (result.id, result.tree, result.parents) == ("3" * 64, "a" * 64, ("c" * 64,))
    assert (result.author, result.message, result.time, result.summary) == (
        "ana",
        "March extract",
        NOON,
        SUMMARY,
    )
    assert result.short == "3" * 10


def test_an_import_that_changes_nothing_says_so() -> None:
    result = CommitResult(commit(), "sales", "main", False, 1206, 0.1)
    assert repr(result) == ("sales@main  nothing changed, so no commit was made\nIt stays at 3333333333: 1,206 rows.")


def test_show_tells_message_refs_and_schema() -> None:
    schema = {"data": (SchemaChange(SchemaChangeKind.ADDED, "tax", None, "float64"),)}
    shown = repr(CommitView(commit(message="One\n\nTwo\tthree"), ("main", "v1.0"), schema))
    for part in (
        "One\ncommit  " + "3" * 64,
        "refs    main, v1.0",
        f"time    {moment(NOON)}",
        "Two⇥three",
        "data       2        1        0      1,204",
        "Schema of data:\n- Column tax added (float64).",
    ):
        assert part in shown
    assert "none: this is the first" in repr(CommitView(commit(parents=())))


def test_a_log_is_a_sequence_that_shows_itself() -> None:
    first, second = commit("1"), commit("2", "Fix\nwith a body")
    log = Log("sales@main", (second, first), {second.id: ("main",)})
    assert list(log) == [second, first]
    assert log[0] is second
    assert log[1:] == (first,)
    assert len(log) == 2
    assert "2222222222" in repr(log)
    assert "(main) Fix\n" in repr(log)
    assert "with a body" not in repr(log)


def test_a_long_log_shows_its_beginning() -> None:
    assert repr(Log("sales@main", (commit(),) * 60)).endswith("… and 10 more.")


def test_refs_and_datasets_are_sequences() -> None:
    ref = Ref(1, "main", RefKind.BRANCH, ObjectId(b"\x12" * 32), NOON, "ana", protected=True)
    refs = Refs("sales", (ref,))
    assert list(refs) == [ref]
    assert "main  protected  branch  1212121212" in repr(refs)
    dataset = Dataset(1, "sales", NOON, "ana", deleted_at=NOON)
    datasets = Datasets((dataset,), deleted=True)
    assert datasets[0] is dataset
    assert "1 deleted dataset" in repr(datasets)
    assert repr(Datasets(())) == "There are no datasets yet. Begin with %dsa import FILE NAME."


def test_reports() -> None:
    status = Status("0.1.0", "ana", "postgresql:///dsa", "PostgreSQL 18.1", 3, "/home/ana/dsa", 12_345_678)
    assert "server     PostgreSQL 18.1, started by DSA Workbench" in repr(status)
    assert "stored     12.3 MB" in repr(status)
    given = Status("0.1.0", "ana", "postgresql://db/dsa", "PostgreSQL 16.2", 3)
    assert "started by" not in repr(given)
    assert repr(Exported("sales@main", Path("out.csv"), 5, 2100, 0.02)).endswith("5 rows, 2.1 kB, 0.02 s.")
    assert CheckReport(counts={"commits": 3}).ok
    bad = CheckReport(("Segment ab is missing.",), {"commits": 3})
    assert not bad.ok
    assert repr(bad) == "1 problem found.\n- Segment ab is missing.\nChecked: commits 3."


@pytest.mark.parametrize(
    "result",
    [
        CommitResult(commit(message="<b>|`x`"), "sales", "main", True, 1, 0.1, ("<i>",)),
        CommitView(commit(message="<b>\n<u>"), ("main",)),
        Log("<s>", (commit(message="<b>"),)),
        Datasets((Dataset(1, "sales", NOON, "<b>", "<script>"),)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_names_and_messages_are_escaped(result: Displayed) -> None:
    bundle = result._repr_mimebundle_()
    assert not {"<b>", "<i>", "<s>", "<u>", "<script>"} & set(bundle["text/html"].split("</style>")[1].split('"'))
    for tag in ("<b>", "<i>", "<s>", "<u>", "<script>"):
        assert tag not in bundle["text/html"]
    assert "<b>" not in bundle["text/markdown"]


def test_a_bundle_holds_what_is_asked_for() -> None:
    log = Log("x", ())
    assert set(log._repr_mimebundle_()) == {"text/plain", "text/html", "text/markdown"}
    assert set(log._repr_mimebundle_(include={"text/plain"})) == {"text/plain"}
    assert set(log._repr_mimebundle_(exclude={"text/html"})) == {"text/plain", "text/markdown"}
    assert log._repr_mimebundle_(include={"image/png"}) == {}


def test_text_never_passes_its_width() -> None:
    wide = Grid("", tuple(Head(f"column{i}") for i in range(40)), (Row(tuple(plain("v" * 30) for _ in range(40))),))
    blocks = (Heading(plain("t")), Line(plain("word " * 100)), Bullets((plain("word " * 100),)), wide)
    lines = text.write((*blocks, Facts((("a", plain("word " * 60)),))), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert any("columns without room" in line for line in lines)


def test_wide_characters_line_up() -> None:
    grid = Grid("", (Head("a"), Head("b")), (Row((plain("日本"), plain("x"))), Row((plain("abcd"), plain("y")))))
    assert text.write((grid,)).splitlines()[-2:] == ["日本  x", "abcd  y"]


def test_verbatim_text_keeps_its_lines() -> None:
    assert text.write((Verbatim("a\n  b"),)) == "a\n  b"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (26.6e6, "26.6 MB"),
        (5e15, "5000 TB"),
    ],
)
def test_sizes(value: float, said: str) -> None:
    assert size(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.424, "0.42 s"), (12.4, "12 s"), (200, "3 min 20 s"), (59.7, "1 min 0 s"), (7500, "2 h 5 min")],
)
def test_durations(value: float, said: str) -> None:
    assert duration(value) == said


def test_other_words() -> None:
    assert count(1, "row") == "1 row"
    assert count(1234, "row") == "1,234 rows"
    assert short_changes(1234, 0, 5) == "+1,234 ~5"
    assert short_changes(0, 0, 0) == "no row changed"
    assert listed([]) == ""
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"
