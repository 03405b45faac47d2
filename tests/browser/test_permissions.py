"""The panel of a server whose authorizer lets people look and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect
from tests.browser.documents import close_menu, row_of
from tests.fixtures.lab import Lab, running_lab

CONFIG = """
from jupyter_server.auth.authorizer import Authorizer

class Looking(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return not resource.startswith("dsa_workbench:") or (action == "read" and resource != "dsa_workbench:query")

c.ServerApp.authorizer_class = Looking
"""
REFUSED = {
    "Dataset held": ["Import Files…", "New Branch Here…", "Describe Dataset…", "Delete Dataset…", "Query in SQL"],
    "branch main": ["New Tag Here…", "Protect", "Delete Branch…"],
}
ALLOWED = ["Open Data", "Show Changes", "Show History", "Copy Name for Code"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Lab]:
    """Give a JupyterLab in which nobody may write."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "config").mkdir()
    (folder / "config" / "jupyter_server_config.py").write_text(CONFIG)
    with (
        running_lab(folder) as server,
        connect(settings=Settings(data_dir=folder / "store"), actor="ann") as workbench,
    ):
        yield Lab(server, workbench)


def entry(page: Page, name: str) -> Locator:
    return page.get_by_role("menuitem", name=re.compile(f"^{re.escape(name)}"))


def test_what_is_not_permitted_is_disabled_and_says_so(lab: Lab, panel: Locator, tmp_path: Path) -> None:
    page = panel.page
    lab.workbench.commit(pd.DataFrame({"id": [1, 2]}), "held", key=["id"])
    lab.workbench.commit(pd.DataFrame({"id": [1, 2, 3]}), "held")
    (tmp_path / "bad.csv").write_text("id\n1\n")
    job = lab.workbench.submit_import(tmp_path / "bad.csv", "bad", key=["nope"])
    row_of(page, "Dataset held").click()
    expect(row_of(page, "branch main")).to_be_visible()
    account = panel.get_by_role("note").filter(has_text="ann")
    expect(account).to_have_text("ann may read")
    expect(account).to_have_attribute("title", re.compile("Not permitted: .*import files"))
    for row, names in REFUSED.items():
        row_of(page, row).click(button="right")
        for name in names:
            expect(entry(page, name)).to_have_attribute("aria-disabled", "true")
            expect(entry(page, name)).to_contain_text("(not permitted)")
        for name in ALLOWED:
            expect(entry(page, name)).not_to_have_attribute("aria-disabled", "true")
            expect(entry(page, name)).not_to_contain_text("not permitted")
        page.screenshot(path=lab.server.folder / f"menu-{row.split()[0]}.png")
        close_menu(page)
    button = panel.get_by_role("button", name=re.compile("make, describe, delete or restore datasets"))
    expect(button).to_be_disabled()
    again = panel.get_by_role("button", name=f"Do job {job.id} again")
    expect(again).to_be_disabled()
    expect(again).to_have_attribute("title", "This server does not permit you to cancel or repeat jobs.")


def test_files_that_are_dropped_are_refused_at_once(lab: Lab, panel: Locator) -> None:
    expect(panel.get_by_role("note").filter(has_text="may read")).to_be_visible()
    transfer = panel.page.evaluate_handle(
        "() => { const t = new DataTransfer(); t.items.add(new File(['id\\n1\\n'], 'a.csv')); return t; }"
    )
    panel.dispatch_event("dragover", {"dataTransfer": transfer})
    expect(panel.get_by_text("This server does not permit you to import files.")).to_be_visible()
    panel.dispatch_event("drop", {"dataTransfer": transfer})
    expect(panel.page.get_by_role("dialog")).to_have_count(0)
