"""Writes docs/fidelity.md out of the results of a run."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

from benchmarks.fidelity.judge import REFUSED, RIGHT, UNKNOWN, WRONG
from benchmarks.fidelity.reading import Tool
from benchmarks.fidelity.results import Result, Results
from benchmarks.fidelity.running import MEMORY, SECONDS
from benchmarks.fidelity.witnesses import DISPUTED

FAULTS = {
    "rows": "another number of rows",
    "header": "the header taken for a row, or a row for the header",
    "cells": "a value is another one, or was lost",
    "refused": "refused what can be read",
    "read": "read what cannot be right",
    "crash": "the process ended, or an error came that is no sentence",
    "hang": f"more than {SECONDS:.0f} s",
    "memory": f"more than {MEMORY / 1e9:.0f} GB",
}
MB = 1_000_000

INTRO = """# Fidelity

Every file of the test corpora, read by DSA Workbench and by four tools that people know, each file by each tool in a
process of its own, and all held to the same truth by the same function. This page is written by a command:

```sh
DSA_CORPORA=... make fidelity
```

{versions}

## How it is judged

Nobody tells the tools anything but the file's name. Each reads with its defaults: DuckDB with its sniffer; pandas as it
is, and a second time with `sep=None`, which looks for the delimiter; workbooks by calamine in pandas and polars.
pyarrow reads no workbooks; DuckDB reads them by an extension from the network, so it is not in this run.

The truth of a file is what its origin ships: JSON, a clean copy, dialects annotated by hand, the text that Excel itself
wrote. Where the origin is silent it is what independent readers agree on. Where they disagree there is no truth: then a
tool can only be wrong by crashing, hanging or taking too much memory. What is shipped with a few files contradicts the
file itself: there a second reader, which looks at the file, is heard as well, and to agree with either is right. Those
files are listed below.

- **as expected**: the rows, the names and the values are those of the truth. Numbers are compared as numbers, but
  `02139` read as 2139 is a value lost; dates in any usual way of writing them. Nothing is the same as an empty text.
  Where nobody annotated a header, the first row may be names or a row; lines above a table may be kept or left out.
- **refused rightly**: an error, where the file cannot be read, or where no usual delimiter gives rows of one length
  (then filling them up is right as well).
