"""Queries over HTTP: rows as a stream, faults with their line, and an end for those that take too long."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import API, Answer, Client, serving

ARROW = "application/vnd.apache.arrow.stream"
ALONE = "dsa_workbench.api"
ENDLESS = "select sum(sin(a.range)) from range(1000000000) a, range(1000000000) b"


@pytest.fixture
def sales(behind: Workbench, dataset: str) -> str:
    frame = pd.DataFrame({"id": range(250), "city": ["Ulm", "Köln"] * 125})
    behind.commit(frame, dataset, key="id", message="First")
    behind.commit(frame.head(100), dataset, message="Second")
    return dataset


def ask(client: Client, statement: str, accept: str = ARROW, **more: object) -> Answer:
    return client.ask("POST", "query", {"statement": statement, **more}, Accept=accept)


def table(answer: Answer) -> pa.Table:
    assert answer.status == 200, answer.body
    return pa.ipc.open_stream(answer.body).read_all()


def test_versions_are_joined_and_told(server: Client, behind: Workbench, sales: str) -> None:
    old, new = f"{sales}@main~1", f'"{sales}"'
    answer = ask(server, f'select count(*) as n from "{old}" left join {new} n using (id) where n.id is null')
    assert table(answer).to_pydict() == {"n": [150]}
    first, second = (commit.id for commit in reversed(behind.log(sales).commits))
    assert json.loads(answer.headers["X-DSA-Versions"]) == {old: first, sales: second}


def test_what_was_told_is_read_again_though_branches_move(server: Client, behind: Workbench, sales: str) -> None:
    statement = f'select count(*) as n from "{sales}"'
    versions = json.loads(ask(server, statement).headers["X-DSA-Versions"])
    behind.commit(pd.DataFrame({"id": [1], "city": ["Rom"]}), sales, message="Third")
    assert table(ask(server, statement)).to_pydict() == {"n": [1]}
    assert table(ask(server, statement, versions=versions)).to_pydict() == {"n": [100]}


def test_rows_have_a_limit_unless_all_are_wanted(server: Client) -> None:
    assert table(ask(server, "from range(20000)")).num_rows == 10_000
    assert table(ask(server, "from range(20000)", limit=7)).num_rows == 7
    assert table(ask(server, "from range(2000000)", limit=None)).num_rows == 2_000_000


def test_a_result_is_a_file(server: Client, tmp_path: Path) -> None:
    statement = "select range as a, 'x' || range as b from range(2)"
    assert ask(server, statement, "text/csv").body == b"a,b\n0,x0\n1,x1\n"
    book = tmp_path / "book.xlsx"
    book.write_bytes(ask(server, statement, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet").body)
    assert list(openpyxl.load_workbook(book).active.values) == [("a", "b"), (0, "x0"), (1, "x1")]
    assert ask(server, statement, "image/png").status == 406


@pytest.mark.parametrize(
    ("statement", "status", "code", "line"),
    [
        ("select 1,\n       nope\nfrom range(3)", 400, "invalid_input", 2),
        ("select from where", 400, "invalid_input", 1),
        ("from nobody_has_this", 404, "not_found", None),
        ("drop table x", 400, "invalid_input", None),
        ("from read_csv('/etc/passwd')", 400, "invalid_input", 1),
    ],
)
def test_a_fault_is_told_with_its_line(
    server: Client, statement: str, status: int, code: str, line: int | None
) -> None:
    answer = ask(server, statement)
    told = answer.json()
    assert (answer.status, told["code"], told["details"].get("line")) == (status, code, line)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_fault_that_shows_with_the_rows_is_told(server: Client) -> None:
    answer = ask(server, "select cast('x' || range as integer) from range(3)")
    assert answer.status == 400
    assert "Could not convert" in answer.json()["detail"]
    assert "X-DSA-Versions" not in answer.headers


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Give a server that waits one second for a query, and does one at a time."""
    folder = tmp_path_factory.mktemp("hasty")
    with serving(folder, "--DsaWorkbenchApp.query_seconds=1", "--DsaWorkbenchApp.queries=1") as client:
        yield client


def test_a_query_that_takes_too_long_is_ended(hasty: Client) -> None:
    answer = ask(hasty, ENDLESS)
    assert (answer.status, answer.json()["code"]) == (504, "too_slow")
    assert table(ask(hasty, "select 1 as one")).num_rows == 1


def test_a_query_whose_client_has_gone_is_ended(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.queries=1") as client:
        ask(client, "select 1")  # the store is open
        body = json.dumps({"statement": ENDLESS}).encode()
        with closing(HTTPConnection("127.0.0.1", client.port, timeout=60)) as connection:
            path = f"{client.base_url}{API}/query"
            connection.request("POST", path, body, client.headers | {"Content-Type": "application/json"})
            time.sleep(1)
        # There is one thread: were it still at work, this would be answered by 504 after a minute.
        assert table(ask(client, "select 1 as one")).num_rows == 1
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_the_service_of_a_team_computes_no_queries(tmp_path: Path) -> None:
    with serving(tmp_path, module=ALONE) as service:
        answer = ask(service, "select 1")
        assert (answer.status, answer.json()["code"]) == (501, "unsupported")
        assert "notebook" in answer.json()["hint"]


def test_who_runs_it_alone_for_himself_may_allow_queries(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.queries=1", module=ALONE) as own:
        assert table(ask(own, "select 1 as one")).num_rows == 1
