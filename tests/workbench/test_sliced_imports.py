"""A file imported in slices: the same tree, notes, findings and errors as in one go."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsa_workbench.core.services.interfaces import ISegmentStore
from dsa_workbench.errors import ImportRejected
from dsa_workbench.features.imports import sliced_import
from dsa_workbench.features.imports.import_command import ImportFile
from dsa_workbench.features.imports.import_file import Imported, import_file
from dsa_workbench.features.imports.slices import SliceDone, SliceTask, SpreadFailed, do_slice
from dsa_workbench.files.tables import ReadOptions
from dsa_workbench.workbench import Workbench

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=15)


class Here:
    """Does slices one after the other on this thread, and counts them."""

    def __init__(self, size: int) -> None:
        self.size, self.done, self.failed = size, 0, ""

    def takes(self, size: int) -> bool:
        return True

    def workers(self, look: Callable[[], None]) -> int:
        return 1

    def run(self, tasks: Iterator[SliceTask], into: ISegmentStore, look: Callable[[], None]) -> Iterator[SliceDone]:
        for task in tasks:
            try:
                done = do_slice(task, into, look)
            except Exception as err:
                self.failed = type(err).__name__
                raise SpreadFailed(str(err)) from err
            self.done += 1
            yield done


@pytest.fixture
def slices_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Here]:
    def give(size: int) -> Here:
        monkeypatch.setattr(sliced_import, "_slice_size", lambda *_: size)
        return Here(size)

    return give


def imported(wb: Workbench, path: Path, spread: Here | None, **options: Any) -> Imported:
    reading = ReadOptions(**{k: v for k, v in options.items() if k != "key"})
    key = options.get("key")
    command = ImportFile(path, f"t{uuid4().hex}", key=key, options=reading, spread=spread)
    return import_file(wb.actor, wb.store, wb.cache, command)


def both(wb: Workbench, path: Path, spread: Here, **options: Any) -> Imported:
    """Import a file in one go and in slices, and compare all that is told of it."""
    whole, sliced = imported(wb, path, None, **options), imported(wb, path, spread, **options)
    one, other = whole.committed, sliced.committed
    assert (other.commit.tree, other.rows, other.hint) == (one.commit.tree, one.rows, one.hint)
    assert other.commit.sources == one.commit.sources
    assert (other.notes, sliced.notes) == (one.notes, whole.notes)
    assert sliced.findings == whole.findings
    return sliced


def refused(wb: Workbench, path: Path, spread: Here | None, **options: Any) -> Any:
    with pytest.raises(ImportRejected) as err:
        imported(wb, path, spread, **options)
    return err.value.message, err.value.hint, err.value.details


def lines(rows: int, seed: int, *, quoted: bool = True, spread: int = 1 << 40) -> list[str]:
    rng = np.random.default_rng(seed)
    numbers = rng.integers(0, spread, rows).tolist()
    out = []
    for i, n in enumerate(numbers):
        text = f'"a ""word"" {n % 97},\nand another"' if quoted and n % 11 == 0 else f"w{n % 1013}"
        out.append(f"{i},{n},{text},{n / 8 if n % 5 else ''}\n")
    return out


HEADER = "id,number,text,half\n"


@SHARED
@given(
    rows=st.integers(1, 60_000), size=st.integers(20_000, 2_000_000), seed=st.integers(0, 1_000),
    spread=st.sampled_from([3, 50, 1 << 40]), key=st.sampled_from([None, ("id",)]),
)  # fmt: skip
def test_slices_do_not_show(
    wb: Workbench, tmp_path: Path, slices_of: Any, rows: int, size: int, seed: int, spread: int, key: Any
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(HEADER + "".join(lines(rows, seed, spread=spread)))
    here = slices_of(size)
    both(wb, path, here, key=key)
    assert here.done or here.failed == "PartUnfit"


def test_a_value_late_in_the_file_changes_the_type_for_all_slices(
    wb: Workbench, tmp_path: Path, slices_of: Any
) -> None:
    path = tmp_path / "late.csv"
    rows = lines(150_000, 1, quoted=False)
    rows[120_000] = "120000,n/a,w,1\n"
    path.write_text(HEADER + "".join(rows))
    here = slices_of(700_000)
    done = both(wb, path, here)
    assert here.failed == ""
    assert here.done >= 8
    assert any("number is text, not int64: row 120,001 holds 'n/a'" in note for note in done.committed.notes)


@pytest.mark.parametrize(
    ("late", "options"),
    [
        ("120000,5\n", {}),
        ("120000,n/a,w,1\n", {"types": {"number": "int64"}}),
        ('120000,5,"w,1\n', {}),
        ("7,5,w,1\n", {"key": ("id",)}),
        (",5,w,1\n", {"key": ("id",)}),
    ],
)
def test_what_refuses_a_file_is_told_alike(
    wb: Workbench, tmp_path: Path, slices_of: Any, late: str, options: Any
) -> None:
    path = tmp_path / "bad.csv"
    rows = lines(150_000, 1, quoted=False)
    rows[120_000] = late
    path.write_text(HEADER + "".join(rows))
    assert refused(wb, path, slices_of(700_000), **options) == refused(wb, path, None, **options)


@pytest.mark.parametrize("late", ["120000,5,caf\xe9,1\n", "120000,5,\ufeffw,1\n", "\ufeff120000,5,w,1\n", "\n\n"])
def test_odd_bytes_and_lines_are_read_alike(wb: Workbench, tmp_path: Path, slices_of: Any, late: str) -> None:
    path = tmp_path / "odd.csv"
    rows = [row.encode() for row in lines(150_000, 1)]
    rows[120_000] = late.encode("cp1252" if "caf" in late else "utf-8")
    path.write_bytes(HEADER.encode() + b"".join(rows)[:-1])
    both(wb, path, slices_of(700_000))


def test_what_cannot_be_cut_is_not(wb: Workbench, tmp_path: Path, slices_of: Any) -> None:
    here = slices_of(1_000)
    utf16, guarded = tmp_path / "utf16.csv", tmp_path / "guarded.csv"
    utf16.write_text("a,b\n" + "1,2\n" * 500, encoding="utf-16")
    guarded.write_bytes(b"a,b\r\n" + b"1,2\n3\r\n" * 500)
    both(wb, utf16, here)
    both(wb, guarded, here, line_end="\r\n")
    command = ImportFile(utf16, "skipping", spread=here, skip=True)
    import_file(wb.actor, wb.store, wb.cache, command)
    import_file(wb.actor, wb.store, wb.cache, replace(command, skip=False))
    assert (here.done, here.failed) == (0, "")
