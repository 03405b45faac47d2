"""An export as JSON, so that another process can do it, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.exports.export_file import ExportFile
from dsa_workbench.files.writing import WriteOptions

_PLAIN = ("format", "order_by", "offset", "limit", "table_name", "exact")


def write_export(command: ExportFile) -> dict[str, Any]:
    """Write down what to export, under which name, and what differs from the defaults.

    `target` is a file's name: the worker has a folder for each job.

    Raises
    ------
    InvalidInput
        The target is no plain name, or `where` is an expression that cannot be written down.
    """
    name = command.target
    if not isinstance(name, str) or name in ("", ".", "..") or set(name) & set("/\\\0"):
        raise InvalidInput(f"{name!r} is no name of a file.", hint="Give a name without folders, as in sales.csv.")
    where = command.where
    if where is not None and not isinstance(where, str | list | tuple):
        raise InvalidInput(
            f"The condition of a durable export is written down, and a {type(where).__name__} cannot be.",
            hint='Write it in SQL: where="qty > 10".',
        )
    usual = WriteOptions()
    writing = {f.name: getattr(command.options, f.name) for f in fields(WriteOptions)}
    return {
        **{name: getattr(command, name) for name in _PLAIN},
        "spec": str(command.spec),
        "file": name,
        "columns": None if command.columns is None else list(command.columns),
        "where": where,
        "writing": {name: value for name, value in writing.items() if value != getattr(usual, name)},
    }


def read_export(written: Mapping[str, Any], folder: Path) -> ExportFile:
    """Give the command that was written down, for a file in this folder."""
    where = written["where"]
    return ExportFile(
        parse_spec(written["spec"]),
        folder / written["file"],
        options=WriteOptions(**written["writing"]),
        columns=written["columns"],
        where=[tuple(one) for one in where] if isinstance(where, list) else where,
        **{name: written[name] for name in _PLAIN},
    )
