"""Why we do not do what the truth says, for the files where a person should know it: shown on the page."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "csv/csv-spectrum/location_coordinates.csv": "the JSON that is shipped with it has another telephone number than "
    "the file.",
}
