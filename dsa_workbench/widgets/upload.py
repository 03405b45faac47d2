"""The widget that takes files of the reader's desktop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from traitlets import Enum, Float, List, Unicode

from dsa_workbench.core.model.choice import one_of
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidSpec
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.rendering.document import Document, Mark, Piece, line
from dsa_workbench.results import Displayed
from dsa_workbench.widgets.door import Desk, Door
from dsa_workbench.widgets.linked import Linked

HEIGHT = 560
"""Pixels at most: it is as high as what is in it."""
MODES = tuple(mode.value for mode in Mode)


@dataclass(frozen=True, repr=False)
class Invitation(Displayed):
    """What stands where nothing can be dropped: how a file is imported in words."""

    dataset: str
    ref: str

    def document(self) -> Document:
        """Say it."""
        place = f"{self.dataset or 'DATASET'}@{self.ref}"
        return (
            line("A file can be dropped here where widgets are drawn. Elsewhere: "),
            line(Piece(f"%dsa import FILE {place}", Mark.CODE)),
        )


class UploadWidget(Linked):
    """A place for files: dropped or chosen, they are sent, previewed against a branch, and committed to it.

    `file`, `state`, `share` (0 to 1) and `commit` (the id of the last commit that was made) tell what goes on.
    `dataset`, `ref`, `table`, `key`, `mode` and `message` say where the next file goes, and how. All can be observed
    and linked.
    """

    file = Unicode("", help="The name of the file; of several the first.").tag(sync=True)
    state = Unicode("waiting", help="waiting, place, uploading, looking, committing, working or done.").tag(sync=True)
    share = Float(0.0, help="How much of the files is here, from 0 to 1.").tag(sync=True)
    commit = Unicode("", help="The id of the last commit that was made here; empty: none yet.").tag(sync=True)
    dataset = Unicode("", help="Where files go; empty: the page asks.").tag(sync=True)
    ref = Unicode("main", help="The branch that they go to.").tag(sync=True)
    table = Unicode("", help="The table that a file becomes; empty: as the file says.").tag(sync=True)
    key = List(Unicode(), help="Key columns; none: those that the table has.").tag(sync=True)
    mode = Enum(MODES, default_value="replace").tag(sync=True)
    message = Unicode("", help="The message of the commit; empty: one that names the file.").tag(sync=True)

    _desk: Desk | None = None

    def __init__(
        self, door: Door, spec: str | None = None, *, key: Sequence[str] | str | None = None,
        mode: str = "replace", message: str | None = None, **traits: Any,
    ) -> None:  # fmt: skip
        place = VersionSpec("") if spec is None else _branch_of(spec)
        desk = door._desk()
        self._door, self._desk = door, desk
        names = [key] if isinstance(key, str) else list(key or ())
        traits = {"height": HEIGHT, "dataset": place.dataset, "ref": place.version, "table": place.table or ""} | traits
        shown = Invitation(place.dataset, place.version)
        super().__init__(
            shown, desk, _face="upload", key=names, mode=one_of("mode", mode, MODES), message=message or "",
            **traits,
        )  # fmt: skip

    def _now(self) -> Displayed:
        return self._door.show(f"{self.dataset}@{self.commit}") if self.commit else self._shown

    def close(self) -> None:
        """Take it from all pages, and forget the files that were not committed."""
        if self._desk is not None:
            self._desk.close()
        super().close()


def _branch_of(spec: str) -> VersionSpec:
    found = parse_spec(spec)
    if found.back or found.at is not None:
        raise InvalidSpec(f"{spec!r} is no branch.", hint="A file goes onto a branch, as in sales@main.")
    return found
