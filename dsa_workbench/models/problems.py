"""What went wrong, in the form of RFC 9457 (Problem Details for HTTP APIs)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from dsa_workbench.models.base import Told


class Problem(Told):
    """Why a request was not done."""

    type: str = Field(description="`about:blank`, or the page that describes this kind of problem.")
    title: str = Field(description="What kind of problem this is; the same for each of its kind.")
    status: int = Field(description="The status of the answer.")
    code: str = Field(description="The code of the error; programs may rely on it.", examples=["not_found"])
    detail: str = Field(description="What happened.")
    hint: str = Field("", description="What to do next.")
    request_id: str = Field(description="Under what the server's log tells of this request.")
    details: dict[str, Any] = Field(
        default_factory=dict, description="Where: file, row, column, value; the head of a ref that was moved."
    )
