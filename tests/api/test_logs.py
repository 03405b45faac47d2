"""A line of JSON for each request, and nothing of what was in it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fixtures.server import serving


def test_each_request_is_a_line_without_what_was_in_it(tmp_path: Path) -> None:
    with serving(tmp_path, "--DsaWorkbenchApp.log_format=json") as server:
        server.ask("POST", "datasets", {"name": "sales", "description": "hidden-words"}, X_Request_ID="r-7")
        server.get("datasets/sales/data?where=secret_column%3D'value'", X_Request_ID="r-8")
        server.get("datasets?token=stolen", Authorization="token stolen")
        token = server.headers["Authorization"].removeprefix("token ")
    lines = [line for line in (tmp_path / "server.log").read_text().splitlines() if line.startswith("{")]
    told = {entry["request_id"]: entry for entry in map(json.loads, lines)}
    made, failed = told["r-7"], told["r-8"]
    assert (made["operation"], made["status"], made["actor"], made["code"]) == ("datasets.post", 201, "ann", None)
    assert (failed["operation"], failed["status"], failed["dataset"]) == ("data.get", 404, "sales")
    assert failed["code"] == "not_found"
    assert made["ms"] > 0
    whole = "\n".join(lines)
    for hidden in ("hidden-words", "secret_column", "stolen", token):
        assert hidden not in whole
