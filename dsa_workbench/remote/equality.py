"""The verbs of equality profiles, over HTTP."""

from __future__ import annotations

import json
from typing import Any

from dsa_workbench.core.model.profile import EqualityProfile, StoredProfile, make_profile
from dsa_workbench.errors import InvalidInput
from dsa_workbench.remote import told
from dsa_workbench.remote.asking import write
from dsa_workbench.remote.jobs import RemoteJobs
from dsa_workbench.results import Equality


class RemoteEquality(RemoteJobs):
    """Say what counts as equal: equality, set_equality."""

    def equality(self, dataset: str, *, log: bool = False) -> Equality:
        """Show what counts as equal in the diffs of a dataset, or with `log` all that ever did."""
        return _read(self._transport.get("datasets", dataset, "equality"), log)

    def set_equality(
        self, dataset: str, profile: EqualityProfile | None = None, *, clear: bool = False, **settings: Any
    ) -> Equality:
        """Say what counts as equal in the diffs of a dataset; each change is a new version of its profile."""
        if profile is not None and settings:
            raise InvalidInput("A profile and settings were given.", hint="Give one of them.")
        if profile is not None:
            body = json.loads(profile.to_json())
        else:
            # What users write has many forms, and what is sent has one.
            made = make_profile(settings)
            body = {name: getattr(made, name) for name in settings}
        method = "PUT" if profile is not None or clear else "PATCH"
        return _read(write(self._transport, method, ("datasets", dataset, "equality"), body))


def _read(found: told.Told, log: bool = False) -> Equality:
    versions = tuple(
        StoredProfile(
            v["version"], make_profile(v["profile"]), v["created_by"], told.when(v["created_at"])
        ) for v in found["versions"]
    )  # fmt: skip
    return Equality(found["dataset"], versions, log)
