"""Routes that describe the API: openapi.json for programs, and for people a page that needs nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from pydantic import BaseModel, ConfigDict

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.negotiation import HTML, JSON
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.version import __version__

_STYLE = """
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
code, pre { font-family: ui-monospace, monospace; font-size: .92em }
details { border: 1px solid #8886; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer } summary b { display: inline-block; min-width: 4.5rem }
table { border-collapse: collapse; margin: .5rem 0 } td, th { text-align: left; padding: .15rem .8rem .15rem 0;
vertical-align: top } th { font-weight: 600 } .aside { opacity: .75 }
"""


class OpenApi(BaseModel):
    """A document in OpenAPI 3.1."""

    model_config = ConfigDict(extra="allow")

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


class OpenApiHandler(ApiHandler):
    """The description for programs."""

    @operation(Operation("Describe the API", "read", "api", {200: OpenApi}, headers=("If-None-Match",)))
    async def get(self) -> None:
        """Give the document."""
        found = json.dumps(self.described(), ensure_ascii=False)
        if not self.is_fresh(tag_of(found)):
            self.finish(found, set_content_type=f"{JSON}; charset=utf-8")


class DocsHandler(ApiHandler):
    """The description for people."""

    @operation(Operation("Show the API to a person", "read", "api", {200: None}, media=(HTML,)))
    async def get(self) -> None:
        """Give a page made of the same document; it holds no script and asks for nothing."""
        self.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.finish(_page(self.described()), set_content_type=f"{HTML}; charset=utf-8")


def _page(told: dict[str, Any]) -> str:
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>",
        f"<title>DSA Workbench API</title><style>{_STYLE}</style>",
        f"<h1>DSA Workbench API <span class='aside'>{escape(__version__)}</span></h1>",
        f"<p>All paths stand below <code>{escape(told['servers'][0]['url'])}</code>. Send the server's token as ",
        "<code>Authorization: token …</code>. For programs: <a href='openapi.json'>openapi.json</a>.</p>",
    ]
    by_tag: dict[str, list[str]] = {}
    for path, methods in told["paths"].items():
        for method, found in methods.items():
            by_tag.setdefault(found["tags"][0], []).append(_operation(path, method, found, told))
    for tag, shown in by_tag.items():
        parts += [f"<h2>{escape(tag)}</h2>", *shown]
    return "\n".join(parts) + "\n"


def _operation(path: str, method: str, found: dict[str, Any], told: dict[str, Any]) -> str:
    rows = [
        (p["name"], p["in"], _type(p["schema"]) + (", needed" if p["required"] else ""), p.get("description", ""))
        for p in found["parameters"]
    ]
    for media, content in found.get("requestBody", {}).get("content", {}).items():
        name = content["schema"].get("$ref", "").rpartition("/")[2]
        if not name:
            rows.append(("body", media, "bytes", ""))
            continue
        schema = told["components"]["schemas"][name]
        needed = schema.get("required", ())
        rows += [
            (field, "body", _type(of) + (", needed" if field in needed else ""), of.get("description", ""))
            for field, of in schema.get("properties", {}).items()
        ]
    listed = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    answers = ", ".join(
        f"{escape(status)} {escape(answer['description'])}" for status, answer in found["responses"].items()
    )
    table = f"<table><tr><th>name<th>where<th>type<th>meaning</tr>{listed}</table>" if rows else ""
    return (
        f"<details><summary><b>{escape(method.upper())}</b> <code>{escape(path)}</code> "
        f"<span class='aside'>{escape(found['summary'])}</span></summary><p>{escape(found['description'])}</p>{table}"
        f"<p class='aside'>Answers: {answers} Permission: <code>{escape(found['x-dsa-permission'])}</code></p>"
        "</details>"
    )


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(s) for s in schema["anyOf"] if s.get("type") != "null"))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
