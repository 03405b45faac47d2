"""The main views, opened on one small story: for tests that look at all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from dsa_workbench.workbench import Workbench
from tests.browser.documents import from_menu, row_of
from tests.fixtures.lab import Lab

THEMES = ("JupyterLab Light", "JupyterLab Dark")


def tell(workbench: Workbench) -> None:
    """Commit the story: a dataset with two versions, a tag and a branch, and three more beside it."""
    ids = range(300)
    frame = pd.DataFrame(
        {
            "id": ids,
            "city": [("Ulm", "Ulm", "Kiel", "Jena", "Bremen")[i % 5] for i in ids],
            "qty": [None if i % 10 == 7 else 1.5 + i // 2 % 8 for i in ids],
        }
    )
    for name in ("customers", "orders", "prices"):
        workbench.commit(frame.head(20), name, key=["id"], message=f"All {name}")
    workbench.commit(frame, "told", key=["id"], message="First")
    workbench.tag("told", "v1")
    workbench.branch("told", "dev")
    workbench.commit(frame.assign(city=["Bonn", *frame.city[1:]]).head(290), "told", message="Second")


def panel(page: Page) -> Locator:
    """Show the panel with a dataset open."""
    row_of(page, "Dataset told").click()
    expect(row_of(page, "Commit First")).to_be_visible()
    return page.get_by_role("region", name="DSA Workbench")


def importing(page: Page) -> Locator:
    """Show the dialog that brings a file in, with its preview."""
    row_of(page, "Dataset told").click(button="right")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Import Files").click()
    next_ = b"id,city,qty\n0,Ulm,1.5\n1,Kiel,1.5\n"
    chooser.value.set_files([{"name": "towns.csv", "mimeType": "text/csv", "buffer": next_}])
    dialog = page.get_by_role("dialog", name="Import towns.csv")
    expect(dialog).to_contain_text("~2 changed")
    return dialog


def history(page: Page) -> Locator:
    """Show a history, one commit chosen."""
    from_menu(page, "Dataset told", "Show History")
    found = page.get_by_role("region", name="History of told")
    found.get_by_role("option", name=re.compile("^First")).click()
    expect(found.get_by_role("region", name="Commit")).to_be_visible()
    return found


def diff(page: Page) -> Locator:
    """Show a diff."""
    from_menu(page, "Dataset told", "Show Changes")
    found = page.get_by_role("region", name=re.compile("Diff of told"))
    expect(found.get_by_role("button", name="~1 changed")).to_be_visible()
    return found


def data(page: Page) -> Locator:
    """Show the rows of a table."""
    row_of(page, "Table data").dblclick()
    found = page.get_by_role("region", name="Rows of told", exact=True)
    expect(found.get_by_text("290 rows")).to_be_visible()
    return found


def query(page: Page) -> Locator:
    """Show a query with its result."""
    from_menu(page, "Dataset told", "Query in SQL")
    found = page.get_by_role("region", name="Query", exact=True)
    expect(found.get_by_role("textbox", name="Query in SQL")).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(found.get_by_role("status")).to_contain_text("100 rows")
    return found


VIEWS: tuple[Callable[[Page], Locator], ...] = (panel, data, query, history, diff, importing)


def choose_theme(lab: Lab, page: Page, theme: str) -> None:
    """Write it into the settings that the next page reads."""
    url = (
        f"http://127.0.0.1:{lab.server.port}{lab.server.base_url}lab/api/settings/@jupyterlab/apputils-extension:themes"
    )
    done = page.request.put(url, headers=lab.server.headers, data={"raw": json.dumps({"theme": theme})})
    assert done.ok
