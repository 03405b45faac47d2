"""Tables in a browser: a grid of many rows, found, ordered, copied and exported as they are shown."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import PATIENT, keep, row_of
from tests.fixtures.lab import Lab

ROWS = 200_000


def story(lab: Lab, dataset: str, rows: int = ROWS) -> None:
    """Commit a table of many rows: a key, texts with repeats and nulls, numbers, days."""
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
    data = page.get_by_role("region", name=f"Rows of {dataset}")
    expect(data.get_by_role("application", name="Rows")).to_be_visible()
    return data


def active(data: Locator) -> Locator:
    """What is said of the active cell to those who do not see it."""
    return data.locator(".jp-dsa-live")


def grid_of(data: Locator) -> Locator:
    return data.get_by_role("application", name="Rows")


def test_rows_are_shown_found_and_ordered(lab: Lab, page: Page) -> None:
    story(lab, "orders")
    data = opened(lab, page, "orders")
    expect(data.get_by_text("200,000 rows")).to_be_visible()
    grid = grid_of(data)
    grid.focus()
    expect(active(data)).to_have_text("id, row 1: 0")
    page.wait_for_timeout(1500)
    keep(page, lab.server.folder, "data")
    page.keyboard.press("Control+End")
    expect(active(data)).to_have_text("note, row 200,000: Order 199999 of a customer")
    data.get_by_role("textbox", name="Go to row").fill("123,456")
    page.keyboard.press("Enter")
    expect(active(data)).to_have_text("note, row 123,456: Order 123455 of a customer")
    keep(page, lab.server.folder, "data-jumped")

    where = data.get_by_role("searchbox", name="Show rows where")
    where.fill("citty = 'Ulm'")
    page.keyboard.press("Enter")
    expect(data.get_by_role("alert")).to_contain_text("citty")
    keep(page, lab.server.folder, "data-refused")
    where.fill("city = 'Ulm'")
    page.keyboard.press("Enter")
    expect(data.get_by_text(re.compile("of 200,000 rows"))).to_be_visible()
    keep(page, lab.server.folder, "data-filtered")
