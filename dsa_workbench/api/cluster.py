"""The route of the cluster that does slices of large imports: a hub lets nobody see the dashboard of Dask."""

from __future__ import annotations

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.models.cluster import ClusterTold


class ClusterHandler(ApiHandler):
    """Workers, tasks and memory."""

    _track_activity = False

    @operation(Operation("Look at the cluster of this server", "read", "jobs", {200: ClusterTold}, problems=(403,)))
    async def get(self) -> None:
        """Tell what it is doing; asking starts none."""
        self.answer(ClusterTold.of(await self.service.on_disk(lambda: self.service.cluster)))
