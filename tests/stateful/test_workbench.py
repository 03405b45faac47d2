"""Any sequence of verbs, on a real store and on a model in plain Python: both must agree at every step."""

from __future__ import annotations

import uuid
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dsa_workbench.errors import AlreadyExists, ImportRejected, NotFound, RefProtected
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.stateful.model import Repository, Row, Snapshot, appended, counts, merged, upserted

CELLS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.integers(0, 12),
    "n": st.none() | st.integers(-3, 3),
    "t": st.none() | st.sampled_from(["", "a", "b", "ö\n"]),
    "x": st.none() | st.sampled_from([0.0, -0.0, 1.5, float("nan")]),
}
COLUMNS = st.permutations(["n", "t", "x"]).flatmap(lambda p: st.integers(0, 3).map(lambda i: ("id", *p[i:])))
KEYS = st.sampled_from([("id",), None, ()])
RESOLVE = st.sampled_from([None, None, "ours", "theirs"])
PICK = st.integers(0, 10_000)


@st.composite
def tables(draw: st.DrawFn, distinct: bool = False) -> tuple[tuple[str, ...], list[Row]]:
    """Draw columns and rows."""
    columns = draw(COLUMNS)
    row = st.tuples(*(CELLS[name] for name in columns))
    by = (lambda r: r[0]) if distinct or draw(st.booleans()) else None
    return columns, draw(st.lists(row, max_size=8, unique_by=by))


