"""What an authorizer of the server allows is what can be done, for every operation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from dsa_workbench.api.operation import Operation, operations
from dsa_workbench.api.routes import ROUTES
from tests.fixtures.server import Client, serving

CONFIG = """
from jupyter_server.auth.authorizer import Authorizer

class Narrow(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return not resource.startswith("dsa_workbench:") or (action, resource) in ALLOWED

c.ServerApp.authorizer_class = Narrow
"""
EVERY = [(pattern, method, told) for pattern, handler in ROUTES.items() for method, told in operations(handler).items()]
RESOURCES = sorted({told.resource for _, _, told in EVERY})


ASKED = sorted({(told.action, f"dsa_workbench:{told.resource}") for _, _, told in EVERY})
PANEL = Path(__file__).parents[2] / "labextension" / "src" / "models" / "access.ts"


def permitted(client: Client) -> set[tuple[str, str]]:
    """Ask Jupyter Server itself which actions it permits: what the panel goes by."""
    wanted: dict[str, list[str]] = {}
    for action, resource in ASKED:
        wanted.setdefault(resource, []).append(action)
    told = client.get(f"/api/me?permissions={quote(json.dumps(wanted))}").json()["permissions"]
    return {(action, resource) for resource in wanted for action in told[resource]}


def asked(client: Client, pattern: str, method: str, told: Operation) -> int:
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", lambda m: "7" if m[1] == "job" else m[1], pattern)
    body = b"{}" if told.body is not None else b"x" if told.body_media else None
    kind = told.body_media[0] if told.body_media else "application/json"
    return client.ask(method.upper(), path, body, Content_Type=kind).status


@pytest.mark.parametrize("allowed", ["read", "write", "none"])
def test_the_matrix_of_operations(tmp_path: Path, allowed: str) -> None:
    pairs = {(allowed, f"dsa_workbench:{resource}") for resource in RESOURCES} | {("read", "dsa_workbench:health")}
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(f"ALLOWED = {pairs!r}\n{CONFIG}")
    with serving(tmp_path) as client:
        found = {(pattern, method): asked(client, pattern, method, told) for pattern, method, told in EVERY}
        live = client.upgrade("jobs/live")
        told = permitted(client)
    for pattern, method, operation in EVERY:
        may = (operation.action, f"dsa_workbench:{operation.resource}") in pairs
        status = found[pattern, method]
        assert (status != 403) is may, (pattern, method, status)
        assert status < 500 or status == 503, (pattern, method, status)
    assert told == {pair for pair in ASKED if pair in pairs}
    assert live == (101 if allowed == "read" else 403)


def test_the_panel_asks_for_permissions_that_routes_need() -> None:
    block = re.search(r"ASKED = \{(.*?)\} as const", PANEL.read_text(), re.DOTALL)
    assert block is not None
    named = {
        (action, f"dsa_workbench:{resource}")
        for resource, actions in re.findall(r"(\w+): \[(.*?)\]", block[1])
        for action in re.findall(r"'(\w+)'", actions)
    }
    assert len(named) > 10
    assert named <= set(ASKED)
