"""The front door: a workbench on a store at hand, or on one behind a server."""

from __future__ import annotations

from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.remote import connect_http
from dsa_workbench.workbench import connect as connect_store


def connect(url: str | None = None, *, actor: str | None = None, token: str | None = None) -> Any:
    """Open a workbench.

    Parameters
    ----------
    url
        A Postgres server, ``postgresql://user@host/database``, version 14 or newer, or a Jupyter server with DSA
        Workbench, ``https://host:8888/``. Without one, and without DSA_DATABASE_URL, the embedded Postgres of the user
        is started, or joined where it runs already.
    actor
        The author of commits; by default the operating system's user. A Jupyter server knows who asks by the token.
    token
        Of the Jupyter server; by default the ``?token=`` of the URL, or DSA_TOKEN.

    Returns
    -------
    Workbench or RemoteWorkbench
        Both have the same verbs.

    Raises
    ------
    DatabaseUnavailable
        The server does not answer, or the embedded one cannot be started.
    InvalidInput
        The URL is none.
    """
    if url is not None and url.startswith(("http://", "https://")):
        if actor is not None:
            raise InvalidInput("A Jupyter server knows who asks by the token.", hint="Leave actor= out.")
        return connect_http(url, token=token)
    if token is not None:
        raise InvalidInput("A token is for a Jupyter server.", hint="Give its address: dsa.connect('http://…', …).")
    return connect_store(url, actor=actor)
