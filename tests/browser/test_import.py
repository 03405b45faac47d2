"""Files brought into datasets from the browser, against a real server and a real store."""

from __future__ import annotations

import contextlib
import json
import re

import pandas as pd
from playwright.sync_api import Locator, Page, Route, expect

from tests.fixtures.lab import PATIENT, Lab
from tests.fixtures.waiting import until

FIRST = "id,city,qty\n1,Ulm,3\n2,Bonn,5\n3,Ulm,8\n"
NEXT = "id,city,qty\n1,Ulm,3\n2,Bonn,6\n4,Kiel,1\n"

_DROP = """(element, [files, kind]) => {
    const data = new DataTransfer();
    for (const [name, text] of files) data.items.add(new File([text], name));
    const { left, top, width, height } = element.getBoundingClientRect();
    const place = { clientX: left + width / 2, clientY: top + height / 2 };
    element.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true, ...place }));
}"""


def drop(target: Locator, **files: str) -> None:
    """Drop files from the desktop; `__` in a name stands for its dot."""
    named = [[name.replace("__", "."), text] for name, text in files.items()]
    for kind in ("dragenter", "dragover"):
        target.evaluate(_DROP, [named, kind])
    expect(target.page.locator(".jp-dsa-drop")).to_be_visible()
    target.evaluate(_DROP, [named, "drop"])
    expect(target.page.locator(".jp-dsa-drop")).to_be_hidden()


