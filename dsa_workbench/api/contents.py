"""Files that the server's own file browser shows: found for an upload, and never sent through a browser."""

from __future__ import annotations

from pathlib import Path

from jupyter_core.utils import ensure_async
from jupyter_server.services.contents.fileio import FileManagerMixin
from jupyter_server.utils import ApiPath, to_os_path

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.problems import HttpProblem


async def find_file(handler: ApiHandler, path: str) -> Path:
    """Find where a file lies on this machine, its links followed, as the server's `contents` would read it.

    Raises
    ------
    HttpProblem
        403: whoever asks may not read `contents`; 404: nothing is there, it is hidden, or it leads out of the
        server's folder; 501: the server keeps its files elsewhere than on a disk.
    """
    if not await ensure_async(handler.authorizer.is_authorized(handler, handler.current_user, "read", "contents")):
        raise HttpProblem(403, "You may not read the files of this server.", hint="Upload the file itself.")
    manager = handler.contents_manager
    if not isinstance(manager, FileManagerMixin):
        raise HttpProblem(
            501, "The files of this server do not lie on its disk.", hint="Download the file, and drop it here."
        )
    absent = HttpProblem(
        404, f"There is no file {path!r:.300} in the server's folder.", hint="Refresh the file browser."
    )
    asked = path.strip("/")
    try:
        root = Path(manager.root_dir).resolve()
        found = Path(to_os_path(ApiPath(asked), str(root))).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as err:
        raise absent from err
    if not found.is_relative_to(root):
        raise absent
    hidden: bool = await ensure_async(manager.is_hidden(asked))  # type: ignore[no-untyped-call] # of the manager
    if hidden and not manager.allow_hidden:
        raise absent
    return found
