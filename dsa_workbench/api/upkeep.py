"""Routes of upkeep: the check of all that is stored, and the collection of what failed writes have left.

Both read the whole store and may take hours, so they are durable jobs, and an answer is never waited for.
"""

from __future__ import annotations

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.jobs import answer_job
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.core.model.job import JobKind
from dsa_workbench.models.jobs import JobTold
from dsa_workbench.worker.submitting import submit_upkeep

RESOURCE = "upkeep"


class CheckHandler(ApiHandler):
    """Checks of the store."""

    @operation(
        Operation(
            "Check all that is stored, by a job", "write", RESOURCE, {202: JobTold}, idempotent_key=True,
            problems=(400, 403, 409),
        )
    )  # fmt: skip
    async def post(self) -> None:
        """Have a worker read and hash everything; the job's result lists the `problems`, and counts what was read."""
        self.no_body()
        answer_job(self, await self.write_to_store(lambda wb: submit_upkeep(wb.actor, wb.store, JobKind.CHECK)))


class CollectHandler(ApiHandler):
    """Collections of what nothing uses."""

    @operation(
        Operation(
            "Delete what failed writes have left, by a job", "write", RESOURCE, {202: JobTold}, idempotent_key=True,
            problems=(400, 403, 409),
        )
    )  # fmt: skip
    async def post(self) -> None:
        """Have a worker condemn what nothing uses, and delete what was condemned an hour ago; workers do so anyway."""
        self.no_body()
        answer_job(self, await self.write_to_store(lambda wb: submit_upkeep(wb.actor, wb.store, JobKind.COLLECT)))
