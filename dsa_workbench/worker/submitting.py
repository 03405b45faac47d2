"""Submitting durable jobs: a command of an import or an export becomes a row and a ticket."""

from __future__ import annotations

from dataclasses import replace

from dsa_workbench.core.model.job import Job, JobKind
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.exports.export_file import ExportFile
from dsa_workbench.features.exports.written_export import write_export
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.import_file import default_message
from dsa_workbench.features.imports.written_import import write_import
from dsa_workbench.features.jobs.submit_job import SubmitJob, submit_job
from dsa_workbench.features.versioning.get_data import get_tables
from dsa_workbench.features.versioning.segment_cache import SegmentCache


def submit_import(actor: Actor, store: IStore, command: ImportFile) -> Job:
    """Have a worker import files.

    Raises
    ------
    InvalidInput
        The source is no file that another process could open, or a name cannot be one.
    """
    check_name("dataset", command.dataset)
    check_name("branch", command.ref)
    about = default_message(command)
    written = write_import(replace(command, message=command.message or about))
    told = f"{about} into {command.dataset}@{command.ref}"
    job = SubmitJob(JobKind.IMPORT, told, written, command.dataset, command.ref, command.idempotency_key)
    return submit_job(actor, store, job)


def submit_export(
    actor: Actor, store: IStore, cache: SegmentCache, command: ExportFile, idempotency_key: str | None = None
) -> Job:
    """Have a worker write the version that the spec names now to a file of its spool folder.

    `target` is the file's name; where it lies stands in the job's result, under ``path``.

    Raises
    ------
    InvalidInput, NotFound
        The name is none, the condition cannot be written down, or the version is not there.
    """
    spec = command.spec
    written = write_export(command)
    commit = get_tables(actor, store, cache, spec)[0][1].commit
    pinned = replace(spec, version=commit.id, at=None, back=0)
    written |= {"spec": str(pinned), "shown": str(spec)}
    told = f"Export {spec} to {command.target}"
    job = SubmitJob(JobKind.EXPORT, told, written, spec.dataset, spec.version, idempotency_key)
    return submit_job(actor, store, job)


def submit_upkeep(actor: Actor, store: IStore, kind: JobKind) -> Job:
    """Have a worker check the store, or collect what nothing uses."""
    about = {JobKind.CHECK: "Check the store", JobKind.COLLECT: "Collect what nothing uses"}
    return submit_job(actor, store, SubmitJob(kind, about[kind], {}))
