"""The API described by OpenAPI 3.1, made of the routes and their operations, so that it cannot tell of others."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dsa_workbench.api.forms import FILE, FORM
from dsa_workbench.api.operation import JSON, Operation, operations
from dsa_workbench.api.problems import MEDIA_TYPE
from dsa_workbench.models.problems import Problem
from dsa_workbench.version import __version__

Routes = Mapping[str, type[Any]]

_GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")
_REFS = "#/components/schemas/{model}"
_HEADERS = {
    "If-None-Match": "Answer 304 where the client has this already.",
    "If-Match": "Do it only where the entity tag is still this one; 412 otherwise.",
    "Accept": "What to answer in.",
    "Prefer": "`respond-async`: do it as a job, and answer at once.",
    "Idempotency-Key": "A word for this write: repeated with the same word, it is done once.",
    "Content-Digest": "The SHA-256 of the body, `sha-256=:…:` (RFC 9530); where it is another, nothing is done.",
}
_HEADER_SCHEMAS = {
    "If-Match": {"type": "string", "pattern": r'^(\*|(W/)?"[!#-~]*")$'},
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "Content-Digest": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
}
_ASKED_BY_MEDIA = {"Accept"}
"""Headers that OpenAPI tells of in another way."""
_PROBLEMS = {
    400: "The request cannot be used as given.",
    403: "Not logged in, or not permitted.",
    404: "It is not there.",
    406: "Nothing can be given as accepted.",
    409: "It conflicts with what is there.",
    412: "It was changed meanwhile.",
    413: "The body is too large.",
    415: "The body has another type.",
    422: "The file or table cannot be taken.",
    428: "It must be said what is expected to be there.",
    501: "This version cannot do it.",
    503: "The store does not answer.",
    504: "It takes too long.",
    507: "There is no room.",
}
_PATHS = {
    "dataset": "The name of a dataset, percent-encoded.",
    "ref": "The name of a branch or a tag, percent-encoded.",
    "commit": "A commit id, the beginning of one, or a version such as `main~2`.",
    "upload": "The id of an upload.",
    "job": "The number of a job.",
}


_HERE = {"dataset": "$request.path.dataset", "ref": "$request.path.ref"}
_LINKED: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "DatasetTold": (
        {"dataset": "$response.body#/name"},
        (
            "get_datasets_dataset", "patch_datasets_dataset", "delete_datasets_dataset",
            "post_datasets_dataset_restore", "get_datasets_dataset_refs", "post_datasets_dataset_refs",
            "get_datasets_dataset_commits", "get_datasets_dataset_data", "get_datasets_dataset_schema",
            "get_datasets_dataset_tables", "get_datasets_dataset_export", "get_datasets_dataset_storage",
        ),
    ),
    "RefTold": (
        {"dataset": "$request.path.dataset", "ref": "$response.body#/name"},
        ("get_datasets_dataset_refs_ref", "patch_datasets_dataset_refs_ref", "delete_datasets_dataset_refs_ref"),
    ),
    "UploadedTold": (
        {**_HERE, "upload": "$response.body#/id"},
        (
            "get_datasets_dataset_refs_ref_uploads_upload", "put_datasets_dataset_refs_ref_uploads_upload",
            "delete_datasets_dataset_refs_ref_uploads_upload",
            "post_datasets_dataset_refs_ref_uploads_upload_complete",
        ),
    ),
    "CommittedTold": (
        {"dataset": "$response.body#/dataset", "commit": "$response.body#/commit"},
        ("get_datasets_dataset_commits_commit",),
    ),
}  # fmt: skip
"""Model of an answer -> what it tells of the paths of operations that may follow."""
_LINKS = {
    model: {name: {"operationId": name, "parameters": parameters} for name in names}
    for model, (parameters, names) in _LINKED.items()
}


def document(routes: Routes, server: str) -> dict[str, Any]:
    """Describe all routes; `server` is the URL of the API's root, without a host."""
    return {**_document(tuple(routes.items())), "servers": [{"url": server}]}


