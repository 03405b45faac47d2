"""Tables in a browser: a grid of many rows, found, ordered, copied and exported as they are shown."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import keep, reload, row_of
from tests.fixtures.lab import PATIENT, Lab

ROWS = 60_000


def story(lab: Lab, dataset: str, rows: int) -> None:
    """Commit a table: a key, texts with repeats and nulls, numbers, days."""
    ids = np.arange(rows)
    city = pd.Series(np.array(["Ulm", "Bonn", "Kiel", "Jena"])[ids % 4])
    frame = pd.DataFrame(
        {
            "id": ids,
            "city": city.mask(ids % 10 == 3),
            "price": (ids * 7919 % 100_003) / 100,
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(ids % 365, unit="D"),
            "note": [f"Order {i} of a customer" for i in ids],
        }
    )
    lab.workbench.commit(frame, dataset, key=["id"], message="First")


def opened(lab: Lab, page: Page, dataset: str) -> Locator:
    """Open the table by two clicks on its row in the panel."""
    expect.set_options(timeout=PATIENT)
    lab.show(page)
    row_of(page, f"Dataset {dataset}").click()
    row_of(page, "Table data").dblclick()
    data = page.get_by_role("region", name=f"Rows of {dataset}", exact=True)
    expect(grid_of(data)).to_be_focused()
    return data


def grid_of(data: Locator) -> Locator:
    return data.get_by_role("application", name="Rows")


def active(data: Locator) -> Locator:
    """What is said of the active cell to those who do not see it."""
    return data.locator(".jp-dsa-live")


def header(data: Locator, x: int, button: str = "left") -> None:
    """Click the header that is so many pixels from the left."""
    grid_of(data).click(position={"x": x, "y": 20}, button="right" if button == "right" else "left")


def choose(page: Page, command: str) -> None:
    page.get_by_role("menuitem", name=command, exact=True).click()


def darken(page: Page) -> None:
    """Choose the dark theme out of the command palette."""
    page.keyboard.press("Control+Shift+c")
    page.get_by_role("textbox", name="SEARCH").fill("Use Theme: JupyterLab Dark")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false")


def test_rows_are_found_and_ordered(lab: Lab, page: Page) -> None:
    story(lab, "orders", ROWS)
    data = opened(lab, page, "orders")
    expect(data.get_by_text("60,000 rows", exact=True)).to_be_visible()
    grid_of(data).focus()
    expect(active(data)).to_have_text("id, row 1: 0")
    page.keyboard.press("Control+End")
    expect(active(data)).to_have_text("note, row 60,000: Order 59999 of a customer")
    data.get_by_role("textbox", name="Go to row").fill("54,321")
    page.keyboard.press("Enter")
    expect(active(data)).to_have_text("note, row 54,321: Order 54320 of a customer")
    page.keyboard.press("Home")
    expect(active(data)).to_have_text("id, row 54,321: 54320")

    # The profile is drawn on the canvas; the tooltip of a header tells it in words.
    grid_of(data).hover(position={"x": 180, "y": 20})
    expect(grid_of(data)).to_have_attribute("title", re.compile(r"city · string\n6,000 of 60,000 are null"))
    keep(page, lab.server.folder, "data")

    where = data.get_by_role("searchbox", name="Show rows where")
    where.fill("citty = 'Ulm'")
    page.keyboard.press("Enter")
    expect(data.get_by_role("alert").first).to_contain_text('"citty" not found')
    expect(where).to_have_attribute("aria-invalid", "true")
    expect(active(data)).to_have_text("id, row 54,321: 54320")
    keep(page, lab.server.folder, "data-refused")
    where.fill("city = 'Ulm' and price > 900")
    page.keyboard.press("Enter")
    expect(data.get_by_text("1,502 of 60,000 rows")).to_be_visible()
    expect(where).to_have_attribute("aria-invalid", "false")
    expect(active(data)).to_have_text("id, row 1: 12")
    header(data, 240)
    header(data, 240)
    expect(active(data)).to_have_text("id, row 1: 58052")
    grid_of(data).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(active(data)).to_have_text("price, row 1: 1000")

    # The same by keys, from the menu of the cell.
    page.keyboard.press("Shift+F10")
    choose(page, "Show Only Rows with This Value")
    expect(where).to_have_value("(city = 'Ulm' and price > 900) and \"price\" = 1000")
    where.fill("id < 0")
    page.keyboard.press("Enter")
    data.get_by_role("button", name="Show all rows").click()
    expect(data.get_by_text("60,000 rows", exact=True)).to_be_visible()


def test_columns_are_frozen_hidden_copied_and_exported(lab: Lab, page: Page, tmp_path: Path) -> None:
    story(lab, "columns", 1_000)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    data = opened(lab, page, "columns")
    header(data, 180, "right")
    choose(page, "Hide Column")
    expect(data.get_by_role("button", name="Columns (4 of 5)")).to_be_visible()
    grid_of(data).focus()
    page.keyboard.press("Control+Home")
    expect(active(data)).to_have_text("id, row 1: 0")
    page.keyboard.press("Shift+F10")
    choose(page, "Freeze Columns up to This One")
    page.keyboard.press("Control+Home")
    expect(active(data)).to_have_text("price, row 1: 0")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect(active(data)).to_have_text("2 × 2 cells selected")
    page.keyboard.press("Control+c")
    expect(active(data)).to_have_text("4 cells copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "0\t2026-01-01 00:00:00\n79.19\t2026-01-02 00:00:00"
    page.keyboard.press("Shift+F10")
    choose(page, "Copy Cells with Column Names")
    expect(active(data)).to_have_text("4 cells copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"price\tday\n{copied}"

    where = data.get_by_role("searchbox", name="Show rows where")
    where.fill("id in (3, 7, 5)")
    page.keyboard.press("Enter")
    expect(data.get_by_text("3 of 1,000 rows")).to_be_visible()
    grid_of(data).focus()
    page.keyboard.press("Shift+F10")
    choose(page, "Sort Rows Descending")
    expect(active(data)).to_have_text("price, row 1: 554.33")
    data.get_by_role("button", name="Export").click()
    with page.expect_download() as saved:
        data.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "columns.csv"
    saved.value.save_as(tmp_path / "columns.csv")
    exported = pd.read_csv(tmp_path / "columns.csv")
    assert list(exported.columns) == ["id", "price", "day", "note"]
    assert exported.id.to_list() == [7, 5, 3]

    data.get_by_role("button", name="Columns (4 of 5)").click()
    data.get_by_role("checkbox", name="city").check()
    data.get_by_role("button", name="Keep the columns up to city at the left").click()
    keep(page, lab.server.folder, "data-columns")
    darken(page)
    keep(page, lab.server.folder, "data-columns-dark")
    data.get_by_role("button", name="Columns").click()
    expect(data.get_by_role("checkbox", name="city")).to_be_checked()
    page.keyboard.press("Escape")
    expect(data.get_by_role("button", name="Columns")).to_be_focused()


def test_documents_come_back_and_tell_that_their_branch_has_moved(lab: Lab, page: Page) -> None:
    story(lab, "moved", 100)
    lab.workbench.tag("moved", "v1")
    data = opened(lab, page, "moved")
    where = data.get_by_role("searchbox", name="Show rows where")
    where.fill("id < 50")
    page.keyboard.press("Enter")
    expect(data.get_by_text("50 of 100 rows")).to_be_visible()
    header(data, 240)
    row_of(page, "tag v1").click(button="right")
    choose(page, "Open Data")
    tagged = page.get_by_role("region", name="Rows of moved@v1")
    expect(tagged.get_by_text("100 rows")).to_be_visible()
    row_of(page, "Table data").focus()
    page.keyboard.press("Enter")
    expect(where).to_be_visible()
    expect(page.get_by_role("tab", name="moved", exact=True)).to_have_count(1)
    reload(page)
    expect(data.get_by_text("50 of 100 rows")).to_be_visible()
    expect(where).to_have_value("id < 50")
    expect(page.get_by_role("tab", name="moved@v1")).to_be_visible()

    lab.workbench.commit(pd.DataFrame({"id": [1], "price": [2.5]}), "moved", message="Elsewhere")
    moved = data.get_by_role("status").filter(has_text="main has 1 newer commit")
    expect(moved).to_be_visible()
    keep(page, lab.server.folder, "data-moved")
    moved.get_by_role("button", name="Show newest").click()
    expect(data.get_by_text("1 of 1 rows")).to_be_visible()
    grid_of(data).focus()
    page.keyboard.press("Control+End")
    expect(active(data)).to_have_text("price, row 1: 2.5")
