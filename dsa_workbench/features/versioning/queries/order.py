"""The order of rows in words of SQL: ``qty desc, id``. DuckDB sorts, and gives positions alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.queries.engine import opened, syntax_tree
from dsa_workbench.features.versioning.queries.names import quoted, tables_of
from dsa_workbench.features.versioning.queries.scan import TableScan
from dsa_workbench.features.versioning.read_table import StoredTable
from dsa_workbench.features.versioning.resolve import did_you_mean

_TABLE = "t"
_BATCH = 65_536
_EXAMPLE = "Write it as in: qty desc, id"


class Order:
    """An order of a table's rows, checked when it is made; rows that are equal in it stay as they stand.

    Raises
    ------
    InvalidInput
        It is no order, or names a column that is not there.
    """

    def __init__(self, table: StoredTable, text: str) -> None:
        self._table, self._text = table, text
        self._position = "row"
        while table.schema.index(self._position) >= 0:
            self._position += "_"
        position = quoted(self._position)
        self._statement = f"select {position} from {_TABLE} order by {text}\n, {position}"  # noqa: S608 - see below
        self._check()

    def positions(self) -> Iterator[Any]:
        """Give the positions of all rows in order: record batches of one column of int64."""
        with opened({_TABLE: TableScan(self._table, self._position)}) as connection:
            yield from connection.sql(self._statement).to_arrow_reader(_BATCH)

    def _check(self) -> None:
        try:
            with opened({_TABLE: TableScan(self._table, self._position)}) as connection:
                tree = syntax_tree(connection, self._statement)
                kinds = [m.get("type") for m in tree.get("modifiers", [])]
                if tree.get("type") != "SELECT_NODE" or kinds != ["ORDER_MODIFIER"] or tables_of(tree) != [(_TABLE,)]:
                    raise InvalidInput(f"{self._text!r} is more than an order.", hint=_EXAMPLE)
                connection.sql(self._statement)
        except InvalidInput as err:
            said, column = err.details.get("said"), err.details.get("column")
            if said is None:
                raise
            hint = did_you_mean(column, self._table.schema.names) if column else _EXAMPLE
            raise InvalidInput(f"The order {self._text!r}: {said}", hint=hint) from err
