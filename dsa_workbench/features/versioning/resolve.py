"""From a version spec to a dataset, a commit and its tables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from dsa_workbench.core.model.commit import Commit
from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import parse_tree
from dsa_workbench.core.model.ref import Dataset, Ref
from dsa_workbench.core.model.spec import VersionSpec
from dsa_workbench.core.services.interfaces import IUnitOfWork
from dsa_workbench.errors import InvalidSpec, NotFound

_PREFIX = re.compile(r"[0-9a-fA-F]{4,64}")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a spec means: the dataset, the commit, its tree, and the ref if the spec names its head."""

    spec: VersionSpec
    dataset: Dataset
    commit: Commit
    tree: Tree
    ref: Ref | None = None

    def table(self, name: str | None = None) -> tuple[str, ObjectId]:
        """Give the one table that is meant: its name and manifest id; errors are those of `table_of`."""
        return table_of(self.spec, self.tree, name)


def table_of(spec: VersionSpec, tree: Tree, name: str | None = None) -> tuple[str, ObjectId]:
    """Give the one table that a spec means in a tree: its name and manifest id.

    Raises
    ------
    NotFound
        There is no such table, or there are several and the spec names none.
    """
    wanted = name if name is not None else spec.table
    if wanted is None:
        if len(tree.tables) == 1:
            return tree.tables[0]
        raise NotFound(
            f"{spec} has {len(tree.tables)} tables.",
            hint=f"Name one of them, as in {spec.with_table(tree.names[0])}. There are: {', '.join(tree.names)}."
            if tree.tables
            else "Import or commit a table first.",
        )
    oid = tree.get(wanted)
    if oid is None:
        raise NotFound(
            f"{spec.dataset} has no table {wanted!r} at this version.", hint=did_you_mean(wanted, tree.names)
        )
    return wanted, oid


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give a sentence that names the nearest of the known words, or some of them."""
    names = sorted(known)
    if not names:
        return "There are none yet."
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return f"Did you mean {close[0]}?"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"There are: {shown}."


def find_dataset(unit: IUnitOfWork, name: str) -> Dataset:
    """Find a live dataset.

    Raises
    ------
    NotFound
        There is none; the hint names the nearest.
    """
    dataset = unit.datasets.find(name)
    if dataset is None:
        known = [d.name for d in unit.datasets.list()]
        hint = did_you_mean(name, known) if known else "The store is empty: import or commit something first."
        raise NotFound(f"There is no dataset {name!r}.", hint=hint)
    return dataset


def resolve(unit: IUnitOfWork, spec: VersionSpec) -> Resolved:
    """Find the commit that a spec means.

    Raises
    ------
    NotFound
        The dataset, ref or commit does not exist, or history is shorter than the steps back.
    InvalidSpec
        The start of a commit id fits several commits.
    """
    head = None if spec.back or spec.at is not None else unit.heads.find(spec.dataset, spec.version)
    if head is not None:
        return Resolved(spec, head.dataset, head.commit, parse_tree(head.tree), head.ref)
    dataset = find_dataset(unit, spec.dataset)
    ref = unit.refs.find(dataset.id, spec.version)
    if spec.at is not None:
        start = unit.refs.at(dataset.id, spec.version, spec.at)
        if start is None:
            raise NotFound(
                f"{spec.dataset} had no {spec.version} at {spec.at:%Y-%m-%d %H:%M} UTC.",
                hint=f"See %dsa log {spec.dataset} for when it began.",
            )
    elif ref is not None:
        start = ref.commit_id
    else:
        start = _by_prefix(unit, dataset, spec).oid
    commit = unit.commits.ancestor(start, spec.back) if spec.back else unit.commits.get(start)
    if commit is None:
        raise NotFound(
            f"{spec.dataset}@{spec.version} has fewer than {spec.back} commits before it.",
            hint=f"See %dsa log {spec.dataset}@{spec.version}.",
        )
    tree = parse_tree(unit.objects.get_tree(ObjectId(bytes.fromhex(commit.tree))))
    is_head = ref is not None and spec.back == 0 and spec.at is None
    return Resolved(spec, dataset, commit, tree, ref if is_head else None)


def _by_prefix(unit: IUnitOfWork, dataset: Dataset, spec: VersionSpec) -> Commit:
    if _PREFIX.fullmatch(spec.version):
        found = unit.commits.by_prefix(dataset.id, spec.version.lower())
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{c.short} ({c.title})" for c in found)
            raise InvalidSpec(
                f"{spec.version} begins several commit ids of {spec.dataset}.",
                hint=f"Give more of it: {listed}.",
            )
    known = [r.name for r in unit.refs.list(dataset.id)]
    raise NotFound(
        f"{spec.dataset} has no branch, tag or commit {spec.version!r}.",
        hint=did_you_mean(spec.version, known),
    )
