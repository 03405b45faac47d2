"""Equality profiles on the wire: what counts as equal in the diffs of a dataset, now and before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from dsa_workbench.core.model.profile import MOST_PLACES, EqualityProfile, StoredProfile
from dsa_workbench.models.base import Given, Told

Spaces = Literal["exact", "trim", "collapse", "ignore"]
Places = Annotated[int, Field(ge=0, le=MOST_PLACES)]
Distance = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=500)]


class SettingsGiven(Given):
    """Settings of a profile: for all columns, or an object by column, `*` for all others."""

    ignore: list[Name] | None = Field(None, description="Columns that do not count.", examples=[["updated_at"]])
    case: bool | list[Name] | dict[Name, bool] | None = Field(
        None, description="Upper and lower case are the same: everywhere, or in these columns."
    )
    whitespace: Spaces | dict[Name, Spaces] | None = None
    null_tokens: list[str] | dict[Name, list[str]] | None = Field(None, description="Texts that count as null.")
    decimal_scale: Places | dict[Name, Places] | None = Field(None, description="Decimals that count.")
    float_tolerance: Distance | dict[Name, Distance] | None = Field(None, description="How far floats may lie apart.")
    relative_tolerance: Distance | dict[Name, Distance] | None = Field(
        None, description="How far, as a part of the larger one."
    )

    def settings(self) -> dict[str, Any]:
        """Give what was said, null for what is taken back."""
        return self.model_dump(exclude_unset=True)


class ProfileVersionTold(Told):
    """A version of a dataset's profile."""

    version: int
    profile: dict[str, Any] = Field(description="Its settings by column, `*` for all.")
    created_by: str
    created_at: datetime

    @classmethod
    def of(cls, stored: StoredProfile) -> ProfileVersionTold:
        """Tell of a version."""
        return cls(
            version=stored.version, profile=_settings(stored.profile), created_by=stored.created_by,
            created_at=stored.created_at,
        )  # fmt: skip


class EqualityTold(Told):
    """What counts as equal in the diffs of a dataset."""

    dataset: str
    version: int = Field(description="The number of the profile as it is now; 0 where there never was one.")
    profile: dict[str, Any] = Field(description="The settings as they are now; none: values alone count.")
    versions: list[ProfileVersionTold] = Field(description="All that ever were, latest first.")

    @classmethod
    def of(cls, dataset: str, versions: Sequence[StoredProfile]) -> EqualityTold:
        """Tell of a dataset's profile."""
        now = versions[0] if versions else None
        return cls(
            dataset=dataset, version=now.version if now is not None else 0,
            profile=_settings(now.profile) if now is not None else {},
            versions=[ProfileVersionTold.of(stored) for stored in versions],
        )  # fmt: skip


def _settings(profile: EqualityProfile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(profile.to_json())
    return found
