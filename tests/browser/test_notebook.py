"""From the panel into a notebook: code that is inserted, dragged and run; and the line at the edge of the window."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.documents import keep, row_of
from tests.fixtures.lab import PATIENT, Lab

LOAD = "%load_ext dsa_workbench"


@pytest.fixture
def shown(lab: Lab, page: Page) -> Page:
    expect.set_options(timeout=PATIENT)
    frame = pd.DataFrame({"id": range(12), "city": ["Ulm", "Bonn"] * 6})
    lab.workbench.commit(frame, "sales", key=["id"], message="First")
    lab.workbench.commit({"Q 1": frame.head(3), "Q 2": frame.head(4)}, "book", message="First")
    return lab.show(page)


def insert(page: Page, row: str, what: str) -> None:
    row_of(page, row).click(button="right")
    page.locator(".lm-Menu-item").filter(has_text="Insert Code").hover()
    page.get_by_role("menuitem", name=what, exact=True).click()


def sources(page: Page) -> list[str]:
    return [cell.inner_text().strip() for cell in page.locator(".jp-Notebook .jp-CodeCell .cm-content").all()]


def test_code_comes_into_a_new_notebook_and_runs(lab: Lab, shown: Page) -> None:
    page = shown
    insert(page, "Dataset sales", "Insert %dsa Line")
    page.get_by_role("dialog").get_by_role("button", name="New Notebook").click()
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(2)
    assert sources(page) == [LOAD, "%dsa read sales"]
    insert(page, "Dataset book", "Insert SQL Cell")
    expect(cells).to_have_count(3)
    # The first of what was inserted first is where the reader is: what comes next stands below it.
    assert sources(page)[1] == '%%dsa sql\n-- book has 2 tables: Q 1, Q 2\nselect *\nfrom "book@main:Q 1"\nlimit 100'
    cells.first.click()
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Shift+Enter")
    expect(cells.nth(2).locator(".jp-OutputArea-output")).to_contain_text("12")
    expect(cells.nth(1).locator(".jp-OutputArea-output")).to_contain_text("book")
    keep(page, lab.server.folder, "insert-code")


def test_a_row_is_dragged_into_a_notebook(shown: Page) -> None:
    page = shown
    row_of(page, "Dataset sales").click()
    expect(row_of(page, "Table data")).to_be_visible()
    insert(page, "Dataset sales", "Insert %dsa Line")
    page.get_by_role("dialog").get_by_role("button", name="New Notebook").click()
    cells = page.locator(".jp-Notebook .jp-CodeCell")
    expect(cells).to_have_count(2)
    expect(cells.first).to_be_visible()
    start, end = row_of(page, "Table data").bounding_box(), cells.first.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 40, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 80, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + 200, end["y"] + 15, steps=8)
    expect(page.locator(".jp-dsa-drag-image")).to_have_text("%dsa read sales")
    page.mouse.up()
    expect(cells).to_have_count(3)
    assert sources(page).count("%dsa read sales") == 2
    expect(page.locator(".jp-dsa-drag-image")).to_have_count(0)


def test_without_a_notebook_the_clipboard_takes_it(shown: Page) -> None:
    page = shown
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    insert(page, "Dataset sales", "Insert Python")
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    expect(page.locator(".jp-toast-message")).to_contain_text("The code is in the clipboard")
    assert 'wb.read("sales").to_pandas()' in page.evaluate("navigator.clipboard.readText()")


def test_the_edge_of_the_window_tells_the_connection_and_shows_the_panel(lab: Lab, shown: Page) -> None:
    page = shown
    item = page.get_by_role("button", name="DSA Workbench: connected to postgresql")
    expect(item).to_have_text("DSA: local store")
    panel = page.get_by_role("region", name="DSA Workbench")
    page.locator(".jp-SideBar [data-id=dsa-workbench-panel]").click()
    expect(panel).to_be_hidden()
    item.click()
    expect(panel).to_be_visible()
