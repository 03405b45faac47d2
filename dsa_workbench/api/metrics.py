"""The route of the numbers for Prometheus."""

from __future__ import annotations

from dataclasses import replace

from prometheus_client.exposition import CONTENT_TYPE_LATEST

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.counters import StoreNumbers
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.core.services.postgres.statements import statement_numbers
from dsa_workbench.workbench import Workbench

_STATEMENTS = 20
"""Statements of which numbers are given: those that have taken most time."""
TEXT = CONTENT_TYPE_LATEST.partition(";")[0]


class MetricsHandler(ApiHandler):
    """The numbers of this server and its store."""

    _track_activity = False

    @operation(Operation("Give numbers for Prometheus", "read", "metrics", {200: None}, media=(TEXT,)))
    async def get(self) -> None:
        """Give them as text; those of the store only where it is open, since a scrape is no reason to start it."""
        numbers = await self.read(_numbers) if self.service.is_open else None
        if numbers is not None:
            beside = self.service.slow_statements_beside
            numbers = replace(numbers, slow_statements=numbers.slow_statements + beside)
        self.finish(self.service.metrics.text(numbers), set_content_type=CONTENT_TYPE_LATEST)


def _numbers(wb: Workbench) -> StoreNumbers:
    with wb.store.unit() as unit:
        jobs, waited = unit.jobs.counts()
    cache, database = wb.cache, wb.store.database
    return StoreNumbers(
        jobs,
        waited,
        database.in_use,
        cache.bytes,
        cache.hits,
        cache.misses,
        database.slow_statements,
        statement_numbers(database, _STATEMENTS),
    )
