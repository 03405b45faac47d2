"""What all shapes have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dsa_workbench.core.model.spec import MAX_NAME, check_name
from dsa_workbench.errors import DsaError


class Given(BaseModel):
    """What a client sends: a field that is not known is refused, so that a slip of the pen is not taken for nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Told(BaseModel):
    """What the server answers; fields may be added in later versions."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def _named(kind: str) -> AfterValidator:
    def check(name: str) -> str:
        try:
            return check_name(kind, name)
        except DsaError as err:
            raise ValueError(str(err)) from err

    return AfterValidator(check)


_NAME = r"^[^\W_][\w.+/-]*$"
DatasetName = Annotated[
    str,
    Field(pattern=_NAME, max_length=MAX_NAME, description="Letters, digits and _ - . + /.", examples=["sales"]),
    _named("dataset"),
]
RefName = Annotated[
    str,
    Field(pattern=_NAME, max_length=MAX_NAME, description="Letters, digits and _ - . + /.", examples=["main"]),
    _named("branch"),
]
CommitId = Annotated[
    str, Field(pattern="^[0-9a-f]{4,64}$", description="A commit id, or its beginning.", examples=["3fa9c1d"])
]
Cursor = Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]+$", description="The `next` of the page before this one.")]
Limit = Annotated[int, Field(ge=1, le=1000, description="Entries of a page.")]


class Paged(Given):
    """A page of a list."""

    cursor: Cursor = None
    limit: Limit = 50
