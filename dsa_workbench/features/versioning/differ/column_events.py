"""Events of columns: what all changed cells of a column have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dsa_workbench.columns.codes import codes
from dsa_workbench.columns.equality import Mask, equal_values
from dsa_workbench.columns.loosened import equal_under
from dsa_workbench.columns.misreading import CODE_PAGES, LOST, misread, without_letters
from dsa_workbench.core.model.event import Event, EventKind
from dsa_workbench.core.model.profile import Rules
from dsa_workbench.features.versioning.differ.joining import join_columns
from dsa_workbench.features.versioning.differ.key_events import FEW, whole_numbers
from dsa_workbench.features.versioning.differ.runs import Positions
from dsa_workbench.features.versioning.table_version import TableVersion

if TYPE_CHECKING:
    from dsa_workbench.features.versioning.differ.result import TableDiff

_FIRST = 1000
_GLANCE = 32
_FACTORS = (-1, 10, 60, 100, 1000, 1024, 3600, 10_000, 1_000_000, 1_000_000_000)
_DIGITS = 15
_PLACES = 10
_FORMS = (
    ("case", Rules(case=True), "case=[{!r}]"),
    ("white space at the ends", Rules(whitespace="trim"), "whitespace={{{!r}: 'trim'}}"),
    ("white space", Rules(whitespace="ignore"), "whitespace={{{!r}: 'ignore'}}"),
    ("case and white space", Rules(case=True, whitespace="ignore"), "case and whitespace in {!r}"),
)


def column_events(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find what happened to whole columns."""
    counts = diff.counts
    every = counts.changed == old.rows == new.rows >= FEW
    if every and len(counts.cells) == 1:
        (name,) = counts.cells
        rest = len(new.schema.columns) - 1
        others = f"; the other {rest} hold what they held" if rest > 1 else ""
        yield Event(EventKind.ONE_COLUMN, f"Every row changed, in {name} alone{others}.", (name,))
    shifted = [*_shifted(diff, old, new), *_shifted_whole(diff, old, new)]
    yield from shifted
    if shifted:
        return
    for name, cells in diff.cells.items():
        if len(cells) < FEW:
            continue
        event = None
        # What is true of all cells is true of the first ones: most often these, in few chunks, are all that is read.
        for some in (cells[:_GLANCE], cells):
            a = old.take([diff.old_names[name]], diff.runs.old_at(some)).column(0)
            b = new.take([name], some).column(0)
            event = _column_event(name, a, b, diff.runs.pairs)
            if event is None:
                break
        if event is not None:
            yield event


def _column_event(name: str, a: Any, b: Any, pairs: int) -> Event | None:
    """Say what the changed cells of a column have in common, the old ones in `a`, the new ones in `b`."""
    cells = f"All {len(a):,} changed cells of {name}"
    (x, y), _ = codes([a, b])
    if _is_text(a) != _is_text(b) and (event := _type_event(name, cells, a, b)) is not None:
        return event
    if (x == x[0]).all() and (y == y[0]).all():
        return _replaced(name, cells, a, b)
    if _is_text(a) and _is_text(b):
        return _text_event(name, cells, a, b)
    several = len(np.unique(x)) > 1
    if several and pa.types.is_temporal(a.type) and a.type == b.type:
        return _time_event(name, cells, a, b)
    if several and _is_plain_number(a) and _is_plain_number(b):
        return _number_event(name, a, b, pairs)
    return None


def _replaced(name: str, cells: str, a: Any, b: Any) -> Event:
    texts = [c[0].as_py() for c in (a, b) if _is_text(c)]
    token = next((text for text in texts if text is not None), None)
    to_null = token is not None and (a.null_count or b.null_count)
    hint = f"A profile with null_tokens={{{name!r}: [{token!r}]}} takes them for the same." if to_null else ""
    return Event(EventKind.REPLACED, f"{cells} held {_shown(a)} and hold {_shown(b)} now.", (name,), hint)


def _type_event(name: str, cells: str, a: Any, b: Any) -> Event | None:
    """Find values that are text on one side and the same on the other."""
    text, other = (a, b) if _is_text(a) else (b, a)
    if pa.types.is_nested(other.type) or pa.types.is_binary(other.type):
        return None
    side = "were" if text is a else "are"
    hint = f"Give the column one type: types={{{name!r}: ...}} (--types)."
    if _all(equal_values, other.cast(pa.string()), text):
        return Event(EventKind.TYPE, f"{cells} hold what they held, and {side} text.", (name,), hint)
    if pa.types.is_integer(other.type) and _all(equal_values, other, whole_numbers(text)):
        shown = f"{_shown(text)} for {_shown(other)}"
        return Event(EventKind.TYPE, f"{cells} hold the same numbers, and {side} text ({shown}).", (name,), hint)
    return None


