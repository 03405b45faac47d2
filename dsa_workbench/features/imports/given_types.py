"""Types that a user gave to columns: a contract that later imports of the dataset keep.

They are remembered in the schema, as metadata of the columns (or of the table, where one type was given for all), so
that they have a history, travel with branches, and go where the user says ``types="detect"``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dsa_workbench.columns.types import type_text
from dsa_workbench.core.model.schema import GIVEN, Schema
from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.tables import Over, TableSource
from dsa_workbench.files.values.convert import parse_type

DETECT = "detect"
"""The word that ends a contract, for all columns or for one."""

Types = Mapping[str, str] | str | None


@dataclass(frozen=True, slots=True)
class Contract:
    """Types by column, the one for all columns if any, and which columns an import before this one gave them to."""

    columns: Mapping[str, str] = field(default_factory=dict)
    every: str | None = None
    inherited: frozenset[str] = frozenset()


def asked_types(types: Types) -> Types:
    """Give what the user asked of this import, without the words that end a contract."""
    if isinstance(types, str):
        return None if types == DETECT else types
    return {n: t for n, t in (types or {}).items() if t != DETECT} or None


def find_contract(types: Types, standing: Schema | None, names: Sequence[str], rename: Mapping[str, str]) -> Contract:
    """Put together what the user says now and what was said before of the columns `names`."""
    if isinstance(types, str):
        return Contract() if types == DETECT else Contract(dict.fromkeys(names, types), types)
    before, every = _remembered(standing, rename)
    told = dict(types or {})
    found = {n: before.get(n) or every or "" for n in names}
    kept = {n: t for n, t in found.items() if t and n not in told}
    asked = {n: t for n, t in told.items() if t != DETECT}
    return Contract(kept | asked, every, frozenset(kept))


def _remembered(standing: Schema | None, rename: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    if standing is None:
        return {}, None
    types = {rename.get(c.name, c.name): dict(c.metadata).get(GIVEN, "") for c in standing.columns}
    return {n: t for n, t in types.items() if t}, dict(standing.metadata).get(GIVEN)


@dataclass(frozen=True, slots=True)
class ContractedTable(Over):
    """A table that is read under a contract, and carries it in its schema."""

    table: TableSource
    contract: Contract

    @property
    def schema(self) -> Any:
        """The Arrow schema, with the contract as metadata."""
        schema = self.table.schema
        for i, arrow in enumerate(schema):
            if self._holds(arrow):
                schema = schema.set(i, arrow.with_metadata({**(arrow.metadata or {}), GIVEN: type_text(arrow.type)}))
        if self.contract.every is not None:
            schema = schema.with_metadata((schema.metadata or {}) | {GIVEN: self.contract.every})
        return schema

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on what was assumed."""
        inherited = [f for f in self.table.schema if f.name in self.contract.inherited]
        kept = [f.name for f in inherited if self._holds(f)]
        other = [f"{f.name} ({f.type})" for f in inherited if not self._holds(f)]
        notes = list(self.table.notes)
        if kept:
            notes.append(f"types given by an earlier import were kept for {_listed(kept)}; types='detect' drops them.")
        if other:
            notes.append(f"an earlier import gave other types to {_listed(other)}; those that came were taken.")
        return tuple(notes)

    def _holds(self, arrow: Any) -> bool:
        """Say whether a column has the type of the contract; tables that say their types need not keep to it."""
        given = self.contract.columns.get(arrow.name)
        return given is not None and type_text(parse_type(given)) == type_text(arrow.type)

    def batches(self) -> Iterator[Any]:
        """Give the rows in order; a value that an earlier import's types refuse says how to be rid of them."""
        try:
            yield from self.table.batches()
        except ImportRejected as err:
            if err.details.get("column") not in self.contract.inherited or "expected" not in err.details:
                raise
            column = err.details["column"]
            hint = (
                "An earlier import gave the column its type. Correct the value, give it another "
                f"(types={{{column!r}: 'text'}}, --types {column}=text), or let all be found (types='detect')."
            )
            raise ImportRejected(err.message, hint=hint, **err.details) from err


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
