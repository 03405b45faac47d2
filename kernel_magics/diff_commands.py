"""Words and options of the commands that write diffs and apply them."""

from __future__ import annotations

from kernel_magics import verbs
from kernel_magics.grammar import Argument, Command, Means, Option, natural, text

DIFF_OUT = (
    Option(("-o", "--out"), "write the diff to this file; its ending says the format", text, "PATH", means=Means.FILE),
    Option(
        ("--format",),
        "the format, where the ending does not say it",
        text,
        "NAME",
        choices=("csv", "tsv", "parquet", "arrow", "jsonl", "xlsx", "json", "highlighter", "html"),
    ),
    Option(("--limit",), "rows of a table on a page of HTML (10,000)", natural, "N"),
    Option(("--context",), "unchanged rows around each change, in a file", natural, "N"),
)
APPLY = Command(
    "apply",
    "apply an exported diff to a branch, or undo it",
    verbs.apply,
    (
        Argument("DIFF", "a file that %dsa diff --out wrote, or {a diff}", Means.FILE),
        Argument("DATASET", "where to; sales@dev names the branch too", Means.DATASET, optional=True),
    ),
    (
        Option(("--reverse",), "undo the diff"),
        Option(
            ("--mode",),
            "strict: rows must be as before (default); merge: only the cells that change",
            text,
            "MODE",
            choices=("strict", "merge"),
        ),
        Option(("--dry-run",), "say what would come of it, and write nothing"),
        Option(("-m", "--message"), "why", text, "TEXT"),
        Option(("--ref",), "the branch to write to (default main)", text, "BRANCH", means=Means.REF),
    ),
    (
        ("%dsa apply changes.parquet sales", "what somebody else did, on your main"),
        ("%dsa apply changes.json sales@dev --reverse", "undo it on a branch"),
        ("%dsa apply {d} sales --dry-run", "a diff that a variable holds: does it fit?"),
    ),
    (
        "With conflicts nothing is written; the result lists them. Applied twice, a diff changes nothing.",
        ".parquet, .arrow, .csv, .tsv, .jsonl, .json and the highlighter format can be applied.",
    ),
)
