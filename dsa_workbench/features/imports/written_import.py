"""An import as JSON, so that another process can do it, and the way back."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.versioning.build_tables import Promise
from dsa_workbench.features.versioning.incoming import Mode
from dsa_workbench.files.hold import hold_path
from dsa_workbench.files.source import ReadOptions

_PLAIN = ("dataset", "table", "ref", "message", "author", "skip", "max_rejects", "exact")


def write_import(command: ImportFile) -> dict[str, Any]:
    """Write down what to import: files by their absolute paths or URLs, and what differs from the defaults.

    Raises
    ------
    InvalidInput
        The source is no file that another process could open.
    """
    options, usual = command.options, ReadOptions()
    reading = {f.name: getattr(options, f.name) for f in fields(ReadOptions) if f.name != "rejects"}
    return {
        **{name: getattr(command, name) for name in _PLAIN},
        "source": _source(command.source),
        "mode": command.mode.value,
        "key": None if command.key is None else list(command.key),
        "rename": dict(command.rename),
        "promise": None if command.promise is None else str(command.promise),
        "rejects_to": None if command.rejects_to is None else str(hold_path(command.rejects_to)),
        "reading": {name: _plain(value) for name, value in reading.items() if value != getattr(usual, name)},
    }


def read_import(written: Mapping[str, Any], idempotency_key: str | None) -> ImportFile:
    """Give the command that was written down."""
    given = dict(written["reading"])
    for name in ("null_tokens", "sheets"):
        if given.get(name) is not None:
            given[name] = tuple(given[name])
    return ImportFile(
        written["source"],
        mode=Mode(written["mode"]),
        key=None if written["key"] is None else tuple(written["key"]),
        rename=written["rename"],
        rejects_to=written["rejects_to"],
        promise=Promise.read(written["promise"]) if written.get("promise") else None,
        options=ReadOptions(**given),
        idempotency_key=idempotency_key,
        **{name: written[name] for name in _PLAIN},
    )


def _source(source: Any) -> Any:
    if isinstance(source, str | os.PathLike):
        return os.fsdecode(hold_path(source))
    if isinstance(source, list | tuple) and source:
        return [_source(one) for one in source]
    if isinstance(source, Mapping) and source:
        return {name: _source(one) for name, one in source.items()}
    raise InvalidInput(
        f"A durable job imports files that any worker can open, and a {type(source).__name__} is none.",
        hint="Give a path, a URL, or a list of these; or import it in this process.",
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple | list) else value
