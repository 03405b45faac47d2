"""What is asked of an import."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.core.model.ref import DEFAULT_BRANCH
from dsa_workbench.features.imports.slices import Spread
from dsa_workbench.features.versioning.build_tables import Promise
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.rejects import MOST
from dsa_workbench.files.sets.gather import source_name
from dsa_workbench.files.source import ReadOptions


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What to import, and how.

    `source` is whatever `open_tables` takes: files, tables in memory, or a dict of these. `table` names the one table
    that is in it.
    """

    source: Any
    dataset: str
    table: str | None = None
    ref: str = DEFAULT_BRANCH
    mode: Mode = Mode.REPLACE
    key: tuple[str, ...] | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    message: str | None = None
    author: str | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    idempotency_key: str | None = None
    progress: Callable[[Progress], None] | None = None
    skip: bool = False
    """Whether rows that do not fit are left out; else they refuse the file."""
    max_rejects: int = MOST
    rejects_to: str | os.PathLike[str] | None = None
    """Where the rows that were left out are written, to be corrected."""
    promise: Promise | None = None
    exact: bool = False
    """Remember the file so that an export can give back its bytes."""
    spread: Spread | None = None
    """Where slices of a large file may be done; without it all of it is done here."""

    @property
    def source_name(self) -> str | None:
        """What messages call it; None for what has no name."""
        return source_name(self.source)
