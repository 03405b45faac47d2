"""Options that several commands have."""

from __future__ import annotations

from kernel_magics.grammar import Means, Option, names, text

LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
"""What stands at the end of lines, by the name that a command line gives it."""
SPEC_NOTE = "A spec reads dataset@version:table, as in sales, sales@main~2, sales@v1.0, sales@{2026-03-01}."
TABLE = Option(("--table",), "the table, where there are several", text, "NAME", means=Means.TABLE)
COLUMNS = Option(("--columns",), "only these columns, in this order", names, "A,B", means=Means.COLUMNS)
WHERE = Option(("--where",), "only rows that match this condition in SQL", text, "CONDITION")
BACKGROUND = Option(("--background",), "go on at once: the work becomes a job, to be looked at with %dsa job")
