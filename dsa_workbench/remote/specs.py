"""Version specs as routes take them."""

from __future__ import annotations

from dsa_workbench.core.model.spec import VersionSpec


def version_text(spec: VersionSpec) -> str:
    """Write the version alone."""
    return str(VersionSpec("x", spec.version, spec.at, spec.back)).removeprefix("x@")