def item(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("treeitem", name=re.compile(name))


def dialog_of(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=f"Import {name}")


def press(dialog: Locator, name: str) -> None:
    dialog.get_by_role("button", name=name, exact=True).click()


def open_dataset(lab: Lab, panel: Locator, name: str) -> Locator:
    """Commit a first state by Python, and give the row of its branch."""
    frame = pd.DataFrame({"id": [1, 2, 3], "city": ["Ulm", "Bonn", "Ulm"], "qty": [3, 5, 8]})
    lab.workbench.commit(frame, name, key=["id"], message="March")
    item(panel, f"Dataset {name}").click()
    expect(item(panel, "branch main, shown")).to_be_visible()
    return item(panel, "branch main, shown")


def test_a_dropped_file_becomes_a_dataset_and_its_next_version_shows_what_changes(lab: Lab, panel: Locator) -> None:
    page = panel.page
    drop(panel.get_by_role("searchbox"), orders__csv=FIRST)
    dialog = dialog_of(page, "orders.csv")
    expect(dialog.get_by_label("Dataset")).to_have_value("orders")
    dialog.get_by_label("Dataset").fill("dropped")
    press(dialog, "Preview")
    expect(dialog).to_contain_text("+3 added")
    dialog.get_by_text("No key").click()
    dialog.get_by_role("button", name="id", exact=True).click()
    expect(dialog.get_by_text("Key: id")).to_be_visible()
    dialog.get_by_label("Message").fill("March")
    press(dialog, "Commit")
    expect(page.get_by_text(re.compile(r"dropped@main: committed [0-9a-f]{7}: \+3"))).to_be_visible()
    expect(dialog).to_have_count(0)
    [first] = lab.workbench.log("dropped")
    assert first.message == "March"

    drop(item(panel, "Dataset dropped"), april__csv=NEXT)
    dialog = dialog_of(page, "april.csv")
    for told in ("into dropped@main", "+1 added", "−1 removed", "~1 changed", "1 unchanged"):
        expect(dialog).to_contain_text(told)
    changed = dialog.get_by_role("row", name="changed 2 Bonn")
    expect(changed.locator("del")).to_have_text("5")
    expect(changed.locator("ins")).to_have_text("6")
    press(dialog, "Commit")
    expect(page.get_by_text(re.compile(r"dropped@main: committed [0-9a-f]{7}: \+1 −1 ~1"))).to_be_visible()
    assert lab.workbench.read("dropped").to_arrow()["qty"].to_pylist() == [3, 6, 1]

    drop(item(panel, "Dataset dropped"), again__csv=NEXT)
    dialog = dialog_of(page, "again.csv")
    expect(dialog).to_contain_text("Nothing would change: dropped@main is as the file says already.")
    expect(dialog.get_by_role("button", name="Commit")).to_be_disabled()
    press(dialog, "Cancel")
    assert len(list(lab.workbench.log("dropped"))) == 2


def test_rows_that_do_not_fit_refuse_the_file_until_they_are_left_out(lab: Lab, panel: Locator) -> None:
    drop(open_dataset(lab, panel, "misfits"), bad__csv="id,city,qty\n1,Ulm,3\n2,Bonn,5,9\n5,Kiel,x\n")
    dialog = dialog_of(panel.page, "bad.csv")
    expect(dialog.get_by_role("tab", name="Rows that do not fit (1)")).to_have_attribute("aria-selected", "true")
    expect(dialog.get_by_role("table")).to_contain_text("4 cells, but the first row has 3")
    expect(dialog.get_by_role("button", name="Commit")).to_be_disabled()
    dialog.get_by_role("tab", name="Table").click()
    dialog.get_by_label("Type of qty").select_option("int")
    dialog.get_by_role("tab", name="Rows that do not fit (2)").click()
    for told in ("qty", "x", "qty is not"):
        expect(dialog.get_by_role("row").last).to_contain_text(told)
    dialog.get_by_label("are left out").check()
    expect(dialog.get_by_role("button", name="Commit")).to_be_enabled()
    press(dialog, "Commit")
    expect(dialog).to_have_count(0)
    assert lab.workbench.read("misfits").to_arrow()["id"].to_pylist() == [1]


def test_a_branch_that_was_moved_meanwhile_is_told_of_and_previewed_again(lab: Lab, panel: Locator) -> None:
    drop(open_dataset(lab, panel, "moved"), april__csv=NEXT)
    dialog = dialog_of(panel.page, "april.csv")
    expect(dialog.get_by_role("button", name="Commit")).to_be_enabled()
    lab.workbench.acting_as("bob").commit(
        pd.DataFrame({"id": [1, 2, 3], "city": ["Ulm", "Bonn", "Bern"], "qty": [3, 5, 8]}), "moved", message="A fix"
    )
    press(dialog, "Commit")
    expect(dialog.get_by_role("alert")).to_contain_text("bob moved moved@main")
    expect(dialog.get_by_role("alert")).to_contain_text("“A fix”")
    press(dialog, "Preview again on the new head")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    press(dialog, "Commit")
    expect(dialog).to_have_count(0)
    assert [commit.message for commit in lab.workbench.log("moved")] == ["Import april.csv", "A fix", "March"]


def test_an_upload_that_breaks_goes_on_from_where_it_was(lab: Lab, panel: Locator) -> None:
    broken: list[str] = []

    def break_once(route: Route) -> None:
        if "offset=8388608" in route.request.url and not broken:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.fallback()

    panel.page.route("**/uploads/*?offset=*", break_once)
    row = open_dataset(lab, panel, "resumed")
    rows = 1_200_000
    # Made in the page: so large a text would take long to be sent there.
    row.evaluate(
        """(element, rows) => {
            let text = 'id,city,qty\\n';
            for (let id = 1; id <= rows; id++) text += `${id},Ulm,3\\n`;
            const data = new DataTransfer();
            data.items.add(new File([text], 'large.csv'));
            const { left, top } = element.getBoundingClientRect();
            element.dispatchEvent(new DragEvent('drop', {
                dataTransfer: data, bubbles: true, cancelable: true, clientX: left + 9, clientY: top + 9,
            }));
        }""",
        rows,
    )
    dialog = dialog_of(panel.page, "large.csv")
    expect(dialog).to_contain_text("~2 changed")
    assert len(broken) == 1
    press(dialog, "Commit")
    expect(dialog).to_have_count(0)
    assert lab.workbench.read("resumed").to_arrow().num_rows == rows


def test_several_files_are_tables_of_one_commit(lab: Lab, panel: Locator) -> None:
    drop(panel.get_by_role("searchbox"), orders__csv=FIRST, cities__csv="city\nUlm\nBonn\n")
    dialog = dialog_of(panel.page, "2 files")
    dialog.get_by_label("Dataset").fill("several")
    dialog.get_by_label("a table each, in one commit").check()
    press(dialog, "Preview")
    expect(dialog.get_by_role("combobox", name="Table")).to_contain_text("cities · 2 rows")
    press(dialog, "Commit")
    expect(dialog).to_have_count(0)
    assert [commit.message for commit in lab.workbench.log("several")] != []
    assert lab.workbench.read("several@main:cities").to_arrow().num_rows == 2
    assert lab.workbench.read("several@main:orders").to_arrow().num_rows == 3


def waiting(lab: Lab) -> set[str]:
    """Give the datasets for which uploads wait on the server; one may go while it is looked at."""
    found = set()
    for note in (lab.server.folder / "uploads").glob("*/.upload.json"):
        with contextlib.suppress(FileNotFoundError):
            found.add(json.loads(note.read_text())["dataset"])
    return found


def test_a_hidden_dialog_leaves_a_notification_that_brings_it_back(lab: Lab, panel: Locator) -> None:
    page = panel.page
    drop(open_dataset(lab, panel, "hidden"), april__csv=NEXT)
    dialog = dialog_of(page, "april.csv")
    expect(dialog.get_by_role("button", name="Commit")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Import april.csv into hidden@main waits for you.")).to_be_visible()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(dialog).to_contain_text("~1 changed")
    press(dialog, "Cancel")
    expect(dialog).to_have_count(0)
    until(lambda: "hidden" not in waiting(lab))


def test_the_server_reads_files_of_the_file_browser_itself(lab: Lab, page: Page) -> None:
    expect.set_options(timeout=PATIENT)
    page.set_default_timeout(PATIENT)
    (lab.server.folder / "inbox" / "older").mkdir(parents=True)
    (lab.server.folder / "inbox" / "shop.csv").write_text(FIRST)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method) if "/uploads" in request.url else None)
    page.goto(lab.url.replace("/lab?", "/lab/tree/inbox?"))
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    page.locator(".jp-DirListing-item", has_text="older").click(button="right")
    expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
    expect(page.get_by_role("menuitem", name="Import into DSA")).to_have_count(0)
    page.keyboard.press("Escape")
    page.locator(".jp-DirListing-item", has_text="shop.csv").click(button="right")
    page.get_by_role("menuitem", name="Import into DSA").click()
    dialog = dialog_of(page, "shop.csv")
    expect(dialog.get_by_label("Dataset")).to_have_value("shop")
    press(dialog, "Preview")
    expect(dialog).to_contain_text("+3 added")
    press(dialog, "Commit")
    expect(dialog).to_have_count(0)
    assert lab.workbench.read("shop").to_arrow().num_rows == 3
    assert "POST" in sent
    assert "PUT" not in sent


