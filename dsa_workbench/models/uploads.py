"""Uploads and what becomes of them, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from dsa_workbench.features.uploads.spool import Upload
from dsa_workbench.models.base import Given, Told
from dsa_workbench.models.renames import Renames, paired
from dsa_workbench.models.tables import listed

PART_BYTES = 8 << 20
"""What a client is told to send at once."""

Sha256 = Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
Names = Annotated[list[str] | None, BeforeValidator(listed)]

Types = Annotated[dict[str, str] | str | None, BeforeValidator(paired)]
Sign = Annotated[str | None, Field(max_length=1)]


class UploadGiven(Given):
    """A file that is to come in parts."""

    name: str = Field(min_length=1, max_length=500, examples=["orders.csv"])
    size: int | None = Field(None, ge=0, description="In bytes; more than these are refused.")
    sha256: Sha256 | None = Field(None, description="Of the whole file: it is checked when it is complete.")
    path: str | None = Field(
        None, min_length=1, max_length=4000,
        description="A file that the server's file browser shows there: the server copies it, and no part is sent.",
    )  # fmt: skip


class UploadTold(Told):
    """A file on its way in."""

    id: str
    name: str
    size: int | None = None
    offset: int = Field(description="Bytes that are on disk: the next part begins here.")
    part_bytes: int = Field(PART_BYTES, description="How much to send at once, about.")
    expires_at: str

    @classmethod
    def of(cls, upload: Upload) -> UploadTold:
        """Tell of an upload."""
        return cls(id=upload.id, name=upload.name, size=upload.size, offset=upload.offset, expires_at=upload.expires_at)


class PartAsked(Given):
    """Where a part begins."""

    offset: int = Field(ge=0)


class ImportAsked(Given):
    """How a file is to be imported; what is left out is found out."""

    table: str | None = Field(None, max_length=200)
    key: Names = Field(None, description="Key columns: `a,b`.")
    rename: Renames = Field(None, description='Columns that were renamed: `{"old": "new"}`; in a query `old=new`.')
    mode: Literal["replace", "append", "upsert"] = "replace"
    message: str | None = Field(None, max_length=10_000)
    rejects: Literal["refuse", "skip"] | None = None
    max_rejects: int | None = Field(None, ge=0)
    exact: bool = False
    promise: Annotated[str | None, Field(max_length=200)] = Field(
        None, description="That of a preview: where the branch was moved since, nothing is committed."
    )
    types: Types = Field(None, description='`text`, or `{"zip": "text"}`; in a query `zip=text,qty=int`.')
    sheets: Names = None
    delimiter: Sign = None
    quote: Sign = None
    escape: Sign = None
    comment: Sign = None
    line_end: Literal["lf", "crlf", "cr"] | None = None
    encoding: str | None = Field(None, max_length=40)
    compression: Literal["gz", "zst", "bz2", "xz", "none"] | None = None
    member: str | None = Field(None, max_length=500)
    skip_rows: int | None = Field(None, ge=0)
    header: bool | None = None
    decimal: Sign = None
    thousands: Sign = None
    null_tokens: Names = None
    decimals: Literal["float", "exact"] | None = None
    ragged: Literal["error", "fill"] | None = None
    filename: str | None = Field(None, max_length=200, description="A column that takes the names of the files.")

    def options(self) -> dict[str, Any]:
        """Give what was said, as the import takes it."""
        given = self.model_dump(exclude_none=True, exclude_unset=True, exclude={"name"})
        if "line_end" in given:
            given["line_end"] = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}[given["line_end"]]
        return given


class FileOfSet(Given):
    """One of several files that are one table."""

    upload: str = Field(min_length=1, max_length=64)
    path: str | None = Field(
        None, max_length=1000, description="Where it lies below their folder: `year=2026/a.csv` gives a column."
    )


class CompleteAsked(ImportAsked):
    """How files that are here whole are to be imported: one, several as one table, or one table each; one commit."""

    files: list[FileOfSet] | None = Field(
        None, min_length=1, description="Uploads that are one table, this one among them, in order."
    )
    tables: dict[str, str] | None = Field(None, min_length=1, description="Table -> upload, this one among them.")

    def options(self) -> dict[str, Any]:
        """Give what was said, as the import takes it."""
        return {name: value for name, value in super().options().items() if name not in ("files", "tables")}


class FileAsked(ImportAsked):
    """A whole file in one request, and how it is to be imported."""

    name: str = Field("upload.csv", min_length=1, max_length=500)


class FormAsked(ImportAsked):
    """A whole file in a form, and how it is to be imported."""

    sha256: Sha256 | None = Field(None, description="Of the file: where it is another, nothing is done.")

    def options(self) -> dict[str, Any]:
        """Give what was said, as the import takes it."""
        given = super().options()
        given.pop("sha256", None)
        return given


class CommitAsked(Given):
    """How a table in the body is to be committed."""

    table: str | None = Field(None, max_length=200)
    key: Names = None
    rename: Renames = None
    mode: Literal["replace", "append", "upsert"] = "replace"
    message: str | None = Field(None, max_length=10_000)

    def options(self) -> dict[str, Any]:
        """Give what was said, as the import takes it."""
        return self.model_dump(exclude_none=True, exclude_unset=True)


class CommittedTold(Told):
    """What came of an import or a commit."""

    commit: str
    dataset: str
    ref: str
    created: bool = Field(description="Whether there is a new commit: what changes nothing makes none.")
    rows: int
    summary: Mapping[str, Mapping[str, Any]] = Field(description="What changed, by table.")
    notes: list[str] = Field(description="What was assumed and decided.")
    rejects: int = Field(0, description="Rows that were left out.")


class UploadedTold(RootModel[UploadTold | CommittedTold]):
    """An upload that has begun, or what came of a file in a form."""
