"""Equality profiles: what the people who use a dataset take for the same, though the values are not.

A profile loosens equality of value and never tightens it. Each setting holds for all columns or by column; what a
column says for itself wins. Settings but tolerances are *exact*: they give each value a normal form, so that rows can
be paired by it. A tolerance compares two cells, and 1, 1.1 and 1.2 may be equal in a row without being equal in all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from dsa_workbench.errors import InvalidInput

ALL = "*"
"""Stands for all columns where a setting is by column."""
PLAIN = "none"
"""What users say instead of a profile to compare by value."""
SPACES = ("exact", "trim", "collapse", "ignore")
"""White space counts; not at the ends; any run of it is one blank, none at the ends; not at all."""
MOST_PLACES = 18
SHORT = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """How the cells of one column compare; by default by value alone."""

    ignored: bool = False
    case: bool = False
    """Whether upper and lower case are the same."""
    whitespace: str = "exact"
    null_tokens: tuple[str, ...] = ()
    """Texts that count as null, under the other rules for text."""
    decimal_scale: int | None = None
    """Decimals that count, the last one rounded, halves away from zero."""
    float_tolerance: float = 0.0
    relative_tolerance: float = 0.0
    """How far two numbers may lie apart where one of them is a float: this part of the larger one."""

    @property
    def normalise(self) -> bool:
        """Whether values have a normal form other than themselves."""
        return self.case or self.whitespace != "exact" or bool(self.null_tokens) or self.decimal_scale is not None

    @property
    def tolerate(self) -> bool:
        """Whether floats may lie apart."""
        return bool(self.float_tolerance or self.relative_tolerance)


@dataclass(frozen=True, slots=True)
class EqualityProfile:
    """Settings by column, `*` for all, in the order of the names. Made by `make_profile`."""

    ignore: tuple[str, ...] = ()
    case: Mapping[str, bool] = field(default_factory=dict)
    whitespace: Mapping[str, str] = field(default_factory=dict)
    null_tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    decimal_scale: Mapping[str, int] = field(default_factory=dict)
    float_tolerance: Mapping[str, float] = field(default_factory=dict)
    relative_tolerance: Mapping[str, float] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.to_json())

    @property
    def plain(self) -> bool:
        """Whether nothing is loosened."""
        return self == EqualityProfile()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are named."""
        by_column = (getattr(self, f.name) for f in fields(self))
        return tuple(sorted({name for names in by_column for name in names} - {ALL}))

    def rules(self, *names: str) -> Rules:
        """Give the rules of a column; where it has several names (an old and a new one), the first that is said."""

        def of(setting: Mapping[str, Any], default: Any) -> Any:
            return next((setting[n] for n in (*names, ALL) if n in setting), default)

        return Rules(
            any(n in self.ignore for n in names),
            of(self.case, False),
            of(self.whitespace, "exact"),
            of(self.null_tokens, ()),
            of(self.decimal_scale, None),
            of(self.float_tolerance, 0.0),
            of(self.relative_tolerance, 0.0),
        )

    def to_json(self) -> str:
        """Give the canonical JSON: equal profiles have equal texts."""
        said = {f.name: value for f in fields(self) if (value := getattr(self, f.name))}
        return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=list)

    @classmethod
    def from_json(cls, text: str) -> EqualityProfile:
        """Read what `to_json` gave."""
        return make_profile(json.loads(text))

    @property
    def id(self) -> str:
        """The hash of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    @property
    def short(self) -> str:
        """The id as people are shown it."""
        return self.id[:SHORT]

    def changed(self, settings: Mapping[str, Any]) -> EqualityProfile:
        """Give the same profile with other settings where they are given; one given as empty is taken back."""
        return replace(self, **_read_all(settings))


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A version of a dataset's profile: who made it so, and when. Versions count from 1."""

    version: int
    profile: EqualityProfile
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UsedProfile:
    """The profile that a diff went by, and what to call it."""

    title: str
    profile: EqualityProfile


