"""The options of reading: written down once for import_file, explain and suggest_keys."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from dsa_workbench.errors import InvalidInput
from dsa_workbench.features.imports.reading_options import ReadingOptions
from dsa_workbench.files.source import ReadOptions
from dsa_workbench.workbench import Workbench

INSIDE = {"block_bytes", "max_record_bytes", "threads", "rejects"}
"""Options of the readers that are none of the user's."""


def test_every_option_of_the_readers_can_be_given() -> None:
    assert set(ReadingOptions.__annotations__) == {f.name for f in fields(ReadOptions)} - INSIDE


@pytest.mark.parametrize("verb", ["explain", "suggest_keys", "import_file"])
@pytest.mark.parametrize("wrong", [{"delimeter": ";"}, {"ragged": "maybe"}, {"decimals": "all"}, {"threads": 3}])
def test_what_is_no_option_is_refused(wb: Workbench, tmp_path: Path, verb: str, wrong: dict[str, Any]) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n")
    target = ("sales",) if verb == "import_file" else ()
    with pytest.raises(InvalidInput) as refused:
        getattr(wb, verb)(path, *target, **wrong)
    assert str(next(iter(wrong.values()))) in str(refused.value) or next(iter(wrong)) in str(refused.value)
