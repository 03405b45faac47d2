"""What `refs` and `datasets` hand back: sequences that show themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from dsa_workbench.core.model.ref import Dataset, Ref
from dsa_workbench.rendering import history
from dsa_workbench.rendering.document import Document
from dsa_workbench.results.displayed import Displayed


@dataclass(frozen=True, repr=False)
class Refs(Displayed, Sequence[Ref]):
    """The branches and tags of a dataset."""

    dataset: str
    refs: tuple[Ref, ...]

    @overload
    def __getitem__(self, index: int) -> Ref: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Ref]: ...

    def __getitem__(self, index: int | slice) -> Ref | Sequence[Ref]:
        return self.refs[index]

    def __len__(self) -> int:
        return len(self.refs)

    def __iter__(self) -> Iterator[Ref]:
        return iter(self.refs)

    def document(self) -> Document:
        """Describe the refs."""
        return history.refs(self.dataset, self.refs)


@dataclass(frozen=True, repr=False)
class Datasets(Displayed, Sequence[Dataset]):
    """The datasets of a store, or the deleted ones."""

    datasets: tuple[Dataset, ...]
    deleted: bool = False

    @overload
    def __getitem__(self, index: int) -> Dataset: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Dataset]: ...

    def __getitem__(self, index: int | slice) -> Dataset | Sequence[Dataset]:
        return self.datasets[index]

    def __len__(self) -> int:
        return len(self.datasets)

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets)

    def document(self) -> Document:
        """Describe the datasets."""
        return history.datasets(self.datasets, deleted=self.deleted)