def test_a_file_is_dragged_from_the_file_browser_onto_a_branch(lab: Lab, panel: Locator) -> None:
    page = panel.page
    row = open_dataset(lab, panel, "dragged")
    (lab.server.folder / "parcel").mkdir()
    (lab.server.folder / "parcel" / "april.csv").write_text(NEXT)
    # Both are seen at once where one of them is at the other side.
    page.locator(".jp-SideBar [data-id=dsa-workbench-panel]").click(button="right")
    page.get_by_role("menuitem", name="Switch Sidebar Side").click()
    page.locator(".jp-SideBar.jp-mod-right [data-id=dsa-workbench-panel]").wait_for()
    page.locator(".jp-SideBar [data-id=filebrowser]").click()
    if not row.is_visible():
        page.locator(".jp-SideBar [data-id=dsa-workbench-panel]").click()
    page.locator(".jp-DirListing-item", has_text="parcel").dblclick()
    page.locator(".jp-DirListing-item", has_text="april.csv").hover()
    page.mouse.down()
    row.hover(force=True)
    row.hover(force=True, position={"x": 60, "y": 8})
    expect(page.locator(".jp-dsa-drop")).to_have_text("Import into dragged@main")
    page.mouse.up()
    dialog = dialog_of(page, "april.csv")
    expect(dialog).to_contain_text("into dragged@main")
    expect(dialog).to_contain_text("~1 changed")
    press(dialog, "Cancel")


def test_the_menu_of_a_branch_opens_the_chooser_of_files(lab: Lab, panel: Locator) -> None:
    row = open_dataset(lab, panel, "menus")
    row.click(button="right")
    with panel.page.expect_file_chooser() as chooser:
        panel.page.get_by_role("menuitem", name="Import Files").click()
    chooser.value.set_files([{"name": "may.csv", "mimeType": "text/csv", "buffer": NEXT.encode()}])
    dialog = dialog_of(panel.page, "may.csv")
    expect(dialog).to_contain_text("into menus@main")
    expect(dialog).to_contain_text("~1 changed")
    dialog.get_by_text("How it is read").click()
    dialog.get_by_label("Cells are separated by").select_option(";")
    expect(dialog.get_by_role("tab", name="Table")).to_be_visible()
    expect(dialog.get_by_role("alert")).to_contain_text("id")
    expect(dialog.get_by_role("button", name="Commit")).to_be_disabled()
    dialog.get_by_label("Cells are separated by").select_option("")
    expect(dialog.get_by_role("button", name="Commit")).to_be_enabled()
    press(dialog, "Cancel")
    expect(dialog).to_have_count(0)
