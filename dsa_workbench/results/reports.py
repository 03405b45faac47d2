"""What `status`, `export` and `check` hand back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dsa_workbench.features.upkeep.collect import Collected
from dsa_workbench.rendering import history
from dsa_workbench.rendering.document import Document
from dsa_workbench.rendering.words import duration, size
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class Status(Displayed):
    """Where we work: the store, who acts, and how much is there.

    `database_url` must come without its password: this is shown and saved in notebooks. `folder` is the data
    folder of the embedded Postgres, None where a given server is used. `bytes_stored` is None where it is not
    known.
    """

    version: str
    actor: str
    database_url: str
    server: str
    datasets: int
    folder: str | None = None
    bytes_stored: int | None = None

    def document(self) -> Document:
        """Describe the connection."""
        pairs = [
            ("acting as", self.actor),
            ("database", self.database_url),
            ("server", f"{self.server}{', started by DSA Workbench' if self.folder is not None else ''}"),
            ("datasets", f"{self.datasets:,}"),
        ]
        if self.folder is not None:
            pairs.insert(3, ("folder", self.folder))
        if self.bytes_stored is not None:
            pairs.append(("stored", size(self.bytes_stored)))
        return history.facts(f"DSA Workbench {self.version}", pairs)


@dataclass(frozen=True, repr=False)
class Exported(Displayed):
    """A file that was written: where, how many rows and bytes, in how many seconds; `notes` say what it lacks."""

    spec: str
    path: Path
    rows: int
    bytes: int
    seconds: float
    notes: tuple[str, ...] = ()

    def document(self) -> Document:
        """Describe the export."""
        spent = duration(self.seconds)
        where = str(self.path)
        return history.exported(
            self.spec, where, rows=self.rows, size_bytes=self.bytes, seconds=spent, notes=self.notes
        )


def upkeep_report(result: Mapping[str, Any]) -> CheckReport | Collected | None:
    """Give what a job of upkeep has found or done, from what was written down; None where it was no such job."""
    if "problems" in result:
        return CheckReport(tuple(result["problems"]), result["counts"])
    return Collected(**result["collected"]) if "collected" in result else None


@dataclass(frozen=True, repr=False)
class CheckReport(Displayed):
    """The outcome of a check: problems as sentences, and how many things were looked at, by name."""

    problems: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.problems

    def document(self) -> Document:
        """Describe the outcome."""
        return history.check(self.problems, self.counts)
