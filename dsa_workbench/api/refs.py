"""Routes of branches and tags: listed, made, moved, protected, deleted."""

from __future__ import annotations

from urllib.parse import quote

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.core.model.ref import RefKind
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.features.refs.create_ref import create_ref
from dsa_workbench.features.refs.delete_ref import delete_ref
from dsa_workbench.features.refs.list_refs import get_ref, list_refs
from dsa_workbench.features.refs.move_ref import move_ref
from dsa_workbench.features.refs.protect_ref import protect_ref
from dsa_workbench.models.datasets import RefChanged, RefGiven, RefsTold, RefTold
from dsa_workbench.workbench import Workbench

RESOURCE = "refs"


class RefsHandler(ApiHandler):
    """The branches and tags of a dataset."""

    @operation(Operation("List branches and tags", "read", RESOURCE, {200: RefsTold}, headers=("If-None-Match",)))
    async def get(self, dataset: str) -> None:
        """Give all of them: a dataset has few."""
        refs = await self.read(lambda wb: list_refs(wb.actor, wb.store, dataset))
        told = RefsTold(items=[RefTold.of(ref) for ref in refs])
        if not self.is_fresh(tag_of(told.model_dump_json())):
            self.answer(told)

    @operation(
        Operation(
            "Make a branch or a tag", "write", RESOURCE, {201: RefTold}, body=RefGiven, idempotent_key=True,
            problems=(400, 403, 404, 409, 413, 415, 422),
        )
    )  # fmt: skip
    async def post(self, dataset: str, body: RefGiven) -> None:
        """Make a ref."""
        spec = version_of(dataset, body.at)

        def make(wb: Workbench) -> RefTold:
            return RefTold.of(create_ref(wb.actor, wb.store, spec, body.name, RefKind(body.kind)))

        told = await self.write_to_store(make)
        self.happened("ref", action="create", dataset=dataset, ref=told.name, kind=told.kind, commit=told.commit)
        self.tag(told.commit)
        self.answer(told, 201, f"{self.request.path}/{quote(told.name, safe='')}")


class RefHandler(ApiHandler):
    """One branch or tag; its entity tag is the id of the commit that it points at."""

    @operation(Operation("Say where a ref points", "read", RESOURCE, {200: RefTold}, headers=("If-None-Match",)))
    async def get(self, dataset: str, ref: str) -> None:
        """Give the ref."""
        told = RefTold.of(await self.read(lambda wb: get_ref(wb.actor, wb.store, dataset, ref)))
        if not self.is_fresh(_tag(told)):
            self.answer(told)

    @operation(
        Operation(
            "Move a branch, protect a ref, or lift that", "write", RESOURCE, {200: RefTold}, body=RefChanged,
            headers=("If-Match",), idempotent_key=True, problems=(400, 403, 404, 409, 412, 413, 415, 422, 428),
        )
    )  # fmt: skip
    async def patch(self, dataset: str, ref: str, body: RefChanged) -> None:
        """Move by compare-and-swap: the commit that it points at now is said by `expected` or If-Match."""
        if body.commit is None and body.protected is None:
            raise HttpProblem(400, "Nothing is to change.", hint="Give commit, protected, or both.")
        tag = self.expected()
        expected = body.expected or (_commit(tag) if tag else None)
        if body.commit is not None and expected is None:
            raise HttpProblem(
                428, "A move needs to know where the branch points now.", hint="Give `expected`, or If-Match."
            )

        def change(wb: Workbench) -> RefTold:
            if expected is not None and body.commit is None:
                _check(get_ref(wb.actor, wb.store, dataset, ref).commit_id.hex(), expected, f"{dataset}@{ref}")
            if body.commit is not None and expected is not None:
                move_ref(wb.actor, wb.store, dataset, ref, expected=expected, new=body.commit)
            if body.protected is not None:
                protect_ref(wb.actor, wb.store, dataset, ref, protected=body.protected)
            return RefTold.of(get_ref(wb.actor, wb.store, dataset, ref))

        told = await self.write_to_store(change)
        done = {"dataset": dataset, "ref": ref, "kind": told.kind, "commit": told.commit}
        if body.commit is not None:
            self.happened("ref", action="move", **done)
        if body.protected is not None:
            self.happened("ref", action="protect" if body.protected else "unprotect", **done)
        self.tag(_tag(told))
        self.answer(told)

    @operation(
        Operation(
            "Delete a ref; its commits stay", "write", RESOURCE, {204: None}, headers=("If-Match",),
            idempotent_key=True, problems=(400, 403, 404, 409, 412, 422),
        )
    )  # fmt: skip
    async def delete(self, dataset: str, ref: str) -> None:
        """Delete the ref."""
        self.no_body()
        tag = self.expected()

        def remove(wb: Workbench) -> None:
            if tag is not None:
                commit = get_ref(wb.actor, wb.store, dataset, ref).commit_id.hex()
                _check(commit, _commit(tag), f"{dataset}@{ref}")
            delete_ref(wb.actor, wb.store, dataset, ref)

        await self.write_to_store(remove)
        self.happened("ref", action="delete", dataset=dataset, ref=ref)
        self.answer(None, 204)


def version_of(dataset: str, at: str, table: str | None = None) -> VersionSpec:
    """Read a version of a dataset as a query gives it: `main`, `main~2`, `v1.0`, `3fa9c1d`, `@{2026-03-01}`."""
    spec = parse_spec(f"{dataset}@{at}")
    if spec.table is not None:
        raise HttpProblem(400, f"at={at} names a table.", hint="Name it with table=.")
    return spec if table is None else spec.with_table(table)


def _tag(told: RefTold) -> str:
    return f"{told.commit}-protected" if told.protected else told.commit


def _commit(tag: str) -> str:
    return tag.removesuffix("-protected")


def _check(commit: str, expected: str, what: str) -> None:
    if not commit.startswith(expected):
        raise HttpProblem(412, f"{what} points at {commit[:7]} now.", hint="Look at it, then decide.", head=commit)
