"""Queries in a browser: written with help, run, corrected, saved, and there again after a reload."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import from_menu, keep, reload
from tests.fixtures.lab import PATIENT, Lab

GROWN = """select n.city, sum(n.qty - o.qty) as grown
from sales@main n join sales@v1 o using (id)
group by n.city order by n.city"""


@pytest.fixture
def query(lab: Lab, page: Page) -> Locator:
    """Give a query that was opened on a dataset."""
    expect.set_options(timeout=PATIENT)
    frame = pd.DataFrame({"id": range(3000), "city": ["Ulm", "Bonn"] * 1500, "qty": [1, 2] * 1500})
    if "sales" not in {found.name for found in lab.workbench.datasets()}:
        lab.workbench.commit(frame, "sales", key=["id"], message="First")
        lab.workbench.tag("sales", "v1")
        lab.workbench.commit(frame.assign(qty=frame.qty + 2), "sales", message="Second")
    lab.show(page)
    from_menu(page, "Dataset sales", "Query in SQL")
    found = page.get_by_role("region", name="Query", exact=True)
    expect(editor(found)).to_be_focused()
    return found


def editor(query: Locator) -> Locator:
    return query.get_by_role("textbox", name="Query in SQL")


def write(query: Locator, text: str) -> None:
    """Type over what is there; lists of completions are closed."""
    editor(query).focus()
    query.page.keyboard.press("Control+A")
    query.page.keyboard.insert_text(text)


def told(query: Locator) -> Locator:
    return query.get_by_role("status")


def test_a_query_is_run_corrected_and_put_into_a_cell(lab: Lab, query: Locator) -> None:
    page = query.page
    expect(editor(query)).to_contain_text("from sales")
    page.keyboard.press("Shift+Enter")
    expect(told(query)).to_contain_text("100 rows")
    write(query, GROWN.replace("n.qty", "n.qyt"))
    page.keyboard.press("Control+Enter")
    expect(query.get_by_role("alert")).to_contain_text("qyt")
    expect(query.locator(".jp-dsa-query-fault")).to_contain_text("n.qyt")
    write(query, GROWN)
    page.keyboard.press("Control+Enter")
    expect(told(query)).to_contain_text("2 rows")
    expect(told(query)).to_contain_text("sales@v1 is")
    expect(query.get_by_role("alert")).to_have_count(0)
    expect(query.get_by_role("application", name="Result of the query")).to_be_visible()
    keep(page, lab.server.folder, "query")
    with page.expect_download() as saved:
        query.get_by_role("combobox", name="Download the result").select_option("csv")
    assert saved.value.suggested_filename == "query.csv"
    assert saved.value.path().read_text() == "city,grown\nBonn,3000\nUlm,3000\n"
    query.get_by_role("button", name="Insert as a Cell").click()
    page.get_by_role("dialog").get_by_role("button", name="New Notebook").click()
    expect(page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(1)).to_contain_text("%%dsa sql")


def test_names_are_offered_and_the_rows_have_a_limit(query: Locator) -> None:
    page = query.page
    write(query, "")
    page.keyboard.type("select * from sal", delay=20)
    offered = page.get_by_role("listbox", name="Completions").get_by_role("option")
    expect(offered.first).to_contain_text("sales")
    page.wait_for_timeout(300)  # what was just offered is not taken by a key that was meant for something else
    page.keyboard.press("Tab")
    page.keyboard.type("@", delay=20)
    expect(offered.filter(has_text="sales@v1")).to_contain_text("tag")
    expect(offered.first).to_contain_text("sales@main")
    page.keyboard.press("Escape")
    write(query, "select  from sales@main")
    for _ in range(16):
        page.keyboard.press("ArrowLeft")
    page.keyboard.type("qt", delay=20)
    expect(offered.first).to_contain_text("qty")
    offered.first.click()
    expect(editor(query)).to_have_text("select qty from sales@main")
    query.get_by_role("combobox", name="Rows at most").select_option("1000")
    query.get_by_role("button", name="Run").click()
    expect(told(query)).to_contain_text("The first 1,000 rows; there are more")


def test_a_query_is_stopped_and_comes_back_after_a_reload(query: Locator) -> None:
    page = query.page
    write(query, "select sum(sin(a.range)) from range(1000000000) a, range(1000000000) b")
    page.keyboard.press("Shift+Enter")
    query.get_by_role("button", name="Stop").click()
    expect(query.get_by_role("button", name="Run")).to_be_visible()
    write(query, "select 7 as seven")
    reload(page)
    expect(editor(query)).to_have_text("select 7 as seven")
    history = query.get_by_role("combobox", name="Queries that were run")
    history.select_option(index=1)
    expect(editor(query)).to_contain_text("sum(sin(a.range))")
