"""What is counted, in the words of Prometheus: requests, seconds, bytes, and what the store is at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from dsa_workbench.core.model.job import JobState
from dsa_workbench.core.services.postgres.statements import StatementNumbers

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The counters of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "dsa_requests", "Requests that were answered.", ["operation", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "dsa_request_seconds", "How long answers took, streams to their end.", ["operation"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.running = Gauge("dsa_requests_running", "Requests that are being answered.", registry=self.registry)
        self.sent = Counter("dsa_stream_bytes", "Bytes that streams have sent.", registry=self.registry)
        self.received = Counter("dsa_upload_bytes", "Bytes that uploads have brought.", registry=self.registry)
        self.imported = Counter("dsa_imported_rows", "Rows of imports that were waited for.", registry=self.registry)

    def answered(self, name: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(name, str(status)).inc()
        self._seconds.labels(name).observe(seconds)

    def text(self, store: StoreNumbers | None) -> bytes:
        """Write all numbers down, those of the store as they are at this moment."""
        registries: list[Collector] = [self.registry]
        if store is not None:
            registries.append(_StoreCollector(store))
        whole = CollectorRegistry()
        for one in registries:
            whole.register(one)
        return bytes(generate_latest(whole))


@dataclass(frozen=True, slots=True)
class StoreNumbers:
    """What the store is at: jobs by state, how long the oldest has waited, connections, the cache, slow statements."""

    jobs: dict[str, int]
    queue_seconds: float
    connections: int
    cache_bytes: int
    cache_hits: int
    cache_misses: int
    slow_statements: int
    statements: tuple[StatementNumbers, ...] = ()


class _StoreCollector(Collector):
    def __init__(self, numbers: StoreNumbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        """Give the numbers."""
        found = self._numbers
        jobs = GaugeMetricFamily("dsa_jobs", "Jobs of the last month by state.", labels=["state"])
        for state in JobState:
            jobs.add_metric([state.value], found.jobs.get(state.value, 0))
        yield jobs
        yield GaugeMetricFamily(
            "dsa_job_queue_seconds", "How long the oldest job that waits has waited.", value=found.queue_seconds
        )
        yield GaugeMetricFamily("dsa_pool_connections", "Connections to the database in use.", value=found.connections)
        yield GaugeMetricFamily("dsa_cache_bytes", "Decoded segments in memory.", value=found.cache_bytes)
        yield GaugeMetricFamily("dsa_cache_hits", "Segments that were found in memory.", value=found.cache_hits)
        yield GaugeMetricFamily("dsa_cache_misses", "Segments that had to be fetched.", value=found.cache_misses)
        yield CounterMetricFamily(
            "dsa_slow_queries", "Statements that took the database longer than is set.", value=found.slow_statements
        )
        if found.statements:
            yield from _statements(found.statements)


def _statements(found: tuple[StatementNumbers, ...]) -> Iterator[Metric]:
    labels = ["queryid", "statement"]
    calls = CounterMetricFamily("dsa_statement_calls", "How often the server ran a statement.", labels=labels)
    seconds = CounterMetricFamily("dsa_statement_seconds", "How long a statement took in all.", labels=labels)
    rows = CounterMetricFamily("dsa_statement_rows", "Rows that a statement gave or changed.", labels=labels)
    for one in found:
        calls.add_metric([one.id, one.text], one.calls)
        seconds.add_metric([one.id, one.text], one.seconds)
        rows.add_metric([one.id, one.text], one.rows)
    yield from (calls, seconds, rows)
