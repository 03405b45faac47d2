"""Widgets in notebooks in a browser: pages without the panel, JupyterLab's and Notebook's."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dsa_workbench.settings import Settings
from dsa_workbench.workbench import connect
from tests.browser.notebooks import run_all, save, write_notebook
from tests.fixtures.lab import Lab, running_lab

VIEW = "application/vnd.jupyter.widget-view+json"
NOTE = "Delivered to the back door, as the customer had asked for in his letter."


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Lab]:
    """Give a running JupyterLab whose pages are without the panel, and Notebook with it where it is installed."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "config" / "labconfig").mkdir(parents=True)
    off = {"disabledExtensions": {"dsa-workbench": True}}
    (folder / "config" / "labconfig" / "page_config.json").write_text(json.dumps(off))
    with (
        running_lab(folder, "--ServerApp.jpserver_extensions=notebook=True") as server,
        connect(settings=Settings(data_dir=folder / "store"), actor="ann") as workbench,
    ):
        frame = pd.DataFrame({"id": range(20_000), "city": ["Ulm"] * 20_000, "note": [NOTE] * 20_000})
        workbench.commit(frame, "sales", key=["id"], message="First")
        frame.loc[[10_000], "note"] = NOTE.replace("back", "front")
        frame.loc[range(0, 20_000, 2_000), "city"] = "Bonn"
        frame = pd.concat([frame.drop(index=[19_999]), frame.tail(1).assign(id=20_000)])
        workbench.commit(frame, "sales", message="Second")
        yield Lab(server, workbench)


def opened(lab: Lab, page: Page, name: str, cells: list[str], where: str = "lab/tree") -> Page:
    """Write a notebook, open it and run it."""
    write_notebook(lab.server.folder, name, cells)
    if where == "notebooks":
        pytest.importorskip("notebook", reason="Notebook is not installed: pip install notebook")
    token = lab.server.headers["Authorization"].removeprefix("token ")
    page.set_default_timeout(60_000)
    page.goto(f"http://127.0.0.1:{lab.server.port}/{where}/{name}?token={token}&reset")
    run_all(page, lab.server, name)
    return page


def live(widget: Locator) -> Locator:
    """What is said of the active cell to those who do not see it."""
    return widget.locator(".jp-dsa-live")


PLACES = ["lab/tree", "notebooks"]
LINKED = """\
import ipywidgets
slider, table = ipywidgets.IntSlider(max=20_000), wb.table("sales")
ipywidgets.jslink((slider, "value"), (table, "row"))
ipywidgets.VBox([slider, table])"""
TOLD = """\
out = ipywidgets.Output()
table.observe(out.capture()(lambda change: print("row", table.row, table.column)), "row")
out"""


@pytest.mark.parametrize("where", PLACES)
def test_a_table_is_scrolled_filtered_and_linked(lab: Lab, page: Page, where: str) -> None:
    opened(lab, page, f"table-{where[0]}.ipynb", [LINKED, TOLD], where)
    widget = page.locator(".jp-dsa-widget")
    expect(widget.get_by_text("20,000 rows")).to_be_visible()
    widget.get_by_label("Go to row").fill("15000")
    page.keyboard.press("Enter")
    expect(live(widget)).to_have_text("id, row 15,000: 14999")
    expect(page.locator(".widget-readout")).to_have_text("14999")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".widget-readout")).to_have_text("15000")
    expect(page.get_by_text("row 15000 id")).to_be_visible()

    condition = widget.get_by_label("Show rows where")
    condition.fill("city = 'Bonn'")
    page.keyboard.press("Enter")
    expect(widget.get_by_text("10 of 20,000 rows")).to_be_visible()
    widget.get_by_role("application", name="Rows of").click(position={"x": 120, "y": 55})
    expect(live(widget)).to_contain_text("row 1:")
    page.screenshot(path=lab.server.folder / f"table-{where[0]}.png")
    condition.fill("town = 1")
    page.keyboard.press("Enter")
    expect(widget.get_by_role("alert").filter(has_text="town")).to_be_visible()


