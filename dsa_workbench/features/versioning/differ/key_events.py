"""Events of keys: rows that came and went, and are one row when their keys are read less strictly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.loosened import normal_form
from dsa_workbench.columns.misreading import CODE_PAGES, misread
from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.core.model.profile import Rules
from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.table_version import TableVersion

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff

Reading = Callable[[Any], Any]
"""What makes of a column of keys what is compared."""

_RULES = (
    ("case", Rules(case=True), "case"),
    ("white space", Rules(whitespace="ignore"), "whitespace='ignore'"),
    ("case and white space", Rules(case=True, whitespace="ignore"), "case and whitespace='ignore'"),
)
FEW = 3
"""Fewer rows of many that meet are told by the rows themselves."""
_WHOLE = r"^[+-]?[0-9]{1,18}$"


def key_events(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find removed rows that come back among the added ones under another form of their key.

    Without a key the whole row is its key.
    """
    added, removed = diff.positions("added"), diff.positions("removed")
    names = diff.key or diff.compared
    if not len(added) or not len(removed) or not names:
        return
    olds = [diff.old_names[n] for n in names]
    kinds = [{c.name: c.type for c in version.schema.columns} for version in (old, new)]
    if not {"string", "large_string"} & ({kinds[0][n] for n in olds} | {kinds[1][n] for n in names}):
        return
    before, after = old.take(olds, removed), new.take(names, added)
    left, right = [before.column(n) for n in olds], [after.column(n) for n in names]
    what = "keys" if diff.key else "rows"
    most = min(len(removed), len(added))
    least = min(FEW, most)

    def met(read_old: Reading, read_new: Reading) -> int:
        return _meetings([read_old(c) for c in left], [read_new(c) for c in right])

    if any(_is_text(c) for c in left) and any(_is_text(c) for c in right):
        for said, rules, hint in _RULES:
            read = _by(rules)
            if (pairs := met(read, read)) >= least:
                sentence = f"{pairs:,} of {most:,} {what} that came and went differ in {said} alone."
                yield Event(EventKind.KEY_FORM, sentence, names, f"A profile with {hint} pairs them.")
                return
        for page in CODE_PAGES:
            for read_old, read_new, way in ((_misreading(page), _same, "now"), (_same, _misreading(page), "before")):
                if (pairs := met(read_old, read_new)) >= least:
                    sentence = (
                        f"{pairs:,} of {most:,} {what} that came and went are UTF-8 that was read as {page} {way}."
                    )
                    yield Event(EventKind.ENCODING, sentence, names, "Import with encoding='utf-8'.")
                    return
    if diff.key and (pairs := met(whole_numbers, whole_numbers)) >= least:
        sentence = f"{pairs:,} of {most:,} keys that came and went are the same number, written as text on one side."
        yield Event(EventKind.KEY_FORM, sentence, names, "Give the key one type: types={...} (--types).")


def _meetings(old: list[Any], new: list[Any]) -> int:
    """Count the rows that pair; a null pairs with nothing."""
    for columns in (old, new):
        keep = None
        for column in columns:
            valid = column.is_valid()
            keep = valid if keep is None else pc.and_(keep, valid)
        columns[:] = [column.filter(keep) for column in columns]
    return len(join_columns(old, new).old)


def _by(rules: Rules) -> Reading:
    return lambda column: normal_form(column, rules)


def _misreading(page: str) -> Reading:
    return lambda column: misread(column, page) if _is_text(column) else column


def _same(column: Any) -> Any:
    return column


def whole_numbers(column: Any) -> Any:
    """Read texts of digits as numbers; what is no whole number is null."""
    if pa.types.is_integer(column.type):
        return column
    if not _is_text(column):
        return pa.chunked_array([pa.nulls(len(column), pa.int64())])
    whole = pc.match_substring_regex(column, _WHOLE)
    return pc.if_else(whole, column, None).cast(pa.int64())


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))
