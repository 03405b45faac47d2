"""Taking hold of a source that is read later, so that nothing its giver does meanwhile changes what is read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, BinaryIO, cast

from dsa_workbench.files.stream import open_input, owning


def hold(source: Any) -> Any:
    """Give a source that is the giver's no more.

    A file object is copied to a temporary file, from where it stands to its end: the giver may close it or read on at
    once. A pandas frame is copied, since it can be changed in place. A path is made absolute, so that a later change of
    folder does not matter. Arrow and polars tables do not change; they, and all else, stay as they are.

    Raises
    ------
    InvalidInput
        The file object cannot be read.
    """
    if isinstance(source, Mapping):
        return {name: hold(one) for name, one in source.items()}
    if isinstance(source, list | tuple):
        return [hold(one) for one in source]
    if isinstance(source, str | os.PathLike):
        return hold_path(source)
    if hasattr(source, "read"):
        return _copied(source)
    if type(source).__module__.partition(".")[0] == "pandas":
        return source.copy()
    return source


def hold_path(path: Any) -> Any:
    """Make a path absolute; a URL stays as it is."""
    text = os.fspath(path)
    return path if "://" in str(text) else os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111 - globs


def _copied(source: Any) -> Any:
    file = open_input(source)
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the Input
    with file.open_raw() as raw:
        shutil.copyfileobj(raw, copy, 1 << 20)
    return owning(replace(file, file=cast("BinaryIO", copy), start=0), copy)