def test_a_diff_of_the_magic_is_a_widget_and_html_where_nobody_looks(lab: Lab, page: Page, tmp_path: Path) -> None:
    cells = ["%load_ext dsa_workbench", "%dsa diff sales", "wb.table('sales')"]
    opened(lab, page, "diff.ipynb", cells)
    widget = page.locator(".jp-dsa-widget[data-dsa-face=diff]")
    for kind in ("+1 added", "−1 removed", "~10 changed"):
        expect(widget.get_by_role("button", name=kind)).to_have_attribute("aria-pressed", "true")
    widget.get_by_role("button", name=re.compile("^note:")).click()
    expect(widget.get_by_text("1 row is shown below")).to_be_visible()
    widget.get_by_role("application", name="Changed rows").click(position={"x": 300, "y": 50})
    page.keyboard.press("n")
    detail = widget.get_by_role("region", name="The active cell")
    expect(detail.locator("del")).to_have_text("back")
    expect(detail.locator("ins")).to_have_text("front")
    expect(page.locator(".jp-Notebook .jp-CodeCell")).to_have_count(4)  # keys were for the widget, not for cells
    page.screenshot(path=lab.server.folder / "diff.png")
    with page.expect_download() as downloading:
        widget.get_by_label("Download the diff").select_option("csv")
    assert downloading.value.suggested_filename == "diff.csv"

    save(page)
    notebook = lab.server.folder / "diff.ipynb"
    outputs = [cell["outputs"][0]["data"] for cell in json.loads(notebook.read_text())["cells"][2:]]
    assert [VIEW in data and "<table" in "".join(data["text/html"]) for data in outputs] == [True, True]
    page.reload()
    expect(widget.get_by_role("button", name="~10 changed")).to_be_visible()  # the kernel still has it

    shown = html_of(notebook, tmp_path)
    page.goto(shown.as_uri())
    expect(page.get_by_text("+1 added").first).to_be_visible()
    expect(page.get_by_role("cell", name="Bonn").first).to_be_visible()
    page.screenshot(path=lab.server.folder / "nbconvert.png")


def test_a_history_is_compared_in_its_place_and_a_job_is_followed(lab: Lab, page: Page) -> None:
    (lab.server.folder / "orders.csv").write_text("id,city\n1,Ulm\n2,Bonn\n")
    cells = ["wb.history('sales')", "wb.watch(wb.import_file('orders.csv', 'orders', background=True))"]
    opened(lab, page, "history.ipynb", cells, "notebooks")
    job = page.locator(".jp-dsa-widget[data-dsa-face=job]")
    expect(job.get_by_role("listitem")).to_contain_text("Done")
    job.get_by_role("button", name=re.compile("^Log of job")).click()
    expect(job.locator("pre")).to_be_visible()

    widget = page.locator(".jp-dsa-widget[data-dsa-face=history]")
    widget.get_by_role("option", name="Second").click()
    expect(widget.get_by_role("region", name="Commit", exact=True)).to_contain_text("data")
    page.screenshot(path=lab.server.folder / "history.png")
    widget.get_by_role("button", name="Compare with parent").click()
    expect(widget.get_by_role("button", name="~10 changed")).to_be_visible()
    widget.get_by_role("button", name="Back to the history").click()
    expect(widget.get_by_role("option", name="Second")).to_have_attribute("aria-selected", "true")


FIRST = "id,city,qty\n1,Ulm,3\n2,Bonn,5\n3,Ulm,8\n"
NEXT = "id,city,qty\n1,Ulm,3\n2,Bonn,6\n4,Kiel,1\n"
TAKEN = """\
out = ipywidgets.Output()
place.observe(out.capture()(lambda change: print("made", change.new[:7])), "commit")
out"""


def choose(page: Page, widget: Locator, name: str, text: str) -> None:
    """Choose a file as the system's chooser would."""
    with page.expect_file_chooser() as choosing:
        widget.get_by_role("button", name="Choose files").click()
    choosing.value.set_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def drop(target: Locator, name: str, text: str) -> None:
    """Drop a file of the desktop."""
    target.evaluate(
        """(element, [name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                element.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
            }
        }""",
        [name, text],
    )


@pytest.mark.parametrize("where", PLACES)
def test_a_file_of_the_desktop_is_previewed_committed_and_compared(lab: Lab, page: Page, where: str) -> None:
    dataset = f"taken-{where[0]}"
    opened(lab, page, f"upload-{where[0]}.ipynb", ["import ipywidgets\nplace = wb.upload()\nplace", TAKEN], where)
    widget = page.locator(".jp-dsa-widget[data-dsa-face=upload]")
    choose(page, widget, "march.csv", FIRST)
    expect(widget.get_by_label("Dataset")).to_have_value("march")
    widget.get_by_label("Dataset").fill(dataset)
    page.keyboard.press("Enter")
    expect(widget).to_contain_text("+3 added")
    widget.get_by_role("button", name="id", exact=True).click()
    expect(widget.get_by_text("Key: id")).to_be_visible()
    widget.get_by_label("Message").fill("March")
    widget.get_by_role("button", name="Commit", exact=True).click()
    expect(widget.get_by_text(re.compile(rf"{dataset}@main: committed [0-9a-f]{{7}}: \+3"))).to_be_visible()
    [first] = lab.workbench.log(dataset)
    assert first.message == "March"
    expect(page.get_by_text(f"made {first.id[:7]}")).to_be_visible()
    page.screenshot(path=lab.server.folder / f"upload-done-{where[0]}.png")

    drop(widget.get_by_role("group", name="Files"), "april.csv", NEXT)
    for told in (f"into {dataset}@main", "+1 added", "−1 removed", "~1 changed", "1 unchanged"):
        expect(widget).to_contain_text(told)
    changed = widget.get_by_role("row", name="changed 2 Bonn")
    expect(changed.locator("del")).to_have_text("5")
    expect(changed.locator("ins")).to_have_text("6")
    page.screenshot(path=lab.server.folder / f"upload-{where[0]}.png")

    frame = pd.DataFrame({"id": [1], "city": ["Ulm"], "qty": [0]})
    lab.workbench.commit(frame, dataset, message="Meanwhile")
    widget.get_by_role("button", name="Commit", exact=True).click()
    expect(widget.get_by_role("alert")).to_contain_text("with “Meanwhile”")
    widget.get_by_role("button", name="Preview again on the new head").click()
    expect(widget).to_contain_text("+2 added")
    widget.get_by_role("button", name="Commit", exact=True).click()
    expect(widget.get_by_text(re.compile(r"committed [0-9a-f]{7}: \+2 ~1"))).to_be_visible()
    assert lab.workbench.read(dataset).to_arrow()["qty"].to_pylist() == [3, 6, 1]

    drop(widget.get_by_role("group", name="Files"), "again.csv", NEXT)
    expect(widget).to_contain_text("Nothing would change")
    widget.get_by_role("button", name="Cancel", exact=True).click()
    expect(widget.get_by_role("button", name="Choose files")).to_be_visible()


