"""What `profile` hands back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.table_profile import ColumnProfile
from dsa_workbench.rendering import profile
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.frames import to_pandas


@dataclass(frozen=True, repr=False)
class TableProfile(Displayed):
    """A version's columns in numbers, each a `ColumnProfile`; ``profile["qty"]`` gives one."""

    spec: str
    rows: int
    columns: tuple[ColumnProfile, ...]

    def __getitem__(self, name: str) -> ColumnProfile:
        return {c.name: c for c in self.columns}[name]

    def to_dict(self) -> dict[str, Any]:
        """Give it as a dict."""
        return {"spec": self.spec, "rows": self.rows, "columns": [c.to_dict() for c in self.columns]}

    def to_arrow(self) -> Any:
        """Give a row for each column; bounds and quartiles as text, since their types differ."""
        text = pa.string()
        types = {
            "name": text, "type": text, "rows": pa.int64(), "nulls": pa.int64(), "distinct": pa.int64(),
            "minimum": text, "maximum": text, "quartiles": pa.list_(text), "histogram": pa.list_(pa.int64()),
        }  # fmt: skip
        rows = []
        for column in self.columns:
            told = column.to_dict()
            told |= {end: None if told[end] is None else str(told[end]) for end in ("minimum", "maximum")}
            rows.append(told | {"quartiles": [str(q) for q in column.quartiles]})
        return pa.Table.from_pylist(rows, pa.schema(list(types.items())))

    def to_pandas(self) -> Any:
        """Give `to_arrow` as a pandas frame."""
        return to_pandas(self.to_arrow())

    def document(self) -> Document:
        """Describe it."""
        return profile.profile(self.spec, self.rows, self.columns)
