"""What the tests of patches ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dsa_workbench.features.patches.read_patch import open_patch
from tests.features.patches.patching import Stored


@pytest.fixture
def opened() -> Callable[[Path, Stored], Any]:
    """Give what opens an exported diff for a table."""

    def opening(path: Path, at: Stored) -> Any:
        opener, _ = open_patch(path)
        (found,) = opener({"data": at.table}).tables.values()
        return found.table()

    return opening
