"""One SELECT over versions: parsed and bound at once, run when its rows are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput, InvalidSpec, NotFound
from dsa_workbench.features.versioning.get_data import get_table
from dsa_workbench.features.versioning.queries.brake import Brake
from dsa_workbench.features.versioning.queries.engine import bound, opened, syntax_tree
from dsa_workbench.features.versioning.queries.names import expressions_of, quote_specs, tables_of, without_end
from dsa_workbench.features.versioning.queries.scan import Scan, TableScan
from dsa_workbench.features.versioning.segment_cache import SegmentCache

_BATCH = 65_536
_OWN = {"information_schema", "pg_catalog"}


@dataclass(frozen=True, slots=True)
class Queried:
    """A version that a query reads: its spec as it was understood, its commit, and its rows, anew for each run."""

    spec: VersionSpec
    commit: Commit
    scan: Callable[[], Scan]


@dataclass(frozen=True)
class Query:
    """A statement, the values of its parameters, and the versions that it reads.

    The versions are found once: branches that move meanwhile change nothing.
    """

    statement: str
    parameters: Mapping[str, Any]
    tables: Mapping[str, Queried]
    limit: int | None = None
    brake: Brake = field(default_factory=Brake)
    """Ends it from another thread."""

    @cached_property
    def schema(self) -> Any:
        """The columns of the result as a `pyarrow.Schema`; nothing is read for it."""
        with self._opened() as connection:
            return self._relation(connection).limit(0).to_arrow_table().schema

    def batches(self) -> Iterator[Any]:
        """Run it and give the rows as `pyarrow.RecordBatch`es, as they come."""
        with self._opened() as connection:
            for batch in self._relation(connection).to_arrow_reader(_BATCH):
                self.brake.check()
                yield batch

    def _relation(self, connection: Any) -> Any:
        found = bound(connection, self.statement, self.parameters)
        return found if self.limit is None else found.limit(self.limit)

    def _opened(self) -> Any:
        return opened({name: found.scan() for name, found in self.tables.items()}, self.brake)


def query(
    actor: Actor, store: IStore, cache: SegmentCache, statement: str, parameters: Mapping[str, Any], limit: int | None,
    *, commits: Mapping[VersionSpec, str] | None = None, brake: Brake | None = None,
) -> Query:  # fmt: skip
    """Understand a statement that reads versions of a store; see `understand`.

    `commits` says where versions are read that were found before, so that a branch that moved since changes nothing.
    """

    def find(spec: VersionSpec) -> Queried:
        commit = (commits or {}).get(spec)
        found = get_table(
            actor, store, cache, spec if commit is None else VersionSpec(spec.dataset, commit, table=spec.table)
        )
        return Queried(found.spec, found.commit, lambda: TableScan(found.table))

    return understand(statement, parameters, limit, find, brake)


def understand(
    statement: str,
    parameters: Mapping[str, Any],
    limit: int | None,
    find: Callable[[VersionSpec], Queried],
    brake: Brake | None = None,
) -> Query:
    """Understand a statement that reads: find the versions that it names, and check it against their columns.

    Raises
    ------
    InvalidInput
        It is no single SELECT, or DuckDB finds a fault in it.
    NotFound
        A version that it names is not there.
    """
    text = quote_specs(statement)
    with opened({}) as connection:
        tree = syntax_tree(connection, text)
    named = expressions_of(tree)
    tables: dict[str, Queried] = {}
    for path in tables_of(tree):
        name = path[-1]
        if _OWN.intersection(path[:-1]):
            continue
        if len(path) > 1 and path != ("main", name):
            raise InvalidInput(
                f"{'.'.join(path)} is no version of a dataset.",
                hint=f'Put a name with dots into quotes: "{".".join(path)}".',
            )
        try:
            tables[name] = find(parse_spec(name))
        except (NotFound, InvalidSpec):
            if name not in named:
                raise
    _check_case(tables)
    values = {name: _plain(value) for name, value in parameters.items()}
    found = Query(without_end(text), values, tables, limit, brake or Brake())
    _ = found.schema
    return found


def _check_case(tables: Mapping[str, Queried]) -> None:
    """Refuse names that differ in case alone, which SQL takes for one."""
    seen: dict[str, str] = {}
    for name in tables:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise InvalidInput(
                f"{other} and {name} are one name in SQL, which knows no upper and lower case there.",
                hint="Add a version to one of them, as in sales@main.",
            )


def _plain(value: Any) -> Any:
    """Take numpy's and pandas' scalars for the plain values that they hold."""
    return value.item() if hasattr(value, "item") and hasattr(value, "dtype") else value
