"""The program `dsa`: what runs a worker apart from a server."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dsa_workbench.core.services.opening import open_store
from dsa_workbench.errors import DsaError
from dsa_workbench.features.jobs.settle_jobs import GONE_AFTER
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.settings import Settings, read_settings
from dsa_workbench.worker.cluster import Cluster
from dsa_workbench.worker.logs import log_handler
from dsa_workbench.worker.queue import CONCURRENCY, Worker


async def run_worker(
    settings: Settings, *, concurrency: int = CONCURRENCY, gone_after: float = GONE_AFTER, signals: bool = False
) -> None:
    """Open the store of the settings, and work on its durable jobs until cancelled, or by `signals` until told to end.

    Raises
    ------
    DatabaseUnavailable, InvalidInput, Unsupported
        The store cannot be opened, or its queue is of another version.
    """
    loop = asyncio.get_running_loop()
    opened = await loop.run_in_executor(None, open_store, settings)
    cluster = None
    try:
        cluster = Cluster(settings, opened.store, settings.data_dir if opened.server is not None else None)
        cache = SegmentCache(settings.cache_bytes)
        worker = Worker(
            opened.store, cache, settings.spool_dir, concurrency=concurrency, gone_after=gone_after, spread=cluster
        )
        if signals:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, worker.stop)
        await worker.run()
    finally:
        if cluster is not None:
            await loop.run_in_executor(None, cluster.close)
        await loop.run_in_executor(None, opened.close)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit code."""
    given = _parser().parse_args(arguments)
    settings = read_settings()
    if given.database:
        settings = replace(settings, database_url=given.database)
    if given.spool:
        settings = replace(settings, spool_dir=given.spool)
    logging.basicConfig(level=logging.WARNING, handlers=[log_handler(sys.stderr, as_json=given.log_format == "json")])
    logging.getLogger("dsa_workbench.worker").setLevel(logging.INFO)
    # A queue that is lost and found again is told by the worker, in a line.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    try:
        asyncio.run(run_worker(settings, concurrency=given.jobs, gone_after=given.gone_after, signals=True))
    except DsaError as err:
        sys.stderr.write(f"dsa: {err}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dsa",
        description="DSA Workbench, git for tables. In notebooks: %load_ext dsa_workbench, then %dsa help.",
    )
    commands = parser.add_subparsers(title="commands", required=True)
    worker = commands.add_parser(
        "worker",
        help="do durable jobs of a store until told to end",
        description="Do durable jobs of a store, imports and exports, until told to end by SIGINT or SIGTERM. Jobs "
        "that are at work then go back to the queue.",
    )
    worker.add_argument("--database", metavar="URL", help="the store; by default DSA_DATABASE_URL or the embedded one")
    worker.add_argument("--jobs", type=_count, default=CONCURRENCY, metavar="N", help="jobs at once (%(default)s)")
    worker.add_argument("--spool", type=Path, metavar="DIR", help="where exports are written; else DSA_SPOOL_DIR")
    worker.add_argument(
        "--log-format",
        choices=("text", "json"),
        default="text",
        help="lines of the log, on standard error (%(default)s)",
    )
    worker.add_argument(
        "--gone-after",
        type=_seconds,
        default=GONE_AFTER,
        metavar="SECONDS",
        help="silence after which another worker is taken for lost, and its jobs are done again (%(default)g)",
    )
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _seconds(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise ValueError(text)
    return number


if __name__ == "__main__":
    sys.exit(main())
