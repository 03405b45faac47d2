"""The verdicts of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.fidelity.judge import Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """How one tool did on one file; `dialect` and `count` are None where they are not known of it."""

    path: str
    category: str
    suite: str
    source: str
    verdict: Verdict
    dialect: bool | None
    count: bool | None
    seconds: float
    peak: int


@dataclass(frozen=True, slots=True)
class Results:
    """The results of all tools, and how long the run took."""

    by_tool: Mapping[str, Sequence[Result]]
    seconds: float
