"""Statements that are compiled before they are needed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

# One without a driver: what it compiles has no casts of parameters, which text cannot have.
_DIALECT = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it


def ready(statement: sa.Select[Any]) -> sa.TextualSelect:
    """Give a select as text that is compiled by now, with the types of its columns.

    SQLAlchemy compiles what it is given as an expression for each engine anew, which takes 1.5 ms each time. The first
    page of a connection waits for six statements.
    """
    # An expression among the columns would be compiled with the text, though all that is asked of it is its type.
    columns = [c if isinstance(c, sa.Column) else sa.column(c.name, c.type) for c in statement.selected_columns]
    return sa.text(str(statement.compile(dialect=_DIALECT))).columns(*columns)
