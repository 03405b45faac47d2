"""Where a cluster is to be found, in the words of the setting DSA_DASK."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from dsa_workbench.errors import InvalidInput

_ADDRESS = re.compile(r"(?:tcp|tls|ucx|ws|wss)://\S+")
_CLASS = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class PlaceKind(StrEnum):
    """What there is of clusters."""

    OFF = "off"
    THREADS = "threads"
    PROCESSES = "processes"
    ADDRESS = "address"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of cluster, and the address of its scheduler or the name of its class."""

    kind: PlaceKind
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read the setting.

        Raises
        ------
        InvalidInput
            It says nothing that is known.
        """
        if text in (PlaceKind.OFF, PlaceKind.THREADS, PlaceKind.PROCESSES):
            return cls(PlaceKind(text))
        if _ADDRESS.fullmatch(text):
            return cls(PlaceKind.ADDRESS, text)
        if _CLASS.fullmatch(text):
            return cls(PlaceKind.CLASS, text)
        raise InvalidInput(
            f"DSA_DASK={text!r} names no place for a cluster.",
            hint="Give threads, processes, off, the address of a scheduler (tls://host:8786), or a class "
            "(dask_jobqueue:SLURMCluster).",
        )
