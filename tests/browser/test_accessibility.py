"""What axe-core, which knows the rules for pages that all can use, finds in the views: in light and in dark."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import from_menu, keep, row_of
from tests.fixtures.lab import PATIENT, Lab

GRAVE = {"serious", "critical"}
_OURS = '[class*="jp-dsa-"]'
_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def told(lab: Lab) -> str:
    """Give a dataset with two versions, a tag and a branch."""
    frame = pd.DataFrame({"id": range(300), "city": ["Ulm"] * 300, "qty": [1.5] * 300})
    lab.workbench.commit(frame, "told", key=["id"], message="First")
    lab.workbench.tag("told", "v1")
    lab.workbench.branch("told", "dev")
    lab.workbench.commit(frame.assign(city=["Bonn", *["Ulm"] * 299]).head(290), "told", message="Second")
    return "told"


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


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_nothing_keeps_anybody_out(lab: Lab, page: Page, told: str, theme: str) -> None:
    expect.set_options(timeout=PATIENT)
    choose_theme(lab, page, theme)
    lab.show(page)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
    grave = []
    for view in VIEWS:
        expect(view(page)).to_be_visible()
        keep(page, lab.server.folder, f"{view.__name__}-{theme.rsplit(maxsplit=1)[-1].lower()}")
        found = Axe().run(page, context=_OURS, options=_RULES).response
        assert "color-contrast" in {rule["id"] for rule in found["passes"]}, view.__name__
        grave += [
            f"{view.__name__}: {rule['id']}: {rule['help']}\n{node['html'][:200]}\n{node['failureSummary'][:300]}"
            for rule in found["violations"]
            if rule["impact"] in GRAVE
            for node in rule["nodes"]
        ]
    assert not grave, "\n".join(grave)
