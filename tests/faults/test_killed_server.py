"""A server that is killed in the midst of an import: the next one does the job, and the tree is the same."""

import os
import signal
import time
from pathlib import Path

import pytest

from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect
from tests.api.test_jobs import ended, submit
from tests.fixtures.server import serving

pytestmark = pytest.mark.faults


def test_the_next_server_ends_what_a_killed_one_began(tmp_path: Path) -> None:
    data = b"id,value\n" + b"".join(b"%d,%d\n" % (i, i * 7 % 1001) for i in range(1_000_000))
    with serving(tmp_path, exit_code=-9) as server:
        url = submit(server, "sales", data, "&key=id")
        end = time.monotonic() + 30
        # Its rows are told twice a second: by then a fast machine may be done.
        while server.get(url).json()["state"] == "queued":
            assert time.monotonic() < end
            time.sleep(0.02)
        os.kill(server.pid, signal.SIGKILL)
    with serving(tmp_path) as server:
        job = ended(server, url, 90)
        assert (job["state"], job["attempts"], job["result"]["rows"]) == ("succeeded", 2, 1_000_000)
        ended(server, submit(server, "calm", data, "&key=id"), 90)
    with connect(settings=Settings(data_dir=tmp_path / "store"), actor="ann") as wb:
        assert wb.show("sales").commit.tree == wb.show("calm").commit.tree
        assert len(wb.log("sales")) == 1
        assert wb.check().ok
