"""The bytes of a file beside the values of its table: taken up at import, given back at export.

A table knows values, a file has a way of writing them: quotes, line ends, zeros behind a point, blank lines, comments.
What a file's rows have in common is its *look*. An *original* is that look and the text of each record that differs
from what the look makes of its row, so a regular file costs next to nothing. It is stored as a table is, and versions
share what they have in common (docs/format.md, section 10).
"""

from dsa_workbench.files.originals.giving import restored
from dsa_workbench.files.originals.taking import Original, original_of

__all__ = ["Original", "original_of", "restored"]
