"""What the verbs hand back: small frozen objects that hold data and can show themselves."""

from __future__ import annotations

from dsa_workbench.results.applied import ApplyResult
from dsa_workbench.results.blame import Blame
from dsa_workbench.results.commits import CommitResult, CommitView, Log
from dsa_workbench.results.diff import Diff
from dsa_workbench.results.displayed import Displayed
from dsa_workbench.results.equality import Equality
from dsa_workbench.results.explained import Explained
from dsa_workbench.results.imports import Rejects, Report
from dsa_workbench.results.jobs import JobLog, JobResult, Jobs
from dsa_workbench.results.keys import SuggestedKeys
from dsa_workbench.results.merges import Conflicts, MergeResult
from dsa_workbench.results.preview import Preview, PreviewedTable
from dsa_workbench.results.profile import TableProfile
from dsa_workbench.results.query import QueryResult
from dsa_workbench.results.reading import Reading, RowSource
from dsa_workbench.results.refs import Datasets, Refs
from dsa_workbench.results.reports import CheckReport, Exported, Status
from dsa_workbench.results.storage import Storage

__all__ = [
    "ApplyResult",
    "Blame",
    "CheckReport",
    "CommitResult",
    "CommitView",
    "Conflicts",
    "Datasets",
    "Diff",
    "Displayed",
    "Equality",
    "Explained",
    "Exported",
    "JobLog",
    "JobResult",
    "Jobs",
    "Log",
    "MergeResult",
    "Preview",
    "PreviewedTable",
    "QueryResult",
    "Reading",
    "Refs",
    "Rejects",
    "Report",
    "RowSource",
    "Status",
    "Storage",
    "SuggestedKeys",
    "TableProfile",
]
