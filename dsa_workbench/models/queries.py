"""Queries on the wire."""

from __future__ import annotations

from pydantic import Field

from dsa_workbench.models.base import Given


class QueryAsked(Given):
    """A query over versions."""

    statement: str = Field(
        min_length=1,
        max_length=100_000,
        description="One statement of DuckDB that reads; a version of a table stands where SQL has a table.",
        examples=["select city, sum(qty) from sales@main~1 group by city"],
    )
    limit: int | None = Field(10_000, ge=0, le=1 << 40, description="Rows at most; null: all of them.")
    versions: dict[str, str] = Field(
        default_factory=dict,
        max_length=1_000,
        description="Commits at which names of the statement are read, as X-DSA-Versions told them before: branches "
        "that moved since change nothing.",
    )
