"""Database URLs: what libpq takes, and what may be shown of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dsa_workbench.errors import InvalidInput

CONNECT_SECONDS = 10
"""How long a server may take to answer a new connection, where the URL does not say."""


def parse_url(url: str) -> tuple[str, str]:
    """Read a libpq URL; return the connection string for libpq, and the URL without its password.

    Raises
    ------
    InvalidInput
        It cannot be read. The message does not show it, since it may hold a password.
    """
    hint = "It reads postgresql://user:password@host:port/name, and in a password @ : / are written %40 %3A %2F."
    scheme, _, rest = url.partition("://")
    if scheme.partition("+")[0] not in {"postgresql", "postgres"} or not rest:
        raise InvalidInput("The database URL does not begin with postgresql://.", hint=hint)
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(f"postgresql://{rest}"))
    except psycopg.Error:
        parts = {"port": "unreadable"}
    # An @ : or / left as it is in a password lands in host, port or name. What libpq says of them is not shown.
    name = rest.partition("?")[0].partition("/")[2]
    ports = parts.get("port", "").split(",")
    if "@" in parts.get("host", "") or "@" in name or not all(p.isdecimal() or not p for p in ports):
        raise InvalidInput("The database URL cannot be read.", hint=hint) from None
    defaults: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "fallback_application_name": "dsa-workbench"}
    return make_conninfo("", **{**defaults, **parts, "client_encoding": "utf8"}), _safe(parts)


def _safe(parts: dict[str, Any]) -> str:
    """Write a URL that may be shown."""
    user = f"{quote(parts['user'])}@" if "user" in parts else ""
    name, host = quote(parts.get("dbname", "")), parts.get("host", "")
    if host.startswith("/"):
        return f"postgresql://{user}/{name}?host={host}"
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{user}{host}{port}/{name}"
