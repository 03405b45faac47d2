"""Nothing blocks the event loop: the server answers while it imports, exports and compares."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from dsa_workbench.api.service import Limits, Service
from dsa_workbench.settings import Settings
from tests.fixtures.server import Client


@pytest.fixture(scope="module")
def orders() -> bytes:
    rng = np.random.default_rng(7)
    rows = 400_000
    table = pa.table(
        {
            "id": np.arange(rows),
            "price": rng.integers(0, 10**6, rows) / 100,
            "city": rng.choice(["Ulm", "Köln", "Bonn"], rows),
            "note": rng.integers(0, 10**12, rows).astype(str),
        }
    )
    out = pa.BufferOutputStream()
    pacsv.write_csv(table, out)
    data: bytes = out.getvalue().to_pybytes()
    return data


def test_health_answers_at_once_while_a_slow_import_and_an_export_run(
    server: Client, dataset: str, orders: bytes
) -> None:
    answers = []

    def work() -> None:
        path = f"datasets/{dataset}/refs/main/uploads?name=orders.csv&key=id"
        answers.append(server.ask("PUT", path, orders, Content_Type="application/octet-stream").status)
        answers.append(server.get(f"datasets/{dataset}/export?order_by=note desc".replace(" ", "%20")).status)

    thread = threading.Thread(target=work)
    started = time.perf_counter()
    thread.start()
    seen = []
    while thread.is_alive():
        asked = time.perf_counter()
        assert server.get("health/live").status == 200
        seen.append(time.perf_counter() - asked)
        time.sleep(0.01)
    lasted = time.perf_counter() - started
    thread.join()
    assert answers == [201, 200]
    assert lasted > 0.5
    assert len(seen) > 10
    # A single answer may fall into a pause of the machine; that most of them do would be a blocked loop.
    assert np.quantile(seen, 0.9) < 0.05, sorted(seen)[-20:]


def test_the_collector_passes_by_what_was_loaded_before(pg_url: str, tmp_path: Path) -> None:
    service = Service(Settings(database_url=pg_url), Limits(), tmp_path)
    gc.unfreeze()
    try:
        service.workbench("ann")
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
        asyncio.run(service.close())
