"""The verb that tells where the values of a row come from, over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from dsa_workbench.core.model.blame import Blamed
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.files.writing.plain_text import plain_texts
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of
from dsa_workbench.remote.comparing import profile_text
from dsa_workbench.remote.importing import listed
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import Blame, Reading


class RemoteBlame(ABC):
    """Tell where values come from: blame."""

    _transport: Transport

    @abstractmethod
    def read(
        self, spec: str, columns: Sequence[str] | str | None = None, where: Any = None, offset: int = 0,
        limit: int | None = None,
    ) -> Reading:  # fmt: skip
        """Read a table at a version."""

    def blame(
        self, spec: str, key: Any, columns: Sequence[str] | str | None = None, *, profile: Any = None
    ) -> Blame:  # fmt: skip
        """Say which commit gave each cell of a row its value, seen through merges."""
        version = parse_spec(spec)
        by_column = isinstance(key, Mapping)
        values = list(key.values()) if by_column else list(key) if isinstance(key, list | tuple) else [key]
        answer = self._transport.get(
            "datasets", version.dataset, "blame", at=at_of(version), table=version.table,
            key=[_text(value) for value in values], key_columns=list(key) if by_column else None,
            columns=listed(columns), profile=profile_text(profile),
        )  # fmt: skip
        commits = {one["id"]: told.commit(one) for one in answer["commits"]}
        found = Blamed(
            commits[answer["commit"]], answer["table"], tuple(answer["key"]), answer["position"],
            commits[answer["added"]], tuple(cell["column"] for cell in answer["cells"]),
            tuple(commits[cell["commit"]] for cell in answer["cells"]),
        )  # fmt: skip
        names = list(dict.fromkeys((*found.key, *found.columns)))
        pinned = str(VersionSpec(version.dataset, found.version.id, table=found.table))
        return Blame(spec, found, self.read(pinned, names, offset=found.position, limit=1).to_arrow())


def _text(value: Any) -> str:
    """Write a value of a key as the text that the server reads it from."""
    try:
        text = plain_texts(pa.array([value]))[0].as_py()
    except (pa.ArrowException, OverflowError, TypeError) as err:
        raise InvalidInput(f"{value!r} is no value of a key.", hint="Give the row's own.") from err
    if text is None:
        raise InvalidInput("A key has no nulls.", hint="Give the row's own value.")
    return str(text)
