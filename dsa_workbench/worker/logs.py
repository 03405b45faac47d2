"""Log lines of servers and workers: while a job is done each names it, and the request that asked for it."""

from __future__ import annotations

import logging
from typing import TextIO

import structlog


def log_handler(stream: TextIO, *, as_json: bool) -> logging.Handler:
    """Make a handler that writes lines of text, or of JSON for machines that read logs."""
    handler = logging.StreamHandler(stream)
    if not as_json:
        handler.addFilter(_name_work)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s%(work)s: %(message)s"))
        return handler
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(sort_keys=True),
            ],
        )
    )
    return handler


def _name_work(record: logging.LogRecord) -> bool:
    bound = structlog.contextvars.get_contextvars()
    record.work = "".join(f" {name}={bound[name]}" for name in ("job", "request_id") if name in bound)
    return True
