"""Real version histories, imported file by file as a user would, and every step diffed as the corpus says."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dsa_workbench.workbench import Workbench
from tests.history_oracle import Version, histories, mismatches, steps

NAMES = (
    "chess-openings-b",
    "country-codes",
    "covid-key-countries",
    "iso3166-lukes",
    "mledoze-countries",
    "openflights-airlines",
    "sp500-constituents",
    "world-bank-gdp",
)


@pytest.mark.corpora
@pytest.mark.parametrize("name", NAMES)
def test_every_step_diffs_as_the_corpus_says(wb: Workbench, corpora: Path, name: str) -> None:
    wrong = []
    commits: dict[Path, str] = {}
    for step in steps(corpora / "histories" / name):
        for version in (step.old, step.new):
            if version.path not in commits:
                commits[version.path] = _import(wb, name, version)
        # One step has another key on each side; the corpus compares the one with the other, and so may a user.
        rename = dict(zip(step.old.key, step.new.key, strict=True)) if step.expected["key_columns_changed"] else None
        old, new = (f"{name}@{commits[version.path]}" for version in (step.old, step.new))
        diff = wb.diff(old, new, key=step.new.key, rename=rename)
        counts = diff.tables["data"].counts
        known = step.old.table.column_names + step.new.table.column_names
        cells = {column: number for column, number in counts.cells.items() if column in known}
        said = mismatches(step, counts.to_dict(), cells, _as_known(diff.to_arrow(), known))
        wrong += [f"{step.name}: {line}" for line in said]
    assert not wrong, "\n".join(wrong)
    assert wb.check().ok


def test_no_history_is_left_out(corpora: Path) -> None:
    assert {history.name for history in histories(corpora)} == set(NAMES)


def _import(wb: Workbench, dataset: str, version: Version) -> str:
    """Import a version as text, as the corpus reads it: nothing is null, short rows are filled up."""
    done = wb.import_file(
        version.path,
        dataset,
        types="text",
        null_tokens=(),
        ragged="fill",
        encoding=version.meta["encoding"],
        delimiter=version.meta["delimiter"],
        header=version.meta["header"] is not None,
    )
    return done.id


def _as_known(rows: pa.Table, known: list[str]) -> pa.Table:
    """Make the empty text of nulls, and forget columns that the corpus does not know.

    A row that is longer than the header has a cell in a column of its own with us; the corpus drops the cell.
    """
    changed = [
        None if names is None else [name for name in names if name in known]
        for names in rows["changed_columns"].to_pylist()
    ]
    columns = [pc.fill_null(c, "") if pa.types.is_string(c.type) else c for c in rows.columns]
    table = pa.table(columns, names=rows.column_names)
    index = table.column_names.index("changed_columns")
    return table.set_column(index, "changed_columns", pa.array(changed, pa.list_(pa.string())))