@cache
def _document(routes: tuple[tuple[str, type[Any]], ...]) -> dict[str, Any]:
    told = {pattern: operations(handler) for pattern, handler in routes}
    schemas = _schemas([o for found in told.values() for o in found.values()])
    paths: dict[str, Any] = {}
    for pattern, handler in routes:
        names = _GROUP.findall(pattern)
        path = "/" + _GROUP.sub(r"{\1}", pattern)
        paths[path] = {
            method: _operation(path, method, found, names, schemas, inspect.getdoc(getattr(handler, method)))
            for method, found in told[pattern].items()
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "DSA Workbench",
            "version": __version__,
            "description": "Git for tables: datasets with branches, commits and diffs.",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "security": [{"token": []}, {"query": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "apiKey", "in": "header", "name": "Authorization",
                    "description": "`token …`, with the token of the Jupyter server.",
                },
                "query": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
    }  # fmt: skip


def _schemas(found: list[Operation]) -> dict[str, Any]:
    sent: set[type[BaseModel]] = {Problem}
    taken: set[type[BaseModel]] = set()
    for told in found:
        sent |= {model for model in told.answers.values() if model is not None}
        taken |= {model for model in (told.query, told.body, told.form) if model is not None}
    _, one = models_json_schema([(m, "serialization") for m in sorted(sent, key=_name)], ref_template=_REFS)
    _, two = models_json_schema([(m, "validation") for m in sorted(taken, key=_name)], ref_template=_REFS)
    return {**one.get("$defs", {}), **two.get("$defs", {})}


def _name(model: type[BaseModel]) -> str:
    return model.__name__


def _operation(
    path: str, method: str, told: Operation, names: list[str], schemas: Mapping[str, Any], doc: str | None
) -> dict[str, Any]:
    answers: dict[str, Any] = {
        str(status): _answer(status, model, told, method) for status, model in told.answers.items()
    }
    if "If-None-Match" in told.headers:
        answers["304"] = {"description": "The client has it already."}
    statuses = {*told.problems, 400, 403, 503, *((409,) if told.idempotent_key else ())}
    if told.action == "read":
        statuses.add(504)
    for status in sorted(statuses):
        answers[str(status)] = {
            "description": _PROBLEMS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    body: dict[str, Any] = {}
    if told.body is not None:
        content = {JSON: {"schema": {"$ref": f"#/components/schemas/{told.body.__name__}"}}}
        if told.form is not None:
            content[FORM] = {"schema": _form(schemas[told.form.__name__])}
        body = {"requestBody": {"required": True, "content": content}}
    elif told.body_media:
        content = {media: {"schema": {"type": "string", "format": "binary"}} for media in told.body_media}
        body = {"requestBody": {"required": True, "content": content}}
    return {
        "operationId": _id(path, method),
        "summary": told.summary,
        "description": doc or told.summary,
        "tags": [told.resource],
        "parameters": [
            *({"name": n, "in": "path", "required": True, "schema": _path_schema(n), "description": _PATHS[n]}
              for n in names),
            *_query(told, schemas),
            *({"name": h, "in": "header", "required": False, "schema": _HEADER_SCHEMAS.get(h, {"type": "string"}),
               "description": _HEADERS[h]}
              for h in _headers(told)),
        ],
        **body,
        "responses": answers,
        "x-dsa-permission": f"{told.action} dsa_workbench:{told.resource}",
    }  # fmt: skip


def _form(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a form: the words of a model, each a part, and the file."""
    words = {name: _said(of) for name, of in schema.get("properties", {}).items()}
    file = {"type": "string", "format": "binary", "description": "The file, with its name."}
    return {
        "type": "object", "required": [FILE], "additionalProperties": False, "properties": {FILE: file, **words},
    }  # fmt: skip


def _said(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a word of a form: it is said or left out, and is never null and no object."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") not in ("null", "object")]
    if len(kinds) == 1:
        rest = {k: v for k, v in schema.items() if k not in ("anyOf", "default")}
        return {**kinds[0], **rest}
    return dict(schema)


def _headers(told: Operation) -> list[str]:
    named = [*told.headers, "Idempotency-Key"] if told.idempotent_key else told.headers
    return [header for header in named if header not in _ASKED_BY_MEDIA]


def _path_schema(name: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "pattern": r"^[^/\x00]+$"} if name else {}


def _query(told: Operation, schemas: Mapping[str, Any]) -> list[dict[str, Any]]:
    if told.query is None:
        return []
    found = schemas[told.query.__name__]
    required = set(found.get("required", ()))
    return [
        {
            "name": name, "in": "query", "required": name in required,
            "schema": {k: v for k, v in schema.items() if k != "description"},
            **({"description": schema["description"]} if "description" in schema else {}),
        }
        for name, schema in found.get("properties", {}).items()
    ]  # fmt: skip


def _answer(status: int, model: type[BaseModel] | None, told: Operation, method: str) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if model is not None:
        content[JSON] = {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
    if status < 300 and status != 204:
        content |= {media: {"schema": {"type": "string", "format": "binary"}} for media in told.media}
    links = _LINKS.get(model.__name__, {}) if model is not None and status == 201 else {}
    return {
        "description": told.summary + ".",
        **({"content": content} if content else {}),
        **({"links": links} if links else {}),
    }


def _id(path: str, method: str) -> str:
    words = re.sub(r"[{}]", "", path).strip("/").replace("-", "_").split("/")
    return "_".join([method, *words])
