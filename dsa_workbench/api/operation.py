"""What a method of a handler does: enforced when it is called, and told by openapi.json.

A method with `@operation` is authenticated and authorized by Jupyter Server, its query and body are checked by
pydantic, and what it returns is sent. So a route cannot be open by oversight, nor differ from its description.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from jupyter_server.auth.decorator import authorized
from pydantic import BaseModel
from tornado import web

from dsa_workbench.api.forms import is_form

Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])
Action = Literal["read", "write", "execute"]

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one route.

    `resource` is what an authorizer of the server is asked about, beside `action`. `answers` are the good statuses and
    the models of their bodies (None: no body); `media` are other media types that a good answer may have. `body` is the
    model of a JSON body; `body_media` the media types of one that is not JSON; `form` the model of the words of a form
    that brings a file, which may come in place of `body`. `headers` are headers that it looks at.
    """

    summary: str
    action: Action
    resource: str
    answers: Mapping[int, type[BaseModel] | None]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    media: tuple[str, ...] = ()
    body_media: tuple[str, ...] = ()
    form: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()
    problems: tuple[int, ...] = field(default=(400, 403, 404))
    idempotent_key: bool = False
    """Whether it is a write that takes an Idempotency-Key."""


def operation(told: Operation) -> Callable[[Method], Method]:
    """Make a handler's method do what `told` says; it is called with ``query=`` and ``body=`` of its models."""

    def decorate(method: Method) -> Method:
        @functools.wraps(method)
        async def checked(handler: Any, **path: str) -> None:
            given: dict[str, Any] = {}
            handler.admitted()
            handler.check_arguments(told.query)
            if told.query is not None:
                given["query"] = handler.query_of(told.query)
            if told.form is not None and is_form(handler.request.headers.get("Content-Type", "")):
                given["body"] = await handler.form_of(told.form)
            elif told.body is not None:
                given["body"] = handler.body_of(told.body)
            await handler.once(told, lambda: method(handler, **path, **given))

        # Action and resource are said for each method: the decorator keeps those of the first call otherwise.
        guarded = web.authenticated(authorized(action=told.action, resource=f"dsa_workbench:{told.resource}")(checked))
        guarded.operation = told  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def operations(handler: type[web.RequestHandler]) -> dict[str, Operation]:
    """Give the operations of a handler by HTTP method."""
    found = {}
    for method in ("get", "head", "post", "put", "patch", "delete"):
        told = getattr(getattr(handler, method), "operation", None)
        if told is not None:
            found[method] = told
    return found
