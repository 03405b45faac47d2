"""Routes of patches: a diff given as a document, and one in the body applied to a branch."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.merges import rows_of
from dsa_workbench.api.negotiation import ARROW_FILE, ARROW_STREAM, CSV, JSON, JSON_LINES, PARQUET, TSV
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.refs import version_of
from dsa_workbench.api.streaming import Pipe
from dsa_workbench.api.uploads import BYTES, WholeFileHandler
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.features.patches.apply_patch import ApplyPatch, apply_patch
from dsa_workbench.features.patches.documents import document_parts
from dsa_workbench.features.patches.read_patch import open_patch
from dsa_workbench.features.uploads.spool import Upload
from dsa_workbench.features.versioning.history import show
from dsa_workbench.models.patches import AppliedTold, ApplyAsked, PatchAsked, PatchTold
from dsa_workbench.results import Diff
from dsa_workbench.workbench import Workbench

MEDIA = (BYTES, PARQUET, ARROW_FILE, ARROW_STREAM, CSV, TSV, JSON_LINES, JSON)
"""What the body of a patch may be called; what it is, its content says."""


class PatchHandler(ApiHandler):
    """The way from one version to another, as a patch."""

    @operation(
        Operation(
            "Give a diff as a patch that can be applied", "read", "diff", {200: PatchTold}, query=PatchAsked,
            headers=("If-None-Match",), problems=(400, 403, 404, 504),
        )
    )  # fmt: skip
    async def get(self, dataset: str, query: PatchAsked) -> None:
        """Write the document while it is made."""
        old = version_of(dataset, query.from_)
        new = version_of(query.to_dataset or dataset, query.to)

        def compare(wb: Workbench) -> tuple[str, Diff]:
            ids = [show(wb.actor, wb.store, spec).commit.id for spec in (old, new)]
            pinned = (str(VersionSpec(old.dataset, ids[0])), str(VersionSpec(new.dataset, ids[1])))
            return " ".join(ids), self.service.diff(
                wb, pinned, query.key, "none", query.rename, merge_base=query.merge_base
            )

        ids, diff = await self.read(compare)
        if self.is_fresh(tag_of(ids, query.model_dump_json())):
            return
        self.set_header("Content-Type", f"{JSON}; charset=utf-8")

        def write(pipe: Pipe) -> None:
            for part in document_parts(diff.patch(context=query.context), diff.schema):
                pipe.write(part)

        await self.send_stream(write)


class PatchesHandler(WholeFileHandler):
    """Diffs that are applied to a branch."""

    received_file: Upload

    async def begin(self) -> Callable[[bytes], object] | None:
        """Take the diff to disk as it comes."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in MEDIA:
            raise HttpProblem(415, f"The body is {kind or 'of no type'}.", hint=f"Send one of {', '.join(MEDIA)}.")
        self.check_arguments(ApplyAsked)
        return await self.take(self.query_of(ApplyAsked).label)

    async def once(self, told: Operation, work: Callable[[], Awaitable[None]]) -> None:
        """Wait for the whole diff first: a repetition is known by what it brings."""
        self.received_file = await self.kept()
        path = self.service.spool.path(self.received_file)
        if "Idempotency-Key" in self.request.headers:
            self.request.body = await self.service.on_disk(lambda: _digest(path))
        await super().once(told, work)

    @operation(
        Operation(
            "Apply a diff to a branch", "write", "commits", {200: AppliedTold, 201: AppliedTold}, query=ApplyAsked,
            body_media=MEDIA, headers=("Content-Digest",), idempotent_key=True,
            problems=(400, 403, 404, 409, 413, 415, 501, 507),
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, query: ApplyAsked) -> None:
        """Apply an exported diff in whatever format it is: 201 where there is a new commit, else 200.

        Conflicts are what came of it and no error: `outcome` is `conflicts`, they are listed, and nothing is written.
        """
        path = self.service.spool.path(self.received_file)

        def apply(wb: Workbench) -> AppliedTold:
            opener, label = open_patch(path, query.label)
            command = ApplyPatch(
                opener, label, dataset, ref, query.mode == "strict", query.reverse, query.message,
                dry_run=query.dry_run,
            )  # fmt: skip
            done = apply_patch(wb.actor, wb.store, wb.cache, command)
            return AppliedTold.of(done, f"{dataset}@{ref}", label, query)

        told = await self.write_to_store(apply)
        if told.created:
            self.happened(
                "commit", action="apply", dataset=dataset, ref=ref, commit=told.commit, created=True,
                rows=rows_of(told.summary),
            )  # fmt: skip
        self.tag(told.commit)
        self.answer(told, 201 if told.created else 200)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
