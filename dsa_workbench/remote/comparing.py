"""The verb that compares, over HTTP: two versions on the server; a table in memory on this machine."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from dsa_workbench.core.model.ids import from_hex, short
from dsa_workbench.core.model.profile import PLAIN, EqualityProfile, UsedProfile, make_profile
from dsa_workbench.core.model.spec import VersionSpec, parse_spec
from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.versioning.diff import Side, diff_sides, side_of, side_read
from dsa_workbench.files.memory import open_memory
from dsa_workbench.files.source import open_tables
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import at_of
from dsa_workbench.remote.importing import listed
from dsa_workbench.remote.patching import fetch_patch
from dsa_workbench.remote.reading import RemoteChanges, counts_of
from dsa_workbench.remote.transport import Transport
from dsa_workbench.results import Diff, Reading
from dsa_workbench.widgets.verbs import draw_diff


class RemoteDiffs(ABC):
    """Compare: diff."""

    _transport: Transport

    @abstractmethod
    def read(
        self, spec: str, columns: Sequence[str] | str | None = None, where: Any = None, offset: int = 0,
        limit: int | None = None,
    ) -> Reading:  # fmt: skip
        """Read a table at a version."""

    def diff(
        self,
        a: Any,
        b: Any = None,
        *,
        key: Sequence[str] | str | None = None,
        rename: Mapping[str, str] | None = None,
        merge_base: bool = False,
        profile: Any = None,
    ) -> Diff:
        """Compare two versions, the one before a version with it, or a version and a table in memory.

        For a table in memory the version is read whole, and compared on this machine.
        """
        if isinstance(a, str) and isinstance(b, str | None):
            return self._on_server(a, b, listed(key), rename, profile, merge_base=merge_base)
        if merge_base:
            raise InvalidInput("A merge base needs two versions.", hint="Give two specs of one dataset.")
        if b is None:
            raise InvalidInput("One table in memory cannot be compared with itself.", hint="Give two sides.")
        # A version goes first: a table in memory is cut like the version that it is compared with.
        if isinstance(a, str) or not isinstance(b, str):
            old = self._side(a, None)
            new = self._side(b, old)
        else:
            new = self._side(b, None)
            old = self._side(a, new)
        used = self._profile_of(b if isinstance(b, str) else a, profile)
        equality = used.profile if used is not None else None
        tables = diff_sides(old, new, key=listed(key), rename=rename, profile=equality)
        return Diff(old.title, new.title, tables, used, draw=draw_diff)

    def _on_server(
        self, a: str, b: str | None, key: list[str] | None, rename: Mapping[str, str] | None, profile: Any, *,
        merge_base: bool,
    ) -> Diff:  # fmt: skip
        new = parse_spec(a if b is None else b)
        old = VersionSpec(new.dataset, new.version, new.at, new.back + 1, new.table) if b is None else parse_spec(a)
        query = {
            "from_": at_of(old), "to": at_of(new), "to_dataset": new.dataset, "key": key,
            "profile": profile_text(profile), "merge_base": merge_base or None,
            "rename": json.dumps(dict(rename)) if rename else None,
        }  # fmt: skip
        path = ("datasets", old.dataset, "diff")
        found = self._transport.get(*path, **query)
        pinned = query | {"from_": found["from_commit"], "to": found["to_commit"]}
        tables = {
            name: RemoteChanges(
                self._transport, path, pinned | {"table": name}, told.changes(table["schema_changes"]),
                counts_of(table), table["pairing"], tuple(table["key"]), tuple(table["columns"]),
            )
            for name, table in found["tables"].items()
        }  # fmt: skip
        exact = {name: value for name, value in pinned.items() if name != "profile"}
        patch = fetch_patch(self._transport, ("datasets", old.dataset, "patch"), exact, (str(old), str(new)))
        return Diff(str(old), str(new), tables, _used(found), elsewhere=patch, draw=draw_diff)

    def _side(self, value: Any, other: Side | None) -> Side:
        if not isinstance(value, str):
            return side_of(open_tables(value), "the table in memory", other)
        spec = parse_spec(value)
        # A version compared with itself costs nothing, and names its tables.
        found = self._with_itself(spec)
        names = [spec.table] if spec.table is not None else list(found["tables"])
        pinned = VersionSpec(spec.dataset, found["to_commit"])
        readings = [(name, self.read(str(pinned.with_table(name)))) for name in names]
        tables = [(open_memory(reading, name), reading.key) for name, reading in readings]
        return side_read(tables, f"{spec} ({short(from_hex(found['to_commit']))})", named=spec.table is not None)

    def _with_itself(self, spec: VersionSpec, profile: Any = None) -> Any:
        at = at_of(spec)
        query = {"from_": at, "to": at, "profile": profile_text(profile)}
        return self._transport.get("datasets", spec.dataset, "diff", **query)

    def _profile_of(self, side: Any, given: Any) -> UsedProfile | None:
        """Find the profile for a comparison that is made here; the server knows that of the dataset."""
        if isinstance(given, EqualityProfile | Mapping):
            profile = given if isinstance(given, EqualityProfile) else make_profile(given)
            return None if profile.plain else UsedProfile("the profile that was given", profile)
        if given == PLAIN:
            return None
        if not isinstance(side, str):
            if given is not None:
                raise InvalidInput("Tables in memory have no stored profile.", hint="Give a dict of settings.")
            return None
        return _used(self._with_itself(parse_spec(side), given))


def _used(found: told.Told) -> UsedProfile | None:
    settings = found.get("profile_settings")
    return UsedProfile(found.get("profile") or "", EqualityProfile.from_json(settings)) if settings else None


def profile_text(given: Any) -> str | None:
    """Say in a query what counts as equal; None: what the dataset says."""
    if isinstance(given, EqualityProfile):
        return given.to_json()
    if isinstance(given, Mapping):
        return make_profile(given).to_json()
    wrong = isinstance(given, bool) or (given is not None and given != PLAIN and not isinstance(given, int))
    if wrong or (isinstance(given, int) and given < 0):
        raise InvalidInput(
            f"{given!r} is no equality profile.",
            hint='Give "none", the number of a version, a dict of settings, or what wb.equality(...).profile gives.',
        )
    return None if given is None else str(given)
