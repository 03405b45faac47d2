"""How conflicts are settled: a side for all of them, or a frame with a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.types import parse_type
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.differ.runs import Positions
from dsa_workbench.features.versioning.merger.conflicts import RowConflicts, one_array

SIDES = ("ours", "theirs")
Mask = npt.NDArray[np.bool_]
_FRAME = "A frame that settles conflicts has the key columns, 'column' and 'value'."


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on some conflicts: which take theirs, which stay open, and which get a value of their own."""

    theirs: Mask
    open: Mask
    valued: Positions
    values: Any = None


@dataclass(slots=True)
class Choice:
    """A side for all conflicts of a table, or lines (key columns and `column`) with a value each, or neither."""

    side: str | None = None
    lines: Any = None
    values: Sequence[Any] = ()
    used: set[int] = field(default_factory=set)

    def decide(self, conflicts: RowConflicts, keys: Sequence[Any], names: Sequence[str]) -> Decision:
        """Decide on conflicts whose keys are given as arrays.

        Raises
        ------
        InvalidInput
            A line gives no value that the column can hold, or two lines speak of one conflict.
        """
        size, none = len(conflicts), np.zeros(0, np.int64)
        if self.side is not None:
            return Decision(np.full(size, self.side == "theirs"), np.zeros(size, np.bool_), none)
        found = self._lines_for(conflicts, keys, names)
        if found is None:
            return Decision(np.zeros(size, np.bool_), np.ones(size, np.bool_), none)
        which, lines = found
        self.used |= set(lines.tolist())
        # A line without a value is one that was not filled in: its conflict stays open.
        filled = np.array([self.values[i] is not None for i in lines.tolist()], np.bool_)
        which, lines = which[filled], lines[filled]
        still = np.ones(size, np.bool_)
        still[which] = False
        given = [self.values[i] for i in lines.tolist()]
        theirs = np.zeros(size, np.bool_)
        if conflicts.column is None:
            theirs[which] = [_a_side(value) == "theirs" for value in given]
            return Decision(theirs, still, none)
        order = np.argsort(which, kind="stable")
        values = _typed(given, conflicts.column.name, conflicts.column.type).take(pa.array(order))
        return Decision(theirs, still, which[order], values)

    def check_used(self) -> None:
        """Refuse lines that speak of no conflict: they are mistakes, and would be lost in silence.

        Raises
        ------
        InvalidInput
            There is such a line; the first is shown.
        """
        unused = sorted(set(range(len(self.values))) - self.used)
        if self.lines is not None and unused:
            shown = ", ".join(f"{k}={v}" for k, v in self.lines.slice(unused[0], 1).to_pylist()[0].items())
            raise InvalidInput(
                f"resolve: line {unused[0] + 1:,} speaks of no conflict ({shown}).",
                hint="Take keys and columns from result.conflicts.",
            )

    def _lines_for(
        self, conflicts: RowConflicts, keys: Sequence[Any], names: Sequence[str]
    ) -> tuple[Positions, Positions] | None:
        if self.lines is None or not names:
            return None
        for name in (*names, "column"):
            if name not in self.lines.column_names:
                raise InvalidInput(f"resolve: the frame has no column {name!r}.", hint=_FRAME)
        about = one_array(self.lines.column("column"))
        wanted = about.is_null() if conflicts.column is None else pc.equal(about, conflicts.column.name)
        rows = np.flatnonzero(wanted.fill_null(False).to_numpy(zero_copy_only=False))
        if not len(rows):
            return None
        some = self.lines.select(list(names)).take(pa.array(rows))
        joined = join_columns([pa.chunked_array([k]) for k in keys], some.columns)
        if joined.repeats:
            raise InvalidInput("resolve: two lines settle one conflict.", hint="Keep one of them.")
        return joined.old, rows[joined.new]


def choice_of(resolve: Any) -> Choice:
    """Read how a table's conflicts are settled: ``"ours"``, ``"theirs"``, a frame, a choice that was read, or None.

    Raises
    ------
    InvalidInput
        It is none of these.
    """
    if resolve is None:
        return Choice()
    if isinstance(resolve, Choice):
        return replace(resolve, used=set())
    if isinstance(resolve, str):
        return Choice(side=_a_side(resolve))
    if isinstance(resolve, list):
        lines = _of_dicts(resolve)
        return Choice(lines=lines, values=[line.get("value") for line in resolve])
    if isinstance(resolve, pa.Table):
        table = resolve
    elif hasattr(resolve, "to_arrow"):
        table = resolve.to_arrow()
    elif hasattr(resolve, "columns") and hasattr(resolve, "drop"):
        return _of_pandas(resolve)
    else:
        raise InvalidInput(f"resolve cannot be {type(resolve).__name__}.", hint=f"Give 'ours' or 'theirs'. {_FRAME}")
    if "value" not in table.column_names:
        raise InvalidInput("resolve: the frame has no column 'value'.", hint=_FRAME)
    return Choice(lines=table.drop_columns(["value"]), values=table.column("value").to_pylist())


def _of_dicts(given: list[Any]) -> Any:
    if not all(isinstance(line, dict) for line in given):
        raise InvalidInput("resolve: a line is no dict.", hint="Give each the key columns, 'column' and 'value'.")
    names = dict.fromkeys(name for line in given for name in line if name != "value")
    arrays = {}
    for name in names:
        try:
            arrays[name] = pa.array([line.get(name) for line in given])
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as err:
            raise InvalidInput(
                f"resolve: the lines give {name} values of several types.", hint="Take them from result.conflicts."
            ) from err
    return pa.table(arrays)


def _of_pandas(frame: Any) -> Choice:
    if "value" not in frame.columns:
        raise InvalidInput("resolve: the frame has no column 'value'.", hint=_FRAME)
    # A column of values for several columns holds several types, which Arrow would refuse.
    values = [None if value is None or value != value else value for value in frame["value"].astype(object)]
    return Choice(lines=pa.Table.from_pandas(frame.drop(columns=["value"]), preserve_index=False), values=values)


def _a_side(value: Any) -> str:
    if value not in SIDES:
        raise InvalidInput(f"resolve: {value!r} is no side.", hint="For a whole row or table say 'ours' or 'theirs'.")
    return str(value)


def _typed(values: Sequence[Any], name: str, text: str) -> Any:
    arrow = parse_type(text)
    try:
        return pa.array(values, arrow)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, OverflowError):
        pass  # written as text, perhaps: the next attempt says
    try:
        return pa.array([None if v is None else str(v) for v in values], pa.string()).cast(arrow)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as err:
        raise InvalidInput(
            f"resolve: a value for {name} is no {text}: {err}.", hint="Give values of the column's type."
        ) from err
