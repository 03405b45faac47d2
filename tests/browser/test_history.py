"""Histories in a browser: a graph with a merge, two commits compared, a branch that moves meanwhile."""

from __future__ import annotations

import re

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.documents import from_menu, keep, reload, row_of
from tests.fixtures.lab import PATIENT, Lab


def story(lab: Lab, dataset: str) -> None:
    """Commit, branch, commit on both sides, merge."""
    frame = pd.DataFrame({"id": range(4), "city": ["Ulm"] * 4})
    wb = lab.workbench
    wb.commit(frame, dataset, key=["id"], message="First")
    wb.branch(dataset, "dev")
    wb.commit(frame.assign(city=["Ulm", "Ulm", "Ulm", "Bonn"]), dataset, ref="dev", message="Bonn on dev")
    wb.commit(frame.assign(city=["Kiel", "Ulm", "Ulm", "Ulm"]), dataset, message="Kiel on main")
    assert wb.merge(f"{dataset}@dev", dataset, message="Merge dev")


def opened(lab: Lab, page: Page, dataset: str) -> Locator:
    expect.set_options(timeout=PATIENT)
    lab.show(page)
    from_menu(page, f"Dataset {dataset}", "Show History")
    return page.get_by_role("region", name=f"History of {dataset}")


def commit(history: Locator, name: str) -> Locator:
    return history.get_by_role("option", name=re.compile(f"^{name}"))


def test_a_merge_is_a_graph_and_two_commits_are_compared(lab: Lab, page: Page) -> None:
    story(lab, "graph")
    history = opened(lab, page, "graph")
    expect(history.locator("[data-dsa-commit]")).to_have_count(4)
    expect(commit(history, "Merge dev, merge, 0 added, 0 removed, 1 changed, ann")).to_be_visible()
    # From the merge two lines go down; the first commit is where both arrive.
    expect(commit(history, "Merge dev").locator("path")).to_have_count(2)
    expect(commit(history, "First").locator("path")).to_have_count(2)
    expect(commit(history, "Bonn on dev")).to_contain_text("dev")

    commit(history, "Kiel on main").click()
    details = history.get_by_role("region", name="Commit")
    ids = {c.title: c.id for c in [*lab.workbench.log("graph"), *lab.workbench.log("graph@dev")]}
    expect(details).to_contain_text(ids["Kiel on main"])
    expect(details).to_contain_text("~1")
    keep(page, lab.server.folder, "history")
    commit(history, "First").click(modifiers=["Control"])
    history.get_by_role("region", name="Two commits").get_by_role("button", name="Compare").click()
    diff = page.get_by_role("region", name=f"Diff of graph: {ids['First'][:10]} → {ids['Kiel on main'][:10]}")
    expect(diff.get_by_role("button", name="~1 changed")).to_be_visible()


def test_a_history_follows_what_moves_and_comes_back_after_a_reload(lab: Lab, page: Page) -> None:
    story(lab, "followed")
    history = opened(lab, page, "followed")
    expect(commit(history, "Merge dev")).to_be_visible()
    lab.workbench.commit(pd.DataFrame({"id": [9], "city": ["Rom"]}), "followed", message="From a notebook")
    expect(commit(history, "From a notebook, 1 added, 4 removed")).to_be_visible()
    history.get_by_role("combobox", name="History of").select_option("dev")
    expect(history.locator("[data-dsa-commit]")).to_have_count(2)
    from_menu(page, "Dataset followed", "Show History")
    expect(page.get_by_role("tab", name="History of followed")).to_have_count(1)
    reload(page)
    expect(history.locator("[data-dsa-commit]")).to_have_count(2)
    expect(history.get_by_role("combobox", name="History of")).to_have_value("dev")


def test_a_branch_is_made_at_a_commit_by_keys_and_buttons(lab: Lab, page: Page) -> None:
    story(lab, "branching")
    history = opened(lab, page, "branching")
    expect(commit(history, "Merge dev")).to_be_visible()
    history.get_by_role("listbox").focus()
    page.keyboard.press("End")
    expect(commit(history, "First")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Shift+Home")
    expect(history.get_by_role("region", name="Two commits")).to_contain_text("Merge dev")
    page.keyboard.press("End")
    history.get_by_role("button", name="New branch here").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("again")
    dialog.get_by_role("button", name="Make").click()
    expect(commit(history, "First")).to_contain_text("again")
    expect(row_of(page, "branch again")).to_be_visible()
