"""Three-way merges of tables, pure: versions in, a plan or conflicts out."""

from __future__ import annotations

from dsa_workbench.features.versioning.merger.choices import Choice, choice_of
from dsa_workbench.features.versioning.merger.conflicts import RowConflicts, SchemaConflict, TableConflicts
from dsa_workbench.features.versioning.merger.tables import MergedTable, merge_tables

__all__ = [
    "Choice",
    "MergedTable",
    "RowConflicts",
    "SchemaConflict",
    "TableConflicts",
    "choice_of",
    "merge_tables",
]
