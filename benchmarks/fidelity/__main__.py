"""Reads every file of the corpora with every tool, and writes the table: ``python -m benchmarks.fidelity``.

The corpora are the folder that DSA_CORPORA names. The command ends with 1 where we crashed, hung, or took too much
memory.
"""

from __future__ import annotations

import argparse
import os
import pickle
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.fidelity.judge import judge, judge_count, judge_dialect
from benchmarks.fidelity.page import write_page
from benchmarks.fidelity.reading import TOOLS, Outcome, Tool
from benchmarks.fidelity.results import Result, Results
from benchmarks.fidelity.running import run_all
from benchmarks.fidelity.truth import Corpus, Truth, find_truth, open_corpus
from benchmarks.fidelity.witnesses import DISPUTED


def main() -> int:
    """Run, write, and say in a line how it went."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    parser.add_argument("--corpora", type=Path, default=os.environ.get("DSA_CORPORA"), help="default: DSA_CORPORA")
    parser.add_argument("--out", type=Path, default=Path("docs/fidelity.md"))
    parser.add_argument("--only", default="", help="files whose path holds this; the page is printed, not written")
    parser.add_argument("--tools", default="", help="tools, with commas")
    parser.add_argument("--keep", type=Path, help="a folder for what was read: tools that are in it are not run again")
    parser.add_argument("--wrong", action="store_true", help="list what we get wrong instead of writing the page")
    given = parser.parse_args()
    if given.corpora is None:
        parser.error("Name the folder of the corpora by DSA_CORPORA or --corpora.")
    started = time.perf_counter()
    corpus, entries = open_corpus(given.corpora)
    entries = [e for e in entries if given.only in e["path"]]
    tools = [t for t in TOOLS if not given.tools or t.key in given.tools.split(",")]
    truths = {e["path"]: _truth(corpus, e) for e in entries}
    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(lambda tool: _run(corpus, entries, truths, tool, given.keep), tools))
    results = Results({t.key: r for t, r in zip(tools, told, strict=True)}, time.perf_counter() - started)
    ours = results.by_tool["ours"]
    wrong = [r for r in ours if r.verdict.is_wrong]
    if given.wrong:
        for r in wrong:
            print(f"{r.path}: {r.verdict.word}: {r.verdict.why}")
    else:
        page = write_page(results, tools)
        if given.only:
            print(page)
        else:
            given.out.write_text(page)
    print(f"{len(ours)} files, {len(wrong)} wrong, {results.seconds:.0f} s")
    return any(r.verdict.word in ("crash", "hang", "memory") for r in ours)


def _truth(corpus: Corpus, entry: Mapping[str, Any]) -> Truth:
    truth, witness = find_truth(corpus, entry), DISPUTED.get(entry["path"])
    return truth if witness is None else replace(truth, second=witness.hear(corpus.root / entry["path"]))


def _run(
    corpus: Corpus, entries: Sequence[Mapping[str, Any]], truths: Mapping[str, Truth], tool: Tool, keep: Path | None
) -> list[Result]:
    mine = [e for e in entries if e["category"] in tool.kinds]
    kept = keep / f"{tool.key}.pickle" if keep is not None else None
    if kept is not None and kept.exists():
        outcomes = pickle.loads(kept.read_bytes())
    else:
        outcomes = list(run_all(tool.key, [(e["category"], str(corpus.root / e["path"])) for e in mine]))
        if kept is not None:
            kept.write_bytes(pickle.dumps(outcomes))
    return [_judged(corpus, e, truths[e["path"]], o) for e, o in zip(mine, outcomes, strict=True)]


def _judged(corpus: Corpus, entry: Mapping[str, Any], truth: Truth, outcome: Outcome) -> Result:
    root = str(corpus.root)
    verdict = judge(outcome, truth).without(root + os.sep)
    return Result(
        entry["path"], entry["category"], entry["suite"], truth.source, verdict,
        judge_dialect(outcome.written, truth), judge_count(outcome, truth), outcome.seconds, outcome.peak,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
