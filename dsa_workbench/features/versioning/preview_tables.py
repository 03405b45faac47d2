"""What a commit would come to, with nothing written to the store: the tables, and their diff against the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.profile import UsedProfile
from dsa_workbench.core.model.spec import check_name
from dsa_workbench.core.model.user import Actor
from dsa_workbench.core.services.interfaces import IStore
from dsa_workbench.features.versioning.build_tables import Base, Built, CommitTables, Promise, build_tables
from dsa_workbench.features.versioning.commit_tables import load_base
from dsa_workbench.features.versioning.diff import Side, diff_sides
from dsa_workbench.features.versioning.differ.result import TableDiff
from dsa_workbench.features.versioning.manifests import tree_id
from dsa_workbench.features.versioning.profiles import used_profile
from dsa_workbench.features.versioning.segment_cache import SegmentCache
from dsa_workbench.features.versioning.spilled_segments import SpilledSegments


@dataclass(frozen=True, slots=True)
class Previewed:
    """What a commit would come to: `diff` compares the tables that it writes or drops with those of the head."""

    base: Base
    built: Built
    diff: Mapping[str, TableDiff]
    promise: Promise
    profile: UsedProfile | None = None
    """What the diff took for equal."""

    @property
    def protected(self) -> bool:
        """Say whether the branch refuses writes."""
        return self.base.ref is not None and self.base.ref.protected

    @property
    def changes(self) -> bool:
        """Say whether there would be a commit."""
        return self.base.commit is None or self.base.commit.tree != tree_id(self.built.tree).hex()

    @property
    def head(self) -> ObjectId | None:
        """The commit that the branch is at; None where there is no branch yet."""
        return self.promise.head


def preview_tables(actor: Actor, store: IStore, cache: SegmentCache, command: CommitTables) -> Previewed:
    """Write the tables of a commit to a temporary file, and compare them with the head.

    Raises
    ------
    NotFound, InvalidInput, ImportRejected
        The branch is not there or is a tag; the tables cannot be taken.
    """
    check_name("dataset", command.dataset)
    check_name("branch", command.ref)
    with store.unit() as unit:
        base = load_base(unit, store, cache, command, to_write=False)
    spill = SpilledSegments(store.segments)
    # What is read of it is not kept either: it would push out what is of use.
    built = build_tables(spill, spill, SegmentCache(0), base, command)
    kept = set(built.tree.names)
    touched = {name: table for name, table in base.tables.items() if name in built.tables or name not in kept}
    used = used_profile(actor, store, None, None, command.dataset) if base.dataset is not None else None
    equality = used.profile if used is not None else None
    diff = diff_sides(Side("", touched), Side("", built.tables), rename=command.rename, profile=equality)
    head = base.ref.commit_id if base.ref is not None else None
    return Previewed(base, built, diff, Promise(head, tree_id(Tree(built.tree.tables))), used)
