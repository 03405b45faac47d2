"""The code that draws widgets, as it was built into the package from labextension/src/widgets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dsa_workbench.errors import Unsupported

_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Code:
    """What a page needs: `boot` goes with every widget, `drawing` and `style` are sent once a page, known by `hash`."""

    boot: str
    drawing: bytes
    style: bytes
    hash: str


@cache
def load_code() -> Code:
    """Read the code.

    Raises
    ------
    Unsupported
        It was not built.
    """
    try:
        boot, drawing, style = ((_FOLDER / name).read_bytes() for name in ("boot.js", "drawing.js", "drawing.css"))
    except FileNotFoundError as err:
        raise Unsupported(
            f"The code that draws widgets is not there ({err.filename}).",
            hint="Install the package again; from its sources: npm run build:widgets in labextension/.",
        ) from err
    return Code(boot.decode(), drawing, style, hashlib.sha256(drawing + style).hexdigest()[:16])
