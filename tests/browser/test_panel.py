"""The panel in a browser, against a real server and a real store."""

from __future__ import annotations

import re

import pandas as pd
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import close_menu
from tests.fixtures.lab import Lab


def commit(lab: Lab, dataset: str, rows: int, message: str) -> None:
    frame = pd.DataFrame({"id": range(rows), "city": ["Ulm"] * rows})
    lab.workbench.commit(frame, dataset, key=["id"], message=message)


def item(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("treeitem", name=re.compile(name))


def choose(panel: Locator, row: Locator, command: str) -> None:
    row.click(button="right")
    panel.page.get_by_role("menuitem", name=command).click()


def answer(page: Page, text: str | None, button: str) -> None:
    dialog = page.get_by_role("dialog")
    if text is not None:
        dialog.get_by_role("textbox").fill(text)
    dialog.get_by_role("button", name=button).click()


def test_a_dataset_opens_to_its_refs_tables_and_history(lab: Lab, panel: Locator) -> None:
    commit(lab, "opened", 12_000, "First")
    commit(lab, "opened", 11_000, "Second")
    item(panel, "Dataset opened").click()
    expect(item(panel, "branch main, shown")).to_be_visible()
    expect(item(panel, "Table data, 11,000 rows")).to_be_visible()
    expect(item(panel, "Commit Second, 0 added, 1,000 removed, 0 changed, ann")).to_contain_text("−1,000")
    expect(item(panel, "Commit First")).to_be_visible()


def test_what_is_committed_elsewhere_is_shown_by_itself(lab: Lab, panel: Locator) -> None:
    commit(lab, "elsewhere", 1, "First")
    item(panel, "Dataset elsewhere").click()
    expect(item(panel, "Commit First")).to_be_visible()
    commit(lab, "elsewhere", 2, "From a notebook")
    expect(item(panel, "Commit From a notebook, 1 added")).to_be_visible()


def test_branches_are_made_protected_and_deleted(lab: Lab, panel: Locator) -> None:
    commit(lab, "branched", 1, "First")
    item(panel, "Dataset branched").click()
    choose(panel, item(panel, "branch main"), "New Branch Here")
    answer(panel.page, "dev", "Make")
    expect(item(panel, "branch dev, shown")).to_be_visible()
    choose(panel, item(panel, "branch dev"), "Protect")
    expect(item(panel, "branch dev, shown, protected")).to_be_visible()
    choose(panel, item(panel, "branch dev"), "Delete Branch")
    answer(panel.page, None, "Delete")
    expect(panel.page.get_by_role("dialog")).to_contain_text("protected")
    panel.page.keyboard.press("Escape")
    choose(panel, item(panel, "branch dev"), "Lift the Protection")
    expect(item(panel, "branch dev, shown$")).to_be_visible()
    choose(panel, item(panel, "branch dev"), "Delete Branch")
    answer(panel.page, None, "Delete")
    expect(item(panel, "branch dev")).to_have_count(0)
    assert [ref["name"] for ref in lab.server.get("datasets/branched/refs").json()["items"]] == ["main"]


def test_a_dataset_is_deleted_and_brought_back(lab: Lab, panel: Locator) -> None:
    commit(lab, "deleted", 1, "First")
    choose(panel, item(panel, "Dataset deleted"), "Delete Dataset")
    answer(panel.page, None, "Delete")
    expect(item(panel, "Dataset deleted")).to_have_count(0)
    panel.get_by_role("checkbox", name="Deleted").check()
    choose(panel, item(panel, "Dataset deleted"), "Restore Dataset")
    panel.get_by_role("checkbox", name="Deleted").uncheck()
    expect(item(panel, "Dataset deleted")).to_be_visible()


def test_thousands_are_found_and_walked_by_keys(lab: Lab, panel: Locator) -> None:
    for number in range(130):
        lab.server.ask("POST", "datasets", {"name": f"many-{number:03}"})
    panel.get_by_role("searchbox", name="Search datasets").fill("many")
    expect(panel.get_by_text("130 datasets")).to_be_visible()
    expect(item(panel, "Dataset many-000")).to_be_visible()
    assert panel.get_by_role("treeitem").count() < 100
    item(panel, "Dataset many-000").focus()
    panel.page.keyboard.press("ArrowDown")
    expect(item(panel, "Dataset many-001")).to_be_focused()
    panel.page.keyboard.press("ArrowRight")
    expect(item(panel, "Dataset many-001")).to_have_attribute("aria-expanded", "true")
    expect(panel.get_by_text("Nothing is committed yet.")).to_be_visible()
    panel.page.keyboard.press("End")
    panel.page.keyboard.press("End")
    expect(panel.get_by_role("treeitem").last).to_be_in_viewport()
    panel.get_by_role("searchbox", name="Search datasets").fill("no such")
    expect(panel.get_by_text("Nothing matches “no such”")).to_be_visible()


def test_a_job_that_failed_says_why_and_shows_its_log(lab: Lab, panel: Locator) -> None:
    path = "datasets/failing/refs/main/uploads?name=bad.csv&key=nope"
    kind = {"Prefer": "respond-async", "Content_Type": "text/csv"}
    assert lab.server.ask("PUT", path, b"id,city\n1,Ulm\n", **kind).status == 202
    row = panel.get_by_role("listitem").filter(has_text="Import bad.csv into failing@main")
    expect(row).to_contain_text("there is no column 'nope'")
    row.get_by_role("button", name="Log of job").click()
    expect(row.locator("pre")).to_contain_text("nope")
    row.get_by_role("button", name="again").click()
    expect(panel.get_by_role("listitem").filter(has_text="Import bad.csv")).to_have_count(2)


def test_a_job_that_runs_is_cancelled_and_done_again(lab: Lab, panel: Locator) -> None:
    path = "datasets/cancelled/refs/main/uploads?name=long.csv&key=id"
    rows = b"id,city\n" + b"".join(b"%d,Ulm\n" % number for number in range(300_000))
    kind = {"Prefer": "respond-async", "Content_Type": "text/csv"}
    jobs = panel.get_by_role("listitem").filter(has_text="Import long.csv into cancelled@main")
    with lab.workbench.store.database.transaction() as connection:
        # Nobody can store a segment meanwhile, so that the job is at work for as long as it is looked at.
        connection.execute(sa.text("LOCK TABLE dsa.segments IN EXCLUSIVE MODE"))
        assert lab.server.ask("PUT", path, rows, **kind).status == 202
        expect(jobs).to_have_attribute("data-dsa-state", "running")
        jobs.get_by_role("button", name="Cancel job").click()
        expect(jobs).to_contain_text("Cancelling…")
        expect(jobs.get_by_role("button", name="Cancel job")).to_have_count(0)
    expect(jobs).to_have_attribute("data-dsa-state", "cancelled")
    expect(jobs).to_contain_text("Cancelled")
    assert lab.server.get("datasets/cancelled").status == 404
    jobs.get_by_role("button", name="again").click()
    expect(jobs).to_have_count(2)
    expect(jobs.first).to_have_attribute("data-dsa-state", "succeeded")
    expect(jobs.last).to_have_attribute("data-dsa-state", "cancelled")
    expect(item(panel, "Dataset cancelled")).to_be_visible()


def test_what_datasets_and_the_store_take_is_told(lab: Lab, panel: Locator) -> None:
    commit(lab, "bytes", 50_000, "First")
    item(panel, "Dataset bytes").click()
    row = item(panel, "Storage")
    expect(row).to_have_accessible_name(re.compile(r"^Storage: [0-9.]+ \w+ for 1 version\. .*counted once"))
    first = row.inner_text()
    lab.workbench.commit(pd.DataFrame({"id": range(50_000), "city": ["Bonn"] * 50_000}), "bytes", message="Second")
    expect(row).to_contain_text("for 2 versions")
    assert row.inner_text() != first
    expect(panel.get_by_text(re.compile("^Store [0-9.,]+ [kMG]B$"))).to_be_visible()
    expect(panel.get_by_text("may administer")).to_be_visible()


def test_a_first_version_has_no_changes_to_show(lab: Lab, panel: Locator) -> None:
    commit(lab, "first", 3, "First")
    choose(panel, item(panel, "Dataset first"), "Show Changes")
    expect(panel.page.get_by_role("dialog")).to_contain_text("first@main is the first version")
    panel.page.keyboard.press("Escape")
    item(panel, "Dataset first").click()
    expect(item(panel, "Commit First")).to_be_visible()
    for row in ("Dataset first", "branch main", "Table data", "Commit First"):
        item(panel, row).click(button="right")
        entry = panel.page.get_by_role("menuitem", name="Show Changes")
        expect(entry).to_have_attribute("aria-disabled", "true")
        close_menu(panel.page)