def make_profile(settings: Mapping[str, Any] | None = None, **more: Any) -> EqualityProfile:
    """Make a profile of settings as users write them.

    Parameters
    ----------
    ignore
        Columns that do not count.
    case
        True, or the columns in which upper and lower case are the same.
    whitespace
        ``trim``, ``collapse`` or ``ignore``, for all columns or a dict by column.
    null_tokens
        Texts that count as null; a list for all columns, or a dict by column.
    decimal_scale
        Decimals that count; a number for all columns, or a dict by column.
    float_tolerance, relative_tolerance
        How far floats may lie apart: this much, or this part of the larger one; a number or a dict by column.

    Raises
    ------
    InvalidInput
        There is no such setting, or its value makes no sense.
    """
    return EqualityProfile(**_read_all({**(settings or {}), **more}))


def _read_all(settings: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(settings) - set(_READERS))
    if unknown:
        raise InvalidInput(
            f"An equality profile has no setting {unknown[0]!r}.", hint=f"It has: {', '.join(_READERS)}."
        )
    return {name: _READERS[name](name, value) for name, value in settings.items()}


def _names(setting: str, given: Any) -> tuple[str, ...]:
    names = [given] if isinstance(given, str) else list(given or ())
    if not all(isinstance(name, str) and name for name in names):
        raise InvalidInput(f"{setting}: {given!r} names no columns.", hint=f"Write {setting}=['updated_at'].")
    return tuple(sorted(set(names)))


def _case(setting: str, given: Any) -> dict[str, bool]:
    if isinstance(given, bool) or given is None:
        return {ALL: True} if given else {}
    if isinstance(given, Mapping):
        return {str(n): bool(v) for n, v in sorted(given.items())}
    return dict.fromkeys(_names(setting, given), True)


def _by_column(read: Callable[[str, Any], Any], many: bool = False) -> Callable[[str, Any], dict[str, Any]]:
    """Read one value for all columns, or a dict by column; None, and nothing, take the setting back."""

    def reader(setting: str, given: Any) -> dict[str, Any]:
        if given is None or (many and not given):
            return {}
        named = given if isinstance(given, Mapping) else {ALL: given}
        return {str(n): read(setting, v) for n, v in sorted(named.items())}

    return reader


def _spaces(setting: str, given: Any) -> str:
    if given not in SPACES:
        raise InvalidInput(f"{setting}: {given!r} is none of {', '.join(SPACES)}.", hint="whitespace='trim' is usual.")
    return str(given)


def _tokens(setting: str, given: Any) -> tuple[str, ...]:
    tokens: Iterable[Any] = [given] if isinstance(given, str) else given
    if not isinstance(tokens, (list, tuple, set, frozenset)) or not all(isinstance(t, str) for t in tokens):
        raise InvalidInput(f"{setting}: {given!r} is no list of texts.", hint="Write null_tokens=['NA', '-'].")
    return tuple(sorted(set(tokens)))


def _places(setting: str, given: Any) -> int:
    if not isinstance(given, int) or isinstance(given, bool) or not 0 <= given <= MOST_PLACES:
        raise InvalidInput(
            f"{setting}: {given!r} is no number of decimals.", hint=f"Give a whole number from 0 to {MOST_PLACES}."
        )
    return given


def _distance(setting: str, given: Any) -> float:
    number = isinstance(given, (int, float)) and not isinstance(given, bool)
    if not number or not math.isfinite(given) or given < 0:
        raise InvalidInput(f"{setting}: {given!r} is no tolerance.", hint="Give a number from 0 on, such as 1e-9.")
    return float(given)


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "ignore": _names,
    "case": _case,
    "whitespace": _by_column(_spaces),
    "null_tokens": _by_column(_tokens, many=True),
    "decimal_scale": _by_column(_places),
    "float_tolerance": _by_column(_distance),
    "relative_tolerance": _by_column(_distance),
}
SETTINGS = tuple(_READERS)
"""The names of the settings."""