def test_a_file_of_many_parts_arrives_whole_and_its_place_is_given(lab: Lab, page: Page) -> None:
    rows = 100_000  # 12 MB, which are three parts
    text = "id,note\n" + "".join(f'{i},"{NOTE}{i:>40}"\n' for i in range(rows))
    cells = ["place = wb.upload('parts@dev', key='id', message='Given')\nplace"]
    opened(lab, page, "parts.ipynb", cells)
    widget = page.locator(".jp-dsa-widget[data-dsa-face=upload]")
    expect(widget).to_contain_text("Drop files here for parts@dev")
    choose(page, widget, "parts.csv", text)
    expect(widget).to_contain_text(f"+{rows:,} added")
    expect(widget.get_by_text("Key: id")).to_be_visible()
    widget.get_by_role("button", name="Commit", exact=True).click()
    expect(widget.get_by_text(re.compile(r"parts@dev: committed [0-9a-f]{7}"))).to_be_visible()
    [made] = lab.workbench.log("parts@dev")
    assert made.message == "Given"
    assert lab.workbench.read("parts@dev").to_arrow()["id"].to_pylist() == list(range(rows))


BARE = """\
<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Bare</title>
<body><div id="here"></div><script type="module">
const heard = {};
const bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
const model = {
  get: name => window.state[name],
  set: (name, value) => { window.state[name] = value; (heard[`change:${name}`] ?? []).forEach(tell => tell()); },
  save_changes: () => {},
  on: (event, tell) => (heard[event] ??= []).push(tell),
  off: (event, tell) => { heard[event] = (heard[event] ?? []).filter(each => each !== tell); },
  send: async content => {
    const [told, buffers] = await window.answer(content);
    heard["msg:custom"].forEach(tell => tell(told, buffers.map(bytes)));
  },
};
const boot = await import(URL.createObjectURL(new Blob([window.state._esm], { type: "text/javascript" })));
boot.default.render({ model, el: document.getElementById("here") });
</script>"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_without_jupyter_draws_them_too(lab: Lab, page: Page, scheme: Literal["light", "dark"]) -> None:
    widget = lab.workbench.diff("sales@main~1", "sales").widget()
    said: list[Any] = []
    widget.send = lambda content, buffers=(): said.append((content, [b64encode(b).decode() for b in buffers]))

    def answer(content: dict[str, Any]) -> Any:
        widget._hear(widget, content, [])
        return said.pop()

    page.emulate_media(color_scheme=scheme)
    page.expose_function("answer", answer)
    state = {name: value for name, value in widget.get_state().items() if name != "layout"}
    page.add_init_script(f"window.state = {json.dumps(state)}")
    page.route("http://bare.test/", lambda route: route.fulfill(body=BARE, content_type="text/html"))
    page.goto("http://bare.test/")
    expect(page.get_by_role("button", name="~10 changed")).to_be_visible()
    page.get_by_role("application", name="Changed rows").click(position={"x": 300, "y": 50})
    page.keyboard.press("Control+Home")
    expect(live(page.locator(".jp-dsa-widget"))).to_have_text("city, row 1: Ulm → Bonn")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(scheme == "light").lower())
    page.screenshot(path=lab.server.folder / f"bare-{scheme}.png")
    widget.close()


def html_of(notebook: Path, folder: Path) -> Path:
    """Convert a notebook as users do, without running it."""
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", str(folder), str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / f"{notebook.stem}.html"
