"""Names and what they stand for, in a query: ``a=text,b=int``, or as a JSON object where a name has such signs."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BeforeValidator


def paired(given: Any) -> Any:
    """Take ``a=x,b=y``, or a JSON object, for a dict; other texts stay as they are."""
    if isinstance(given, str) and given.startswith("{"):
        try:
            return json.loads(given)
        except ValueError:
            return given
    if isinstance(given, str) and "=" in given:
        return dict(pair.split("=", 1) for pair in given.split(",") if "=" in pair)
    return given


Renames = Annotated[dict[str, str] | None, BeforeValidator(paired)]
"""Old column name -> new."""
