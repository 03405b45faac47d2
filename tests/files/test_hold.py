"""Holding a source: what its giver does afterwards does not show."""

import io
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.hold import hold, hold_path
from dsa_workbench.files.source import open_tables, read_all
from dsa_workbench.files.stream import Input


def rows(source: object) -> list[dict[str, object]]:
    return read_all(open_tables(source)[0]).to_pylist()


def test_a_file_is_copied_from_where_it_stands_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"# above\nid\n1\n2\n")
    with path.open("rb") as file:
        file.readline()
        held = hold(file)
    path.write_bytes(b"")
    assert isinstance(held, Input)
    assert (held.label, held.size) == ("a.csv", 7)
    assert rows(held) == rows(held) == [{"id": 1}, {"id": 2}]


class Pipe(io.RawIOBase):
    """A file that cannot be wound back."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        size = len(self.data) if size < 0 else size
        taken, self.data = self.data[:size], self.data[size:]
        return taken


@pytest.mark.parametrize("source", [io.StringIO("id\n1\n"), Pipe(b"id\n1\n")], ids=["text", "pipe"])
def test_text_in_memory_and_pipes_are_copied(source: io.IOBase) -> None:
    held = hold(source)
    source.close()
    assert rows(held) == [{"id": 1}]


def test_what_cannot_be_read_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id\n1\n")
    with (tmp_path / "a.csv").open() as text, pytest.raises(InvalidInput, match="opened as text"):
        hold(text)


def test_tables_that_can_change_are_copied_and_others_are_not() -> None:
    frame, table = pd.DataFrame({"n": [1]}), pa.table({"n": [1]})
    held = hold({"frame": frame, "table": table, "series": 3})
    frame.loc[0, "n"] = 2
    assert held["frame"]["n"].tolist() == [1]
    assert held["table"] is table
    assert held["series"] == 3


def test_paths_become_absolute_and_urls_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", os.fspath(tmp_path / "home"))
    assert hold("a.csv") == hold(Path("a.csv")) == os.fspath(tmp_path / "a.csv")
    assert hold_path("~/*.csv") == os.fspath(tmp_path / "home" / "*.csv")
    assert hold("s3://bucket/a.csv") == "s3://bucket/a.csv"
