"""Requests to a server, and its errors as ours.

What only reads is asked again where the connection breaks or the server says that it will be back; what writes carries
a key, so that asking again does nothing twice.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, BinaryIO
from urllib.parse import quote

import httpx

from dsa_workbench.errors import DatabaseUnavailable, InvalidInput, NotPermitted, error_of

API = "dsa/api/v1"
TRIES = 4
PAUSE_SECONDS = 0.5
"""Before the second try; each further pause is twice as long."""
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 300.0
"""How long an answer may take to begin: a file of many megabytes is imported before it does."""
_AGAIN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
_OF_HTTP = {
    "conflict": "ref_conflict", "precondition_failed": "ref_conflict", "not_acceptable": "invalid_input",
    "too_large": "invalid_input", "unsupported_media_type": "invalid_input", "precondition_required": "invalid_input",
    "method_not_allowed": "unsupported", "too_slow": "database_unavailable", "unavailable": "database_unavailable",
    "not_authenticated": "not_permitted", "too_many_requests": "database_unavailable",
}  # fmt: skip


class Transport:
    """One server, and the right to ask it.

    `url` is that of the Jupyter server (``https://hub.example/user/ann/``), with whatever base it has.

    Raises
    ------
    InvalidInput
        The URL is none of HTTP.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parsed = httpx.URL(url)
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise InvalidInput(f"{url!r} is no address of a server.", hint="It reads http://host:8888/.")
        token = dict(parsed.params).get("token") or token
        self.url = str(parsed.copy_with(query=None, fragment=None)).rstrip("/") + "/"
        headers = {"Authorization": f"token {token}"} if token else {}
        timeout = httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(
            base_url=f"{self.url}{API}/", headers=headers, timeout=timeout, follow_redirects=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, *path: str, **query: Any) -> Any:
        """Ask for something in JSON."""
        return self.ask("GET", path, query).json()

    def ask(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, Any] | None = None,
        *,
        body: Any = None,
        content: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        safe: bool = False,
    ) -> httpx.Response:
        """Send a request, and give its whole answer; a `body` goes as JSON, a file from where it stands.

        Raises
        ------
        DsaError
            The one that the server raised.
        DatabaseUnavailable
            The server does not answer.
        """
        asked = dict(headers or {})
        if body is not None:
            content = json.dumps(body).encode()
            asked["Content-Type"] = "application/json"
        start = 0
        if content is not None and not isinstance(content, bytes):
            start = content.tell()
            asked["Content-Length"] = str(content.seek(0, os.SEEK_END) - start)
        safe = safe or method in ("GET", "PUT", "DELETE") or "Idempotency-Key" in asked
        for attempt in range(TRIES):
            last = attempt == TRIES - 1 or not safe
            if content is not None and not isinstance(content, bytes):
                content.seek(start)
            try:
                answer = self._client.request(method, _path(path), params=_query(query), content=content, headers=asked)
            except httpx.TransportError as err:
                if last:
                    raise self._lost(err) from err
            else:
                if answer.status_code not in _AGAIN or last:
                    _check(answer)
                    return answer
            time.sleep(PAUSE_SECONDS * 2**attempt)
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def stream(self, path: tuple[str, ...], query: Mapping[str, Any], accept: str | None = None) -> Iterator[Any]:
        """Ask for something large, and give the answer before its body is read; errors are those of `ask`."""
        headers = {"Accept": accept} if accept else {}
        try:
            with self._client.stream("GET", _path(path), params=_query(query), headers=headers) as answer:
                if answer.status_code >= HTTPStatus.BAD_REQUEST:
                    answer.read()
                    _check(answer)
                yield answer
        except httpx.TransportError as err:
            raise self._lost(err) from err

    def _lost(self, err: httpx.TransportError) -> DatabaseUnavailable:
        return DatabaseUnavailable(
            f"The server at {self.url} does not answer ({type(err).__name__}: {err}).",
            hint="Check its address, and that it runs; then try again.",
        )


def _path(parts: tuple[str, ...]) -> str:
    return "/".join(quote(part, safe="") for part in parts)


def _query(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name.rstrip("_"): _parameter(value) for name, value in (given or {}).items() if value is not None}


def _parameter(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple) and len(value) == 1 and set(str(value[0])) & set(',"'):
        # A list that is given once is cut at its commas, but for those in quotes.
        return '"' + value[0].replace('"', '""') + '"'
    return value


def _check(answer: httpx.Response) -> None:
    if answer.status_code < HTTPStatus.BAD_REQUEST:
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise NotPermitted("The server sends us to a page for logging in.", hint="Give its token: token='…'.")
        return
    try:
        told = answer.json()
        code, detail = told["code"], told["detail"]
    except (ValueError, KeyError, TypeError):
        raise DatabaseUnavailable(
            f"{answer.url.host} answers {answer.status_code} {answer.reason_phrase}, and does not say why.",
            hint="Check that the address is that of a Jupyter server with DSA Workbench.",
        ) from None
    err = error_of(_OF_HTTP.get(code, code), detail, told.get("hint", ""))
    err.details.update(told.get("details") or {})
    raise err
