"""A line of JSON for each request, and nothing of what was in it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.api.test_jobs import ended, submit
from tests.fixtures.server import serving


def test_each_request_is_a_line_without_what_was_in_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.log_lines=json") as server:
        server.ask("POST", "datasets", {"name": "sales", "description": "hidden-words"}, X_Request_ID="r-7")
        server.get("datasets/sales/data?where=secret_column%3D'value'", X_Request_ID="r-8")
        server.get("datasets?token=stolen", Authorization="token stolen")
        token = server.headers["Authorization"].removeprefix("token ")
    lines = [line for line in (tmp_path / "server.log").read_text().splitlines() if line.startswith("{")]
    told = {entry["request_id"]: entry for entry in map(json.loads, lines) if entry["event"] == "request"}
    made, failed = told["r-7"], told["r-8"]
    assert (made["operation"], made["status"], made["actor"], made["code"]) == ("datasets.post", 201, "ann", None)
    assert (failed["operation"], failed["status"], failed["dataset"]) == ("data.get", 404, "sales")
    assert failed["code"] == "not_found"
    assert made["ms"] > 0
    whole = "\n".join(lines)
    for hidden in ("hidden-words", "secret_column", "stolen", token):
        assert hidden not in whole


def test_lines_about_a_job_name_it_and_the_request_that_asked_for_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.log_lines=json") as server:
        urls = [submit(server, name, X_Request_ID=f"ask-{name}") for name in ("a", "b")]
        jobs = {ended(server, url)["id"]: f"ask-{name}" for url, name in zip(urls, ("a", "b"), strict=True)}
    lines = [json.loads(line) for line in (tmp_path / "server.log").read_text().splitlines() if line.startswith("{")]
    told = [(line["job"], line["request_id"]) for line in lines if line.get("logger") == "dsa_workbench.worker.holding"]
    assert sorted(told) == sorted((job, asked) for job, asked in jobs.items() for _ in range(2))
    assert all(line["level"] == "info" and line["timestamp"] for line in lines if "job" in line and "logger" in line)


def test_what_was_refused_stands_in_the_log_of_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.get("datasets/nope").status == 404
    assert re.search(r"404 GET /dsa/api/v1/datasets/nope \(", (tmp_path / "server.log").read_text())
