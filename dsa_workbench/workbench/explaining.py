"""The verb that looks at a file before it is imported, and how files are to be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsa_workbench.features.imports.given_types import asked_types
from dsa_workbench.files.explain import explain
from dsa_workbench.files.source import ReadOptions
from dsa_workbench.files.tables import DETECT
from dsa_workbench.results import Explained
from dsa_workbench.workbench.arguments import one_of
from dsa_workbench.workbench.connection import Connection


def read_options(
    *,
    types: Mapping[str, str] | str | None = None,
    sheets: Sequence[str] | str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
    quote: str | None = DETECT,
    escape: str | None = None,
    comment: str | None = None,
    skip_rows: int | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    null_tokens: Sequence[str] | None = None,
    decimals: str = "float",
    ragged: str = "error",
    member: str | None = None,
    compression: str | None = None,
    filename: str | None = None,
    huge: bool = False,
) -> ReadOptions:
    """Gather how a file is to be read; None, and "detect" for the quote, mean that the reader finds out.

    Parameters
    ----------
    delimiter, quote, escape, comment, decimal, thousands
        One character each. ``quote=None``: quotes mean nothing; ``escape=""``, ``comment=""``: there are none.
    skip_rows
        Lines above the table.
    null_tokens
        Unquoted texts that stand for null, beside nothing at all; an empty list: nothing is null.
    decimals
        ``"exact"``: numbers with a point become decimals with all their digits, not floats.
    compression
        ``gz``, ``zst``, ``bz2``, ``xz`` or ``none``; the first bytes of the file say it.
    member
        The file to take out of a zip archive that holds several.
    filename
        A column that takes the name of the file in which a row stands.
    huge
        Take Parquet files that hold a hundred times more than their size tells.
    """
    return ReadOptions(
        delimiter=delimiter,
        quote=quote,
        escape=escape,
        comment=comment,
        skip_rows=skip_rows,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        header=header,
        member=member,
        compression=compression,
        null_tokens=_null_tokens(null_tokens),
        types=types,
        decimals=one_of("way of decimals", decimals, ("float", "exact")),
        ragged=one_of("ragged", ragged, ("error", "fill")),
        sheets=(sheets,) if isinstance(sheets, str) else sheets,
        filename=filename,
        huge=huge,
    )


def _null_tokens(given: Sequence[str] | None) -> tuple[str, ...]:
    return ("", *(t for t in given or () if t)) if given is None or given else ()


class ExplainVerbs(Connection):
    """Look at a file before it is imported: explain."""

    def explain(self, source: Any, **options: Any) -> Explained:
        """Say how a file would be read, and why: each setting, what else it could be, and how to override it.

        `options` are those of `import_file` that say how to read. Nothing is imported.
        """
        found = read_options(**options)
        return Explained(tuple(explain(source, replace(found, types=asked_types(found.types)))))
