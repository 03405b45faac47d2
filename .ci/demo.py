"""Run a notebook without a browser and print what a reader would see.

Everything happens in a home of its own that is deleted at the end, so that a demonstration never shows in
the user's store, nor in a team's.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LEFT = "    "


def main(path: Path) -> int:
    """Run the notebook at `path`; return 0, or 1 when a cell failed."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="dsa-demo-", ignore_cleanup_errors=True) as home:
        client = NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(path.parent)}})
        # The kernel warns that it listens on loopback: true of every notebook, and this one lives seconds.
        client.extra_arguments = ["--IPKernelApp.log_level=ERROR"]
        try:
            asyncio.run(client.async_execute(env=_private_environment(home)))
        except CellExecutionError as error:
            print(_COLOUR.sub("", str(error)), file=sys.stderr)
            return 1
    for cell in notebook.cells:
        _show(cell)
    return 0


def _private_environment(home: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DSA_", "XDG_", "JUPYTER_", "IPYTHON"))}
    return {**kept, "HOME": home}


def _show(cell: Any) -> None:
    if cell.cell_type == "markdown":
        print(f"\n{cell.source}\n")
    elif cell.cell_type == "code":
        print("\n".join(f">>> {line}" for line in cell.source.splitlines()))
        for output in cell.outputs:
            print(_indented(_text(output)))


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.get("data", {}).get("text/plain", ""))


def _indented(text: str) -> str:
    plain = _COLOUR.sub("", text).rstrip("\n")
    return "\n".join(_LEFT + line if line else "" for line in plain.splitlines())


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
