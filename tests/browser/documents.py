"""How tests open documents: by the menu of a row of the panel."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.fixtures.waiting import until


def row_of(page: Page, name: str) -> Locator:
    """Find a row of the panel."""
    panel = page.get_by_role("region", name="DSA Workbench")
    return panel.get_by_role("treeitem", name=re.compile(name))


def from_menu(page: Page, row: str, command: str) -> None:
    """Choose a command in the menu of a row."""
    row_of(page, row).click(button="right")
    page.get_by_role("menuitem", name=command, exact=True).click()


def reload(page: Page) -> None:
    """Load the page again as a user would, once JupyterLab has written down what stands open."""
    page.wait_for_timeout(2_500)
    page.goto(re.sub(r"[?&]reset", "", page.url).split("?")[0])
    page.locator("#jupyterlab-splash").wait_for(state="detached")


def keep(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of the main area beside the log of the server."""
    expect(page.locator("#jupyterlab-splash")).to_have_count(0)
    page.locator("#jp-main-dock-panel").screenshot(path=folder / f"{name}.png")


def close_menu(page: Page) -> None:
    """Close the menu that is open: JupyterLab's launcher takes the focus from it when it comes up late."""
    menu = page.locator(".lm-Menu")

    def is_closed() -> bool:
        if menu.count():
            menu.last.press("Escape")
        return menu.count() == 0

    until(is_closed)
