"""From what a user calls a source to its files: a path, a pattern, a folder, a URL, a file object, or a list of them.

Several files are one set, in natural order (`2` before `10`), each under its path below the folder that they share.
Folders called `name=value`, which Hive and Spark write, give columns where every path has the same ones.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from dsa_workbench.errors import ImportRejected, InvalidInput
from dsa_workbench.files.sets.remote import is_url, list_url, local_path, open_url, shown_url, url_name
from dsa_workbench.files.stream import Input, open_input

HIVE_NULL = "__HIVE_DEFAULT_PARTITION__"
_PATTERN = re.compile(r"[*?\[]|\{[^{}]*,[^{}]*\}")
_PACKING = (".gz", ".bz2", ".xz", ".zst")
_KINDS = {
    ".parquet": "Parquet", ".pq": "Parquet",
    ".arrow": "Arrow", ".feather": "Arrow", ".ipc": "Arrow", ".arrows": "Arrow",
    ".json": "JSON", ".jsonl": "JSON", ".ndjson": "JSON", ".ldjson": "JSON", ".jsonlines": "JSON",
    ".xlsx": "Excel", ".xlsm": "Excel", ".xlsb": "Excel", ".xls": "Excel", ".ods": "Excel",
    ".csv": "CSV", ".tsv": "CSV", ".txt": "CSV", ".tab": "CSV", ".dat": "CSV", ".psv": "CSV",
}  # fmt: skip
"""Kinds of files by their endings: a folder must hold one of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a set: its path below the set's root, how it is opened, and what the names of its folders say."""

    label: str
    open: Callable[[str], Input]
    folders: tuple[tuple[str, str | None], ...] = ()

    def opened(self) -> Input:
        """Open the file."""
        return self.open(self.label)


@dataclass(frozen=True, slots=True)
class FileSet:
    """Several files that are one table, in order."""

    label: str
    parts: tuple[Part, ...]


def gather(source: Any, name: str | None = None) -> Input | FileSet:
    """Find the file or the files of a source; `name` is what messages call it.

    Raises
    ------
    InvalidInput
        There is no such file, nothing fits the pattern, or the folder holds files of several kinds.
    """
    if isinstance(source, (list, tuple)):
        return _several(source, name)
    if not isinstance(source, (str, os.PathLike)):
        return open_input(source, name)
    text = os.fspath(source)
    if is_url(text):
        path = local_path(text)
        return gather(path, name) if path is not None else _remote(text, name)
    path = os.path.expanduser(text)  # noqa: PTH111 - Path.expanduser raises RuntimeError
    if os.path.isdir(path):  # noqa: PTH112 - pathlib raises where a name is too long
        return _folder(Path(path), name)
    if _PATTERN.search(path) and not os.path.lexists(path):
        return _pattern(path, name)
    return open_input(source, name)


def one_file(file: Input) -> FileSet:
    """Give a set of one file."""
    return FileSet(file.label, (Part(file.label, lambda _: file),))


def lasting(source: Any) -> Any:
    """Open the file objects in a source once: they may be read more than once, from where they stood."""
    if isinstance(source, (list, tuple)):
        return [lasting(one) for one in source]
    return open_input(source) if hasattr(source, "read") else source


def source_name(source: Any) -> str | None:
    """Name a source in a commit's message: never with what a URL keeps secret. None for a table in memory."""
    if isinstance(source, (str, os.PathLike)):
        text = os.fspath(source)
        return url_name(text) if is_url(text) else Path(text).name or text
    if isinstance(source, (list, tuple)):
        names = [n for one in source if (n := source_name(one))]
        return names[0] if len(source) == 1 and names else f"{len(source)} files"
    named = getattr(source, "name", None)
    return Path(named).name if isinstance(named, str) and hasattr(source, "read") else None


def _several(sources: Sequence[Any], name: str | None) -> FileSet:
    if not sources:
        raise InvalidInput("The list of files is empty.", hint="Give at least one file.")
    parts: list[Part] = []
    for source in sources:
        found = gather(source)
        parts += found.parts if isinstance(found, FileSet) else one_file(found).parts
    repeated = len({p.label for p in parts}) < len(parts)
    if repeated:
        parts = [Part(f"{i}: {p.label}", p.open, p.folders) for i, p in enumerate(parts, start=1)]
    return FileSet(name or (f"{len(parts)} files" if len(parts) > 1 else parts[0].label), tuple(parts))


