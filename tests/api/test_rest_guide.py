"""The commands of docs/guide/rest.md do what the page says."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.server import API, serving

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "rest.md"
_BLOCK = re.compile(r"^```(sh|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def masked(text: str) -> str:
    """Leave out what differs from run to run: ids and cursors."""
    text = re.sub(r"[0-9a-f]{64}", "…", text)
    text = re.sub(r'"next":"[\w-]+"', '"next":"…"', text)
    text = re.sub(r'"version": "[\d.]+"', '"version": "…"', text)
    return re.sub(r"PostgreSQL [\d.]+", "PostgreSQL", text).strip()


def test_the_commands_print_what_the_page_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("there is no curl")
    blocks = _BLOCK.findall(PAGE.read_text())
    commands = [(text, after) for (kind, text), (_, after) in itertools.pairwise(blocks) if kind == "sh"]
    assert len(commands) > 7
    (tmp_path / "server").mkdir()
    room = tmp_path / "room"
    room.mkdir()
    with serving(tmp_path / "server") as server:
        token = server.headers["Authorization"].removeprefix("token ")
        env = os.environ | {"DSA": f"http://127.0.0.1:{server.port}/{API}", "TOKEN": token}
        mark = "=== next ==="
        script = f"\necho '{mark}'\n".join(command for command, _ in commands)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=room, env=env, capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = done.stdout.split(mark)
    assert [masked(text) for text in printed] == [masked(expected) for _, expected in commands]
