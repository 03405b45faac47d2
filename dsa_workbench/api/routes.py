"""All routes, in one place."""

from __future__ import annotations

from tornado.web import RequestHandler

from dsa_workbench.api.base import NotThere
from dsa_workbench.api.blame import BlameHandler
from dsa_workbench.api.cluster import ClusterHandler
from dsa_workbench.api.commits import CommitHandler, HistoryHandler
from dsa_workbench.api.datasets import DatasetHandler, DatasetsHandler, RestoreHandler, StorageHandler
from dsa_workbench.api.described import DocsHandler, OpenApiHandler
from dsa_workbench.api.diffs import DiffHandler
from dsa_workbench.api.equality import EqualityHandler
from dsa_workbench.api.exports import ExportHandler
from dsa_workbench.api.feed import JobSocket
from dsa_workbench.api.health import LiveHandler, ReadyHandler
from dsa_workbench.api.jobs import (
    ExportJobsHandler,
    JobCancelHandler,
    JobEventsHandler,
    JobFileHandler,
    JobHandler,
    JobLogHandler,
    JobRetryHandler,
    JobsHandler,
)
from dsa_workbench.api.merges import MergesHandler
from dsa_workbench.api.metrics import MetricsHandler
from dsa_workbench.api.patches import PatchesHandler, PatchHandler
from dsa_workbench.api.previews import PreviewHandler
from dsa_workbench.api.queries import QueryHandler
from dsa_workbench.api.refs import RefHandler, RefsHandler
from dsa_workbench.api.tables import DataHandler, ProfileHandler, SchemaHandler, TablesHandler
from dsa_workbench.api.upkeep import CheckHandler, CollectHandler
from dsa_workbench.api.uploads import CommitTableHandler, CompleteHandler, UploadHandler, UploadsHandler

API_ROOT = "dsa/api/v1"

_D, _R, _C, _U, _J = (f"(?P<{name}>[^/]+)" for name in ("dataset", "ref", "commit", "upload", "job"))

ROUTES: dict[str, type[RequestHandler]] = {
    "datasets": DatasetsHandler,
    f"datasets/{_D}": DatasetHandler,
    f"datasets/{_D}/restore": RestoreHandler,
    f"datasets/{_D}/storage": StorageHandler,
    f"datasets/{_D}/equality": EqualityHandler,
    f"datasets/{_D}/refs": RefsHandler,
    f"datasets/{_D}/refs/{_R}": RefHandler,
    f"datasets/{_D}/refs/{_R}/uploads": UploadsHandler,
    f"datasets/{_D}/refs/{_R}/uploads/{_U}": UploadHandler,
    f"datasets/{_D}/refs/{_R}/uploads/{_U}/complete": CompleteHandler,
    f"datasets/{_D}/refs/{_R}/uploads/{_U}/preview": PreviewHandler,
    f"datasets/{_D}/refs/{_R}/commits": CommitTableHandler,
    f"datasets/{_D}/refs/{_R}/merges": MergesHandler,
    f"datasets/{_D}/refs/{_R}/patches": PatchesHandler,
    f"datasets/{_D}/commits": HistoryHandler,
    f"datasets/{_D}/commits/{_C}": CommitHandler,
    f"datasets/{_D}/tables": TablesHandler,
    f"datasets/{_D}/schema": SchemaHandler,
    f"datasets/{_D}/data": DataHandler,
    f"datasets/{_D}/profile": ProfileHandler,
    f"datasets/{_D}/blame": BlameHandler,
    f"datasets/{_D}/diff": DiffHandler,
    f"datasets/{_D}/patch": PatchHandler,
    f"datasets/{_D}/export": ExportHandler,
    f"datasets/{_D}/exports": ExportJobsHandler,
    "jobs": JobsHandler,
    "jobs/events": JobEventsHandler,
    f"jobs/{_J}": JobHandler,
    f"jobs/{_J}/log": JobLogHandler,
    f"jobs/{_J}/file": JobFileHandler,
    f"jobs/{_J}/cancel": JobCancelHandler,
    f"jobs/{_J}/retry": JobRetryHandler,
    "query": QueryHandler,
    "upkeep/check": CheckHandler,
    "upkeep/collect": CollectHandler,
    "cluster": ClusterHandler,
    "metrics": MetricsHandler,
    "openapi.json": OpenApiHandler,
    "docs": DocsHandler,
    "health/live": LiveHandler,
    "health/ready": ReadyHandler,
}
"""Pattern below the API's root -> handler. Names in a path are percent-encoded, slashes too."""


def handlers_of() -> list[tuple[str, type[RequestHandler]]]:
    """Give the handlers with their patterns; the last takes whatever no other takes."""
    return [("jobs/live", JobSocket), *ROUTES.items(), (r".*", NotThere)]
