"""Twenty writers on one branch over HTTP: every row is there, and history is a line."""

from __future__ import annotations

import threading

import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Client

WRITERS = 20


def test_no_update_is_lost(server: Client, behind: Workbench, dataset: str) -> None:
    path = f"datasets/{dataset}/refs/main/uploads?name=part.csv&mode=append"
    statuses = [server.ask("PUT", path, b"writer,n\n-1,0\n").status]

    def write(number: int) -> None:
        for n in range(2):
            statuses.append(server.ask("PUT", path, f"writer,n\n{number},{n}\n".encode()).status)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * (2 * WRITERS + 1)
    rows = behind.read(dataset).to_arrow().to_pylist()
    assert sorted((r["writer"], r["n"]) for r in rows) == sorted(
        [(-1, 0), *((i, n) for i in range(WRITERS) for n in range(2))]
    )
    history = list(behind.log(dataset))
    assert len(history) == 2 * WRITERS + 1
    assert [c.parents for c in history[:-1]] == [(c.id,) for c in history[1:]]
    told = server.get(f"datasets/{dataset}/commits?limit=100").json()["items"]
    assert [c["id"] for c in told] == [c.id for c in history]


def test_of_many_that_move_one_branch_one_wins(server: Client, behind: Workbench, dataset: str) -> None:
    path = f"datasets/{dataset}/refs/main/uploads?name=part.csv&mode=append"
    for n in range(3):
        server.ask("PUT", path, f"a\n{n}\n".encode())
    _, middle, first = (c.id for c in behind.log(dataset))
    server.ask("POST", f"datasets/{dataset}/refs", {"name": "dev", "at": first})
    statuses: list[int] = []

    def move() -> None:
        body = {"commit": middle, "expected": first}
        statuses.append(server.ask("PATCH", f"datasets/{dataset}/refs/dev", body).status)

    threads = [threading.Thread(target=move) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [409] * (WRITERS - 1)


@pytest.mark.parametrize(("path", "body"), [("", {"description": "mine"}), ("/equality", {"case": True})])
def test_of_many_that_change_what_they_saw_one_wins(
    server: Client, behind: Workbench, dataset: str, path: str, body: dict[str, object]
) -> None:
    server.ask("PUT", f"datasets/{dataset}/refs/main/uploads?name=part.csv", b"a\n1\n")
    seen = server.get(f"datasets/{dataset}{path}").headers["Etag"]
    statuses: list[int] = []

    def change() -> None:
        statuses.append(server.ask("PATCH", f"datasets/{dataset}{path}", body, If_Match=seen).status)

    threads = [threading.Thread(target=change) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [412] * (WRITERS - 1)
