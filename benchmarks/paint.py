"""What a user waits for until something is painted: the panel, a diff, a far page of the grid.

``python -m benchmarks.paint`` starts JupyterLab on a store of its own, opens it in Chromium, and prints one table:

- *panel*: from JupyterLab's own promise ``restored``, with the panel open in the workspace, until rows of the list of
  datasets are painted; nothing if they were painted before. Each time is that of a page of its own, with empty caches.
- *panel, by a click*: from the click on its icon, in a page that is long there, until rows are painted.
- *diff*: from the click on the command **Show Changes** until changed rows are painted on the grid, in a page with
  empty caches (the first of all is that of a server that has just started), and again once it was closed.
- *far rows*: from Enter in **Go to row** until the values of that row are painted, each row on a page not yet loaded.

The page takes the times itself: of the event, and of the task after the frame that was painted with what is looked for.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.orders import edit, make_orders
from dsa_workbench.settings import Settings
from dsa_workbench.workbench import Workbench, connect
from tests.fixtures.lab import Lab, launched, running_lab

ROWS = "[role=treeitem][data-dsa-kind=dataset]"
WATCH = """
(() => {
  const seen = (window.seen = { restored: null, acted: null, rows: null, text: null, painted: null });
  const painted = then => requestAnimationFrame(() => setTimeout(() => then(performance.now())));
  // JupyterLab hands itself to the page before it starts.
  let app;
  Object.defineProperty(window, 'jupyterapp', {
    get: () => app,
    set: value => { app = value; value.restored.then(() => (seen.restored = performance.now())); }
  });
  for (const kind of ['mouseup', 'click', 'keydown']) {
    window.addEventListener(kind, event => { seen.acted = event.timeStamp; }, { capture: true });
  }
  new MutationObserver(() => {
    if (seen.rows === null && document.querySelector('ROWS')) {
      seen.rows = Infinity;
      painted(time => (seen.rows = time));
    }
  }).observe(document, { childList: true, subtree: true });
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    if (seen.text !== null && seen.text.test(text)) {
      seen.text = null;
      painted(time => (seen.painted = time));
    }
    return draw.call(this, text, ...rest);
  };
})();
""".replace("ROWS", ROWS)
LOOK_FOR = "text => { Object.assign(window.seen, { text: new RegExp(text), painted: null }); }"


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--datasets", type=int, default=1_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=7, help="that the panel is opened, and the diff")
    parser.add_argument("--jumps", type=int, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data_dir=folder / "store")
        with connect(settings=settings, actor="ann") as wb:
            told, ids = fill(wb, given.datasets, given.rows)
            with (
                running_lab(folder, "--LabApp.expose_app_in_browser=True") as server,
                sync_playwright() as playwright,
                launched(playwright) as browser,
            ):
                lab = Lab(server, wb)
                what = f"diff of {given.rows:,} rows, {told:,} changes"
                times = {f"{what}, {how}": taken for how, taken in diffs(lab, browser, given.times).items()}
                times[f"panel, {given.datasets:,} datasets"] = restored(lab, browser, given.times)
                times[f"panel, {given.datasets:,} datasets, by a click"] = clicked(lab, browser, given.times)
                times[f"far rows of {given.rows:,}"] = jumps(lab, browser, ids, given.jumps)
    report(times)


def fill(wb: Workbench, datasets: int, rows: int) -> tuple[int, pa.Array]:
    """Commit datasets, and a table in two versions; give how many changes there are, and its keys."""
    small = pa.table({"id": [1, 2, 3], "city": ["Ulm", "Bonn", "Kiel"]})
    for number in range(datasets - 1):
        wb.commit(small, f"dataset-{number:05}", key="id", message="First")
    table = make_orders(rows)
    changes = edit(table)
    wb.commit(table, "orders", key="order_id", message="First")
    wb.commit(changes.table, "orders", message="Second")
    return changes.added + changes.removed + changes.changed, changes.table["order_id"].combine_chunks()


@contextmanager
def fresh(browser: Browser) -> Iterator[Page]:
    """Give a page with empty caches that notes when something is painted."""
    with browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-US") as context:
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH)
        yield context.new_page()


def since(page: Page, what: str, start: str) -> float:
    """Wait until something is painted, and give the milliseconds since."""
    page.wait_for_function(f"Number.isFinite(window.seen.{what} ?? NaN)")
    found: float = page.evaluate(f"window.seen.{what} - window.seen.{start}")
    return found


def restored(lab: Lab, browser: Browser, times: int) -> list[float]:
    """Open JupyterLab with the panel in its workspace, again and again."""
    url = lab.url.removesuffix("&reset")
    with fresh(browser) as page:
        with page.expect_response(lambda answer: "api/workspaces" in answer.url and answer.request.method == "PUT"):
            lab.show(page)
        # The layout is written down some time after it was changed.
        page.wait_for_timeout(3_000)
    found = []
    for _ in range(times):
        with fresh(browser) as page:
            page.goto(url)
            page.wait_for_function("window.seen.restored !== null")
            found.append(max(0.0, since(page, "rows", "restored")))
    return found


def clicked(lab: Lab, browser: Browser, times: int) -> list[float]:
    """Open the panel by its icon in pages that have come to rest."""
    found = []
    for _ in range(times):
        with fresh(browser) as page:
            page.goto(lab.url)
            page.locator("#jupyterlab-splash").wait_for(state="detached")
            page.wait_for_timeout(1_000)
            page.locator(".jp-SideBar [data-id=dsa-workbench-panel]").click()
            found.append(since(page, "rows", "acted"))
    return found


def diffs(lab: Lab, browser: Browser, times: int) -> dict[str, list[float]]:
    """Open the diff in one page after the other, and in each again once it was closed."""
    found: dict[str, list[float]] = {"first in a page": [], "again": []}
    for _ in range(times):
        with fresh(browser) as page:
            lab.show(page)
            search(page)
            for taken in found.values():
                page.get_by_role("treeitem", name="Dataset orders").click(button="right")
                entry = page.get_by_role("menuitem", name="Show Changes", exact=True)
                page.evaluate(LOOK_FOR, r"\b(changed|added|removed)$")
                entry.click()
                taken.append(since(page, "painted", "acted"))
                tab = page.get_by_role("tab", name=re.compile("^orders"))
                tab.locator(".lm-TabBar-tabCloseIcon").click()
                tab.wait_for(state="detached")
    return found


def search(page: Page) -> None:
    """Have the large table's dataset in sight."""
    page.get_by_role("searchbox", name="Search datasets").fill("orders")
    page.get_by_role("treeitem", name="Dataset orders").wait_for()


