"""The diff engine: two versions of a table in, what differs between them out.

`tables` leads; `schema`, `renames` and `keys` settle what is compared with what; `keyed` and `keyless` pair the rows
(`sides` skips what is equal unread, `joining` and `runs` do the arithmetic, `edits` finds edited rows without a key);
`cells` compares; `result` is what comes out.
"""

from dsa_workbench.features.versioning.differ.result import TableDiff
from dsa_workbench.features.versioning.differ.tables import diff_tables

__all__ = ["TableDiff", "diff_tables"]
