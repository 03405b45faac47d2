"""Import a file exactly, and its bytes come back from the store; nobody else sees that they are there."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsa_workbench.errors import DsaError, ImportRejected, InvalidInput, NotFound
from dsa_workbench.workbench import Workbench

ODD = b'\xef\xbb\xbf# from the till\r\nid;price;"what"\r\n1;1,50;a\r\n\r\n2;2,00;"b"\n3;1.234,75;""\r\n# end\r\n'
NEXT = ODD.replace(b"2;2,00", b"2;2,10")


def exported(wb: Workbench, spec: str) -> bytes:
    out = io.BytesIO()
    wb.export(spec, out, exact=True)
    return out.getvalue()


def test_the_bytes_of_every_version_come_back(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "till.csv"
    path.write_bytes(ODD)
    wb.import_file(path, "till", exact=True, key="id")
    path.write_bytes(NEXT)
    wb.import_file(path, "till", exact=True)
    done = wb.export("till", tmp_path / "out.csv", exact=True)
    assert (tmp_path / "out.csv").read_bytes() == NEXT
    assert (done.rows, done.bytes) == (3, len(NEXT))
    assert exported(wb, "till@main~1") == ODD
    assert wb.read("till").to_arrow()["price"].to_pylist() == [1.5, 2.1, 1234.75]
    assert wb.check().ok


def test_the_table_is_that_of_a_plain_import(wb: Workbench) -> None:
    plain = wb.import_file(io.BytesIO(ODD), "plain", key="id")
    exact = wb.import_file(io.BytesIO(ODD), "exact", key="id", exact=True)
    assert plain.rows == exact.rows
    assert plain.tree != exact.tree
    assert plain.summary == exact.summary
    assert not wb.diff("plain", "exact")
    assert wb.read("exact").to_arrow() == wb.read("plain").to_arrow()
    assert len(wb.log("exact")) == 1
    assert wb.show("exact").summary == {"data": {"added": 3, "removed": 0, "changed": 0, "unchanged": 0}}
    # Nothing about it is left in what a plain import gives.
    assert wb.import_file(io.BytesIO(ODD), "again", key="id").tree == plain.tree


def test_the_same_file_again_changes_nothing_and_another_writing_of_it_does(wb: Workbench) -> None:
    wb.import_file(io.BytesIO(ODD), "till", exact=True)
    assert not wb.import_file(io.BytesIO(ODD), "till", exact=True).created
    assert not wb.import_file(io.BytesIO(ODD), "till").created
    rewritten = ODD.replace(b"\r\n", b"\n")
    again = wb.import_file(io.BytesIO(rewritten), "till", exact=True)
    assert again.created
    assert again.summary == {}
    assert not wb.diff("till@main~1", "till")
    assert exported(wb, "till") == rewritten


def test_a_change_by_other_means_is_told(wb: Workbench) -> None:
    first = wb.import_file(io.BytesIO(ODD), "till", exact=True, key="id", message="Import till.csv")
    wb.commit(pd.DataFrame({"id": [9], "price": [0.5], "what": ["x"]}), "till", mode="upsert")
    with pytest.raises(NotFound, match=rf"changed after the import in commit {first.short} \(Import till.csv\)") as err:
        exported(wb, "till")
    assert f"till@{first.short}" in str(err.value)
    assert exported(wb, f"till@{first.short}") == ODD
    wb.import_file(io.BytesIO(ODD), "plain")
    with pytest.raises(NotFound, match="no import of it was exact"):
        exported(wb, "plain")


def test_another_table_of_the_dataset_leaves_the_bytes_alone(wb: Workbench) -> None:
    wb.import_file(io.BytesIO(ODD), "till", exact=True)
    wb.commit(pd.DataFrame({"a": [1]}), "till", table="notes")
    assert exported(wb, "till@main:data") == ODD
    wb.branch("till", "dev")
    wb.commit(pd.DataFrame({"a": [1, 2]}), "till", ref="dev", table="notes")
    wb.commit(pd.DataFrame({"b": [3]}), "till", table="more")
    assert wb.merge("till@dev", "till@main")
    assert exported(wb, "till@main:data") == ODD
    assert wb.check().ok


def test_a_packed_file_gives_what_was_in_it(wb: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "till.csv.gz"
    path.write_bytes(gzip.compress(ODD))
    wb.import_file(path, "till", exact=True)
    assert exported(wb, "till") == ODD
    wb.export("till", tmp_path / "out.csv.gz", exact=True)
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == ODD


def test_what_makes_no_sense_is_refused(wb: Workbench, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="this import is an append"):
        wb.import_file(io.BytesIO(ODD), "till", exact=True, mode="append")
    with pytest.raises(InvalidInput, match="no delimited text"):
        wb.import_file(pd.DataFrame({"a": [1]}), "till", exact=True)
    wb.import_file(io.BytesIO(ODD), "till", exact=True)
    with pytest.raises(InvalidInput, match="gives back a whole file"):
        wb.export("till", tmp_path / "x.csv", exact=True, columns=["id"])
    with pytest.raises(InvalidInput, match="no parquet"):
        wb.export("till", tmp_path / "x.parquet", exact=True, format="parquet")
    assert not list(tmp_path.iterdir())


def test_a_regular_file_costs_next_to_nothing_and_versions_share(wb: Workbench) -> None:
    rows = [b'%d,"name %d",%d.%02d\r\n' % (i, i * 7, i, i % 100) for i in range(60_000)]
    head = b'id,"name",price\r\n'

    def stored() -> int:
        return wb.store.info().bytes_stored or 0

    wb.import_file(io.BytesIO(head + b"".join(rows)), "plain", key="id")
    before = stored()
    wb.import_file(io.BytesIO(head + b"".join(rows)), "exact", key="id", exact=True)
    assert stored() - before < 50_000
    rows[30_000] = b'30000,other,"7"\r\n'
    edited = head + b"".join(rows)
    wb.import_file(io.BytesIO(edited), "exact", exact=True)
    assert exported(wb, "exact") == edited
    assert wb.read("exact").num_rows == 60_000


CELLS = st.sampled_from(['""', "", "1", "2.50", "x", '"x"', '"a,b"', '"l\r\nm"', "TRUE", "2026-03-01"])
LINES = st.lists(st.lists(CELLS, min_size=2, max_size=2).map(",".join), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
def test_any_bytes_that_are_imported_come_back(
    wb: Workbench, lines: list[str], end: str, last: bool, mark: bool
) -> None:
    data = (("\ufeff" if mark else "") + end.join(["h,i", *lines]) + (end if last else "")).encode()
    try:
        wb.import_file(io.BytesIO(data), "wild", exact=True)
    except ImportRejected:
        return
    assert exported(wb, "wild") == data


@pytest.mark.corpora
def test_histories_come_back_version_by_version(wb: Workbench, corpora: Path) -> None:
    for folder in sorted(p for p in (corpora / "histories").iterdir() if p.is_dir()):
        files = [p for p in sorted(folder.glob("0*")) if p.stat().st_size < 300_000][:4]
        taken = []
        for path in files:
            try:
                wb.import_file(path, folder.name, exact=True, ragged="fill", message=path.name)
            except DsaError:
                continue
            taken.append(path)
        commits = {c.message: c.short for c in wb.log(folder.name)} if taken else {}
        for path in taken:
            if path.name in commits:
                assert exported(wb, f"{folder.name}@{commits[path.name]}") == path.read_bytes(), path
    assert wb.check().ok
