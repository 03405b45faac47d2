"""A write with a key is done once, however often it is sent."""

from __future__ import annotations

import threading

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Answer, Client


def test_a_repeated_request_is_given_the_answer_of_the_first(server: Client, dataset: str) -> None:
    key = f"make-{dataset}"
    first = server.ask("POST", "datasets", {"name": dataset}, Idempotency_Key=key)
    again = server.ask("POST", "datasets", {"name": dataset}, Idempotency_Key=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body == again.body
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Etag"] == first.headers["Etag"] == server.get(f"datasets/{dataset}").headers["Etag"]
    assert (first.headers["Idempotency-Replayed"], again.headers["Idempotency-Replayed"]) == (None, "true")
    other = server.ask("POST", "datasets", {"name": f"{dataset}x"}, Idempotency_Key=key)
    assert (other.status, other.json()["detail"]) == (400, f"The key {key!r} was sent with another request.")
    assert server.ask("POST", "datasets", {"name": dataset}, Idempotency_Key=f"{key}-2").status == 409


def test_what_failed_is_done_when_it_is_sent_again(server: Client, dataset: str) -> None:
    path, key = f"datasets/{dataset}", f"patch-{dataset}"
    assert server.ask("PATCH", path, {"description": "x"}, Idempotency_Key=key).status == 404
    server.ask("POST", "datasets", {"name": dataset})
    assert server.ask("PATCH", path, {"description": "x"}, Idempotency_Key=key).json()["description"] == "x"
    server.ask("PATCH", path, {"description": "y"})
    assert server.ask("PATCH", path, {"description": "x"}, Idempotency_Key=key).json()["description"] == "x"
    assert server.get(path).json()["description"] == "y"
    gone = [server.ask("DELETE", path, Idempotency_Key=f"gone-{dataset}").status for _ in range(2)]
    assert gone == [204, 204]


def test_many_at_once_are_one(server: Client, behind: Workbench, dataset: str) -> None:
    answers: list[Answer] = []

    def send() -> None:
        answers.append(server.ask("POST", "datasets", {"name": dataset}, Idempotency_Key=f"many-{dataset}"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status for a in answers} <= {201, 409}
    assert {a.json()["code"] for a in answers if a.status == 409} <= {"request_pending"}
    assert len({a.body for a in answers if a.status == 201}) == 1


def test_keys_that_are_none(server: Client, dataset: str) -> None:
    for key in ("a b", "x" * 201, "ä"):
        answer = server.ask("POST", "datasets", {"name": dataset}, Idempotency_Key=key)
        assert (answer.status, answer.json()["code"]) == (400, "invalid_input")
