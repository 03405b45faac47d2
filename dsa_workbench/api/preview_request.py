"""A preview of an import, made in a process beside the server, and told in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsa_workbench.models.previewing import reading_of, tell_explained, tell_preview
from dsa_workbench.models.previews import PreviewAsked
from dsa_workbench.results import Preview
from dsa_workbench.workbench import Workbench


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """The files, where they would go, and what is asked."""

    actor: str
    source: Any
    dataset: str
    ref: str
    asked: PreviewAsked
    request_id: str = ""

    def perform(self, wb: Workbench) -> bytes:
        """Look at the files, and tell what would come of them."""
        acting, options = wb.acting_as(self.actor), self.asked.options()
        found: Preview = acting.import_file(self.source, self.dataset, ref=self.ref, dry_run=True, **options)
        told = tell_preview(found, self.asked)
        if self.asked.explain and not isinstance(self.source, Mapping):
            told = tell_explained(told, acting.explain(self.source, **reading_of(self.asked)).tables)
        return told.model_dump_json(exclude_none=True).encode()
