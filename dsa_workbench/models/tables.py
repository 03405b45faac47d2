"""Tables on the wire: what is asked of them, their schemas, and pages of rows."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dsa_workbench.core.model.schema import Schema
from dsa_workbench.core.model.table_profile import ColumnProfile
from dsa_workbench.models.base import Given, Told

_NAME = re.compile(r'(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)')


def listed(value: Any) -> Any:
    """Take ``a,b``, or the parameter given several times; in one, a name with a comma stands in quotes, as in CSV."""
    if not isinstance(value, str):
        return value
    found = (match.groups() for match in _NAME.finditer(value))
    return [
        bare if quoted is None else quoted.replace('""', '"') for quoted, bare in found if quoted is not None or bare
    ]


At = Annotated[
    str, Field("main", min_length=1, max_length=500, description="A ref, a commit, `main~2`, `@{2026-03-01}`.")
]
TableName = Annotated[str | None, Field(None, max_length=500, description="The table, where the version has several.")]
Columns = Annotated[
    list[str] | None,
    BeforeValidator(listed),
    Field(
        None,
        description="Only these columns, in this order: `a,b`, or the parameter given several times. Given once, names "
        'with a comma stand in quotes, as in CSV: `a,"b, net"`.',
    ),
]
Where = Annotated[
    str | None,
    Field(None, max_length=10_000, description="A condition in SQL.", examples=["qty > 10 and city = 'Ulm'"]),
]
OrderBy = Annotated[str | None, Field(None, max_length=2_000, examples=["qty desc, id"])]


class TablesAsked(Given):
    """Of which version."""

    at: At


class SchemaAsked(TablesAsked):
    """Whose schema."""

    table: TableName


class DataAsked(SchemaAsked):
    """Which rows and columns of a version."""

    columns: Columns
    where: Where
    order_by: OrderBy
    offset: int = Field(0, ge=0)
    limit: int = Field(100, ge=0, le=1_000_000)
    count: bool = Field(
        False,
        description="Find all rows that match, in their order, and hold where they are for a while: `total`, or the "
        "header X-DSA-Total of a stream, says how many they are, and pages that follow are read at once.",
    )
    cursor: str | None = Field(None, description="The `next` of the page before: the same version, though refs move.")
    numbers: Literal["exact", "text"] = Field(
        "exact", description="`text`: whole numbers of 64 bits and decimals come as texts, for readers with doubles."
    )
    compression: Literal["zstd", "none"] = Field(
        "zstd", description="How an Arrow stream is compressed inside; `none` for readers that have no zstd."
    )


class ColumnTold(Told):
    """A column."""

    name: str
    type: str
    nullable: bool
    key: bool


class SchemaTold(Told):
    """The schema of a table at a commit."""

    commit: str
    table: str
    rows: int
    columns: list[ColumnTold]
    tables: list[str] = Field(description="All tables of the version.")


class TableTold(Told):
    """A table of a version."""

    name: str
    rows: int
    columns: int = Field(description="How many it has.")
    key: list[str]


class TablesTold(Told):
    """The tables of a version, in the order of their names."""

    commit: str
    items: list[TableTold]


class DataTold(Told):
    """A page of rows, each a list of values in the order of `columns`."""

    commit: str
    table: str
    columns: list[ColumnTold]
    rows: list[list[Any]]
    offset: int
    total: int | None = Field(None, description="How many rows there are; absent with a condition, save with `count`.")
    next: str | None = None


class ProfileAsked(SchemaAsked):
    """Whose numbers."""

    columns: Columns


class ColumnProfileTold(Told):
    """A column in numbers; `distinct`, `quartiles` and `histogram` are estimates."""

    name: str
    type: str
    rows: int
    nulls: int
    distinct: int | None = None
    minimum: str | int | float | bool | None = Field(None, description="Decimals, bytes and times as texts.")
    maximum: str | int | float | bool | None = None
    quartiles: list[str | float] = Field(description="Of texts those of their lengths in bytes.")
    histogram: list[int] = Field(description="How many values lie in steps of equal width, from least to greatest.")

    @classmethod
    def of(cls, column: ColumnProfile) -> ColumnProfileTold:
        """Tell of a column."""
        return cls(
            name=column.name, type=column.type, rows=column.rows, nulls=column.nulls, distinct=column.distinct,
            minimum=_plain(column.minimum), maximum=_plain(column.maximum),
            quartiles=[q if isinstance(q, str) else float(q) for q in column.quartiles],
            histogram=list(column.histogram),
        )  # fmt: skip


class ProfileTold(Told):
    """A table's columns in numbers."""

    commit: str
    table: str
    rows: int
    columns: list[ColumnProfileTold]


def _plain(value: Any) -> str | int | float | bool | None:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def columns_told(schema: Schema, key: tuple[str, ...], names: list[str] | None = None) -> list[ColumnTold]:
    """Tell of the columns of a schema, or of some of them."""
    by_name = {c.name: c for c in schema.columns}
    chosen = [by_name[name] for name in names] if names is not None else schema.columns
    return [ColumnTold(name=c.name, type=c.type, nullable=c.nullable, key=c.name in key) for c in chosen]
