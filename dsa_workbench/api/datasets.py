"""Routes of datasets: listed, made, described, deleted and brought back."""

from __future__ import annotations

from urllib.parse import quote

from dsa_workbench.api.base import ApiHandler, tag_of
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.pages import cursor_of, place_of
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.features.datasets.create_dataset import create_dataset, update_dataset
from dsa_workbench.features.datasets.find_datasets import find_datasets, get_dataset
from dsa_workbench.features.datasets.storage import dataset_storage, storage_state
from dsa_workbench.models.datasets import (
    DatasetChanged,
    DatasetGiven,
    DatasetsAsked,
    DatasetsTold,
    DatasetTold,
    StorageTold,
)
from dsa_workbench.workbench import Workbench

RESOURCE = "datasets"


class DatasetsHandler(ApiHandler):
    """All datasets."""

    @operation(Operation("List datasets", "read", RESOURCE, {200: DatasetsTold}, query=DatasetsAsked,
                         headers=("If-None-Match",)))  # fmt: skip
    async def get(self, query: DatasetsAsked) -> None:
        """Give a page of datasets; its entity tag changes with whatever the page says."""
        place = place_of(query.cursor, offset=int)
        start = place["offset"] if place else 0

        def ask(wb: Workbench) -> DatasetsTold:
            found = find_datasets(wb.actor, wb.store, search=query.search, sort=query.sort, deleted=query.deleted)
            end = start + query.limit
            return DatasetsTold(
                items=[DatasetTold.of(f.dataset, f.head) for f in found[start:end]],
                total=len(found),
                next=cursor_of(offset=end) if end < len(found) else None,
            )

        told = await self.read(ask)
        if not self.is_fresh(tag_of(told.model_dump_json())):
            self.answer(told)

    @operation(
        Operation(
            "Make an empty dataset", "write", RESOURCE, {201: DatasetTold}, body=DatasetGiven, idempotent_key=True,
            problems=(400, 403, 409, 413, 415, 422),
        )
    )  # fmt: skip
    async def post(self, body: DatasetGiven) -> None:
        """Make a dataset."""

        def make(wb: Workbench) -> DatasetTold:
            made = create_dataset(wb.actor, wb.store, body.name, description=body.description, metadata=body.metadata)
            return DatasetTold.of(made, None)

        told = await self.write_to_store(make)
        self.happened("dataset", action="create", dataset=told.name)
        self.tag(_tag(told))
        self.answer(told, 201, f"{self.request.path}/{quote(told.name, safe='')}")


class DatasetHandler(ApiHandler):
    """One dataset."""

    @operation(Operation("Describe a dataset", "read", RESOURCE, {200: DatasetTold}, headers=("If-None-Match",)))
    async def get(self, dataset: str) -> None:
        """Give a dataset; its entity tag changes with what is said of it, and with its default branch."""
        told = await self.read(lambda wb: _told(wb, dataset))
        if not self.is_fresh(_tag(told)):
            self.answer(told)

    @operation(
        Operation(
            "Change the description or the metadata", "write", RESOURCE, {200: DatasetTold}, body=DatasetChanged,
            headers=("If-Match",), idempotent_key=True, problems=(400, 403, 404, 412, 413, 415, 422),
        )
    )  # fmt: skip
    async def patch(self, dataset: str, body: DatasetChanged) -> None:
        """Change what is given."""
        expected = self.expected()

        def change(wb: Workbench) -> DatasetTold:
            update_dataset(
                wb.actor, wb.store, dataset, description=body.description, metadata=body.metadata,
                check=lambda found: _check(DatasetTold.of(found.dataset, found.head), expected),
            )  # fmt: skip
            return _told(wb, dataset)

        told = await self.write_to_store(change)
        self.happened("dataset", action="describe", dataset=dataset)
        self.tag(_tag(told))
        self.answer(told)

    @operation(
        Operation(
            "Delete a dataset; it can be brought back", "write", RESOURCE, {204: None}, headers=("If-Match",),
            idempotent_key=True, problems=(400, 403, 404, 412, 422),
        )
    )  # fmt: skip
    async def delete(self, dataset: str) -> None:
        """Hide the dataset."""
        self.no_body()
        expected = self.expected()

        def hide(wb: Workbench) -> None:
            _check(_told(wb, dataset), expected)
            wb.delete_dataset(dataset)

        await self.write_to_store(hide)
        self.happened("dataset", action="delete", dataset=dataset)
        self.answer(None, 204)


class StorageHandler(ApiHandler):
    """What a dataset takes."""

    @operation(Operation("Say what a dataset takes in the store", "read", RESOURCE, {200: StorageTold},
                         headers=("If-None-Match",)))  # fmt: skip
    async def get(self, dataset: str) -> None:
        """Add up what all versions need, each segment once; the entity tag holds until something is committed."""
        state = await self.read(lambda wb: storage_state(wb.actor, wb.store, dataset))
        if not self.is_fresh(tag_of("storage", state)):
            self.answer(StorageTold.of(await self.read(lambda wb: dataset_storage(wb.actor, wb.store, dataset))))


class RestoreHandler(ApiHandler):
    """The way back of a deleted dataset."""

    @operation(
        Operation(
            "Bring back the dataset of this name that was deleted last", "write", RESOURCE, {200: DatasetTold},
            idempotent_key=True, problems=(400, 403, 404, 409, 422),
        )
    )  # fmt: skip
    async def post(self, dataset: str) -> None:
        """Bring the dataset back."""
        self.no_body()

        def restore(wb: Workbench) -> DatasetTold:
            wb.restore_dataset(dataset)
            return _told(wb, dataset)

        told = await self.write_to_store(restore)
        self.happened("dataset", action="restore", dataset=dataset)
        self.tag(_tag(told))
        self.answer(told)


def _told(wb: Workbench, name: str) -> DatasetTold:
    found = get_dataset(wb.actor, wb.store, name)
    return DatasetTold.of(found.dataset, found.head)


def _tag(told: DatasetTold) -> str:
    return tag_of(told.model_dump_json())


def _check(told: DatasetTold, expected: str | None) -> None:
    if expected is not None and expected != _tag(told):
        raise HttpProblem(412, f"{told.name} was changed meanwhile.", hint="Look at it again, then decide.")
