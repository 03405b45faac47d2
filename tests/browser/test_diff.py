"""Diffs in a browser: counts, filters, the way from change to change, words that changed, files."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import from_menu, keep, reload
from tests.fixtures.lab import PATIENT, Lab

NOTE = "Delivered to the back door, as the customer had asked for in his letter."


def story(lab: Lab, dataset: str, rows: int = 2_000) -> None:
    """Commit a table, then another version: ten rows changed, one added, one removed, a column dropped."""
    frame = pd.DataFrame(
        {"id": range(rows), "city": ["Ulm"] * rows, "note": [NOTE] * rows, "same": [1.5] * rows, "gone": range(rows)}
    )
    lab.workbench.commit(frame, dataset, key=["id"], message="First")
    frame.loc[[rows // 2], "note"] = NOTE.replace("back", "front")
    frame.loc[range(0, rows, rows // 10), "city"] = "Bonn"
    frame = pd.concat([frame.drop(index=[rows - 1]), frame.tail(1).assign(id=rows)]).drop(columns=["gone"])
    lab.workbench.commit(frame, dataset, message="Second")


def opened(lab: Lab, page: Page, dataset: str) -> Locator:
    expect.set_options(timeout=PATIENT)
    lab.show(page)
    from_menu(page, f"Dataset {dataset}", "Show Changes")
    return page.get_by_role("region", name=re.compile(f"Diff of {dataset}"))


def active(diff: Locator) -> Locator:
    """What is said of the active cell to those who do not see it."""
    return diff.locator(".jp-dsa-live")


def test_counts_filters_and_the_way_from_change_to_change(lab: Lab, page: Page) -> None:
    story(lab, "changes")
    diff = opened(lab, page, "changes")
    for kind in ("+1 added", "−1 removed", "~10 changed"):
        expect(diff.get_by_role("button", name=kind)).to_have_attribute("aria-pressed", "true")
    expect(diff.get_by_text("1,989 unchanged")).to_be_visible()
    expect(diff.get_by_role("list", name="Notes")).to_contain_text("Column gone dropped")
    expect(diff.get_by_role("list", name="Notes")).to_contain_text("paired by the key id")
    expect(diff.get_by_role("button", name="city: 10 changed cells, 0.5% of the rows")).to_be_visible()

    grid = diff.get_by_role("application", name="Changed rows")
    grid.click(position={"x": 300, "y": 50})
    page.keyboard.press("Control+Home")
    expect(active(diff)).to_have_text("city, row 1: Ulm → Bonn")
    page.keyboard.press("n")
    expect(active(diff)).to_have_text("city, row 2: Ulm → Bonn")
    page.keyboard.press("Shift+F7")
    expect(active(diff)).to_have_text("city, row 1: Ulm → Bonn")
    page.keyboard.press("F7")
    expect(active(diff)).to_have_text("city, row 2: Ulm → Bonn")
    keep(page, lab.server.folder, "diff")

    diff.get_by_role("button", name=re.compile("^note:")).click()
    expect(diff.get_by_text("1 row is shown below")).to_be_visible()
    grid.click(position={"x": 300, "y": 50})
    page.keyboard.press("Control+Home")
    page.keyboard.press("n")
    detail = diff.get_by_role("region", name="The active cell")
    expect(detail.locator("del")).to_have_text("back")
    expect(detail.locator("ins")).to_have_text("front")
    diff.get_by_role("button", name="Show all changed rows").click()
    expect(diff.get_by_text("shown below")).to_have_count(0)

    diff.get_by_role("button", name="~10 changed").click()
    expect(diff.get_by_text("2 rows are shown below")).to_be_visible()
    diff.get_by_role("button", name="+1 added").click()
    expect(diff.get_by_text("1 row is shown below")).to_be_visible()
    grid.click(position={"x": 300, "y": 50})
    page.keyboard.press("Control+Home")
    expect(active(diff)).to_contain_text("Ulm")
    page.keyboard.press("Control+End")
    expect(active(diff)).to_contain_text("row 1:")


def test_sides_hidden_columns_other_versions_and_a_head_that_moves(lab: Lab, page: Page) -> None:
    story(lab, "sides", 20)
    diff = opened(lab, page, "sides")
    grid = diff.get_by_role("application", name="Changed rows")
    diff.get_by_label("How rows are shown").select_option("sides")
    diff.get_by_label("Hide unchanged columns").check()
    grid.click(position={"x": 300, "y": 50})
    page.keyboard.press("Control+Home")
    page.keyboard.press("n")
    expect(active(diff)).to_have_text("city (new), row 1: Bonn")
    page.keyboard.press("ArrowLeft")
    expect(active(diff)).to_have_text("city (old), row 1: Ulm")
    page.keyboard.press("End")
    expect(active(diff)).to_contain_text("gone (new)")
    keep(page, lab.server.folder, "sides")

    diff.get_by_role("button", name="Swap the versions").click()
    swapped = page.get_by_role("region", name="Diff of sides: main → main~1")
    expect(swapped.get_by_role("list", name="Notes")).to_contain_text("Column gone added")
    lab.workbench.branch("sides", "dev")
    lab.workbench.commit(pd.DataFrame({"id": [1], "city": ["x"], "note": ["y"], "same": [1.0]}), "sides")
    swapped.get_by_role("status").filter(has_text="Moved since this was compared: main.").get_by_role("button").click()
    expect(swapped.get_by_role("button", name="+19 added")).to_be_visible()
    reload(page)
    expect(swapped.get_by_role("button", name="+19 added")).to_be_visible()


def test_a_diff_is_downloaded_as_the_server_gives_it(lab: Lab, page: Page, tmp_path: Path) -> None:
    story(lab, "files", 20)
    diff = opened(lab, page, "files")
    expect(diff.get_by_role("button", name="~10 changed")).to_be_visible()
    with page.expect_download() as downloading:
        diff.get_by_label("Download the diff").select_option("csv")
    downloading.value.save_as(tmp_path / "saved.csv")
    log = lab.workbench.log("files")
    lab.workbench.diff(f"files@{log[1].id}", f"files@{log[0].id}").export(tmp_path / "expected.csv")
    assert (tmp_path / "saved.csv").read_bytes() == (tmp_path / "expected.csv").read_bytes()
    assert downloading.value.suggested_filename.endswith(".csv")
