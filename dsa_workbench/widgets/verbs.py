"""The verbs that hand back widgets, the same on every workbench."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dsa_workbench import widgets
from dsa_workbench.results import Diff, JobResult
from dsa_workbench.widgets.door import Desk, Door

if TYPE_CHECKING:
    from dsa_workbench.widgets import DiffWidget, HistoryWidget, JobWidget, TableWidget, UploadWidget


class WidgetVerbs:
    """Look at tables, histories and jobs in a notebook, and bring files in: table, history, watch, upload."""

    def table(
        self: Door, spec: str, where: str | None = None, columns: Sequence[str] | str | None = None, **traits: Any
    ) -> TableWidget:
        """Look at a table at a version, in a widget: all its rows, fetched as they are scrolled to.

        `where` is a condition in SQL. The widget's traits may be given and linked: ``row``, ``column``, ``offset``,
        ``height``, and these parameters. Where there is no page to draw it, its first rows stand as HTML.
        """
        return widgets.TableWidget(self, spec, where, columns, **traits)

    def history(self: Door, spec: str, **traits: Any) -> HistoryWidget:
        """Look at the history of a dataset, of all branches and tags or of one version, in a widget.

        Any two commits can be compared in it. Its traits may be given and linked: ``at``, ``chosen``, ``height``.
        """
        return widgets.HistoryWidget(self, spec, **traits)

    def watch(self: Door, job: int | JobResult[Any], **traits: Any) -> JobWidget:
        """Look at a background job in a widget: how far it is, its log, a button that cancels it.

        Its traits ``state`` and ``share`` tell how far it is, and can be linked.
        """
        return widgets.JobWidget(self, job, **traits)

    def upload(
        self: Door, spec: str | None = None, *, key: Sequence[str] | str | None = None, mode: str = "replace",
        message: str | None = None, **traits: Any,
    ) -> UploadWidget:  # fmt: skip
        """Take files of the desktop in a widget: dropped or chosen, they are previewed, and committed to a branch.

        `spec` is the branch (``sales@dev``), perhaps with a table; without it the widget asks. `key`, `mode` and
        `message` are those of `import_file`, and can be changed in the widget. Its traits ``file``, ``state``,
        ``share`` and ``commit`` tell what goes on, and can be linked.
        """
        return widgets.UploadWidget(self, spec, key=key, mode=mode, message=message, **traits)

    def _desk(self: Door) -> Desk:
        return widgets.KernelDesk(self)


def draw_diff(diff: Diff, **traits: Any) -> DiffWidget:
    """Make the widget of a diff."""
    return widgets.DiffWidget(diff, **traits)
