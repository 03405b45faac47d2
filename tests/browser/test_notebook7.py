"""The panel in Notebook 7: shown by the menu, beside the files, and beside a notebook that takes its code."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.documents import row_of
from tests.browser.notebooks import run_all, write_notebook
from tests.fixtures.lab import PATIENT, Lab

pytest.importorskip("notebook", reason="Notebook is not installed: pip install notebook")


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """Give a page that writes no error to its console."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    # Notebook's own settings throw while they are loaded; what is ours has our name in its stack.
    page.on("pageerror", lambda error: errors.append(str(error)) if "dsa-workbench" in str(error.stack) else None)
    expect.set_options(timeout=PATIENT)
    page.set_default_timeout(PATIENT)
    yield page
    assert [text for text in errors if "Failed to load resource" not in text] == []


def show(lab: Lab, page: Page, where: str) -> None:
    """Open a page of Notebook, and the panel by its menu."""
    page.goto(re.sub(r"/lab\?", f"/{where}?", lab.url))
    expect(
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle], .jp-DirListing-content").first
    ).to_be_visible()
    entry = page.get_by_role("menuitem", name=re.compile("^Show DSA Workbench"))
    end = time.monotonic() + PATIENT / 1000
    # Menus are filled one after the other while the page starts; one that is open by then stays as it was.
    while not entry.is_visible() and time.monotonic() < end:
        page.keyboard.press("Escape")
        page.get_by_role("menuitem", name="View", exact=True).click()
        page.wait_for_timeout(500)
    entry.click()
    expect(page.get_by_role("region", name="DSA Workbench")).to_be_visible()


def commit(lab: Lab, dataset: str) -> None:
    frame = pd.DataFrame({"id": range(12), "city": ["Ulm", "Bonn"] * 6})
    lab.workbench.commit(frame, dataset, key=["id"], message="First")


def test_code_comes_into_the_notebook_beside_it(lab: Lab, quiet: Page) -> None:
    page = quiet
    commit(lab, "beside")
    write_notebook(lab.server.folder, "beside.ipynb", [])
    show(lab, page, "notebooks/beside.ipynb")
    row_of(page, "Dataset beside").click(button="right")
    page.locator(".lm-Menu-item").filter(has_text="Insert Code").hover()
    page.get_by_role("menuitem", name="Insert %dsa Line", exact=True).click()
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(3)
    expect(cells.nth(2).locator(".cm-content")).to_have_text("%dsa read beside")
    run_all(page, lab.server, "beside.ipynb")
    expect(cells.nth(2).locator(".jp-OutputArea-output")).to_contain_text("Bonn")
    page.screenshot(path=lab.server.folder / "notebook7.png")


def test_datasets_are_listed_beside_the_files(lab: Lab, quiet: Page) -> None:
    commit(lab, "listed")
    show(lab, quiet, "tree")
    row_of(quiet, "Dataset listed").click()
    expect(row_of(quiet, "Table data, 12 rows")).to_be_visible()
    row_of(quiet, "Table data, 12 rows").dblclick()
    expect(quiet.get_by_role("dialog")).to_contain_text("Tables, diffs, histories and queries open in JupyterLab")
    quiet.screenshot(path=lab.server.folder / "notebook7-tree.png")
