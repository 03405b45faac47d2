"""Version specs: every form reads as documented, what is read writes itself back, and what is none says why."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from dsa_workbench.core.model.spec import MAX_NAME, VersionSpec, check_name, parse_spec
from dsa_workbench.errors import InvalidInput, InvalidSpec

NAMES = st.from_regex(r"[a-zA-Z0-9äß][\w.+-]{0,8}[\wä]", fullmatch=True).filter(lambda n: ".." not in n)
TABLES = st.text(string.ascii_letters + " :@~{}ü.", min_size=1, max_size=8).filter(lambda n: n.strip() == n)
MOMENTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.builds(VersionSpec, NAMES, NAMES, MOMENTS, st.integers(0, 300), st.none() | TABLES))
def test_a_spec_reads_back_as_it_was_written(spec: VersionSpec) -> None:
    assert parse_spec(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sales", VersionSpec("sales")),
        (" sales ", VersionSpec("sales")),
        ("sales@dev", VersionSpec("sales", "dev")),
        ("sales@main~2", VersionSpec("sales", back=2)),
        ("sales~2", VersionSpec("sales", back=2)),
        ("sales^", VersionSpec("sales", back=1)),
        ("sales@dev^^~3", VersionSpec("sales", "dev", back=5)),
        ("sales@v1.0", VersionSpec("sales", "v1.0")),
        ("sales@feature/x-1", VersionSpec("sales", "feature/x-1")),
        ("sales@3fa9c1d", VersionSpec("sales", "3fa9c1d")),
        ("book@main:Sheet 2", VersionSpec("book", table="Sheet 2")),
        ("book:Sheet2", VersionSpec("book", table="Sheet2")),
        ("book~1:a:b", VersionSpec("book", back=1, table="a:b")),
        ("s@{2026-03-01T12:30+00:00}", VersionSpec("s", at=datetime(2026, 3, 1, 12, 30, 59, 999_999, UTC))),
        ("s@{2026-03-01 12:30:07Z}", VersionSpec("s", at=datetime(2026, 3, 1, 12, 30, 7, 999_999, UTC))),
        ("s@{2026-03-01T12:30:07.25Z}", VersionSpec("s", at=datetime(2026, 3, 1, 12, 30, 7, 250_000, UTC))),
        ("s@{20260301T123007+0100}", VersionSpec("s", at=datetime(2026, 3, 1, 11, 30, 7, 999_999, UTC))),
        (
            "s@dev@{2026-03-01T12:30Z}~1:t",
            VersionSpec("s", "dev", datetime(2026, 3, 1, 12, 30, 59, 999_999, UTC), 1, "t"),
        ),
    ],
)
def test_the_forms_of_a_spec(text: str, expected: VersionSpec) -> None:
    assert parse_spec(text) == expected


def test_a_date_means_the_end_of_that_day_here() -> None:
    at = parse_spec("sales@{2026-03-01}").at
    assert at is not None
    local = at.astimezone()
    assert (local.date().isoformat(), local + timedelta(microseconds=1)) == (
        "2026-03-01",
        datetime(2026, 3, 2).astimezone(),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "does not begin with a dataset's name"),
        ("@main", "does not begin with a dataset's name"),
        ("two words", "does not begin with a dataset's name"),
        ("_hidden", "does not begin with a dataset's name"),
        ("sales@", "names no version after the @"),
        ("sales@a b", "names no version after the @"),
        ("sales@main:", "ends where a table's name should follow"),
        ("sales@main~x", "'~x' is not a number of steps back"),
        ("sales@main^2", "'^2' is not a number of steps back"),
        ("sales@{yesterday}", "'yesterday' is no date"),
        ("sales@{2026-13-01}", "'2026-13-01' is no date"),
    ],
)
def test_what_is_no_spec_says_why(text: str, says: str) -> None:
    with pytest.raises(InvalidSpec, match=r"A spec reads|Write it as") as refused:
        parse_spec(text)
    assert says in refused.value.message


@pytest.mark.parametrize(
    "name", ["", "-x", "a b", "a@b", "a:b", "a~1", "a.", "a/", "a..b", "a//b", "x" * (MAX_NAME + 1)]
)
def test_names_that_specs_could_not_hold_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name a branch"):
        check_name("branch", name)


@given(NAMES)
def test_names_that_may_be_given_can_be_asked_for(name: str) -> None:
    assert parse_spec(f"{check_name('dataset', name)}@{check_name('branch', name)}") == VersionSpec(name, name)
