"""DuckDB under lock: it computes on what it is handed, and reaches nothing else.

It is loaded with the first query, since that takes a third of a second.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.queries.brake import Brake, Stopped
from dsa_workbench.features.versioning.queries.scan import Scan

MEMORY_BYTES = 1 << 30
"""What a query holds in memory at most; the rest of a large sort or join goes to a temporary folder."""
_ERROR = re.compile(r"(?:\w+ ){1,3}Error: ")
_COLUMN = re.compile(r'Referenced column "(.*?)" not found')
_OUTSIDE = "operations are disabled by configuration"
_LINE = re.compile(r"\n+LINE (\d+): *(.*)", re.DOTALL)


@contextmanager
def opened(tables: Mapping[str, Scan], brake: Brake | None = None) -> Iterator[Any]:
    """Give a DuckDB connection that sees these tables and neither files, network, extensions nor Python's variables.

    Raises
    ------
    InvalidInput
        DuckDB refuses a statement. What a scan raises comes through as it was.
    Stopped
        The brake was pulled.
    """
    import duckdb

    with tempfile.TemporaryDirectory(prefix="dsa-query-") as folder:
        connection = duckdb.connect(
            ":memory:",
            config={
                "enable_external_access": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
                "memory_limit": f"{MEMORY_BYTES >> 20}MiB",
                "temp_directory": folder,
                "lock_configuration": True,
            },
        )
        try:
            for name, table in tables.items():
                connection.register(name, table)
            with (brake or Brake()).on(connection):
                yield connection
        except duckdb.InterruptException as err:
            raise Stopped from err
        except duckdb.Error as err:
            for table in tables.values():
                if table.failure is not None:
                    raise table.failure from err
            raise _told(err) from err
        finally:
            connection.close()


def bound(connection: Any, statement: str, parameters: Mapping[str, Any]) -> Any:
    """Check a statement against the tables that there are, and give it as a relation; nothing is run."""
    import duckdb

    try:
        return connection.sql(statement, params=dict(parameters) or None)
    except duckdb.Error:
        connection.execute(statement, dict(parameters) or None)  # fails alike, and says in which line
        raise


def syntax_tree(connection: Any, statement: str) -> dict[str, Any]:
    """Parse one statement that reads and give its syntax tree; nothing is run.

    Raises
    ------
    InvalidInput
        It cannot be parsed, is none or several, or would do more than read.
    """
    given = connection.execute("select json_serialize_sql($statement)", {"statement": statement}).fetchone()
    tree = json.loads(given[0])
    if tree["error"]:
        if tree.get("error_type") == "parser":
            connection.extract_statements(statement)  # says where
        raise InvalidInput(
            "SQL here reads and does nothing else: one SELECT, WITH, FROM, VALUES, DESCRIBE or SUMMARIZE.",
            hint="To change a table, commit what a query gives: wb.commit(wb.sql(...), dataset).",
        )
    if len(tree["statements"]) != 1:
        raise InvalidInput(
            f"{len(tree['statements'])} statements were given, and one is taken.", hint="Run them one by one."
        )
    found: dict[str, Any] = tree["statements"][0]["node"]
    return found


def _told(err: Exception) -> InvalidInput:
    """Say what DuckDB says; `details` keep it apart, with the line and the name of an unknown column."""
    text = _ERROR.sub("", str(err), count=1)
    place = _LINE.search(text)
    said, *more = [line.strip() for line in text[: place.start() if place else None].splitlines() if line.strip()]
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    line = place[2].splitlines()[0].strip() if place else ""
    where = f" In line {place[1]}: {line}" if place and line else ""
    hint = " ".join(more)
    if _OUTSIDE in said:
        hint = "A query reads versions of datasets and nothing else: import the file first."
    column = _COLUMN.match(said)
    return InvalidInput(
        f"SQL: {said}{where}", hint=hint, said=said, column=column[1] if column else None,
        line=int(place[1]) if place else None,
    )  # fmt: skip