class Machine(RuleBasedStateMachine):
    """One dataset of a store, beside its model."""

    def __init__(self, wb: Workbench, url: str) -> None:
        super().__init__()
        self.wb, self.url = wb, url
        self.name = f"d{uuid.uuid4().hex}"
        self.model = Repository()
        self.opened: list[Workbench] = []

    # Writing

    @initialize(table=tables(distinct=True), key=KEYS)
    def begin(self, table: tuple[tuple[str, ...], list[Row]], key: Any) -> None:
        self.replace(table, key, 0)
        self.make_a_ref(0, "dev", tag=False)

    @rule(table=tables(), key=KEYS, branch=PICK)
    def replace(self, table: tuple[tuple[str, ...], list[Row]], key: Any, branch: int) -> None:
        columns, rows = table
        name, head = self._branch(branch)
        kept = head.key if key is None and head is not None else key or ()
        self._write(name, Snapshot(columns, kept, tuple(rows)), columns, rows, "replace", key)

    @precondition(lambda self: self.model.branches)
    @rule(branch=PICK, row=PICK, column=PICK, data=st.data())
    def edit_a_cell(self, branch: int, row: int, column: int, data: st.DataObject) -> None:
        name, head = self._branch(branch)
        if head is None or not head.rows:
            return
        free = [i for i, name in enumerate(head.columns) if name not in head.key]
        if not free:
            return
        at, place = row % len(head.rows), free[column % len(free)]
        cells = list(head.rows[at])
        cells[place] = data.draw(CELLS[head.columns[place]])
        rows = [*head.rows[:at], tuple(cells), *head.rows[at + 1 :]]
        self._write(name, Snapshot(head.columns, head.key, tuple(rows)), head.columns, rows, "replace", None)

    @precondition(lambda self: self.model.branches)
    @rule(branch=PICK, row=PICK)
    def remove_a_row(self, branch: int, row: int) -> None:
        name, head = self._branch(branch)
        if head is not None and head.rows:
            at = row % len(head.rows)
            rows = [*head.rows[:at], *head.rows[at + 1 :]]
            self._write(name, Snapshot(head.columns, head.key, tuple(rows)), head.columns, rows, "replace", None)

    @precondition(lambda self: self.model.branches)
    @rule(table=tables(), branch=PICK)
    def append(self, table: tuple[tuple[str, ...], list[Row]], branch: int) -> None:
        name, head = self._branch(branch)
        if head is not None:
            self._write(name, appended(head, *table), *table, "append", None)

    @precondition(lambda self: self.model.branches)
    @rule(table=tables(distinct=True), branch=PICK)
    def upsert(self, table: tuple[tuple[str, ...], list[Row]], branch: int) -> None:
        name, head = self._branch(branch)
        if head is not None and head.key:
            self._write(name, upserted(head, *table), *table, "upsert", None)

    def _branch(self, pick: int) -> tuple[str, Snapshot | None]:
        names = sorted(self.model.branches)
        if not names:
            return "main", None
        name = names[pick % len(names)]
        return name, self.model.snapshots[self.model.branches[name]]

    def _write(
        self, branch: str, expected: Snapshot, columns: tuple[str, ...], rows: list[Row], mode: str, key: Any
    ) -> None:
        data = Snapshot(columns, (), tuple(rows)).arrow()

        def write() -> Any:
            return self.wb.commit(data, self.name, ref=branch, mode=mode, key=key, message=mode)

        if branch in self.model.protected:
            with pytest.raises(RefProtected):
                write()
            return
        if not expected.sound:
            with pytest.raises(ImportRejected) as refused:
                write()
            assert "key" in str(refused.value)
            return
        done = write()
        head = self.model.branches.get(branch)
        if head is not None and self.model.snapshots[head].bits() == expected.bits():
            assert (done.created, done.id) == (False, head)
            return
        assert done.created
        assert done.parents == (() if head is None else (head,))
        self.model.add(branch, done.id, expected, done.parents)

    # Refs

    @precondition(lambda self: self.model.snapshots)
    @rule(commit=PICK, name=st.sampled_from(["dev", "fix", "v1", "v2"]), tag=st.booleans())
    def make_a_ref(self, commit: int, name: str, tag: bool) -> None:
        at = self._commit(commit)
        make = self.wb.tag if tag else self.wb.branch
        if name in self.model.branches or name in self.model.tags:
            with pytest.raises(AlreadyExists):
                make(f"{self.name}@{at}", name)
            return
        make(f"{self.name}@{at}", name)
        (self.model.tags if tag else self.model.branches)[name] = at

    @precondition(lambda self: len(self.model.branches) > 1)
    @rule(name=st.sampled_from(["dev", "fix", "v1"]))
    def delete_a_ref(self, name: str) -> None:
        refs = self.model.branches if name in self.model.branches else self.model.tags
        if name not in refs:
            with pytest.raises(NotFound):
                self.wb.delete_ref(self.name, name)
        elif name in self.model.protected:
            with pytest.raises(RefProtected):
                self.wb.delete_ref(self.name, name)
        else:
            self.wb.delete_ref(self.name, name)
            del refs[name]

    @precondition(lambda self: "dev" in self.model.branches)
    @rule(protected=st.booleans())
    def protect(self, protected: bool) -> None:
        self.wb.protect(self.name, "dev", protected)
        (self.model.protected.add if protected else self.model.protected.discard)("dev")

    @precondition(lambda self: self.model.branches)
    @rule()
    def delete_and_restore_the_dataset(self) -> None:
        self.wb.delete_dataset(self.name)
        with pytest.raises(NotFound):
            self.wb.log(self.name)
        self.wb.restore_dataset(self.name)

    @rule()
    def come_back_another_day(self) -> None:
        self.wb = connect(self.url, actor="ann", settings=Settings())
        self.opened.append(self.wb)

    # Merging

    @precondition(lambda self: len(self.model.branches) > 1)
    @rule(source=PICK, rows=st.tuples(PICK, PICK), columns=st.tuples(PICK, PICK), resolve=RESOLVE, data=st.data())
    def edit_two_branches_and_merge(
        self, source: int, rows: tuple[int, int], columns: tuple[int, int], resolve: str | None, data: st.DataObject
    ) -> None:
        for i in range(2):
            self.edit_a_cell(source + i, rows[i], columns[i], data)
        self.merge(source, source + 1, resolve)

    @precondition(lambda self: len(self.model.branches) > 1)
    @rule(source=PICK, into=PICK, resolve=RESOLVE)
    def merge(self, source: int, into: int, resolve: str | None) -> None:
        theirs, _ = self._branch(source)
        ours, _ = self._branch(into)
        if ours in self.model.protected:
            with pytest.raises(RefProtected):
                self.wb.merge(f"{self.name}@{theirs}", f"{self.name}@{ours}")
            return
        a, b = self.model.branches[ours], self.model.branches[theirs]
        done = self.wb.merge(f"{self.name}@{theirs}", f"{self.name}@{ours}", resolve=resolve)
        if b in self.model.ancestors(a):
            assert (done.outcome, done.id) == ("up to date", a)
            return
        if a in self.model.ancestors(b):
            assert (done.outcome, done.id) == ("fast-forward", b)
            self.model.branches[ours] = b
            return
        bases = self.model.bases(a, b)
        if done.outcome == "conflicts":
            assert done.conflicts
        else:
            assert (done.outcome, done.parents) == ("merged", (a, b))
            found = self._read(f"{self.name}@{ours}")
            self.model.add(ours, done.id, found, done.parents)
        if len(bases) == 1:
            self._check_merge(self.model.snapshots[bases.pop()], a, b, done, resolve)

    def _check_merge(self, base: Snapshot, a: str, b: str, done: Any, resolve: str | None) -> None:
        ours, theirs = self.model.snapshots[a], self.model.snapshots[b]
        if not base.key or not (base.columns == ours.columns == theirs.columns and base.key == ours.key == theirs.key):
            return
        expected = merged(base, ours, theirs, resolve)
        assert (done.outcome == "merged") == (expected is not None)
        if expected is not None:
            found = self.model.snapshots[done.id]
            assert dict(zip(found.keys(), found.values(), strict=True)) == expected

    # Reading

    def _commit(self, pick: int) -> str:
        # In the order they were made: their ids hash the time, and what is drawn must not depend on it.
        commits = list(self.model.snapshots)
        return commits[pick % len(commits)]

    def _read(self, spec: str, **choice: Any) -> Snapshot:
        reading = self.wb.read(spec, **choice)
        table = reading.to_arrow()
        rows = zip(*(c.to_pylist() for c in table.columns), strict=True) if table.num_columns else ()
        return Snapshot(tuple(table.column_names), tuple(reading.key), tuple(rows))

    @precondition(lambda self: self.model.snapshots)
    @rule(commit=PICK, back=st.integers(0, 3), offset=st.integers(0, 9), limit=st.none() | st.integers(0, 9))
    def read(self, commit: int, back: int, offset: int, limit: int | None) -> None:
        history = self.model.firsts(self._commit(commit))
        spec = f"{self.name}@{history[0][:12]}~{back}"
        if back >= len(history):
            with pytest.raises(NotFound):
                self.wb.read(spec)
            return
        expected = self.model.snapshots[history[back]]
        assert self._read(spec).bits() == expected.bits()
        columns = expected.columns[::-1][:2]
        some = self._read(spec, columns=list(columns), offset=offset, limit=limit)
        places = [expected.columns.index(name) for name in columns]
        rows = expected.rows[offset:][:limit]
        assert repr(some.rows) == repr(tuple(tuple(row[i] for i in places) for row in rows))

    @precondition(lambda self: len(self.model.snapshots) > 1)
    @rule(a=PICK, b=PICK)
    def diff(self, a: int, b: int) -> None:
        left, right = self._commit(a), self._commit(b)
        diff = self.wb.diff(f"{self.name}@{left}", f"{self.name}@{right}")
        old, new = self.model.snapshots[left], self.model.snapshots[right]
        found = diff.summary["data"]
        assert found["removed"] + found["changed"] + found["unchanged"] == len(old.rows)
        assert found["added"] + found["changed"] + found["unchanged"] == len(new.rows)
        if (old.columns, old.key) != (new.columns, new.key):
            assert diff
            return
        expected = counts(old, new)
        if old.key:
            assert found == expected
            return
        assert found["unchanged"] == expected["unchanged"]
        assert found["removed"] + found["changed"] == expected["gone"]
        assert found["added"] + found["changed"] == expected["come"]

    @invariant()
    def refs_and_history_are_those_of_the_model(self) -> None:
        if not self.model.branches:
            return
        found = {ref.name: ref.commit_id.hex() for ref in self.wb.refs(self.name)}
        assert found == self.model.branches | self.model.tags
        for branch, head in self.model.branches.items():
            log = self.wb.log(f"{self.name}@{branch}")
            assert log[0].id == head
            assert {c.id for c in log} == self.model.ancestors(head)
            assert {c.id: c.parents for c in log} == {c.id: self.model.parents[c.id] for c in log}

    def teardown(self) -> None:
        for commit, snapshot in self.model.snapshots.items():
            assert self._read(f"{self.name}@{commit}").bits() == snapshot.bits()
        assert self.wb.check().ok
        for workbench in self.opened:
            workbench.close()


def test_any_sequence_of_verbs(wb: Workbench, pg_url: str) -> None:
    machines = settings(max_examples=25, stateful_step_count=25)
    run_state_machine_as_test(lambda: Machine(wb, pg_url), settings=machines)
