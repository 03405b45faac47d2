"""Writing a durable job down, and repeating one that failed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from structlog.contextvars import get_contextvars

from dsa_workbench.core.model.job import Job, JobKind, JobState
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.jobs.settle_jobs import settle_jobs
from dsa_workbench.features.jobs.try_again import lock_of

REQUEST_ID = "request_id"
"""The word of a written command that names the request which asked for it, for the logs."""


@dataclass(frozen=True, slots=True)
class SubmitJob:
    """What a durable job is to do: `command` is JSON, for whichever worker takes it."""

    kind: JobKind
    about: str
    command: Mapping[str, Any]
    dataset: str | None = None
    ref: str | None = None
    idempotency_key: str | None = None
    retry_of: int | None = None


def submit_job(actor: Actor, store: IStore, command: SubmitJob) -> Job:
    """Write a job down and issue its ticket, both or neither.

    With an idempotency key, the job that was submitted with it before is returned, unless that one failed or was
    cancelled. Without one the job gets a key of its own, so that no two tries of it commit twice.

    Raises
    ------
    InvalidInput
        The command holds what JSON does not.
    """
    try:
        json.dumps(command.command, allow_nan=False)
    except (TypeError, ValueError) as err:
        raise InvalidInput(
            f"A durable job is written down as JSON, and this cannot be: {err}.",
            hint="Give paths, texts and numbers; tables in memory go to wb.commit().",
        ) from err
    asked = get_contextvars().get(REQUEST_ID)
    written = {name: told for name, told in command.command.items() if name != REQUEST_ID}
    if asked is not None:
        written[REQUEST_ID] = asked
    key = command.idempotency_key or secrets.token_hex(16)
    with store.unit() as unit:
        known = None
        if command.idempotency_key is not None and command.dataset is not None:
            known = unit.jobs.by_key(command.kind, command.dataset, key)
        if known is not None:
            return known
        job = unit.jobs.add(
            command.kind,
            command.about,
            actor,
            dataset=command.dataset,
            ref=command.ref,
            idempotency_key=key,
            command=written,
            retry_of=command.retry_of,
        )
        unit.tickets.issue(job, lock=lock_of(job))
        of = f" It repeats job {command.retry_of}." if command.retry_of is not None else ""
        unit.job_history.log(job.id, f"{actor.name} submitted it.{of}")
        unit.commit()
        return unit.jobs.get(job.id)


def retry_job(actor: Actor, store: IStore, job_id: int) -> Job:
    """Submit a durable job that failed or was cancelled once more, as a new job with the same command and key.

    Raises
    ------
    NotFound
        There is none of this number.
    InvalidInput
        It has not ended, has succeeded, or is not written down: its process had to do it.
    """
    settle_jobs(store)
    with store.unit() as unit:
        job = unit.jobs.get(job_id)
    if job.command is None:
        raise InvalidInput(
            f"Job {job_id} ran on a thread of its own process, and what it did is not written down.",
            hint="Run the same call again.",
        )
    if not job.ended or job.state is JobState.SUCCEEDED:
        raise InvalidInput(
            f"Job {job_id} is {job.state}: only one that failed or was cancelled can be tried again.",
            hint=f"Look at it: %dsa job {job_id}.",
        )
    again = SubmitJob(job.kind, job.about, job.command, job.dataset, job.ref, job.idempotency_key, job.id)
    return submit_job(actor, store, again)
