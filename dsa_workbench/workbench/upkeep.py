"""The verbs that keep the store: datasets and the check of all that is stored."""

from __future__ import annotations

from dsa_workbench.features.datasets.delete_dataset import delete_dataset, restore_dataset
from dsa_workbench.features.datasets.list_datasets import list_datasets
from dsa_workbench.features.datasets.storage import dataset_storage
from dsa_workbench.features.upkeep.check import check
from dsa_workbench.features.upkeep.collect import Collected, collect
from dsa_workbench.results import CheckReport, Datasets, Storage
from dsa_workbench.workbench.connection import Connection


class StoreVerbs(Connection):
    """Keep the store: datasets, check, collect."""

    def datasets(self, deleted: bool = False) -> Datasets:
        """List the datasets, or the deleted ones."""
        return Datasets(list_datasets(self.actor, self.store, deleted=deleted), deleted)

    def storage(self, dataset: str) -> Storage:
        """Tell what all versions of a dataset take in the store together; what they share is counted once."""
        found = dataset_storage(self.actor, self.store, dataset)
        return Storage(dataset, found.versions, found.segments, found.bytes_stored, found.bytes_raw)

    def delete_dataset(self, name: str) -> None:
        """Hide a dataset; `restore_dataset` brings it back."""
        delete_dataset(self.actor, self.store, name)

    def restore_dataset(self, name: str) -> None:
        """Bring back a deleted dataset with all its history."""
        restore_dataset(self.actor, self.store, name)

    def collect(self) -> Collected:
        """Delete what failed imports have left, in two passes an hour apart; workers do it by themselves.

        Nothing that a commit needs is touched, nor anything that is younger than a day.
        """
        return collect(self.actor, self.store)

    def check(self) -> CheckReport:
        """Read everything that is stored and hash it again; list what is wrong."""
        found = check(self.actor, self.store)
        return CheckReport(tuple(found.problems), found.counts)
