"""The Jupyter Server extension: its settings, its routes, its beginning and end. ``jupyter dsa`` runs it alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_events import EventLogger
from jupyter_server.auth.identity import IdentityProvider, PasswordIdentityProvider
from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from traitlets import Enum, Float, Integer, Unicode

from dsa_workbench.api.events import of_job, register_events, tell_event
from dsa_workbench.api.feed import JobFeed
from dsa_workbench.api.openapi import document
from dsa_workbench.api.routes import API_ROOT, ROUTES, handlers_of
from dsa_workbench.api.service import Limits, Service
from dsa_workbench.core.model.job import Job
from dsa_workbench.settings import Settings, read_settings
from dsa_workbench.version import __version__

_LIMITS = Limits()
_CACHE_BYTES = 256 << 20
"""A server reads for several people, and the same pages again and again: more than a notebook keeps."""
ACTIVITY_SECONDS = 20.0
"""How often a server at work says so; those who stop idle ones count in minutes."""


class DsaWorkbenchApp(ExtensionApp):
    """Git for tables: datasets, versions and diffs behind a REST API."""

    name = "dsa_workbench"
    app_name = "DSA Workbench"
    description = __doc__
    version = __version__
    extension_url = "/dsa/api/v1/docs"
    load_other_extensions = False
    aliases = {  # noqa: RUF012 # traitlets' way
        **ExtensionApp.aliases,
        "database-url": "DsaWorkbenchApp.database_url",
        "data-dir": "DsaWorkbenchApp.data_dir",
    }

    database_url = Unicode("", help="A Postgres to use instead of the embedded one; DSA_DATABASE_URL.").tag(config=True)
    data_dir = Unicode("", help="Where the embedded Postgres keeps its data; DSA_DATA_DIR.").tag(config=True)
    actors = Enum(
        ("auto", "server", "login"),
        "auto",
        help="Whose names commits bear: that of the user whom the server runs as (server), or the name under which "
        "each client is logged in (login). By default the login where an identity provider of its own knows users.",
    ).tag(config=True)
    cache_mb = Integer(
        0, min=0, help="Decoded data kept in memory, in MB; by default 256, or more where DSA_CACHE_MB says so."
    ).tag(config=True)
    readers = Integer(_LIMITS.readers, min=1, help="Reads at once.").tag(config=True)
    writers = Integer(_LIMITS.writers, min=1, help="Writes at once.").tag(config=True)
    read_seconds = Float(_LIMITS.read_seconds, min=0.001, help="How long a read may take.").tag(config=True)
    body_bytes = Integer(_LIMITS.body_bytes, min=1_000, help="The size of a body in JSON.").tag(config=True)
    upload_dir = Unicode("", help="Where uploads wait; beside the data folder by default.").tag(config=True)
    upload_bytes = Integer(_LIMITS.upload_bytes, min=1, help="The size of a body that brings a file.").tag(config=True)
    stall_seconds = Float(
        _LIMITS.stall_seconds, min=0.1, help="How long a client may send nothing in the midst of a body."
    ).tag(config=True)
    quota_bytes = Integer(_LIMITS.quota_bytes, min=1, help="What all uploads may take of the disk.").tag(config=True)
    keep_hours = Float(_LIMITS.keep_hours, min=0.0, help="How long an upload waits for a part.").tag(config=True)
    job_bytes = Integer(
        _LIMITS.job_bytes,
        min=0,
        help="From this size on an upload is imported by a job, and not while its client waits.",
    ).tag(config=True)
    jobs = Integer(
        _LIMITS.jobs, min=0, help="Jobs that this server does at once; 0 leaves them to workers apart (dsa worker)."
    ).tag(config=True)
    queries = Integer(
        None,
        min=0,
        allow_none=True,
        help="Queries in SQL that this server computes at once; 0 refuses all. By default 2, and 0 where it runs alone "
        "(jupyter dsa), as the service of a team: queries belong into the servers and kernels of those who ask.",
    ).tag(config=True)
    query_seconds = Float(
        _LIMITS.query_seconds, min=0.001, help="How long a query may take until its first rows go out."
    ).tag(config=True)
    slow_seconds = Float(
        0.0, min=0.0, help="Statements that take the database so long are logged; by default 1, or DSA_SLOW_SECONDS."
    ).tag(config=True)
    # Not `log_format`: any application of traitlets has one, the pattern of its lines.
    log_lines = Enum(
        ("plain", "json"), "plain", help="json: a line of JSON for each request, beside the lines of the server."
    ).tag(config=True)

    service: Service
    feed: JobFeed

    def initialize_settings(self) -> None:
        """Make what handlers share; the store is opened when it is first needed."""
        settings = self._store_settings()
        limits = Limits(
            self.readers, self.writers, self.read_seconds, self.body_bytes, self.upload_bytes, self.stall_seconds,
            self.quota_bytes, self.keep_hours, self.job_bytes, self.jobs, queries=self._queries(),
            query_seconds=self.query_seconds,
        )  # fmt: skip
        uploads = Path(self.upload_dir).expanduser() if self.upload_dir else settings.data_dir.parent / "uploads"
        self.service = Service(settings, limits, uploads, log_as_json=self.log_lines == "json")
        self.feed = JobFeed(self.service)
        logger = self.serverapp.event_logger if self.serverapp is not None else None
        if logger is not None:
            register_events(logger)
            self.service.on_end = partial(_job_ended, logger)

    def initialize_handlers(self) -> None:
        """Add the routes."""
        self.handlers.extend((url_path_join("/", API_ROOT, pattern), handler) for pattern, handler in handlers_of())

    def actor_of(self, user: Any) -> str:
        """Say under which name a logged-in user acts."""
        if self.actors == "server" or user is None:
            return self.service.own_actor
        provider = self.serverapp.identity_provider if self.serverapp is not None else None
        # Those of Jupyter Server itself invent a name for each browser.
        invented = type(provider) in (IdentityProvider, PasswordIdentityProvider)
        if self.actors == "auto" and invented:
            return self.service.own_actor
        name: str = user.username
        return name

    def described(self) -> dict[str, Any]:
        """Describe the API as it stands below this server's base URL."""
        base = self.serverapp.base_url if self.serverapp is not None else "/"
        return document(ROUTES, url_path_join(base, API_ROOT))

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        """Begin to do jobs, and to tell the server of them."""
        self.service.start()
        self._noting = asyncio.create_task(self._note_activity(), name="dsa-activity")

    async def _note_activity(self) -> None:
        """While jobs run, tell the server that it is in use: whoever stops idle servers looks there."""
        while True:
            if self.service.busy and self.serverapp is not None:
                self.serverapp.web_app.settings["dsa_last_activity"] = datetime.now(UTC)
            await asyncio.sleep(ACTIVITY_SECONDS)

    def current_activity(self) -> dict[str, int] | None:
        """Say what keeps the server from being stopped for want of activity."""
        return {"jobs": self.service.busy} if self.service.busy else None

    async def stop_extension(self) -> None:
        """Let go of those who listen, send jobs back to the queue, and give back the store."""
        self._noting.cancel()
        await self.feed.close()
        await self.service.close()

    def _queries(self) -> int:
        if self.queries is not None:
            return int(self.queries)
        runs_alone = self.serverapp is not None and self.serverapp.starter_app is self
        return 0 if runs_alone else _LIMITS.queries

    def _store_settings(self) -> Settings:
        found = read_settings()
        return replace(
            found,
            database_url=self.database_url or found.database_url,
            data_dir=Path(self.data_dir).expanduser() if self.data_dir else found.data_dir,
            slow_seconds=self.slow_seconds or found.slow_seconds,
            cache_bytes=self.cache_mb << 20 if self.cache_mb else max(found.cache_bytes, _CACHE_BYTES),
        )


def _job_ended(logger: EventLogger, job: Job) -> None:
    """Tell of the end of a try, on the loop."""
    tell_event(logger, "job", action="end", actor=job.actor, **of_job(job))


main = DsaWorkbenchApp.launch_instance
