"""The widget of a background job."""

from __future__ import annotations

from typing import Any

from traitlets import Float, Int, Unicode

from dsa_workbench.results import Displayed, JobResult
from dsa_workbench.widgets.door import Door
from dsa_workbench.widgets.linked import Linked
from dsa_workbench.widgets.routes import JobRoutes

HEIGHT = 90
"""Pixels: one job; its log has a bar of its own."""


class JobWidget(Linked):
    """How far a job is, with its log; it can be cancelled, and done again where it failed.

    `state` and `share` (0 to 1) tell how far it is, as of the last look of the page, and can be observed and linked.
    `job` is the number of the job; where it is done again, that of the new one.
    """

    job = Int().tag(sync=True)
    state = Unicode(help="queued, running, succeeded, failed or cancelled.").tag(sync=True)
    share = Float(0.0, help="How much of it is done, from 0 to 1; 0 where nobody can tell.").tag(sync=True)

    def __init__(self, door: Door, job: int | JobResult[Any], **traits: Any) -> None:
        found = door.job(job) if isinstance(job, int) else job
        self._door = door
        traits = {"height": HEIGHT} | traits
        super().__init__(found, JobRoutes(door), _face="job", job=found.id, state=found.state.value, **traits)

    def _now(self) -> Displayed:
        return self._door.job(self.job)
