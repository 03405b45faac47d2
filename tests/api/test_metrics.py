"""What the server counts is what happened."""

from __future__ import annotations

import json
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect
from tests.fixtures.server import Client, serving


def numbers(server: Client) -> dict[tuple[str, ...], float]:
    answer = server.get("metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def test_requests_rows_bytes_jobs_and_the_store_are_counted(server: Client, dataset: str) -> None:
    before = numbers(server)
    data = b"id,city\n" + b"".join(b"%d,Ulm\n" % i for i in range(500))
    path = f"datasets/{dataset}/refs/main/uploads?name=x.csv"
    assert server.ask("PUT", path, data, Content_Type="application/octet-stream").status == 201
    exported = len(server.get(f"datasets/{dataset}/export").body)
    for _ in range(3):
        assert server.get(f"datasets/{dataset}/data").status == 200
    assert server.get("datasets/none-such").status == 404
    after = numbers(server)

    def grown(*name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert grown("dsa_requests_total", "200", "data.get") == 3
    assert grown("dsa_requests_total", "404", "dataset.get") == 1
    assert grown("dsa_request_seconds_count", "data.get") == 3
    assert grown("dsa_upload_bytes_total") == len(data)
    assert grown("dsa_stream_bytes_total") == exported
    assert grown("dsa_imported_rows_total") == 500
    assert grown("dsa_cache_hits") > 0
    assert after["dsa_requests_running",] == 1
    assert after["dsa_cache_bytes",] > 0
    assert after["dsa_job_queue_seconds",] >= 0
    assert after["dsa_jobs", "queued"] >= 0


def test_slow_statements_are_counted_and_logged_without_what_was_asked(tmp_path: Path) -> None:
    options = ("--DsaWorkbenchApp.slow_seconds=0.0001", "--DsaWorkbenchApp.log_lines=json")
    with serving(tmp_path, *options) as server:
        path = "datasets/secretname/refs/main/uploads?name=x.csv&message=secretword"
        assert (
            server.ask("PUT", path, b"id\n1\n", Content_Type="application/octet-stream", X_Request_ID="r").status == 201
        )
        assert numbers(server)["dsa_slow_queries_total",] > 5
    lines = [json.loads(line) for line in (tmp_path / "server.log").read_text().splitlines() if line.startswith("{")]
    slow = [line for line in lines if line.get("logger") == "dsa_workbench.core.database.slow"]
    assert any("(cost=" in line["event"] for line in slow)
    assert any(line.get("request_id") == "r" for line in slow)
    assert all(line["seconds"] >= 0 and "secret" not in line["event"] for line in slow)


def test_statistics_of_statements_are_given_where_the_server_has_them(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "store")
    with connect(settings=settings) as wb, wb.store.database.raw(autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    changed = tmp_path / "store" / "postgresql.auto.conf"
    changed.write_text("shared_preload_libraries = ''\n")
    with serving(tmp_path) as server:
        server.get("datasets")
        assert not [name for name, *_ in numbers(server) if name.startswith("dsa_statement")]
    changed.write_text("")
    with serving(tmp_path) as server:
        server.get("datasets/none-such")
        found = numbers(server)
    calls = {labels[-1]: value for (name, *labels), value in found.items() if name == "dsa_statement_calls_total"}
    assert 5 < len(calls) <= 20
    assert any("dsa.datasets" in text and "none-such" not in text and calls[text] >= 1 for text in calls)
    seconds = [value for (name, *_), value in found.items() if name == "dsa_statement_seconds_total"]
    assert len(seconds) == len(calls)
    assert all(0 <= value < 60 for value in seconds)