def jumps(lab: Lab, browser: Browser, ids: pa.Array, count: int) -> list[float]:
    """Go to rows that lie far from each other."""
    found = []
    with fresh(browser) as page:
        lab.show(page)
        search(page)
        page.get_by_role("treeitem", name="Dataset orders").click()
        page.evaluate(LOOK_FOR, f"^{ids[0]}$")
        page.get_by_role("treeitem", name="Table data").dblclick()
        since(page, "painted", "acted")
        rows = np.random.default_rng(3).permutation(np.arange(10_000, len(ids), len(ids) // (count + 1)))[:count]
        box = page.get_by_role("textbox", name="Go to row")
        for row in rows:
            # Who types a number takes longer than this; what follows faster, the grid takes for scrolling, and waits.
            page.wait_for_timeout(300)
            page.evaluate(LOOK_FOR, f"^{ids[int(row) - 1]}$")
            box.fill(str(row))
            box.press("Enter")
            found.append(since(page, "painted", "acted"))
    return found


def report(times: dict[str, list[float]]) -> None:
    """Print the table: what, how often, and how long it took."""
    lines: list[tuple[str, ...]] = [("milliseconds until it is painted", "times", "first", "p50", "p95", "worst")]
    for what, taken in times.items():
        middle, most, worst = np.percentile(taken, [50, 95, 100])
        numbers = (f"{value:.0f}" for value in (taken[0], middle, most, worst))
        lines.append((what, f"{len(taken)}", *numbers))
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
