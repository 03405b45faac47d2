"""The verbs of upkeep, over HTTP: jobs of the server, which are waited for."""

from __future__ import annotations

from typing import Any

from dsa_workbench.features.upkeep.collect import Collected
from dsa_workbench.remote.asking import write
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.results import CheckReport


class RemoteUpkeep(RemoteJobs):
    """Keep the store: check, collect."""

    def check(self) -> CheckReport:
        """Have the server read everything that is stored and hash it again; list what is wrong."""
        found: CheckReport = self._done("check")
        return found

    def collect(self) -> Collected:
        """Have the server delete what failed imports have left, in two passes an hour apart."""
        found: Collected = self._done("collect")
        return found

    def _done(self, what: str) -> Any:
        return self.job(write(self._transport, "POST", ("upkeep", what))["id"]).wait()
