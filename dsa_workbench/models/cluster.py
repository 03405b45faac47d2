"""The state of the server's cluster on the wire."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from pydantic import Field

from dsa_workbench.models.base import Told
from dsa_workbench.worker.cluster import ClusterState


class ClusterWorkerTold(Told):
    """One worker of a cluster."""

    name: str = Field(description="Its address.")
    threads: int = Field(description="How many tasks it does at once.")
    memory: int = Field(description="Bytes of memory that it holds.")
    memory_limit: int = Field(description="Bytes at which it is restarted; 0 where there is no limit.")
    cpu: float = Field(description="Per cent of one core.")
    executing: int = Field(description="Tasks at work.")


class ClusterTold(Told):
    """What a cluster is doing."""

    place: Literal["off", "threads", "processes", "address", "class"] = Field(description="Where tasks are done.")
    running: bool = Field(description="Whether it is there; the first large import starts it.")
    imports: int = Field(description="Imports that use it.")
    waiting: int = Field(description="Tasks of these imports that wait for a worker.")
    executing: int = Field(description="Tasks at work, of whatever origin.")
    workers: list[ClusterWorkerTold]

    @classmethod
    def of(cls, state: ClusterState) -> ClusterTold:
        """Give a state the shape it has on the wire."""
        return cls.model_validate(asdict(state))
