"""Version specs: ``dataset@version:table``.

::

    sales                  the default branch's head
    sales@main~2           two commits before the head of main (first parents); ``^`` is ``~1``
    sales~2                the same, of the default branch
    sales@v1.0             a tag
    sales@3fa9c1d          a commit by the start of its id, 4 digits or more
    sales@{2026-03-01}     what the default branch pointed at when that day ended; ``sales@dev@{2026-03-01 14:30}``
    book@main:Sheet2       one table of a workbook
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.errors import InvalidInput, InvalidSpec

_NAME = re.compile(r"[^\W_][\w.+/-]*", re.UNICODE)
_PRECISE = re.compile(r".{8,10}[T ]\d\d:?\d\d:?\d\d(?P<fraction>[.,]\d+)?")
"""A moment that names a second, and perhaps a part of it."""
_STEPS = re.compile(r"(~\d*|\^)")
_HINT = "A spec reads dataset@version:table, as in sales, sales@main~2, sales@v1.0 or book@main:Sheet2."
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class VersionSpec:
    """A version of a dataset, or of one table of it."""

    dataset: str
    version: str = DEFAULT_BRANCH
    at: datetime | None = None
    back: int = 0
    table: str | None = None

    def __str__(self) -> str:
        at = f"@{{{self.at.isoformat(timespec='microseconds')}}}" if self.at else ""
        back = f"~{self.back}" if self.back else ""
        table = f":{self.table}" if self.table is not None else ""
        return f"{self.dataset}@{self.version}{at}{back}{table}"

    def with_table(self, table: str) -> VersionSpec:
        """Give the same version, of one table."""
        return replace(self, table=table)


def check_name(kind: str, name: str) -> str:
    """Return a dataset's or ref's name as it is, if it may be one.

    Raises
    ------
    InvalidInput
        The name is empty, too long, or holds a character that specs need.
    """
    if len(name) > MAX_NAME or not _NAME.fullmatch(name) or name.endswith((".", "/")) or ".." in name or "//" in name:
        raise InvalidInput(
            f"{name!r} cannot name a {kind}.",
            hint=f"Use letters, digits and _ - . + /, beginning with a letter or digit, at most {MAX_NAME}.",
        )
    return name


def parse_spec(text: str) -> VersionSpec:
    """Read a version spec.

    Raises
    ------
    InvalidSpec
        The text does not follow the grammar; the message says where.
    """
    whole, colon, tail = _split_table(text.strip())
    table = tail if colon else None
    dataset, at_sign, rest = whole.partition("@")
    if not at_sign and (steps := re.search(r"[~^]", dataset)):
        dataset, at_sign, rest = dataset[: steps.start()], "@", DEFAULT_BRANCH + dataset[steps.start() :]
    if not _NAME.fullmatch(dataset):
        raise InvalidSpec(f"{text!r} does not begin with a dataset's name.", hint=_HINT)
    if table == "":
        raise InvalidSpec(f"{text!r} ends where a table's name should follow.", hint=_HINT)
    if not at_sign:
        return VersionSpec(dataset, table=table)
    version, at, back = _version(text, rest)
    return VersionSpec(dataset, version, at, back, table)


def _split_table(rest: str) -> tuple[str, str, str]:
    """Split at the first colon that is not inside braces: times of day hold colons too."""
    depth = 0
    for i, char in enumerate(rest):
        depth += (char == "{") - (char == "}")
        if char == ":" and depth == 0:
            return rest[:i], ":", rest[i + 1 :]
    return rest, "", ""


def _version(text: str, rest: str) -> tuple[str, datetime | None, int]:
    at: datetime | None = None
    match = re.search(r"@?\{([^{}]*)\}", rest)
    if match:
        at = _moment(text, match[1])
        version, steps = rest[: match.start()] or DEFAULT_BRANCH, rest[match.end() :]
    else:
        cut = re.search(r"[~^]", rest)
        version, steps = (rest[: cut.start()], rest[cut.start() :]) if cut else (rest, "")
    if not _NAME.fullmatch(version):
        raise InvalidSpec(f"{text!r} names no version after the @.", hint=_HINT)
    if _STEPS.sub("", steps):
        raise InvalidSpec(f"{text!r}: {steps!r} is not a number of steps back.", hint=_HINT)
    back = sum(1 if s in {"^", "~"} else int(s[1:]) for s in _STEPS.findall(steps))
    return version, at, back


def _moment(text: str, words: str) -> datetime:
    """Read a date or a date and time, local unless it has a zone: the end of the day, minute or second it names."""
    try:
        day = date.fromisoformat(words)
    except ValueError:
        try:
            moment = datetime.fromisoformat(words)
        except ValueError as err:
            raise InvalidSpec(
                f"{text!r}: {words!r} is no date.", hint="Write it as in {2026-03-01} or {2026-03-01 14:30}."
            ) from err
        named = _PRECISE.match(words)
        if named is None:
            moment = moment.replace(second=59, microsecond=999_999)
        elif not named["fraction"]:
            moment = moment.replace(microsecond=999_999)
    else:
        moment = datetime.combine(day, time.max)
    return moment.astimezone(UTC)
