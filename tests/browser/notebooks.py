"""How tests run notebooks in a browser: in JupyterLab, and in Notebook, by the menu that both have."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from playwright.sync_api import Page, expect

from tests.fixtures.lab import PATIENT
from tests.fixtures.server import Client

START = "import dsa_workbench as dsa\nwb = dsa.connect()"


def write_notebook(folder: Path, name: str, cells: Sequence[str]) -> None:
    """Write a notebook whose first cell connects."""
    made = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (START, *cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, folder / name)


def run_all(page: Page, server: Client, name: str) -> None:
    """Run all cells, once the page has a kernel: asked before, it asks back which."""
    expect.set_options(timeout=PATIENT)
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible()
    end = time.monotonic() + PATIENT / 1000
    while not _has_kernel(server, name):
        assert time.monotonic() < end, "The page has no kernel."
        page.wait_for_timeout(200)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def _has_kernel(server: Client, name: str) -> bool:
    sessions = server.get("/api/sessions").json()
    kernels = [session["kernel"] for session in sessions if session["path"] == name]
    return any(kernel["connections"] and kernel["execution_state"] == "idle" for kernel in kernels)


def save(page: Page) -> None:
    """Save the notebook, and wait until it is."""
    page.locator(".jp-Notebook").click(position={"x": 5, "y": 5})
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/api/contents/" in answer.url):
        page.keyboard.press("Control+s")
