"""The schema of several files: what each has of a table, the type that a column gets, and how each file comes to it.

Of delimited text the forms of the values are folded, as blocks of one file are, so that a table cut into files has the
types of the table in one. What else is found (JSON, workbooks) or said (Parquet, Arrow) meets by its types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import ImportRejected
from dsa_workbench.files.sets.folding import common_type
from dsa_workbench.files.sets.gather import Part
from dsa_workbench.files.tables import ReadOptions, TableSource
from dsa_workbench.files.values.convert import parse_type
from dsa_workbench.files.values.forms import Form, decide


@dataclass(slots=True)
class Share:
    """What one file has of a table: its schema as far as it is known, and whether its types are its own to say."""

    part: Part
    schema: pa.Schema
    declared: bool
    blank: frozenset[str]
    """Columns in which nothing stands: they take the type that others have, or are text."""
    forms: Mapping[str, Form] | None
    """Of delimited text, the forms that were seen in each column."""
    whole: bool
    """Whether these forms are those of all values."""
    given: dict[str, str] = field(default_factory=dict)
    """The types under which it is read, where they are not those that are found."""
    kept: tuple[dict[str, str], TableSource] | None = None
    """The table once it knows better than its first guess, and the types that it was opened with."""
    rows: int = 0

    def kind(self, name: str) -> Any:
        """Give the type that the file by itself gives a column."""
        return self.schema.field(name).type


def unify(label: str, shares: Sequence[Share], options: ReadOptions) -> tuple[list[Any], list[str]]:
    """Give the fields of all files and what there is to say of them, and set the types under which each is read.

    Raises
    ------
    ImportRejected
        Two files say types that have none in common; names both.
    """
    fields, notes = [], []
    for name in dict.fromkeys(name for share in shares for name in share.schema.names):
        having = [share for share in shares if name in share.schema.names]
        kind = _column_type(label, name, having, options)
        found = [share.schema.field(name) for share in having]
        nullable = len(having) < len(shares) or any(f.nullable for f in found)
        fields.append(pa.field(name, kind, nullable, found[0].metadata))
        notes += _said(name, kind, having, shares, _user_type(name, options))
    for share in shares:
        pairs = ((f.name, _told(share, f.name, f.type, options)) for f in fields if f.name in share.schema.names)
        share.given = {name: told for name, told in pairs if told is not None}
    return fields, notes


def _user_type(name: str, options: ReadOptions) -> str | None:
    return options.types.get(name) if options.types is not None and not isinstance(options.types, str) else None


def _column_type(label: str, name: str, having: Sequence[Share], options: ReadOptions) -> Any:
    given = _user_type(name, options)
    if given is not None and not any(share.declared for share in having):
        return parse_type(given)
    forms = [share.forms[name] for share in having if share.forms is not None]
    known = len(forms) == len(having) and all(share.whole for share in having)
    if known and options.types is None and options.decimals == "float":
        return decide(reduce(or_, forms))
    kind = having[0].kind(name)
    for share in having[1:]:
        kind = _met(label, name, kind, having[0], share)
    return pa.string() if pa.types.is_null(kind) and any(name in share.blank for share in having) else kind


def _met(label: str, name: str, kind: Any, first: Share, share: Share) -> Any:
    """Find the type that holds what came so far and what one more file has; of types that were found it may be text."""
    own = share.kind(name)
    common = common_type(kind, own)
    if common is not None:
        return common
    if share.declared or first.declared:
        raise ImportRejected(
            f"{label}: the column {name!r} is {kind} in {first.part.label}, and {own} in {share.part.label}.",
            hint="Import them apart, or write one of them again with the type of the other.",
            file=share.part.label, column=name, expected=str(kind),
        )  # fmt: skip
    return pa.string()


def _told(share: Share, name: str, kind: Any, options: ReadOptions) -> str | None:
    """Give the type that a file must be told so that a column comes from its text as all files have it."""
    given = _user_type(name, options)
    if share.declared or given is not None:
        return None if share.declared else given
    if isinstance(options.types, str) or kind.equals(share.kind(name)):
        return None
    if share.forms is not None:
        # While its forms are not all known, what it is told could be wrong, and would keep it from saying so.
        return str(kind) if share.whole else None
    # A number may have had more digits than its value shows: it is read again from the file.
    return str(kind) if pa.types.is_string(kind) or pa.types.is_decimal(kind) else None


def _said(
    name: str, kind: Any, having: Sequence[Share], shares: Sequence[Share], given: str | None
) -> list[str]:  # fmt: skip
    notes = []
    kinds = [(share.part.label, share.kind(name)) for share in having if not pa.types.is_null(share.kind(name))]
    other = next(((label, own) for label, own in kinds if own != pa.string()), None)
    if pa.types.is_string(kind) and other is not None and given is None:
        second = next(((label, own) for label, own in kinds if not own.equals(other[1])), None)
        if second is not None:
            (one, own), (another, its) = sorted((other, second), key=kinds.index)
            notes.append(f"{name} is text: {one} has {own}, {another} {its}.")
    without = [share.part.label for share in shares if share not in having]
    if without:
        others = f" and {len(without) - 1:,} more" if len(without) > 1 else ""
        notes.append(f"{name} is not in {without[0]}{others}: null there.")
    return notes
