"""What users do is told to the event logger of the server, by the schemas that are shipped."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from jupyter_events import EventLogger, EventSchema

from dsa_workbench.api.events import SCHEMAS, register_events, tell_event
from tests.api.test_jobs import ended, submit
from tests.fixtures.server import Client, serving

CONFIG = """
import logging
c.EventLogger.handlers = [logging.FileHandler({path!r})]
"""


def happened(path: Path) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for line in path.read_text().splitlines():
        event = json.loads(line)
        schema = event["__schema__"]
        if "dsa-workbench" in schema:
            EventSchema(SCHEMAS / f"{schema.split('/')[-2]}.yaml").validate(
                {name: value for name, value in event.items() if not name.startswith("__")}
            )
            found.append((schema.split("/")[-2], event))
    return found


def forked(server: Client) -> None:
    """Merge, apply and set what counts as equal, each in a way that does something and in one that does not."""
    branch = "datasets/sales/refs/side"
    server.ask("POST", "datasets/sales/refs", {"name": "side"})
    server.ask("PUT", f"{branch}/uploads?name=b.csv", b"id\n1\n2\n", Content_Type="application/octet-stream")
    for _ in range(2):
        assert server.ask("POST", "datasets/sales/refs/main/merges", {"source": "side"}).status == 200
    patch = server.get("datasets/sales/patch?from=main~1").body
    undo = f"{branch}/patches?reverse=true"
    statuses = [server.ask("POST", undo, patch, Content_Type="application/json").status for _ in range(2)]
    assert statuses == [201, 200]
    for _ in range(2):
        assert server.ask("PATCH", "datasets/sales/equality", {"case": True}).json()["version"] == 1


def test_a_server_with_a_handler_writes_what_was_done(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(CONFIG.format(path=str(events)))
    with serving(tmp_path) as server:
        ask = server.ask
        ask("POST", "datasets", {"name": "sales"}, X_Request_ID="first")
        ask("PATCH", "datasets/sales", {"description": "of the year"})
        upload = "datasets/sales/refs/main/uploads?name=a.csv"
        commit = ask("PUT", upload, b"id\n1\n", Content_Type="application/octet-stream").json()["commit"]
        ask("PUT", upload, b"id,n\n1\n,,,", Content_Type="application/octet-stream")
        ask("POST", "datasets/sales/refs", {"name": "dev"})
        ask("PATCH", "datasets/sales/refs/dev", {"protected": True})
        ask("PATCH", "datasets/sales/refs/dev", {"protected": False})
        ask("DELETE", "datasets/sales/refs/dev")
        forked(server)
        assert server.get("datasets/sales/export?format=parquet").status == 200
        job = ended(server, submit(server, "other"))["id"]
        ask("DELETE", "datasets/other")
        ask("POST", "datasets/other/restore", Idempotency_Key="once")
        ask("POST", "datasets/other/restore", Idempotency_Key="once")
        end = time.monotonic() + 10  # the end of a job is told after it can be seen
        while ("job", "end") not in [(n, e.get("action")) for n, e in happened(events)] and time.monotonic() < end:
            time.sleep(0.05)
    told = happened(events)
    assert sorted((name, event.get("action", "")) for name, event in told) == sorted(
        [
            ("dataset", "create"), ("dataset", "describe"), ("commit", "import"), ("ref", "create"),
            ("ref", "protect"), ("ref", "unprotect"), ("ref", "delete"), ("export", ""), ("job", "submit"),
            ("job", "end"), ("dataset", "delete"), ("dataset", "restore"),
            ("ref", "create"), ("commit", "import"), ("commit", "merge"), ("commit", "apply"), ("dataset", "equality"),
        ]
    )  # fmt: skip
    assert {event["actor"] for _, event in told} == {"ann"}
    assert told[0][1]["request_id"] == "first"
    [made] = [event for name, event in told if name == "commit" and event["rows"] == 1 and event["action"] == "import"]
    assert (made["commit"], made["rows"], made["created"], made["ref"]) == (commit, 1, True, "main")
    [done] = [event for _, event in told if event.get("action") == "end"]
    assert (done["job"], done["state"], done["dataset"], done["attempt"]) == (job, "succeeded", "other", 1)


def test_an_event_that_is_none_is_not_told() -> None:
    logger = EventLogger()
    register_events(logger)
    heard: list[Any] = []

    async def listen(logger: EventLogger, schema_id: str, data: dict[str, Any]) -> None:
        heard.append(data)

    logger.add_listener(schema_id="https://events.dsa-workbench.org/dataset/v1", listener=listen)
    with pytest.raises(Exception, match="'burn' is not one of"):
        tell_event(logger, "dataset", action="burn", dataset="sales", actor="ann", request_id="r")
    assert heard == []
