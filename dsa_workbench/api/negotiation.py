"""Which of the media types that an operation gives a client wants (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from dsa_workbench.api.problems import HttpProblem

JSON = "application/json"
ARROW_STREAM = "application/vnd.apache.arrow.stream"
ARROW_FILE = "application/vnd.apache.arrow.file"
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"
JSON_LINES = "application/x-ndjson"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SQL = "application/sql"
TSV = "text/tab-separated-values"
HTML = "text/html"

FORMATS = {ARROW_STREAM: "arrows", CSV: "csv", PARQUET: "parquet", JSON_LINES: "jsonl"}
"""Media type -> what the writers call it."""


def chosen(accept: str, offered: Sequence[str]) -> str:
    """Choose the media type that `accept` likes best; of equals, the one that is offered first.

    Raises
    ------
    HttpProblem
        406: none of those offered is accepted.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    best, most = "", 0.0
    for media in offered:
        liked = [(_closeness(wanted, media), weight) for wanted, weight in ranges]
        closest = max(liked, key=lambda pair: pair[0])
        if closest[0] and closest[1] > most:
            best, most = media, closest[1]
    if not best:
        raise HttpProblem(406, f"Nothing can be given as {accept}.", hint=f"Accept one of {', '.join(offered)}.")
    return best


def _range(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return media.lower(), min(max(float(value), 0.0), 1.0)
            except ValueError:
                return media.lower(), 0.0
    return media.lower(), 1.0


def _closeness(wanted: str, media: str) -> int:
    if wanted == media:
        return 3
    if wanted.endswith("/*") and wanted != "*/*" and media.startswith(wanted[:-1]):
        return 2
    return 1 if wanted == "*/*" else 0
