"""Events: what users do, told to whoever the server's event logger is configured to tell.

Their schemas are files beside this module; `jupyter events` and the logger check each event against its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from jupyter_events import EventLogger

from dsa_workbench.core.model.job import Job

Event = Literal["dataset", "ref", "commit", "export", "job"]

SCHEMAS = Path(__file__).parent / "event_schemas"
_ID = "https://events.dsa-workbench.org/{}/v1"


def register_events(logger: EventLogger) -> None:
    """Let the server's logger know our events."""
    for path in sorted(SCHEMAS.glob("*.yaml")):
        logger.register_event_schema(path)


def tell_event(logger: EventLogger, event: Event, **told: Any) -> None:
    """Tell of an event; what is None is left out."""
    logger.emit(schema_id=_ID.format(event), data={name: value for name, value in told.items() if value is not None})


def of_job(job: Job) -> dict[str, Any]:
    """Say of a job what its events have."""
    return {
        "job": job.id, "kind": job.kind.value, "state": job.state.value, "dataset": job.dataset, "ref": job.ref,
        "attempt": job.attempts, "code": job.error.code if job.error is not None else None,
    }  # fmt: skip
