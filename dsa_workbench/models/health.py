"""The state of the server on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dsa_workbench.models.base import Told


class AnswersTold(Told):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


class LiveTold(AnswersTold):
    """The server answers, whatever its store does."""

    store_open: bool = Field(description="Whether the store is open; it opens with its first use.")


class ReadyTold(AnswersTold):
    """The store answers as well."""

    database: str = Field(description="Its URL, without the password.")
    bytes_stored: int = Field(description="What the whole store takes on the database's disk, indexes included.")
    server: str = Field(description="What the database is.")
    actor: str = Field(description="Under whose name the client acts.")