def _text_event(name: str, cells: str, a: Any, b: Any) -> Event | None:
    for said, rules, hint in _FORMS:
        if _all(lambda x, y, rules=rules: equal_under(x, y, rules), a, b):  # type: ignore[misc]
            use = f"A profile with {hint.format(name)} takes them for the same."
            return Event(EventKind.TEXT_FORM, f"{cells} differ in {said} alone.", (name,), use)
    if _all(lambda x, y: equal_values(pc.utf8_normalize(x, "NFC"), pc.utf8_normalize(y, "NFC")), a, b):
        return Event(EventKind.TEXT_FORM, f"{cells} differ in the Unicode form of their letters alone.", (name,))
    for page in CODE_PAGES:
        if _all(lambda x, y, page=page: equal_values(misread(x, page), y), a, b):  # type: ignore[misc]
            hint = "Import it with encoding='utf-8' (--encoding utf-8)."
            return Event(EventKind.ENCODING, f"{cells} are UTF-8 that was read as {page}.", (name,), hint)
        if _all(lambda x, y, page=page: equal_values(x, misread(y, page)), a, b):  # type: ignore[misc]
            return Event(EventKind.ENCODING, f"{cells} were UTF-8 that was read as {page}, and are right now.", (name,))
    for sign, what in LOST.items():
        if _all(lambda x, y, sign=sign: equal_values(without_letters(x, sign), y), a, b):  # type: ignore[misc]
            return Event(EventKind.ENCODING, f"{cells} lost their letters beyond ASCII: {what} stands there.", (name,))
        if _all(lambda x, y, sign=sign: equal_values(x, without_letters(y, sign)), a, b):  # type: ignore[misc]
            return Event(EventKind.ENCODING, f"{cells} got back their letters beyond ASCII.", (name,))
    return None


def _time_event(name: str, cells: str, a: Any, b: Any) -> Event | None:
    """Find times that all moved by as much, as when a zone is forgotten."""
    if a.null_count or b.null_count or pa.types.is_time(a.type) or pa.types.is_duration(a.type):
        return None
    kind = pa.int32() if pa.types.is_date32(a.type) else pa.int64()
    before, after = (c.cast(kind).to_numpy().astype(np.int64) for c in (a, b))
    steps = after - before
    if (steps != steps[0]).any():
        return None
    ticks = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
    per_second = 10**3 if pa.types.is_date64(a.type) else 1 if pa.types.is_date32(a.type) else ticks[a.type.unit]
    seconds = int(steps[0]) * (86_400 if pa.types.is_date32(a.type) else 1) / per_second
    way = "later" if seconds > 0 else "earlier"
    return Event(EventKind.MOVED_IN_TIME, f"{cells} are {_span(abs(seconds))} {way}.", (name,))


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds % length == 0:
            number = int(seconds // length)
            return f"{number:,} {unit if number != 1 else unit[:-1]}"
    return f"{seconds:g} seconds"


def _number_event(name: str, a: Any, b: Any, pairs: int) -> Event | None:
    """Find numbers that were all multiplied or divided by one of the usual factors."""
    if a.null_count or b.null_count:
        return None
    x, y = (_floats(c) for c in (a, b))
    places = next((n for n in range(_PLACES) if _whole(x, n) is not None and _whole(y, n) is not None), 0)
    p, q = _whole(x, places), _whole(y, places)
    for factor in _FACTORS:
        if _all_times(x, y, factor) or _all_whole_times(p, q, factor):
            how = "have the other sign" if factor == -1 else f"are {factor:,} times what they were"
        elif _all_times(y, x, factor) or _all_whole_times(q, p, factor):
            how = f"are what they were, divided by {factor:,}"
        else:
            continue
        whole = "" if len(x) < pairs else " That is every row."
        return Event(EventKind.SCALED, f"All {len(x):,} changed cells of {name} {how}.{whole}", (name,))
    return None


def _whole(values: npt.NDArray[np.float64], places: int) -> Positions | None:
    """Give decimals of so many places as whole numbers, None where one has more places or too many digits."""
    with np.errstate(all="ignore"):
        scaled = np.rint(values * 10**places)
        # A quotient of whole numbers is rounded rightly: it is the float exactly where the digits are those of it.
        exact = bool(((np.abs(scaled) < 10**_DIGITS) & (scaled / 10**places == values)).all())
    return scaled.astype(np.int64) if exact else None


def _all_whole_times(x: Positions | None, y: Positions | None, factor: int) -> bool:
    if x is None or y is None or int(np.abs(x).max()) * abs(factor) >= 2**63:
        return False
    return bool((x * factor == y).all())


def _all_times(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], factor: int) -> bool:
    """Tell whether every y is the x of its row times a factor, or every x its y divided, as floats compute it."""
    with np.errstate(all="ignore"):
        return bool(((x * factor == y) | (y / factor == x)).all())


