"""The route of equality profiles: what counts as equal in the diffs of a dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile, make_profile
from dsa_workbench.features.datasets.equality import equality_history, set_equality
from dsa_workbench.models.equality import EqualityTold, SettingsGiven
from dsa_workbench.workbench import Workbench

RESOURCE = "datasets"
_WRITE_PROBLEMS = (400, 403, 404, 409, 412, 413, 415)


class EqualityHandler(ApiHandler):
    """The equality profile of a dataset; its entity tag changes with each version."""

    @operation(Operation("Say what counts as equal", "read", RESOURCE, {200: EqualityTold}, headers=("If-None-Match",)))
    async def get(self, dataset: str) -> None:
        """Give the profile with all its versions."""
        told = await self.read(lambda wb: _told(wb, dataset))
        if not self.is_fresh(_tag(told)):
            self.answer(told)

    @operation(
        Operation(
            "Set what counts as equal", "write", RESOURCE, {200: EqualityTold}, body=SettingsGiven,
            headers=("If-Match",), idempotent_key=True, problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def put(self, dataset: str, body: SettingsGiven) -> None:
        """Take these settings instead of all that were; what changes nothing makes no version."""
        await self._set(dataset, make_profile(body.settings()))

    @operation(
        Operation(
            "Change some of what counts as equal", "write", RESOURCE, {200: EqualityTold}, body=SettingsGiven,
            headers=("If-Match",), idempotent_key=True, problems=_WRITE_PROBLEMS,
        )
    )  # fmt: skip
    async def patch(self, dataset: str, body: SettingsGiven) -> None:
        """Take the settings that are given; the others stay, and null takes one back."""
        await self._set(dataset, body.settings())

    async def _set(self, dataset: str, given: EqualityProfile | Mapping[str, Any]) -> None:
        expected = self.expected()

        def change(wb: Workbench) -> tuple[bool, EqualityTold]:
            before = 0

            def check(versions: Sequence[StoredProfile]) -> None:
                nonlocal before
                told = EqualityTold.of(dataset, tuple(versions))
                before = told.version
                if expected is not None and expected != _tag(told):
                    raise HttpProblem(
                        412, f"What counts as equal in {dataset} was changed meanwhile.",
                        hint="Look at it again, then decide.",
                    )  # fmt: skip

            now = EqualityTold.of(dataset, set_equality(wb.actor, wb.store, dataset, given, check=check))
            return now.version != before, now

        changed, told = await self.write_to_store(change)
        if changed:
            self.happened("dataset", action="equality", dataset=dataset)
        self.tag(_tag(told))
        self.answer(told)


def _told(wb: Workbench, dataset: str) -> EqualityTold:
    return EqualityTold.of(dataset, equality_history(wb.actor, wb.store, dataset))


def _tag(told: EqualityTold) -> str:
    return tag_of(told.model_dump_json())
