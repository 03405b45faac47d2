"""Diffs and exports over HTTP."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Client


@pytest.fixture
def sales(behind: Workbench, dataset: str) -> str:
    frame = pd.DataFrame({"id": range(100), "city": ["Ulm", "Köln"] * 50, "n": range(100)})
    behind.commit(frame, dataset, key="id")
    frame.loc[[3, 7, 9], "city"] = "Bonn"
    behind.commit(pd.concat([frame.drop(index=[5]), pd.DataFrame({"id": [200], "city": ["<b>"], "n": [1]})]), dataset)
    return dataset


def test_a_summary_and_pages_of_changed_rows(server: Client, behind: Workbench, sales: str) -> None:
    path = f"datasets/{sales}/diff?from=main~1"
    told = server.get(path).json()
    data = told["tables"]["data"]
    assert (data["added"], data["removed"], data["changed"], data["unchanged"]) == (1, 1, 3, 96)
    assert data["cells"] == {"city": 3}
    assert data["key"] == ["id"]
    assert [told["to_commit"], told["from_commit"]] == [c.id for c in behind.log(sales)]
    assert "rows" not in told
    rows, offset = [], 0
    while offset is not None:
        page = server.get(f"{path}&limit=2&offset={offset}").json()
        rows += page["rows"]
        offset = page.get("next_offset")
    expected = behind.diff(f"{sales}@main~1", sales).to_arrow()
    assert page["row_columns"] == expected.column_names
    assert rows == [list(row.values()) for row in expected.to_pylist()]
    only = server.get(f"{path}&limit=10&kinds=added,removed").json()
    assert sorted(row[0] for row in only["rows"]) == ["added", "removed"]
    city = server.get(f"{path}&limit=2&changed_columns=city&columns=id").json()
    assert (len(city["rows"]), city["total"], city["next_offset"]) == (2, 3, 2)
    assert city["row_columns"] == ["change", "old_row", "new_row", "changed_columns", "old.id", "new.id"]
    page = server.get(f"{path}&limit=2&offset=2&changed_columns=city", Accept="application/vnd.apache.arrow.stream")
    assert pa.ipc.open_stream(page.body).read_all()["new.city"].to_pylist() == ["Bonn"]
    refused = server.get(f"{path}&limit=2&changed_columns=town")
    assert (refused.status, refused.json()["detail"]) == (400, "This diff has no column 'town'.")
    assert server.get(f"{path}&limit=1&form=true&columns=id").status == 400
    [event] = server.get(f"{path}&events=true").json()["tables"]["data"]["events"]
    assert event["sentence"] == "All 3 changed cells of city held 'Köln' and hold 'Bonn' now."


def test_moved_columns_are_told_where_they_are_asked_for(server: Client, behind: Workbench, dataset: str) -> None:
    behind.commit(pa.table({"n": range(0, 8000, 2), "city": ["Ulm"] * 4000}), dataset)
    behind.commit(pa.table({"n": range(1, 4001), "city": ["Ulm", None] * 2000}), dataset)
    path = f"datasets/{dataset}/diff?from=main~1"
    assert "moved_columns" not in server.get(path).json()["tables"]["data"]
    [city] = server.get(f"{path}&distributions=true").json()["tables"]["data"]["moved_columns"]
    assert city == {
        "column": "city", "distance": 0.0, "nulls_before": 0.0, "nulls_after": 0.5, "distinct_before": 1,
        "distinct_after": 1,
    }  # fmt: skip
    same = server.get(f"datasets/{dataset}/diff?from=main&distributions=true").json()
    assert same["tables"]["data"]["moved_columns"] == []


def test_all_changed_rows_as_a_stream_and_as_a_page(server: Client, behind: Workbench, sales: str) -> None:
    path = f"datasets/{sales}/diff?from=main~1"
    stream = server.get(path, Accept="application/vnd.apache.arrow.stream")
    assert pa.ipc.open_stream(stream.body).read_all().num_rows == 5
    page = server.get(path, Accept="text/html")
    assert b"&lt;b&gt;" in page.body
    assert b"<b>" not in page.body
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert server.get(path, If_None_Match=server.get(path).headers["Etag"]).status == 304
    assert server.get(f"{path}&table=none").json()["hint"] == "It has: data."
    assert server.get(f"datasets/{sales}/diff").json()["detail"] == "from: Field required"


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "arrow", "jsonl", "xlsx", "json", "html"])
def test_a_diff_is_a_file_with_a_name(
    server: Client, behind: Workbench, sales: str, tmp_path: Path, ending: str
) -> None:
    path = f"datasets/{sales}/diff?from=main~1&format={ending}&table=data"
    answer = server.get(path, Accept="*/*")
    assert f'attachment; filename="{sales}-main_1-main-data.{ending}"' in answer.headers["Content-Disposition"]
    pinned = [f"{sales}@{commit.id}" for commit in behind.log(sales)][::-1]
    behind.diff(*pinned).export(tmp_path / f"file.{ending}", "data")
    if ending == "xlsx":
        books = [
            openpyxl.load_workbook(file).worksheets[0].values
            for file in (io.BytesIO(answer.body), tmp_path / "file.xlsx")
        ]
        assert list(books[0]) == list(books[1])
    else:
        assert answer.body == (tmp_path / f"file.{ending}").read_bytes()


def test_an_export_is_a_file_with_a_name(server: Client, behind: Workbench, sales: str) -> None:
    whole = behind.read(sales).to_arrow()
    csv = server.get(f"datasets/{sales}/export")
    assert csv.headers["Content-Disposition"] == (f"attachment; filename=\"{sales}.csv\"; filename*=UTF-8''{sales}.csv")
    assert csv.headers["X-DSA-Commit"] == behind.log(sales)[0].id
    assert len(csv.body.splitlines()) == 101
    parquet = server.get(f"datasets/{sales}/export?format=parquet&columns=id,n")
    assert pq.read_table(io.BytesIO(parquet.body)).equals(whole.select(["id", "n"]))
    book = server.get(f"datasets/{sales}/export?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(book.body), read_only=True).worksheets[0]
    assert [[c.value for c in row] for row in sheet.iter_rows(max_row=2)] == [["id", "city", "n"], [0, "Ulm", 0]]
    query = quote("where=city='Bonn'&order_by=id desc&columns=id", safe="=&")
    packed = server.get(f"datasets/{sales}/export?{query}&compression=gz&line_end=crlf&header=false&at=main")
    assert gzip.decompress(packed.body) == b"9\r\n7\r\n3\r\n"
    assert packed.headers["Content-Type"] == "application/gzip"
    name = quote('Käufe "x".csv')
    named = server.get(f"datasets/{sales}/export?filename={name}")
    assert named.headers["Content-Disposition"].endswith("filename*=UTF-8''K%C3%A4ufe%20_x_.csv")


def test_an_exact_export_gives_the_bytes_that_were_imported(server: Client, behind: Workbench, dataset: str) -> None:
    data = b'a;b\r\n1;"x"\r\n02;y\r\n'
    behind.import_file(io.BytesIO(data), dataset, exact=True)
    assert server.get(f"datasets/{dataset}/export?exact=true").body == data
    answer = server.get(f"datasets/{dataset}/export?exact=true&limit=1")
    assert (answer.status, answer.json()["code"]) == (400, "invalid_input")


def test_an_export_that_fails_before_its_first_byte_is_an_error(server: Client, sales: str) -> None:
    answer = server.get(f"datasets/{sales}/export?encoding=nonsense")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert "Content-Disposition" not in answer.headers
