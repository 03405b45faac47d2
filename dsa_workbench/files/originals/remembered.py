"""What the metadata of an original says of its file."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from dsa_workbench.errors import Unsupported
from dsa_workbench.files.text.detect import CP1252, CP1252_TABLE
from dsa_workbench.files.writing.render import ColumnLook, Look

KEY = "dsa:original"
VERSION = 1
FIELDS = (
    pa.field("skip", pa.int64(), nullable=False),
    pa.field("rows", pa.int64(), nullable=False),
    pa.field("text", pa.binary(), nullable=False),
)
_BACK = codecs.charmap_build(CP1252_TABLE)


@dataclass(frozen=True, slots=True)
class Remembered:
    """The usual way in which a file's rows are written; its encoding, None where texts are the file's own bytes."""

    look: Look
    encoding: str | None
    mark: str
    """The byte order mark in hexadecimal."""
    sha256: str
    size: int

    def schema(self) -> pa.Schema:
        """Give the schema of an original that remembers this."""
        look = {k: v for k, v in asdict(self.look).items() if v != getattr(_USUAL, k)}
        if "columns" in look:
            look["columns"] = [{k: v for k, v in c.items() if v != getattr(_PLAIN, k)} for c in look["columns"]]
        told = {
            "version": VERSION, "look": look, "encoding": self.encoding, "mark": self.mark, "sha256": self.sha256,
            "size": self.size,
        }  # fmt: skip
        return pa.schema(FIELDS, {KEY: json.dumps(told, sort_keys=True)})


_USUAL, _PLAIN = Look(), ColumnLook()


def remembered(schema: pa.Schema) -> Remembered:
    """Read what `Remembered.schema` wrote.

    Raises
    ------
    Unsupported
        A newer version wrote it.
    """
    told = json.loads((schema.metadata or {})[KEY.encode()])
    if told["version"] > VERSION:
        raise Unsupported("The bytes of this file are remembered in a newer form.", hint="Upgrade dsa-workbench.")
    look = dict(told["look"])
    columns = tuple(ColumnLook(**c) for c in look.pop("columns", ()))
    return Remembered(Look(**look, columns=columns), told["encoding"], told["mark"], told["sha256"], told["size"])


def encoder(encoding: str) -> Callable[[bytes], bytes]:
    """Give what turns UTF-8 into an encoding, piece by piece; pieces end where characters end."""
    if encoding == "utf-8":
        return bytes
    if encoding == CP1252:
        return lambda text: codecs.charmap_encode(text.decode(), "strict", _BACK)[0]
    incremental: Any = codecs.getincrementalencoder(encoding)("strict")
    return lambda text: incremental.encode(text.decode())