def _shifted(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find rows whose values stand one column to the side, as when a delimiter was lost or is one too many."""
    names = [n for n in new.schema.names if diff.old_names.get(n) == n]
    before, after = _suspects(diff)
    if list(old.schema.names) != names or len(names) != len(new.schema.names) or len(names) < FEW or not len(before):
        return
    for some in (slice(0, _GLANCE), slice(None)):
        a, b = old.take(names, before[some]), new.take(names, after[some])
        found = [(way, run) for way in (1, -1) if (run := _run(a.columns, b.columns, way))]
        if not found:
            return
    for way, run in found:
        side = "right" if way > 0 else "left"
        which = f"{names[run[0]]} to {names[run[-1]]}"
        sentence = f"In all {len(before):,} rows that differ, the values of {which} stand one column to the {side}."
        yield Event(
            EventKind.SHIFTED, sentence, tuple(names[i] for i in run), "Look for a delimiter too many or too few."
        )


def _shifted_whole(diff: TableDiff, old: TableVersion, new: TableVersion) -> Iterator[Event]:
    """Find rows again that no longer pair at all, since a column was put in or taken out before them."""
    fewer = min(old.rows, new.rows)
    # Rows may pair by empty cells all the same, but then none of them is unchanged.
    if diff.key or fewer < FEW or 10 * diff.counts.unchanged > fewer:
        return
    before, after = old.schema.names, new.schema.names
    for step in (1, -1):
        pairs = [(before[i], after[i + step]) for i in range(len(before)) if 0 <= i + step < len(after)]
        if len(pairs) < max(2, len(before) - 1):
            continue
        a = old.take([x for x, _ in pairs], np.arange(old.rows))
        b = new.take([y for _, y in pairs], np.arange(new.rows))
        found = len(join_columns(a.columns, b.columns).new)
        if 2 * found >= fewer:
            side = "right" if step > 0 else "left"
            sentence = f"{found:,} of {old.rows:,} rows are there again, their values one column to the {side}."
            yield Event(EventKind.SHIFTED, sentence, tuple(x for x, _ in pairs), "Rename the columns (rename=...).")
            return


def _suspects(diff: TableDiff) -> tuple[Positions, Positions]:
    """Pair changed rows, and removed with added ones where these stand at the same places."""
    changed = diff.entries.new[(diff.entries.old >= 0) & (diff.entries.new >= 0)]
    removed, added = diff.positions("removed"), diff.positions("added")
    if not np.array_equal(removed, added):
        removed = added = removed[:0]
    return np.concatenate([diff.runs.old_at(changed), removed]), np.concatenate([changed, added])


def _run(a: Sequence[Any], b: Sequence[Any], way: int) -> list[int]:
    """Find the longest run of columns, two or more, whose values all stand one column to the side."""
    best: list[int] = []
    run: list[int] = []
    for i, column in enumerate(a):
        there = 0 <= i + way < len(b)
        moved = there and equal_values(column, b[i + way]).all() and not equal_values(column, b[i]).all()
        run = [*run, i] if moved and not _hollow(column) else []
        best = run if len(run) > len(best) else best
    return best if len(best) >= 2 else []


def _hollow(column: Any) -> bool:
    return bool(column.null_count == len(column))


def _all(same: Callable[[Any, Any], Mask], a: Any, b: Any) -> bool:
    """Prove something of all cells; most often the first ones disprove it."""
    return bool(same(a.slice(0, _FIRST), b.slice(0, _FIRST)).all() and same(a, b).all())


def _shown(column: Any) -> str:
    value = column[0].as_py()
    return "null" if value is None else repr(value)[:60]


def _is_text(column: Any) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _is_plain_number(column: Any) -> bool:
    """Tell whether floats hold a column's numbers without loss: decimals of few digits, integers below 2**53."""
    t = pa.types
    if t.is_integer(column.type):
        return not column.null_count and pc.max(pc.abs(column.cast(pa.float64(), safe=False))).as_py() < 2**53
    return bool(t.is_floating(column.type) or (t.is_decimal(column.type) and column.type.precision <= _DIGITS))


def _floats(column: Any) -> npt.NDArray[np.float64]:
    return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
