"""A line of JSON for each request, for machines that read logs: who, what, how it ended; never what was in it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

LOGGER = "dsa_workbench.requests"


def request_log(*, as_json: bool) -> Any:
    """Give the log of requests; without JSON it says nothing, since the server has lines of its own."""
    plain = logging.getLogger(LOGGER)
    plain.propagate = False
    for handler in list(plain.handlers):
        plain.removeHandler(handler)
    if as_json:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(message)s"))
        plain.addHandler(handler)
        plain.setLevel(logging.INFO)
    else:
        plain.addHandler(logging.NullHandler())
        plain.setLevel(logging.CRITICAL)
    return structlog.wrap_logger(
        plain,
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
    )
