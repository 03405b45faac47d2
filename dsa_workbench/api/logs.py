"""A line of JSON for each request, for machines that read logs: who, what, how it ended; never what was in it.

All other lines of ours are JSON then, too, and name the job and the request that they are about.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from dsa_workbench.worker.logs import log_handler

LOGGER = "dsa_workbench.requests"
_WORK = "dsa_workbench"


def request_log(*, as_json: bool) -> Any:
    """Give the log of requests; without JSON it says nothing, since the server has lines of its own."""
    plain = logging.getLogger(LOGGER)
    plain.propagate = False
    _tell_of_work(as_json=as_json)
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


def _tell_of_work(*, as_json: bool) -> None:
    """Have all loggers of ours write lines of JSON; without it they write as the server's others do."""
    ours = logging.getLogger(_WORK)
    for handler in [h for h in ours.handlers if h.get_name() == _WORK]:
        ours.removeHandler(handler)
    ours.propagate = not as_json
    ours.setLevel(logging.INFO if as_json else logging.NOTSET)
    if as_json:
        handler = log_handler(sys.stderr, as_json=True)
        handler.set_name(_WORK)
        ours.addHandler(handler)