def _folder(folder: Path, name: str | None) -> FileSet:
    paths: list[str] = []
    for base, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not _is_hidden(f)]
        paths += [os.path.join(base, file) for file in files]  # noqa: PTH118 - there may be many
    found = [(os.path.relpath(p, folder).replace(os.sep, "/"), _opener(p)) for p in paths]
    return _set(name or folder.name or str(folder), found, "folder")


def _pattern(pattern: str, name: str | None) -> FileSet:
    paths = sorted({p for one in _written_out(pattern) for p in glob.glob(one, recursive=True)})  # noqa: PTH207 - recursive, with absolute patterns
    files = [p for p in paths if os.path.isfile(p)]  # noqa: PTH113 - thousands of them
    place = _PATTERN.search(pattern)
    root = pattern[: place.start()].rpartition("/")[0] if place else ""
    found = [(os.path.relpath(p, root or ".").replace(os.sep, "/"), _opener(p)) for p in files]
    label = pattern[len(root) :].lstrip("/") if root else pattern
    return _set(name or label, found, "pattern")


def _written_out(pattern: str) -> list[str]:
    """Write ``{a,b}`` out as two patterns."""
    found = re.search(r"\{([^{}]*,[^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    start, end = pattern[: found.start()], pattern[found.end() :]
    return [p for part in found[1].split(",") for p in _written_out(start + part + end)]


def _opener(path: str) -> Callable[[str], Input]:
    return lambda label: open_input(path, label)


def _remote(url: str, name: str | None) -> Input | FileSet:
    listed = list_url(url)
    if listed is None:
        return open_url(url, name)
    return _set(name or shown_url(url), listed, "pattern" if "*" in url else "folder")


def _set(label: str, found: Iterable[tuple[str, Callable[[str], Input]]], what: str) -> FileSet:
    files = [(path, opener) for path, opener in found if not any(map(_is_hidden, path.split("/")))]
    if not files:
        missing = ": no file fits it" if what == "pattern" else " is a folder without a file to import"
        raise InvalidInput(f"{label}{missing}.", hint="Check the path; hidden files are left out.")
    files.sort(key=lambda file: natural(file[0]))
    if what == "folder":
        _check_kinds(label, [path for path, _ in files])
    keys = {tuple(key for key, _ in _hive(path)) for path, _ in files}
    shared = len(keys) == 1
    return FileSet(label, tuple(Part(path, opener, _hive(path) if shared else ()) for path, opener in files))


def _check_kinds(label: str, paths: Sequence[str]) -> None:
    kinds: dict[str, str] = {}
    for path in paths:
        kinds.setdefault(_kind(path), path)
    if len(kinds) > 1:
        listed = ", ".join(f"{kind} ({path})" for kind, path in sorted(kinds.items()))
        raise ImportRejected(
            f"{label} holds files of several kinds: {listed}.",
            hint=f"Choose with a pattern, such as {label}/**/*{Path(paths[0]).suffix}.", file=label,
        )  # fmt: skip


def _kind(path: str) -> str:
    stem = path.lower()
    for packing in _PACKING:
        stem = stem.removesuffix(packing)
    suffix = Path(stem).suffix
    return _KINDS.get(suffix, f"{suffix} files" if suffix else "files without an ending")


def _is_hidden(name: str) -> bool:
    """Say whether a file is none of the data: hidden, a marker of Spark's, a lock of Excel's."""
    return (name.startswith((".", "_", "~$")) and "=" not in name) or name in ("Thumbs.db", "desktop.ini")


def _hive(path: str) -> tuple[tuple[str, str | None], ...]:
    pairs = (folder.partition("=") for folder in path.split("/")[:-1])
    named = ((key, unquote(value)) for key, equals, value in pairs if equals and key)
    return tuple((key, None if value == HIVE_NULL else value) for key, value in named)


def natural(path: str) -> tuple[Any, ...]:
    """Give the key by which people sort names: numbers in them by value, then by the characters."""
    parts = re.split(r"(\d+)", path)
    return (*((int(p), "") if p.isdigit() and p.isascii() else (-1, p) for p in parts), (0, path))
