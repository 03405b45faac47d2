"""Whatever the description allows, and much that it does not, gets an answer that the description tells of."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.fixtures.server import API, serving

HERE = Path(__file__).parent
EXAMPLES = {"ci": 25, "nightly": 300}


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    profile = os.environ.get("DSA_HYPOTHESIS_PROFILE", "ci")
    folder = tmp_path / "server"
    folder.mkdir()
    with serving(folder) as server:
        command = [
            str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"http://127.0.0.1:{server.port}/{API}/openapi.json",
            "--header", f"Authorization: {server.headers['Authorization']}",
            "--checks", "all", "--max-examples", str(EXAMPLES.get(profile, 25)), "--seed", "1", "--no-color",
                "--request-timeout", "120",
        ]  # fmt: skip
        env = os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=1500)
        assert done.returncode == 0, done.stdout + done.stderr
    broken = [entry for entry in (folder / "server.log").read_text().split("\n[") if "Traceback" in entry]
    assert broken == []
