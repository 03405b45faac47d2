"""Conditions in words of SQL: ``qty > 10 and city = 'Ulm'``.

DuckDB finds the rows, and gives their positions alone: what is read there comes from the store as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.queries.engine import opened, syntax_tree
from dsa_workbench.features.versioning.queries.names import quoted, tables_of
from dsa_workbench.features.versioning.queries.scan import TableScan
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.resolve import did_you_mean

_TABLE = "t"
_BATCH = 65_536
_EXAMPLE = "Write it as in: qty > 10 and city = 'Ulm'"
_ALONE = ("group_expressions", "group_sets", "modifiers", "having", "qualify", "sample")


class Condition:
    """A condition on the rows of a table, checked when it is made.

    Raises
    ------
    InvalidInput
        It is no condition, or names a column that is not there.
    """

    def __init__(self, table: StoredTable, text: str) -> None:
        self._table, self._text = table, text
        self._position = "row"
        while table.schema.index(self._position) >= 0:
            self._position += "_"
        with self._opened() as connection:
            tree = syntax_tree(connection, self._statement)
            if tree.get("type") != "SELECT_NODE" or any(tree.get(part) for part in _ALONE):
                raise InvalidInput(f"{text!r} is more than a condition.", hint="Give what stands after WHERE, alone.")
            if tables_of(tree) != [(_TABLE,)]:
                raise InvalidInput(
                    f"{text!r} asks other tables.", hint="Conditions see one table; for several, use wb.sql(...)."
                )
            connection.sql(self._statement)

    def positions(self) -> Iterator[Any]:
        """Find the rows that match: record batches of one column, positions in ascending order."""
        with self._opened() as connection:
            yield from connection.sql(self._statement).to_arrow_reader(_BATCH)

    @property
    def _statement(self) -> str:
        return f"select {quoted(self._position)} from {_TABLE} where ({self._text}\n)"  # noqa: S608 - see __init__

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        try:
            with opened({_TABLE: TableScan(self._table, self._position)}) as connection:
                yield connection
        except InvalidInput as err:
            said, column = err.details.get("said"), err.details.get("column")
            if said is None:
                raise
            hint = did_you_mean(column, self._table.schema.names) if column else err.hint or _EXAMPLE
            raise InvalidInput(f"The condition {self._text!r}: {said}", hint=hint) from err
