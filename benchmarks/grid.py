"""A table of ten million rows in the panel's grid: frames while it is scrolled, pages, and memory of the browser.

``python -m benchmarks.grid`` starts JupyterLab on a store of its own, opens the table in Chromium, and prints one
table.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.orders import make_orders
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect
from tests.fixtures.lab import Lab, launched, running_lab

PIECE = 1_000_000
"""Rows that are made and committed at once, so that memory does not grow with the table."""

SCROLL = """
async ([seconds, step]) => {
  const node = document.querySelector('.jp-dsa-data .lm-DataGrid-viewport');
  const { left, top } = node.getBoundingClientRect();
  const place = { clientX: left + 300, clientY: top + 300, bubbles: true, cancelable: true };
  const frames = [];
  const end = performance.now() + 1000 * seconds;
  let before = await new Promise(requestAnimationFrame);
  while (before < end) {
    node.dispatchEvent(new WheelEvent('wheel', { ...place, deltaY: step }));
    const now = await new Promise(requestAnimationFrame);
    frames.push(now - before);
    before = now;
  }
  return frames;
}
"""
PAGES = """
() => performance.getEntriesByType('resource')
  .filter(entry => entry.name.includes('/data?') && entry.transferSize > 0)
  .map(entry => entry.duration)
"""
STEPS = (("a wheel that turns", 120), ("a page each frame", 600), ("flying", 60_000))


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=30, help="of scrolling")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running_lab(folder) as server,
            connect(settings=Settings(data_dir=folder / "store"), actor="ann") as wb,
            sync_playwright() as playwright,
            launched(playwright) as browser,
        ):
            for start in range(0, given.rows, PIECE):
                piece = make_orders(min(PIECE, given.rows - start), seed=start)
                wb.commit(piece, "orders", mode="append" if start else "replace")
            report(given.rows, measure(Lab(server, wb), browser.new_page(), given.seconds))


def measure(lab: Lab, page: Page, seconds: float) -> dict[str, Any]:
    """Open the table, scroll it at several speeds, and give what was seen."""
    lab.show(page)
    page.evaluate("performance.setResourceTimingBufferSize(100000)")
    page.get_by_role("treeitem", name="Dataset orders").click()
    started: float = page.evaluate("performance.now()")
    page.get_by_role("treeitem", name="Table data").dblclick()
    page.wait_for_function("performance.getEntriesByType('resource').some(entry => entry.name.includes('/data?'))")
    opened: float = page.evaluate("performance.now()")
    page.get_by_role("application", name="Rows").focus()
    page.wait_for_timeout(2_000)
    session = page.context.new_cdp_session(page)
    before = heap(session)
    frames = {what: page.evaluate(SCROLL, [seconds / len(STEPS), step]) for what, step in STEPS}
    page.wait_for_timeout(1_000)
    return {
        "opened": opened - started, "frames": frames, "pages": page.evaluate(PAGES), "before": before,
        "after": heap(session),
    }  # fmt: skip


def heap(session: CDPSession) -> float:
    """Give the bytes of the page's objects that are in use."""
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    return used


def report(rows: int, seen: dict[str, Any]) -> None:
    """Print the table: what, measured, and what was promised."""
    lines = [(f"{rows:,} rows", "p50", "p95", "worst", "p95 at most")]

    def add(what: str, times: list[float], promise: str) -> None:
        middle, most, worst = np.percentile(times, [50, 95, 100])
        lines.append((f"{what} ({len(times):,})", f"{middle:.1f} ms", f"{most:.1f} ms", f"{worst:.1f} ms", promise))

    for what, frames in seen["frames"].items():
        add(f"frames, {what}", frames, "50 ms")
    add("frames, all", [time for frames in seen["frames"].values() for time in frames], "50 ms")
    add("pages of the grid", seen["pages"], "100 ms")
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    print(f"first page there after {seen['opened']:.0f} ms")
    print(f"objects of the page: {seen['before'] / 1e6:.1f} MB before, {seen['after'] / 1e6:.1f} MB after")


if __name__ == "__main__":
    main()
