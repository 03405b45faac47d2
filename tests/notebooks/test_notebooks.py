"""What is saved in the notebooks. That they still show it is nbval's business: see sanitize.cfg beside."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells_of(path: Path) -> list[Any]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def test_there_are_notebooks() -> None:
    assert [path.name for path in NOTEBOOKS][:1] == ["01-quickstart.ipynb"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_saved_as_run_from_top_to_bottom(path: Path) -> None:
    nbformat.validate(nbformat.read(path, as_version=4))
    cells = cells_of(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert "error" not in kinds
    assert all(output.get("name") != "stderr" for cell in cells for output in cell.outputs)
    for cell in cells:
        if re.match(r"%dsa (?!use)", cell.source):
            assert [output.output_type for output in cell.outputs] == ["execute_result"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_tell_nothing_of_the_machine_they_ran_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(home|Users|root)/", text)


def test_what_differs_from_run_to_run_is_replaced_whoever_runs_it() -> None:
    config = configparser.RawConfigParser()
    config.read(Path(__file__).with_name("sanitize.cfg"), encoding="utf-8")

    def clean(text: str) -> str:
        for section in config.sections():
            text = re.sub(config.get(section, "regex"), config.get(section, "replace"), text)
        return text

    mine = (
        "commit      time                 author  message\n----------  -------------------  ------  -------\n"
        "7d057412d2  2026-11-23 00:20:35  root    (main) Fix\n3,376 rows; +1; 0.41 s.\n"
        "<td>2026-11-23 00:20:35</td><td>root</td>\n| 2026-11-23 00:20:35 | root | x |\n"
        "/tmp/tmpab12_x/a.parquet, 131 kB\n/tmp/tmpab12\\_x/a.parquet"
    )
    yours = (
        "commit      time                 author          message\n"
        "----------  -------------------  --------------  -------\n"
        "0123456789  2027-01-02 10:20:30  somebody-else   (main) Fix\n3,376 rows; +1; 1 min 4 s.\n"
        "<td>2027-01-02 10:20:30</td><td>somebody-else</td>\n| 2027-01-02 10:20:30 | somebody-else | x |\n"
        "/var/folders/1x/T/tmpzz9/a.parquet, 1.2 MB\n/var/folders/1x/T/tmp\\_zz9/a.parquet"
    )
    assert clean(mine) == clean(yours)
    assert clean("+2 −1 ~3") == "+2 −1 ~3"
