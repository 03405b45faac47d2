"""The API and its description are of one mind."""

from __future__ import annotations

import re

import pytest

from dsa_workbench.api.openapi import document
from dsa_workbench.api.operation import operations
from dsa_workbench.api.routes import ROUTES
from tests.fixtures.server import Client


def test_every_operation_is_described_and_nothing_else(server: Client) -> None:
    told = server.get("openapi.json").json()
    described = {(path, method) for path, methods in told["paths"].items() for method in methods}
    routed = {
        ("/" + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern), method)
        for pattern, handler in ROUTES.items()
        for method in operations(handler)
    }
    assert described == routed
    assert told["servers"] == [{"url": "/dsa/api/v1"}]
    ids = [found["operationId"] for methods in told["paths"].values() for found in methods.values()]
    assert len(set(ids)) == len(ids)


def test_all_references_lead_somewhere() -> None:
    told = document(ROUTES, "/")

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                name = node["$ref"].removeprefix("#/components/schemas/")
                assert name in told["components"]["schemas"]
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(told)


def test_the_page_needs_nothing_from_elsewhere(server: Client) -> None:
    page = server.get("docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    text = page.body.decode()
    assert not re.findall(r"(?:src|href)=['\"]https?:|<script|@import|url\(", text)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for pattern in ROUTES:
        assert re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", pattern) in text


@pytest.mark.parametrize("path", ["openapi.json"])
def test_the_description_has_an_entity_tag(server: Client, path: str) -> None:
    tag = server.get(path).headers["Etag"]
    assert server.get(path, If_None_Match=tag).status == 304
