"""Nothing answers to those who are not logged in, and everything answers below whatever URL the server stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dsa_workbench.api.operation import operations
from dsa_workbench.api.routes import ROUTES
from tests.fixtures.server import Client, serving

METHODS = ("get", "head", "post", "put", "patch", "delete")
WALK = [(pattern, method) for pattern, handler in ROUTES.items() for method in METHODS]


def path_of(pattern: str) -> str:
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"\1", pattern)


@pytest.mark.parametrize(("pattern", "method"), WALK)
def test_no_route_answers_without_a_token(server: Client, pattern: str, method: str) -> None:
    stranger = Client(server.port, server.base_url, server.folder)
    answer = stranger.ask(method.upper(), path_of(pattern), b"{}" if method in ("post", "patch", "put") else None)
    assert answer.status in (403, 405), answer.body
    if answer.body:
        assert b"not_permitted" in answer.body or b"method_not_allowed" in answer.body


@pytest.mark.parametrize("pattern", ROUTES)
def test_every_method_of_every_route_is_an_operation(pattern: str) -> None:
    handler = ROUTES[pattern]
    made = {m for m in METHODS if m in vars(handler)}
    assert made == set(operations(handler))
    assert made


def test_a_wrong_token_and_no_route(server: Client) -> None:
    answer = server.get("datasets", Authorization="token wrong")
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert Client(server.port, "/", server.folder).get("nowhere").status == 403
    answer = server.get("nowhere")
    assert (answer.status, answer.json()["code"]) == (404, "not_found")


def test_who_sends_a_token_each_time_is_sent_no_cookie(server: Client) -> None:
    assert server.get("datasets").headers.get("Set-Cookie") is None
    token = server.headers["Authorization"].removeprefix("token ")
    by_query = Client(server.port, "/", server.folder).get(f"datasets?token={token}")
    assert "username-" in str(by_query.headers.get_all("Set-Cookie"))


def test_writes_from_a_browser_need_its_xsrf_token(server: Client) -> None:
    browser = Client(server.port, "/", server.folder)
    token = server.headers["Authorization"].removeprefix("token ")
    login = browser.get(f"/login?token={token}")
    cookies = "; ".join(c.partition(";")[0] for c in login.headers.get_all("Set-Cookie"))
    assert browser.get("datasets", Cookie=cookies).status == 200
    answer = browser.ask("POST", "datasets", {"name": "x"}, Cookie=cookies)
    assert answer.status == 403
    assert "_xsrf" in answer.json()["detail"]


def test_a_base_url_and_a_server_that_serves_nothing_else(tmp_path: Path) -> None:
    with serving(tmp_path, base_url="/user/ann/") as client:
        told = client.get("health/live").json()
        assert (told["status"], told["store_open"]) == ("ok", False)
        assert client.get("/dsa/api/v1/health/live").status == 404
        made = client.ask("POST", "datasets", {"name": "sales"})
        assert (made.status, made.headers["Location"]) == (201, "/user/ann/dsa/api/v1/datasets/sales")
        assert client.get("health/live").json()["store_open"] is True