- **wrong**: {faults}.
"""


def write_page(results: Results, tools: Sequence[Tool]) -> str:
    """Give the page as Markdown."""
    faults = ";\n  ".join(f"*{word}*, {what}" for word, what in FAULTS.items())
    intro = INTRO.format(versions=_versions(results), faults=faults)
    ours = results.by_tool["ours"]
    parts = [
        intro,
        "## In one table\n",
        _overall(results, tools),
        "## By suite\n",
        "`right` + `refused rightly` / `wrong` / without truth.\n",
        _by_suite(results, tools),
        "## Dialects and row counts\n",
        "Files whose delimiter and quotes are annotated by hand, and files whose number of rows is known.\n",
        _counts(results, tools),
        "## What goes wrong\n",
        _faults(results, tools),
        "## Where we are wrong\n",
        _ours_wrong(ours),
        "## Where the truth is disputed\n",
        "Of each file: why the truth is doubted, who is heard besides, and which tools are right.\n",
        _disputed(results, tools),
        "## Time and memory\n",
        _limits(results, tools),
    ]
    return "\n".join(parts)


def _versions(results: Results) -> str:
    packages = ["pandas", "pyarrow", "duckdb", "polars", "python-calamine", "fastexcel"]
    told = ", ".join(f"{p} {version(p)}" for p in packages)
    work = sum(r.seconds for mine in results.by_tool.values() for r in mine)
    return (
        f"Last run: Python {platform.python_version()}, {told};\n"
        f"{len(results.by_tool['ours']):,} files, {work / 60:.0f} minutes of reading in all."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " --: |" * (len(head) - 1)]
    lines += ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _overall(results: Results, tools: Sequence[Tool]) -> str:
    def row(tool: Tool, kind: str) -> list[object]:
        mine = [r for r in results.by_tool[tool.key] if r.category == kind]
        words = Counter(r.verdict.word for r in mine)
        wrong = sum(words[w] for w in WRONG)
        known = len(mine) - words[UNKNOWN]
        share = f"{(known - wrong) / known:.1%}" if known else ""
        return [f"{kind}, {tool.title}", words[RIGHT], words[REFUSED], wrong, share, words[UNKNOWN]]

    kinds = [k for k in ("csv", "excel", "parquet") if any(r.category == k for r in results.by_tool["ours"])]
    rows = [row(t, k) for k in kinds for t in tools if k in t.kinds]
    return _table(["", "as expected", "refused rightly", "wrong", "right of those with a truth", "no truth"], rows)


def _by_suite(results: Results, tools: Sequence[Tool]) -> str:
    suites = dict.fromkeys((r.category, r.suite) for r in results.by_tool["ours"])

    def cell(tool: Tool, suite: tuple[str, str]) -> str:
        words = Counter(r.verdict.word for r in results.by_tool[tool.key] if (r.category, r.suite) == suite)
        if not words:
            return "–"
        wrong = sum(words[w] for w in WRONG)
        return f"{words[RIGHT]} + {words[REFUSED]} / **{wrong}** / {words[UNKNOWN]}"

    rows = [[f"{s[0]}: {s[1]}", *(cell(t, s) for t in tools)] for s in sorted(suites)]
    return _table(["suite", *(t.title for t in tools)], rows)


def _counts(results: Results, tools: Sequence[Tool]) -> str:
    def share(tool: Tool, pick: Callable[[Result], bool | None]) -> str:
        known = [k for r in results.by_tool[tool.key] if (k := pick(r)) is not None]
        return f"{sum(known)} of {len(known)}" if known else "–"

    mine = [t for t in tools if "csv" in t.kinds]
    rows = [
        ["dialect", *(share(t, lambda r: r.dialect) for t in mine)],
        ["rows", *(share(t, lambda r: r.count) for t in mine)],
    ]
    return _table(["", *(t.title for t in mine)], rows)


def _faults(results: Results, tools: Sequence[Tool]) -> str:
    def row(word: str) -> list[object]:
        return [word, *(sum(r.verdict.word == word for r in results.by_tool[t.key]) for t in tools)]

    return _table(["fault", *(t.title for t in tools)], [row(w) for w in WRONG])


def _ours_wrong(ours: Sequence[Result]) -> str:
    wrong = [r for r in ours if r.verdict.is_wrong]
    if not wrong:
        return "Nowhere.\n"
    lines = []
    for r in sorted(wrong, key=lambda r: r.path):
        why = " ".join(r.verdict.why.split()).replace("`", "'")[:200]
        lines.append(f"- `{r.path}`, {r.verdict.word}: `{why}`")
    return "\n".join(lines) + "\n"


def _disputed(results: Results, tools: Sequence[Tool]) -> str:
    lines = []
    for path, witness in DISPUTED.items():
        verdicts = [(tool.title, r.verdict) for tool in tools for r in results.by_tool[tool.key] if r.path == path]
        right = ", ".join(title for title, verdict in verdicts if not verdict.is_wrong)
        lines.append(f"- `{path}`: {witness.why} Heard: {witness.name}. Right: {right or 'none'}.")
    return "\n".join(lines) + "\n"


def _limits(results: Results, tools: Sequence[Tool]) -> str:
    def row(tool: Tool) -> list[object]:
        mine = results.by_tool[tool.key]
        slowest, largest = max(mine, key=lambda r: r.seconds), max(mine, key=lambda r: r.peak)
        return [tool.title, f"{slowest.seconds:.1f} s", f"{largest.peak / MB:,.0f} MB", f"`{largest.path}`"]

    return _table(["", "longest", "most memory", "for"], [row(t) for t in tools if results.by_tool[t.key]])
